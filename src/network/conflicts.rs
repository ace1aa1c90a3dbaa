//! Where vehicles inside a junction could touch: derived from the lanes' shapes.
//!
//! Two internal lanes conflict if the right-of-way table calls their movements foes, if they lead to the same
//! lane, or if they come from the same lane. The conflict is the stretch on which their centre lines are closer
//! than [`CLEARANCE`].

use super::{Conflict, ConflictKind, Lane, LaneId, Movement, MovementKind, geometry};

/// Centre lines closer than this leave no room for two cars: a car's width of 1.8 m and 0.2 m to spare.
const CLEARANCE: f64 = 2.0;
/// Distance between the points at which a lane is probed, m. Half of it is the error of a conflict's ends.
const PROBE: f64 = 0.5;

/// Fills in the conflicts of all internal lanes.
pub(super) fn derive(lanes: &mut [Lane], movements: &[Movement]) {
    // The internal lanes of each junction, with the entry movement through which they are reached.
    let mut inside: Vec<Vec<(LaneId, &Movement)>> = Vec::new();
    for m in movements.iter().filter(|m| m.kind != MovementKind::Entry) {
        let j = m.junction.index();
        if inside.len() <= j {
            inside.resize(j + 1, Vec::new());
        }
        inside[j].push((m.from, &movements[m.entry.index()]));
    }
    for group in inside {
        for (i, &(a, entry_a)) in group.iter().enumerate() {
            for &(b, entry_b) in &group[i + 1..] {
                if let Some(kind) = how_they_meet(entry_a, entry_b, movements) {
                    pair(lanes, a, b, kind, entry_a, entry_b);
                }
            }
        }
    }
    for lane in lanes {
        lane.conflicts.sort_by(|x, y| x.start.total_cmp(&y.start).then(x.foe.cmp(&y.foe)));
    }
}

/// The kind of conflict of two entry movements, if they can conflict at all.
fn how_they_meet(a: &Movement, b: &Movement, movements: &[Movement]) -> Option<ConflictKind> {
    if a.entry == b.entry {
        return None;
    }
    if a.from == b.from {
        return Some(ConflictKind::Diverging);
    }
    if a.to == b.to {
        return Some(ConflictKind::Merging);
    }
    let foes = a.foes.iter().any(|f| movements[f.index()].entry == b.entry)
        || b.foes.iter().any(|f| movements[f.index()].entry == a.entry);
    foes.then_some(ConflictKind::Crossing)
}

/// Adds the conflict of two lanes to both, if their shapes come close.
fn pair(lanes: &mut [Lane], a: LaneId, b: LaneId, kind: ConflictKind, entry_a: &Movement, entry_b: &Movement) {
    let (Some((sa, ea)), Some((sb, eb))) =
        (stretch(&lanes[a.index()], &lanes[b.index()]), stretch(&lanes[b.index()], &lanes[a.index()]))
    else {
        return;
    };
    let a_yields = entry_a.yields_to.contains(&entry_b.entry);
    let b_yields = entry_b.yields_to.contains(&entry_a.entry);
    let conflict =
        |foe, (start, end), (foe_start, foe_end), yields, foe_yields| Conflict { foe, kind, start, end, foe_start, foe_end, yields, foe_yields };
    lanes[a.index()].conflicts.push(conflict(b, (sa, ea), (sb, eb), a_yields, b_yields));
    lanes[b.index()].conflicts.push(conflict(a, (sb, eb), (sa, ea), b_yields, a_yields));
}

/// The stretch of `lane` that is closer than the clearance to `other`, in driving metres.
fn stretch(lane: &Lane, other: &Lane) -> Option<(f32, f32)> {
    let drawn = geometry::length(&lane.shape);
    let n = (drawn / PROBE).ceil().clamp(1.0, 2000.0) as usize;
    let mut range: Option<(usize, usize)> = None;
    for i in 0..=n {
        let (p, _) = geometry::along(&lane.shape, drawn * i as f64 / n as f64);
        if geometry::distance_to(&other.shape, p) < CLEARANCE {
            range = Some(range.map_or((i, i), |(first, _)| (first, i)));
        }
    }
    let to_driving = f64::from(lane.length) / n as f64;
    range.map(|(first, last)| ((first as f64 * to_driving) as f32, (last as f64 * to_driving) as f32))
}
