//! Placing detectors on the ways to all stop lines.

use super::layout::{Layout, Own, Position, Rules};
use super::upstream::{Stretch, way_to};
use super::{Channel, Detectors, Piece};
use crate::network::{Direction, LaneId, Movement, Network, Signal, SignalId, VehicleClass};
use intergreen_control::plan::{DetectorKind, DetectorMode, DetectorPlace, DetectorUse, RoadSection};
use intergreen_control::{Lamp, Millis};

/// Length of a loop that counts, m.
const LOOP_M: f32 = 1.8;
/// Distance of the count loop's far border from the stop line, m.
const COUNT_M: f32 = 1.0;
/// What sums of lengths are exact to, m.
const ROUNDING: f32 = 0.01;
/// How far back advance loops lie at most, as a share of the way.
const SHARE_OF_WAY: f32 = 0.8;
/// The detectors of a network.
pub fn place(network: &Network, layout: &Layout) -> Detectors {
    let rules = Rules::new(layout);
    let mut of_signals: Vec<Vec<Channel>> = vec![Vec::new(); network.signals.len()];
    for lane in (0..network.lanes.len()).map(LaneId::new) {
        if let Some(line) = Line::at(network, lane) {
            let channels = &mut of_signals[line.signal.index()];
            channels.extend(line.channels(&rules));
        }
    }
    let mut placed = Detectors::default();
    for (signal, channels) in &layout.of_plans {
        of_signals[signal.index()].clone_from(channels);
    }
    let mut numbered = vec![false; of_signals.len()];
    layout.of_plans.iter().for_each(|(signal, _)| numbered[signal.index()] = true);
    for (channels, numbered) in of_signals.into_iter().zip(numbered) {
        placed.first.push(placed.channels.len() as u32);
        // A controller has so many channels at most; no signal has as many lanes.
        for (number, mut channel) in (0..u16::MAX).zip(channels) {
            if !numbered {
                channel.meaning.channel = number;
            }
            placed.channels.push(channel);
        }
    }
    placed.first.push(placed.channels.len() as u32);
    placed
}

/// Where a detector lies of which a plan says so: where one of `usual` does that lies in the same place, else as the place
/// says.
///
/// # Errors
/// Says what is wrong with the place.
pub fn lay(
    network: &Network,
    usual: &Detectors,
    signal: SignalId,
    place: &DetectorPlace,
) -> Result<Vec<Piece>, String> {
    let same = |c: &&Channel| {
        c.meaning.place.as_ref().is_some_and(|p| {
            (p.kind, &p.lane, p.distance_m, p.length_m) == (place.kind, &place.lane, place.distance_m, place.length_m)
        })
    };
    if let Some(channel) = usual.of(signal).iter().find(same) {
        return Ok(channel.pieces.clone());
    }
    let lanes = network.signals[signal.index()].movements.iter().map(|&m| network.movement(m).from);
    let mut lines: Vec<LaneId> = lanes.collect();
    lines.dedup();
    let line = lines.iter().find(|&&l| network.lane(l).id == place.lane).and_then(|&l| Line::at(network, l));
    let Some(line) = line else {
        let known: Vec<&str> = lines.iter().map(|&l| network.lane(l).id.as_str()).collect();
        let problem = format!("lies before the stop line of lane '{}', which does not end at this signal", place.lane);
        return Err(format!("{problem}; expected one of {}", known.join(", ")));
    };
    let (distance, length) = (place.distance_m as f32, place.length_m as f32);
    if place.kind == DetectorKind::StopBar && distance < COUNT_M {
        return Ok(line.zone(length));
    }
    loop_at(network, &line.way, distance, length).filter(|found| found.0 >= distance - length).map(|found| found.1).ok_or_else(
        || {
            let (length, distance, reach) = (place.length_m, place.distance_m, line.reach());
            format!(
                "has no room for {length} m at {distance} m before the stop line of lane '{}'; expected a place on the way \
                 there, which is {reach:.0} m long until traffic splits",
                place.lane
            )
        },
    )
}

/// How long a zone at a place's stop line can be at most, m; `None`: it is no zone, or its lane does not end at the signal.
pub fn zone_room(network: &Network, signal: SignalId, place: &DetectorPlace) -> Option<f64> {
    let mut lanes = network.signals[signal.index()].movements.iter().map(|&m| network.movement(m).from);
    let lane = lanes.find(|&l| network.lane(l).id == place.lane)?;
    let is_zone = place.kind == DetectorKind::StopBar && (place.distance_m as f32) < COUNT_M;
    let line = Line::at(network, lane).filter(|_| is_zone)?;
    // Whole centimetres, as lengths are written.
    Some(f64::from((line.reach() * 100.0).round()) / 100.0)
}

