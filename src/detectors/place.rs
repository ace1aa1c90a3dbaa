//! Placing detectors on the ways to all stop lines.

use intergreen_control::{Lamp, Millis};
use intergreen_control::plan::{DetectorKind, DetectorMode, DetectorPlace, DetectorUse};
use serde::Serialize;

use super::upstream::{Stretch, way_to};
use super::{Channel, Detectors, Piece};
use crate::network::{Direction, LaneId, Network, Signal, SignalId};

/// Length of a loop that counts, m.
const LOOP_M: f32 = 1.8;
/// Distance of the count loop's far border from the stop line, m.
const COUNT_M: f32 = 1.0;
/// What sums of lengths are exact to, m.
const ROUNDING: f32 = 0.01;
/// How far back advance loops lie at most, as a share of the way.
const SHARE_OF_WAY: f32 = 0.8;
/// How long somebody must wait in a lane for right turns before the zone calls, where a turn on red is permitted: 8 to
/// 12 s are usual (FHWA, Signal Timing Manual, 2008, on delay; Bonneson and McCoy, Manual of Traffic Detector Design).
const ON_RED: Millis = Millis(10_000);

/// Which detectors lanes have, and where.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Layout {
    /// Length of the stop-bar zone, m; `None`: there is none.
    pub stop_bar_m: Option<f32>,
    /// Whether there are count loops.
    pub count: bool,
    /// Distance of X from the stop line, in seconds at the speed limit; `None`: there is none.
    pub x_s: Option<f32>,
    /// The same of IN.
    pub in_s: Option<f32>,
}

impl Default for Layout {
    fn default() -> Self {
        Self { stop_bar_m: Some(12.0), count: true, x_s: Some(3.5), in_s: Some(8.0) }
    }
}

/// The detectors of a network.
pub fn place(network: &Network, layout: &Layout) -> Detectors {
    let mut of_signals: Vec<Vec<Channel>> = vec![Vec::new(); network.signals.len()];
    for lane in (0..network.lanes.len()).map(LaneId::new) {
        if let Some(line) = Line::at(network, lane) {
            let channels = &mut of_signals[line.signal.index()];
            channels.extend(line.channels(layout));
        }
    }
    let mut placed = Detectors::default();
    for channels in of_signals {
        placed.first.push(placed.channels.len() as u32);
        // A controller has so many channels at most; no signal has as many lanes.
        for (number, mut channel) in (0..u16::MAX).zip(channels) {
            channel.meaning.channel = number;
            placed.channels.push(channel);
        }
    }
    placed.first.push(placed.channels.len() as u32);
    placed
}

/// A stop line with a lamp: one lane's.
struct Line<'a> {
    network: &'a Network,
    lane: LaneId,
    signal: SignalId,
    way: Vec<Stretch>,
}

impl<'a> Line<'a> {
    /// The line at the end of a lane, if a signal controls it.
    fn at(network: &'a Network, lane: LaneId) -> Option<Self> {
        if network.lane(lane).permissions.is_footway() {
            return None;
        }
        let signal = network.movements_of(lane).find_map(|m| network.movement(m).head)?.signal;
        Some(Self { network, lane, signal, way: way_to(network, lane) })
    }

