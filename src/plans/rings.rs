//! Ring-barrier plans: from a NEMA program of the file, or from where roads come in and which way lanes turn.
//!
//! ```text
//!            barrier        barrier
//!  ring 1 │ 1   │ 2      │ 3   │ 4      │    2, 6 the main street straight on and right, facing each other
//!  ring 2 │ 5   │ 6      │ 7   │ 8      │    5, 1 their lefts, protected, where the left has lanes of its own
//! ```
//! Phases 4 and 8 are the other street, 7 and 3 its lefts. A left turn that shares a lane, or that nobody meets, belongs
//! to the phase of its road. One with lanes of its own is turned as the file's program turns it: where that lets it give
//! way to the oncoming traffic it goes with its road, and where it has a green of its own besides it follows both phases
//! as an overlap, protected with the one, giving way with the other; else it waits for its own phase. Of the main street
//! 2 is the direction that goes more to the north or east. Where the other street ends here (a T), its left is phase 4
//! and its right phase 8, or all of it phase 4, if they share a lane.

use std::collections::BTreeMap;

use intergreen_control::plan::{OverlapSpec, PhaseSpec, RingsSpec};
use intergreen_control::{Lamp, Millis, ProgramStep};

use super::meetings::{between, group, headings, way};
use super::relations::{Relations, is_opposite, sorted};
use crate::network::{Direction, LinkId, MovementId, NemaSpec, Network, Signal};

/// Roads that arrive within this angle of each other are one approach, rad (30°).
const ONE_APPROACH: f64 = 0.52;
/// Opposite approaches differ from half a turn by less, rad (45°).
const OPPOSITE: f64 = std::f64::consts::FRAC_PI_4;

/// Roads that come in from one direction.
struct Approach {
    heading: f64,
    links: Vec<LinkId>,
    priority: i32,
    lanes: usize,
}

/// What the rings are made of.
pub(super) struct Streets<'a> {
    pub network: &'a Network,
    pub signal: &'a Signal,
    /// The movements of each group.
    pub movements: &'a [Vec<MovementId>],
    pub relations: &'a Relations,
}

/// How a left turn with lanes of its own meets the oncoming traffic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Turns {
    /// Not at all.
    Protected,
    /// It gives way.
    GivingWay,
    /// Sometimes the one, sometimes the other.
    Both,
}

/// Rings with what to say about them.
pub(super) struct Found {
    pub spec: RingsSpec,
    pub notes: Vec<String>,
}