/// A stop line with a lamp: one lane's.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    network: &'a Network,
    /// The lane.
    pub lane: LaneId,
    /// Its signal.
    pub signal: SignalId,
    /// The way there.
    pub way: Vec<Stretch>,
}

/// All stop lines with a lamp, by their lanes.
pub fn lines(network: &Network) -> Vec<Line<'_>> {
    (0..network.lanes.len()).filter_map(|i| Line::at(network, LaneId::new(i))).collect()
}

/// What usually lies where before a stop line: the distance of its far border, m. Without the zone.
pub(super) fn usual_places(line: &Line<'_>, layout: &Layout) -> Vec<(DetectorKind, f32)> {
    let advance = [(DetectorKind::X, layout.x), (DetectorKind::In, layout.input)];
    let limit = line.network.lane(line.lane).speed_limit;
    let advance = advance.into_iter().filter_map(|(kind, at)| at.map(|at| (kind, metres(at, limit))));
    layout.count.then_some((DetectorKind::Count, COUNT_M)).into_iter().chain(advance).collect()
}

/// A position in metres at a speed limit.
fn metres(position: Position, limit: f32) -> f32 {
    match position {
        Position::Seconds(s) => s * limit,
        Position::Metres(m) => m,
    }
}

impl<'a> Line<'a> {
    /// The line at the end of a lane, if a signal controls it.
    pub fn at(network: &'a Network, lane: LaneId) -> Option<Self> {
        if network.lane(lane).permissions.is_footway() {
            return None;
        }
        let signal = network.movements_of(lane).find_map(|m| network.movement(m).head)?.signal;
        Some(Self { network, lane, signal, way: way_to(network, lane) })
    }