    /// Its channels from the line upstream.
    fn channels(&self, layout: &Layout) -> Vec<Channel> {
        let mut found = Vec::new();
        let zone = layout.stop_bar_m.unwrap_or(0.0);
        if zone > 0.0 {
            let delay = if self.turns_on_red() { ON_RED } else { Millis(0) };
            let meaning = DetectorUse { mode: DetectorMode::CallAndExtend, delay, ..DetectorUse::default() };
            found.push(self.channel(DetectorKind::StopBar, 0.0, zone, self.zone(zone), meaning));
        }
        if layout.count {
            let meaning = DetectorUse { mode: DetectorMode::Count, ..DetectorUse::default() };
            let length = self.network.lane(self.lane).length;
            let start = (length - COUNT_M - LOOP_M).max(0.0);
            let end = (start + LOOP_M).min(length);
            let piece = Piece { lane: self.lane, start, end };
            found.push(self.channel(DetectorKind::Count, length - end, end - start, vec![piece], meaning));
        }
        // The nearest place that is free.
        let mut free = zone.max(if layout.count { COUNT_M + LOOP_M } else { 0.0 });
        let has_zone = zone > 0.0;
        let of_x = DetectorUse {
            // Without a zone somebody who has passed it waits unseen.
            mode: if has_zone { DetectorMode::Extend } else { DetectorMode::CallAndExtend },
            locking: !has_zone,
            ..DetectorUse::default()
        };
        let of_in = DetectorUse { mode: DetectorMode::Count, ..DetectorUse::default() };
        for (kind, seconds, meaning) in
            [(DetectorKind::X, layout.x_s, of_x), (DetectorKind::In, layout.in_s, of_in)]
        {
            let Some(seconds) = seconds else { continue };
            if let Some((distance, pieces)) = self.advance(seconds).filter(|found| found.0 >= free) {
                // The next one at least a loop's length upstream of this one.
                free = distance + 2.0 * LOOP_M;
                found.push(self.channel(kind, distance, LOOP_M, pieces, meaning));
            }
        }
        found
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
        Channel { signal: self.signal, pieces, meaning: DetectorUse { groups, place: Some(place), ..meaning } }
    }

    /// The groups that movements from the line obey.
    fn groups(&self) -> Vec<u16> {
        let heads = self.network.movements_of(self.lane).filter_map(|m| self.network.movement(m).head);
        let mut groups: Vec<u16> = heads.filter(|h| h.signal == self.signal).map(|h| h.group).collect();
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

    /// The pieces of a zone of so many metres before the line.
    fn zone(&self, length: f32) -> Vec<Piece> {
        let near = self.way.iter().filter(|s| s.to_line < length);
        let piece = |s: &Stretch| {
            let end = self.network.lane(s.lane).length;
            Piece { lane: s.lane, start: (end - (length - s.to_line)).max(0.0), end }
        };
        near.map(piece).collect()
    }

    /// Distance and pieces of a loop so many seconds before the line, but well behind the last split.
    fn advance(&self, seconds: f32) -> Option<(f32, Vec<Piece>)> {
        let reach = self.way.iter().map(|s| s.from_line(self.network)).fold(0.0, f32::max);
        let wanted = seconds * self.network.lane(self.lane).speed_limit;
        loop_at(self.network, &self.way, wanted.min(SHARE_OF_WAY * reach))
    }
}

/// Whether a program permits a group's turn on red.
fn may_turn_on_red(signal: &Signal, group: u16) -> bool {
    signal.program.steps().iter().any(|s| s.lamps.get(usize::from(group)) == Some(&Lamp::TurnOnRed))
}

/// A loop whose far border lies `distance` m before the stop line, in every lane of the way that is that far away.
/// Where that would be inside a junction, or across the end of a lane, it lies downstream of there. `None`: nowhere is
/// room for it.
fn loop_at(network: &Network, way: &[Stretch], distance: f32) -> Option<(f32, Vec<Piece>)> {
    // The place nearest to it in each lane.
    let place = |s: &Stretch| {
        let most = s.from_line(network) - LOOP_M;
        (most >= s.to_line && distance >= s.to_line).then_some(distance.min(most))
    };
    let place = way.iter().filter_map(place).reduce(f32::max)?;
    let holds = |s: &&Stretch| s.to_line <= place && place + LOOP_M <= s.from_line(network) + ROUNDING;
    let piece = |s: &Stretch| {
        let length = network.lane(s.lane).length;
        let end = (length - (place - s.to_line)).min(length);
        Piece { lane: s.lane, start: (end - LOOP_M).max(0.0), end }
    };
    Some((place, way.iter().filter(holds).map(piece).collect()))
}
