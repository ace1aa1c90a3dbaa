//! Gates: whether a vehicle that gives way may pass its line, now that all have announced how they would.
//!
//! Terms
//! - **foe**: somebody announced on a movement one gives way to.
//! - **hindered**: a foe would have to brake for one's own passage.
//! - **standoff**: everybody gives way to somebody who stands.
//! - **circle**: a standoff on equal roads, where each driver waits for the next one on the right.

use super::announce::Announcements;
use super::apply::HALTING;
use super::chunk::Gate;
use super::junction::{Rule, Signs};
use super::scene::MoveFacts;
use super::state::Vehicle;
use crate::behaviour::gap::{self, Passage};
use crate::behaviour::{Bounds, Driver, headway, zipper};
use crate::network::{Direction, MovementId, MovementKind, RightOfWay};
use crate::random::{Purpose, bits, mix};
use intergreen_control::Lamp;

/// Standing time after which drivers who all give way to one another sort it out, s.
const STANDOFF: f32 = 1.0;
/// The same on equal roads, where circles are broken otherwise, s.
const EQUAL_STANDOFF: f32 = 10.0;
/// In a circle, the share of seconds in which a driver who goes straight on gives up his claim (SUMO: 0.25).
const STRAIGHT_GIVES_UP: f32 = 0.25;
/// The same for one who turns (SUMO: 0.75).
const TURN_GIVES_UP: f32 = 0.75;
/// Most links of a circle looked for.
const LONGEST_CIRCLE: usize = 16;

/// Who asks to pass a gate.
pub struct Asking<'a> {
    /// The vehicle.
    pub me: &'a Vehicle,
    /// Its driver.
    pub d: &'a Driver,
    /// His impatience, 0 to 1.
    pub impatience: f32,
    /// Whether he can still stop before the line.
    pub can_stop: bool,
    /// When his front reaches the line as he drives now, s.
    pub arrival: f32,
    /// Seed of the run.
    pub seed: u64,
}

impl Asking<'_> {
    /// What he wants of those who go first, if he judges headways.
    #[inline]
    fn demand(&self, m: &MoveFacts) -> Option<headway::Demand> {
        if !self.d.judges_headways() || !m.headways.hold() {
            return None;
        }
        if !self.can_stop {
            return Some(headway::Demand::DECIDED);
        }
        let share = self.d.spread.of(bits(self.seed, self.me.key, Purpose::Gap, 0));
        Some(headway::Demand::of_a_choice(m.headways.lag(self.d, share, self.impatience)))
    }
}