    /// Its channels from the line upstream.
    fn channels(&self, rules: &Rules<'_>) -> Vec<Channel> {
        let own = rules.own(self.lane).iter().filter_map(|o| self.own(rules, o));
        let mut found: Vec<(f32, Channel)> = self.usual(rules).into_iter().chain(own).collect();
        let kind = |c: &Channel| c.meaning.place.as_ref().map(|p| p.kind);
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| kind(&a.1).cmp(&kind(&b.1))));
        found.into_iter().map(|(_, channel)| channel).collect()
    }

    /// The usual ones, each with its distance from the line.
    fn usual(&self, rules: &Rules<'_>) -> Vec<(f32, Channel)> {
        let layout = rules.layout;
        let has = |kind| rules.keeps(self.lane, kind);
        let mut found = Vec::new();
        let zone = layout.stop_bar_m.filter(|_| has(DetectorKind::StopBar));
        if let Some(zone) = zone {
            let meaning = self.usually(rules, DetectorKind::StopBar);
            let length = zone.min(self.reach());
            found.push((0.0, self.channel(DetectorKind::StopBar, 0.0, length, self.zone(zone), meaning)));
        }
        let count = layout.count && has(DetectorKind::Count);
        if count {
            let length = self.network.lane(self.lane).length;
            let start = (length - COUNT_M - LOOP_M).max(0.0);
            let end = (start + LOOP_M).min(length);
            let (piece, meaning) = (Piece { lane: self.lane, start, end }, self.usually(rules, DetectorKind::Count));
            let distance = length - end;
            found.push((distance, self.channel(DetectorKind::Count, distance, end - start, vec![piece], meaning)));
        }
        // The nearest place that is free.
        let mut free = zone.unwrap_or(0.0).max(if count { COUNT_M + LOOP_M } else { 0.0 });
        for (kind, position) in [(DetectorKind::X, layout.x), (DetectorKind::In, layout.input)] {
            let Some(position) = position.filter(|_| has(kind)) else { continue };
            if let Some((distance, pieces)) = self.advance(position).filter(|found| found.0 >= free) {
                // The next one at least a loop's length upstream of this one.
                free = distance + 2.0 * LOOP_M;
                let mut meaning = self.usually(rules, kind);
                // Where buses alone come by, who comes over the others tells nothing of this one.
                let cars = |lane: LaneId| self.network.lane(lane).permissions.allows(VehicleClass::Passenger);
                if cars(self.lane) && !pieces.iter().any(|p| cars(p.lane)) {
                    meaning.diagnostics.expected = 0;
                }
                found.push((distance, self.channel(kind, distance, LOOP_M, pieces, meaning)));
            }
        }
        found
    }

    /// One of which it is said where it lies, with its distance; `None`: it does not lie on the way here.
    fn own(&self, rules: &Rules<'_>, own: &Own) -> Option<(f32, Channel)> {
        let stretch = self.way.iter().find(|s| s.lane == own.piece.lane)?;
        let distance = (stretch.from_line(self.network) - own.piece.end).max(0.0);
        let usual = self.usually(rules, own.kind);
        let meaning = DetectorUse {
            mode: own.mode.unwrap_or(usual.mode),
            usual: usual.usual && own.mode.is_none(),
            locking: own.locking.unwrap_or(usual.locking),
            delay: own.delay.unwrap_or(usual.delay),
            extend: own.extend,
            queue: own.special.queue,
            // One that keeps calls as its kind does keeps all of them that its kind does.
            yellow_lock: own.special.yellow_lock || own.locking.is_none() && usual.yellow_lock,
            extend_limit: own.special.extend_limit,
            added_initial: own.special.added_initial,
            switched: own.special.switched.iter().map(u16::to_string).collect(),
            diagnostics: own.special.diagnostics,
            ..usual
        };
        let length = own.piece.end - own.piece.start;
        let mut channel = self.channel(own.kind, distance, length, vec![own.piece], meaning);
        if let Some(groups) = &own.groups {
            channel.meaning.groups = groups.iter().map(u16::to_string).collect();
        }
        Some((distance, channel))
    }

    /// What a detector of a kind usually means here.
    fn usually(&self, rules: &Rules<'_>, kind: DetectorKind) -> DetectorUse {
        let layout = rules.layout;
        let own_zone = rules.own(self.lane).iter().any(|o| o.kind == DetectorKind::StopBar);
        let has_zone = own_zone || (layout.stop_bar_m.is_some() && rules.keeps(self.lane, DetectorKind::StopBar));
        let usual = DetectorUse::default();
        match kind {
            DetectorKind::StopBar => {
                let delay = if self.turns_on_red() { layout.on_red } else { Millis(0) };
                DetectorUse { mode: DetectorMode::CallAndExtend, delay, ..usual }
            }
            DetectorKind::X if has_zone => DetectorUse { mode: DetectorMode::Extend, usual: true, ..usual },
            // Without a zone somebody who has passed it waits unseen: also who did so on yellow and stops at the line.
            DetectorKind::X => {
                DetectorUse { mode: DetectorMode::CallAndExtend, locking: true, yellow_lock: true, ..usual }
            }
            DetectorKind::Count | DetectorKind::In => DetectorUse { mode: DetectorMode::Count, ..usual },
        }
    }

    /// A channel; what it means is given but for groups and place.
    fn channel(
        &self,
        kind: DetectorKind,
        distance: f32,
        length: f32,
        pieces: Vec<Piece>,
        meaning: DetectorUse,
    ) -> Channel {
        let lane = pieces.first().map_or(self.lane, |p| p.lane);
        // Whole centimetres: lengths of lanes are sums of rounded numbers.
        let round = |m: f32| f64::from((m * 100.0).round()) / 100.0;
        let place = DetectorPlace {
            kind,
            lane: self.network.lane(self.lane).id.clone(),
            distance_m: round(distance),
            length_m: round(length).max(0.1),
            speed_m_s: round(self.network.lane(lane).speed_limit).clamp(1.0, 70.0),
        };
        let groups = self.groups().iter().map(u16::to_string).collect();
        let section = self.section(&pieces);
        Channel { signal: self.signal, pieces, meaning: DetectorUse { groups, place: Some(place), section, ..meaning } }
    }

    /// Where pieces lie among the lanes of one road on which cars drive; `None`: not of one.
    fn section(&self, pieces: &[Piece]) -> Option<RoadSection> {
        let link = self.network.lane(pieces.first()?.lane).link;
        let cars = |lane: &LaneId| self.network.lane(*lane).permissions.allows(VehicleClass::Passenger);
        let road: Vec<LaneId> = self.network.lanes_of(link).filter(cars).collect();
        let place = |piece: &Piece| road.iter().position(|&lane| lane == piece.lane).and_then(|i| u8::try_from(i).ok());
        let mut lanes = pieces.iter().map(place).collect::<Option<Vec<u8>>>()?;
        lanes.sort_unstable();
        lanes.dedup();
        let of = u8::try_from(road.len()).ok().filter(|of| (1..=32).contains(of))?;
        Some(RoadSection { road: self.network.link(link).id.clone(), lanes, of })
    }

    /// The movements from the line that obey its signal, each with its group.
    pub fn movements(&self) -> impl Iterator<Item = (u16, &'a Movement)> {
        let all = self.network.movements_of(self.lane).map(|m| self.network.movement(m));
        all.filter_map(|m| Some((m.head.filter(|h| h.signal == self.signal)?.group, m)))
    }

    /// The groups that movements from the line obey.
    fn groups(&self) -> Vec<u16> {
        let mut groups: Vec<u16> = self.movements().map(|(group, _)| group).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// Whether nobody but right turns (left turns where traffic keeps left) leaves, and may do so on red.
    fn turns_on_red(&self) -> bool {
        let (near, part) = match self.network.left_hand {
            false => (Direction::Right, Direction::PartRight),
            true => (Direction::Left, Direction::PartLeft),
        };
        let mut all = self.network.movements_of(self.lane).map(|m| self.network.movement(m));
        let signal = &self.network.signals[self.signal.index()];
        all.all(|m| m.direction == near || m.direction == part)
            && self.groups().iter().all(|&g| may_turn_on_red(signal, g))
    }

    /// The pieces of a zone of so many metres before the line. Where the last lane is shorter, it reaches on through the
    /// junction before it: on a lane of a metre or two nobody stands, whoever comes there waits inside.
    fn zone(&self, length: f32) -> Vec<Piece> {
        let network = self.network;
        let mut ends = vec![(self.lane, 0.0)];
        let mut next = 0;
        while let Some(&(lane, to_line)) = ends.get(next) {
            next += 1;
            let start = to_line + network.lane(lane).length;
            for &last in network.lane(lane).incoming.iter().filter(|_| start < length) {
                let from = network.movement(last).from;
                let inside = network.lane(from).internal;
                let known = ends.iter().any(|(l, _)| *l == from);
                if !known && (inside || self.way.iter().any(|s| s.lane == from)) {
                    ends.push((from, start));
                }
            }
        }
        let piece = |&(lane, to_line): &(LaneId, f32)| {
            let end = network.lane(lane).length;
            Piece { lane, start: (end - (length - to_line)).max(0.0), end }
        };
        ends.iter().map(piece).collect()
    }

    /// Distance and pieces of an advance loop: where it is wanted, but well behind the last split.
    fn advance(&self, wanted: Position) -> Option<(f32, Vec<Piece>)> {
        let wanted = metres(wanted, self.network.lane(self.lane).speed_limit);
        loop_at(self.network, &self.way, wanted.min(SHARE_OF_WAY * self.reach()), LOOP_M)
    }

    /// How long the way is, m.
    pub fn reach(&self) -> f32 {
        self.way.iter().map(|s| s.from_line(self.network)).fold(0.0, f32::max)
    }
}