impl Streets<'_> {
    /// The rings of a NEMA program.
    ///
    /// # Errors
    /// Says why there are none.
    pub fn of_nema(&self, nema: &NemaSpec) -> Result<Found, String> {
        let opens = |phase: u8, g: usize| {
            let phase = nema.phases.iter().find(|p| p.number == phase);
            phase.and_then(|p| p.lamps.get(g).copied()).filter(|l| l.is_green())
        };
        let numbers = || nema.phases.iter().map(|p| p.number);
        let mut phases: BTreeMap<u8, Vec<u16>> = numbers().map(|n| (n, Vec::new())).collect();
        let mut overlaps = Vec::new();
        for g in 0..self.signal.groups {
            let green = |lamp: Lamp| numbers().filter(move |&n| opens(n, usize::from(g)) == Some(lamp));
            let (full, minor): (Vec<u8>, Vec<u8>) = (green(Lamp::Green).collect(), green(Lamp::GreenMinor).collect());
            match (full.len() + minor.len(), full.first().or(minor.first())) {
                (0, _) | (_, None) => {}
                (1, Some(n)) => phases.entry(*n).or_default().push(g),
                _ => overlaps.push(OverlapSpec {
                    group: g.to_string(),
                    phases: full,
                    permissive: minor,
                    lead: Millis(0),
                    trail: Millis(0),
                }),
            }
        }
        let spec = spec(&phases, nema.rings.clone(), overlaps);
        self.verify(&spec)?;
        let mut notes = self.describe(&phases, &[]);
        notes.extend(spec.overlaps.iter().map(|o| {
            let list: Vec<String> = o.phases.iter().chain(&o.permissive).map(u8::to_string).collect();
            format!("group {} follows phases {}", o.group, list.join(" "))
        }));
        Ok(Found { spec, notes })
    }

    /// Rings from the roads.
    ///
    /// # Errors
    /// Says why there are none.
    pub fn derive(&self) -> Result<Found, String> {
        let mut approaches = self.approaches()?;
        let pairs = pair_up(&mut approaches)?;
        let mut phases: BTreeMap<u8, Vec<u16>> = BTreeMap::new();
        let mut overlaps = Vec::new();
        let mut stem: Vec<(u16, &Vec<MovementId>)> = Vec::new();
        for (g, movements) in (0..).zip(self.movements).filter(|(_, m)| !m.is_empty()) {
            let place = |m: &MovementId| {
                let link = self.network.lane(self.network.movement(*m).from).link;
                approaches.iter().position(|a| a.links.contains(&link))
            };
            let Some(approach) = place(&movements[0]) else { continue };
            if movements.iter().any(|m| place(m) != Some(approach)) {
                return Err(format!("group {g} opens ways from several approaches"));
            }
            let seat = pairs.iter().flatten().find(|s| s.approach == Some(approach));
            let Some(seat) = seat else { continue };
            if seat.left == seat.through {
                // The stem of a T has one phase in each ring: what shares lanes goes together.
                stem.push((g, movements));
                continue;
            }
            let facing = pairs.iter().find(|p| p.iter().any(|s| s.approach == Some(approach)));
            let facing = facing.and_then(|p| p.iter().find(|s| s.approach != Some(approach))?.approach);
            let own = &approaches[approach];
            let has_own = facing.is_some_and(|f| self.is_protected(g, own, &approaches[f]));
            match if has_own { self.turns(g) } else { Turns::GivingWay } {
                Turns::Protected => phases.entry(seat.left).or_default().push(g),
                Turns::GivingWay => phases.entry(seat.through).or_default().push(g),
                Turns::Both => {
                    phases.entry(seat.left).or_default();
                    overlaps.push(OverlapSpec {
                        group: g.to_string(),
                        phases: vec![seat.left],
                        permissive: vec![seat.through],
                        lead: Millis(0),
                        trail: Millis(0),
                    });
                }
            }
        }
        for (g, phase) in self.share_out(&stem) {
            phases.entry(phase).or_default().push(g);
        }
        self.place_crossings(&mut phases);
        let section = |numbers: [u8; 2]| numbers.into_iter().filter(|n| phases.contains_key(n)).collect::<Vec<u8>>();
        let rings = vec![vec![section([1, 2]), section([3, 4])], vec![section([5, 6]), section([7, 8])]];
        let spec = spec(&phases, rings, overlaps);
        self.verify(&spec)?;
        let mut described = phases;
        for overlap in &spec.overlaps {
            for (number, group) in overlap.phases.iter().zip(overlap.group.parse()) {
                described.entry(*number).or_default().push(group);
            }
        }
        let mut notes = self.describe(&described, &approaches);
        notes.extend(spec.overlaps.iter().map(|o| {
            let through = o.permissive.iter().map(u8::to_string).collect::<Vec<_>>().join(" ");
            format!("group {} gives way with phase {through}", o.group)
        }));
        Ok(Found { notes, spec })
    }

    /// The roads that lead into the signal, by direction.
    fn approaches(&self) -> Result<Vec<Approach>, String> {
        let mut found: Vec<Approach> = Vec::new();
        for &id in &self.signal.movements {
            let m = self.network.movement(id);
            let link = self.network.lane(m.from).link;
            if found.iter().any(|a| a.links.contains(&link)) {
                continue;
            }
            let road = self.network.link(link);
            if self.is_inside(link) {
                return Err(format!("the road '{}' lies between stop lines of the signal", road.id));
            }
            let heading = headings(self.network, m)[0];
            let same = found.iter().position(|a| between(a.heading, heading).abs() < ONE_APPROACH);
            let approach = match same {
                Some(i) => &mut found[i],
                None => {
                    found.push(Approach { heading, links: Vec::new(), priority: i32::MIN, lanes: 0 });
                    let last = found.len() - 1;
                    &mut found[last]
                }
            };
            approach.links.push(link);
            approach.priority = approach.priority.max(road.priority);
            approach.lanes += road.lanes.len();
        }
        Ok(found)
    }

    /// Whether a road is reached only over stop lines of the same signal.
    fn is_inside(&self, link: LinkId) -> bool {
        let incoming = self.network.lanes_of(link).flat_map(|l| self.network.lane(l).incoming.iter());
        let mut entries = incoming.map(|&i| self.network.movement(i).entry).peekable();
        let own = |e: MovementId| self.signal.movements.binary_search(&e).is_ok();
        entries.peek().is_some() && entries.all(own)
    }

    /// Whether a movement crosses the oncoming traffic.
    fn is_left(&self, m: MovementId) -> bool {
        match self.network.movement(m).direction {
            Direction::UTurn => true,
            Direction::Left | Direction::PartLeft => !self.network.left_hand,
            Direction::Right | Direction::PartRight => self.network.left_hand,
            Direction::Straight | Direction::None => false,
        }
    }

    /// Whether a group is a left turn with lanes of its own, beside others that are none, and meets one that is none from the
    /// other side.
    fn is_protected(&self, g: u16, own: &Approach, facing: &Approach) -> bool {
        let from = |m: MovementId| self.network.movement(m).from;
        let own_lane = |m: MovementId| self.network.movements_of(from(m)).all(|m| self.is_left(m));
        let of = |approach: &Approach, m: MovementId| approach.links.contains(&self.network.lane(from(m)).link);
        let others = |approach| self.signal.movements.iter().filter(move |&&m| of(approach, m) && !self.is_left(m));
        let meets = |&m: &MovementId| group(self.network, m).is_some_and(|other| self.relations.cross(g, other));
        self.movements[usize::from(g)].iter().all(|&m| self.is_left(m) && own_lane(m))
            && others(own).next().is_some()
            && others(facing).any(meets)
    }

    /// How the program turns a group that has lanes of its own.
    fn turns(&self, g: u16) -> Turns {
        let steps = self.signal.program.steps();
        let lamp = |step: &ProgramStep, g: u16| step.lamps.get(usize::from(g)).copied().unwrap_or(Lamp::Red);
        let meets =
            |step: &ProgramStep| self.relations.yields.keys().any(|&[who, to]| who == g && lamp(step, to).is_green());
        let gives_way = steps.iter().any(|s| lamp(s, g) == Lamp::GreenMinor && meets(s));
        let protected = steps.iter().any(|s| lamp(s, g).is_green() && !meets(s));
        match (gives_way, protected) {
            (true, true) => Turns::Both,
            (true, false) => Turns::GivingWay,
            (false, _) => Turns::Protected,
        }
    }

    /// The groups of a stem with their phases: lefts first, groups that share lanes in one phase.
    fn share_out(&self, stem: &[(u16, &Vec<MovementId>)]) -> Vec<(u16, u8)> {
        let lanes = |m: &[MovementId]| m.iter().map(|&m| self.network.movement(m).from).collect::<Vec<_>>();
        let Some(first) = stem.iter().find(|(_, m)| m.iter().any(|&m| self.is_left(m))).or(stem.first()) else {
            return Vec::new();
        };
        // All that hangs together with the first by lanes.
        let mut together = lanes(first.1);
        while let Some((_, more)) = stem.iter().find(|(_, m)| {
            let l = lanes(m);
            l.iter().any(|l| together.contains(l)) && !l.iter().all(|l| together.contains(l))
        }) {
            together.extend(lanes(more));
        }
        let phase = |m: &[MovementId]| if lanes(m).iter().any(|l| together.contains(l)) { 4 } else { 8 };
        stem.iter().map(|(g, m)| (*g, phase(m))).collect()
    }

    /// Groups that no vehicle uses go with the phase beside which the program opens them for longest.
    fn place_crossings(&self, phases: &mut BTreeMap<u8, Vec<u16>>) {
        let steps = self.signal.program.steps();
        let placed = phases.clone();
        for g in (0..self.signal.groups).filter(|&g| self.movements[usize::from(g)].is_empty()) {
            let beside = |groups: &[u16]| -> i64 {
                let open = |s: &intergreen_control::ProgramStep, g: u16| s.lamps[usize::from(g)].is_green();
                let both = steps.iter().filter(|s| open(s, g) && groups.iter().any(|&o| open(s, o)));
                both.map(|s| s.duration.0).sum()
            };
            let best = placed.iter().max_by_key(|(n, groups)| (beside(groups), u8::MAX - **n));
            if let Some((n, groups)) = best
                && beside(groups) > 0
            {
                phases.entry(*n).or_default().push(g);
            }
        }
    }

    /// Whether phases that may be green together are compatible.
    fn verify(&self, spec: &RingsSpec) -> Result<(), String> {
        let opened = |number: u8| -> Vec<u16> {
            let own = spec.phases.iter().filter(|p| p.number == number).flat_map(|p| &p.groups);
            let has = |o: &&OverlapSpec| o.phases.contains(&number) || o.permissive.contains(&number);
            let follow = spec.overlaps.iter().filter(has).map(|o| &o.group);
            own.chain(follow).filter_map(|g| g.parse().ok()).collect()
        };
        let check = |p: u8, q: u8| {
            for a in opened(p) {
                for b in opened(q) {
                    if let Some(cause) = self.relations.forbidden.get(&sorted(a, b)) {
                        let [x, y] = cause.movements.map(|m| arrow(&way(self.network, m)));
                        let who = if p == q { format!("phase {p} opens") } else { format!("phases {p} and {q} open") };
                        return Err(format!("{who} {x} and {y} together, which have to be kept apart"));
                    }
                }
            }
            Ok(())
        };
        spec.phases.iter().try_for_each(|p| check(p.number, p.number))?;
        for (r, ring) in spec.rings.iter().enumerate() {
            for other in &spec.rings[r + 1..] {
                for (here, there) in ring.iter().zip(other) {
                    here.iter().try_for_each(|&p| there.iter().try_for_each(|&q| check(p, q)))?;
                }
            }
        }
        Ok(())
    }

    /// The phases by their movements: `phase 2: northbound a → b, a → c`.
    fn describe(&self, phases: &BTreeMap<u8, Vec<u16>>, approaches: &[Approach]) -> Vec<String> {
        let mut lines = Vec::new();
        for (number, groups) in phases {
            let movements = groups.iter().flat_map(|&g| &self.movements[usize::from(g)]);
            let mut ways: Vec<String> = Vec::new();
            let mut bound = None;
            for &m in movements {
                let link = self.network.lane(self.network.movement(m).from).link;
                bound = bound.or_else(|| approaches.iter().find(|a| a.links.contains(&link)).map(|a| a.heading));
                let text = arrow(&way(self.network, m));
                if !ways.contains(&text) {
                    ways.push(text);
                }
            }
            let bound = bound.map_or_else(String::new, |h| format!("{} ", compass(h)));
            lines.push(format!("phase {number}: {bound}{}", ways.join(", ")));
        }
        let named: Vec<u16> = phases.values().flatten().copied().collect();
        let used = |g: &u16| self.signal.movements.iter().any(|&m| group(self.network, m) == Some(*g));
        let rest: Vec<String> =
            (0..self.signal.groups).filter(|g| !named.contains(g) && !used(g)).map(|g| g.to_string()).collect();
        if !rest.is_empty() {
            lines.push(format!("in no phase, since no vehicles use them: groups {}", rest.join(" ")));
        }
        lines
    }
}