impl Signs<'_> {
    /// Whether nobody announced is hindered by a passage through a movement that gives way.
    pub fn is_free(&self, g: &Gate, who: &Asking<'_>, foes: &Announcements) -> bool {
        let scene = self.scene;
        let (id, own, own_id) = (g.movement, &g.passage, who.me.id.0);
        let m = &scene.moves[id.index()];
        // Whoever was left inside when its lamp turned red goes before those who wait at their lines.
        let left_inside = m.kind == MovementKind::Onward && m.lamp != u32::MAX && self.lamps[m.lamp as usize].is_red();
        let dark = self.goes_in_turn(m);
        // A lamp that is out of order is none.
        let unsigned = m.lamp == u32::MAX || matches!(self.lamps[m.lamp as usize], Lamp::Off | Lamp::Flashing);
        let (equal, in_turn) = match m.right_of_way {
            _ if dark => (false, true),
            RightOfWay::Equal => (unsigned, false),
            RightOfWay::AllWayStop => (false, unsigned),
            _ => (false, false),
        };
        if equal && self.gives_up(id, own, own_id, foes) {
            return false;
        }
        let judged = if dark { None } else { who.demand(m) }.map(|demand| {
            let limit = scene.limit(&scene.lanes[m.next.index()], who.me.kind as usize);
            let held = Passage { arrival: own.arrival.at_least(who.arrival), ..*own };
            (demand, held, who.d.desired(who.me.speed_factor, limit))
        });
        let hindered = |ignore_yielding: bool| {
            self.yields(m).any(|k| {
                let y = scene.yields[k];
                let foe = &scene.moves[y.index()];
                foes.of(y).any(|a| {
                    let stands = a.passage.now < HALTING;
                    let ignored = stands && (left_inside || (ignore_yielding && self.rule(foe) != Rule::Open));
                    a.vehicle != own_id
                        && !ignored
                        && !(in_turn && is_first((own, own_id), (&a.passage, a.vehicle)))
                        && match &judged {
                            Some((demand, held, top)) => {
                                headway::blocked(who.d, held, g.clear, *top, &a.passage, &scene.meetings[k], demand)
                            }
                            None => gap::blocked(own, &a.passage, foe.to == m.to, who.impatience, scene.dt),
                        }
                        && !(equal && self.gives_up(y, &a.passage, a.vehicle, foes))
                })
            })
        };
        if !hindered(false) {
            return true;
        }
        let patience = if equal { EQUAL_STANDOFF } else { STANDOFF };
        unsigned && own.waiting >= patience && self.waits_longest(id, own, foes, own_id) && !hindered(true)
    }

    /// Whether nobody who stands at this junction's lines has stood longer: where everybody gives way to somebody,
    /// that one goes. Of equals the one with the lowest number; so there is always exactly one.
    fn waits_longest(&self, id: MovementId, own: &Passage, foes: &Announcements, own_id: u32) -> bool {
        let network = &self.scene.network;
        let junction = &network.junctions[network.movement(id).junction.index()];
        junction.entries.iter().filter(|&&e| self.rule(&self.scene.moves[e.index()]) != Rule::Open).all(|&e| {
            foes.of(e).all(|a| {
                a.vehicle == own_id
                    || a.passage.now >= HALTING
                    || a.passage.waiting < own.waiting
                    || (a.passage.waiting == own.waiting && a.vehicle > own_id)
            })
        })
    }

    /// Whether somebody who stands in a circle gives up his claim for now, so that others can go. All see the same
    /// announcements and thus agree on who does; who does changes from second to second.
    fn gives_up(&self, id: MovementId, own: &Passage, own_id: u32, foes: &Announcements) -> bool {
        if own.waiting <= 0.0 || !self.is_in_circle(id, foes) {
            return false;
        }
        let second = (self.step as f32 * self.scene.dt) as u64;
        let draw = (mix((u64::from(own_id) << 32 | second).wrapping_mul(0x9E37_79B9_7F4A_7C15)) >> 40) as f32;
        let straight = self.scene.network.movement(id).direction == Direction::Straight;
        draw < (1 << 24) as f32 * if straight { STRAIGHT_GIVES_UP } else { TURN_GIVES_UP }
    }

    /// Whether the drivers who wait for one another, each for the nearest foe, close a circle at this movement.
    fn is_in_circle(&self, id: MovementId, foes: &Announcements) -> bool {
        let (scene, network) = (self.scene, &self.scene.network);
        let start = network.movement(id).from;
        let mut at = id;
        for _ in 0..LONGEST_CIRCLE {
            let m = &scene.moves[at.index()];
            let mut nearest: Option<(f32, MovementId)> = None;
            for &y in &scene.yields[m.yields.0 as usize..m.yields.1 as usize] {
                for a in foes.of(y) {
                    if network.movement(y).from == start {
                        return true;
                    }
                    if nearest.is_none_or(|(d, _)| a.passage.distance < d) {
                        nearest = Some((a.passage.distance, y));
                    }
                }
            }
            let Some((_, next)) = nearest else { return false };
            at = next;
        }
        false
    }

    /// The speed with which a vehicle falls in behind those of the other lane who reach a zipper first.
    pub fn zipper_speed(&self, g: &Gate, me: &Vehicle, d: &Driver, foes: &Announcements) -> f32 {
        let scene = self.scene;
        let m = &scene.moves[g.movement.index()];
        if g.passage.distance > m.visibility.max(d.brake_gap(me.speed, d.decel)) {
            return f32::INFINITY;
        }
        let others = scene.yields[m.yields.0 as usize..m.yields.1 as usize].iter().flat_map(|&y| foes.of(y));
        others
            .filter(|a| a.vehicle != me.id.0 && !zipper::is_first((&g.passage, me.id.0), (&a.passage, a.vehicle)))
            .map(|a| {
                let foe = &scene.drivers[scene.departures[a.vehicle as usize].kind.index()];
                zipper::speed(d, me.tau, &g.passage, foe, &a.passage)
            })
            .fold(f32::INFINITY, f32::min)
    }
}

/// Whether the first of two drivers who have to stop goes first: whoever stopped first, then whoever is nearer.
fn is_first(own: (&Passage, u32), foe: (&Passage, u32)) -> bool {
    let ((a, i), (b, j)) = (own, foe);
    a.waiting > b.waiting || (a.waiting == b.waiting && (a.arrival < b.arrival || (a.arrival == b.arrival && i < j)))
}