/// Whether a program permits a group's turn on red.
fn may_turn_on_red(signal: &Signal, group: u16) -> bool {
    signal.program.steps().iter().any(|s| s.lamps.get(usize::from(group)) == Some(&Lamp::TurnOnRed))
}

/// A loop of a length whose far border lies `distance` m before the stop line, in every lane of the way that is that far away.
/// Where that would be inside a junction, or across the end of a lane, it lies downstream of there. `None`: nowhere is
/// room for it.
fn loop_at(network: &Network, way: &[Stretch], distance: f32, loop_m: f32) -> Option<(f32, Vec<Piece>)> {
    // The place nearest to it in each lane.
    let place = |s: &Stretch| {
        let most = s.from_line(network) - loop_m;
        (most >= s.to_line && distance >= s.to_line).then_some(distance.min(most))
    };
    let place = way.iter().filter_map(place).reduce(f32::max)?;
    let holds = |s: &&Stretch| s.to_line <= place && place + loop_m <= s.from_line(network) + ROUNDING;
    let piece = |s: &Stretch| {
        let length = network.lane(s.lane).length;
        let end = (length - (place - s.to_line)).min(length);
        Piece { lane: s.lane, start: (end - loop_m).max(0.0), end }
    };
    Some((place, way.iter().filter(holds).map(piece).collect()))
}