/// An approach and the phases it has: straight on and right, left.
#[derive(Clone, Copy)]
struct Seat {
    approach: Option<usize>,
    through: u8,
    left: u8,
}

/// Seats the approaches: the main street first.
fn pair_up(approaches: &mut [Approach]) -> Result<[[Seat; 2]; 2], String> {
    let n = approaches.len();
    if !(3..=4).contains(&n) {
        return Err(format!("it has {n} approaches; rings are made for three or four"));
    }
    approaches.sort_by(|a, b| a.heading.total_cmp(&b.heading));
    let opposite = |a: usize, b: usize| is_opposite(approaches[a].heading, approaches[b].heading, OPPOSITE);
    let (main, side): ([usize; 2], Vec<usize>) = if n == 4 {
        if !opposite(0, 2) || !opposite(1, 3) {
            return Err("its four approaches do not face each other in pairs".into());
        }
        let rank = |[a, b]: [usize; 2]| {
            let (a, b) = (&approaches[a], &approaches[b]);
            (a.priority.max(b.priority), a.lanes + b.lanes, a.links.iter().chain(&b.links).min().map(|l| !l.0))
        };
        if rank([0, 2]) >= rank([1, 3]) { ([0, 2], vec![1, 3]) } else { ([1, 3], vec![0, 2]) }
    } else {
        let off =
            |&[a, b]: &[usize; 2]| between(approaches[a].heading, approaches[b].heading + std::f64::consts::PI).abs();
        let best = [[0, 1], [0, 2], [1, 2]].into_iter().min_by(|x, y| off(x).total_cmp(&off(y)));
        let best = best.filter(|&[a, b]| opposite(a, b)).ok_or("none of its three approaches faces another")?;
        (best, (0..3).filter(|i| !best.contains(i)).collect())
    };
    // The direction that goes more to the north-east is the first.
    let north_east = |i: usize| libm::cos(approaches[i].heading - std::f64::consts::FRAC_PI_4);
    let order = |mut pair: Vec<usize>| {
        pair.sort_by(|&a, &b| north_east(b).total_cmp(&north_east(a)));
        pair
    };
    let (main, side) = (order(main.to_vec()), order(side));
    let seat = |list: &[usize], i: usize, through, left| Seat { approach: list.get(i).copied(), through, left };
    let side = if n == 4 {
        [seat(&side, 0, 4, 7), seat(&side, 1, 8, 3)]
    } else {
        [seat(&side, 0, 4, 4), seat(&side, 1, 8, 8)]
    };
    Ok([[seat(&main, 0, 2, 5), seat(&main, 1, 6, 1)], side])
}

/// Rings as they are written down; phases that open nothing on their own are kept.
fn spec(phases: &BTreeMap<u8, Vec<u16>>, rings: Vec<Vec<Vec<u8>>>, overlaps: Vec<OverlapSpec>) -> RingsSpec {
    let phase = |(&number, groups): (&u8, &Vec<u16>)| PhaseSpec {
        number,
        groups: groups.iter().map(u16::to_string).collect(),
        walks: Vec::new(),
        actuation: Default::default(),
    };
    RingsSpec { phases: phases.iter().map(phase).collect(), rings, overlaps, modes: Default::default() }
}

/// A way in words.
pub(super) fn arrow(way: &(String, String)) -> String {
    format!("{} → {}", way.0, way.1)
}

/// Where a heading leads.
fn compass(heading: f64) -> &'static str {
    const NAMES: [&str; 8] = [
        "eastbound",
        "northeastbound",
        "northbound",
        "northwestbound",
        "westbound",
        "southwestbound",
        "southbound",
        "southeastbound",
    ];
    let eighth = libm::round(heading / std::f64::consts::FRAC_PI_4) as i64;
    NAMES[eighth.rem_euclid(8) as usize]
}
