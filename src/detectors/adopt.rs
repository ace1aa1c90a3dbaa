//! Detectors that a SUMO scenario has at its signals already: controllers see them in the place of the usual ones.
//!
//! - An area detector (e2) on one lane that reaches the stop line, give or take 5 m, is its stop-bar zone, unless it is
//!   longer than 30 m: then it measures a queue.
//! - An induction loop (e1) on the way to a stop line is the count loop, X or IN: what usually lies nearest to it. Of
//!   several for one of these, the nearest is it.

use std::collections::BTreeMap;

use intergreen_control::Millis;
use intergreen_control::plan::DetectorKind;

use super::layout::{Layout, Own, Special};
use super::place::{Line, lines, usual_places};
use super::{Piece, Stretch};
use crate::instruments::Instruments;
use crate::network::{LaneId, Network};

/// A zone ends at most so far before the stop line, m.
const AT_LINE_M: f32 = 5.0;
/// A zone is at most so long, m.
const ZONE_M: f32 = 30.0;
/// A loop without a length is so long, m, where it has room.
const LOOP_M: f32 = 1.8;
/// As short as a detector can be, m.
const SHORTEST_M: f32 = 0.2;

/// Those of a scenario's detectors that lie on the way to a stop line with a lamp and are something there, by stop line,
/// then kind.
pub fn adopted(network: &Network, instruments: &Instruments) -> Vec<Own> {
    let lines = lines(network);
    // Of each lane: the stop lines it leads to.
    let mut ways: BTreeMap<LaneId, Vec<(&Line<'_>, Stretch)>> = BTreeMap::new();
    for line in &lines {
        for stretch in &line.way {
            ways.entry(stretch.lane).or_default().push((line, *stretch));
        }
    }
    // By stop line and kind, how far from its usual place.
    let mut found: BTreeMap<(LaneId, DetectorKind), (f32, Own)> = BTreeMap::new();
    let mut offer = |line: &Line<'_>, kind: DetectorKind, off: f32, id: &str, piece: Piece| {
        let (line, extend, special) = (line.lane, Millis(0), Special::default());
        let (id, mode, groups) = (id.to_owned(), None, None);
        let own = Own { id, line, kind, piece, mode, groups, locking: None, delay: None, extend, special };
        let nearer = found.get(&(line, kind)).is_none_or(|known| off < known.0);
        if nearer {
            found.insert((line, kind), (off, own));
        }
    };
    for a in instruments.areas.iter().filter(|a| a.lanes.len() == 1) {
        let piece = Piece { lane: a.lanes[0], start: a.start as f32, end: a.end as f32 };
        for (line, stretch) in ways.get(&piece.lane).into_iter().flatten() {
            let to_line = distance(network, stretch, piece);
            if to_line <= AT_LINE_M && piece.end - piece.start <= ZONE_M {
                offer(line, DetectorKind::StopBar, to_line, &a.instrument.id, piece);
            }
        }
    }
    for l in &instruments.loops {
        let length = network.lane(l.lane).length;
        let end = (l.position as f32 + if l.length > 0.0 { l.length as f32 } else { LOOP_M }).min(length);
        let start = (l.position as f32).min(end - SHORTEST_M).max(0.0);
        let piece = Piece { lane: l.lane, start, end };
        for (line, stretch) in ways.get(&l.lane).into_iter().flatten() {
            let to_line = distance(network, stretch, piece);
            let usual = usual_places(line, &Layout::default());
            let off = usual.into_iter().map(|(kind, place)| ((place - to_line).abs(), kind));
            if let Some((off, kind)) = off.min_by(|a, b| a.0.total_cmp(&b.0)) {
                offer(line, kind, off, &l.instrument.id, piece);
            }
        }
    }
    found.into_values().map(|(_, own)| own).collect()
}

/// From the far border of a piece in a stretch to the stop line, m.
fn distance(network: &Network, stretch: &Stretch, piece: Piece) -> f32 {
    stretch.from_line(network) - piece.end
}
