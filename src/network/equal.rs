//! Equal roads: who gives way where neither lamps nor signs nor a table say it.
//!
//! The rule of the road (Vienna Convention on Road Traffic, art. 16 and 18): of opposing ways the turning one gives
//! way, left before right; otherwise whoever has the other on the right. Where traffic keeps to the left all of it is
//! mirrored.
//!
//! Terms
//! - **arm**: the direction in which an approach lies, seen from the junction, rad.
//! - **unruled junction**: its ways meet, and nobody has said who goes first (SUMO: `unregulated`, where vehicles drive
//!   through each other).

use core::f64::consts::{FRAC_PI_4, PI, TAU};

use super::conflicts::come_close;
use super::{Direction, Junction, JunctionKind, Lane, Movement, MovementId, MovementKind, Point, RightOfWay};

/// An approach to a junction and what its vehicle is about to do there, in the measure of traffic on the right.
#[derive(Clone, Copy)]
pub(super) struct Approach {
    /// Its arm, rad.
    pub arm: f64,
    /// Which way it turns.
    pub direction: Direction,
}

impl Approach {
    /// Whether another comes from the opposite side.
    pub fn faces(&self, other: &Self) -> bool {
        ((self.arm - other.arm).abs() - PI).abs() < FRAC_PI_4
    }

    /// Whether another comes from the right: its arm follows counter-clockwise within half a turn.
    fn has_on_the_right(&self, other: &Self) -> bool {
        let between = other.arm - self.arm;
        between - TAU * libm::floor(between / TAU) < PI
    }

    /// Straight goes before right, right before left.
    pub fn strength(&self) -> u8 {
        match self.direction {
            Direction::Straight => 2,
            Direction::Right | Direction::PartRight => 1,
            _ => 0,
        }
    }

    /// Whether it gives way to another whose way meets its own; of two, exactly one does.
    pub fn gives_way_to(&self, other: &Self) -> bool {
        if !self.faces(other) {
            return self.has_on_the_right(other);
        }
        // Two alike from opposite sides: somebody has to.
        let (mine, theirs) = ((self.strength(), self.arm), (other.strength(), other.arm));
        mine.0 < theirs.0 || (mine.0 == theirs.0 && mine.1 > theirs.1)
    }

    /// The same in a mirror.
    fn mirrored(self) -> Self {
        let direction = match self.direction {
            Direction::Left => Direction::Right,
            Direction::PartLeft => Direction::PartRight,
            Direction::Right => Direction::Left,
            Direction::PartRight => Direction::PartLeft,
            other => other,
        };
        Self { arm: -self.arm, direction }
    }
}

/// Gives every unruled junction the rule of equal roads.
pub(super) fn rule(junctions: &mut [Junction], lanes: &[Lane], movements: &mut [Movement], left_hand: bool) {
    let unruled: Vec<bool> =
        junctions.iter().map(|j| j.kind == JunctionKind::Unregulated && j.entries.is_empty()).collect();
    for (k, m) in movements.iter().enumerate() {
        let j = m.junction.index();
        if unruled[j] && m.kind == MovementKind::Entry && lanes[m.next.index()].internal {
            junctions[j].entries.push(MovementId::new(k));
        }
    }
    for junction in junctions.iter().zip(unruled).filter_map(|(junction, unruled)| unruled.then_some(junction)) {
        let ways: Vec<Way> = junction.entries.iter().map(|&m| Way::of(m, lanes, movements, left_hand)).collect();
        for (a, first) in ways.iter().enumerate() {
            for second in &ways[a + 1..] {
                if first.meets(second, lanes, movements) {
                    let first_yields = first.approach.gives_way_to(&second.approach);
                    relate(movements, (first.id, second.id), first_yields);
                }
            }
        }
    }
}

/// A way through a junction.
struct Way {
    id: MovementId,
    approach: Approach,
    path: Vec<Point>,
}

impl Way {
    fn of(id: MovementId, lanes: &[Lane], movements: &[Movement], left_hand: bool) -> Self {
        let m = &movements[id.index()];
        let (mut path, mut lane) = (Vec::new(), m.next);
        while lanes[lane.index()].internal {
            let here = &lanes[lane.index()];
            path.extend_from_slice(&here.shape);
            lane = movements[here.movements.start as usize].next;
        }
        let arm = match &lanes[m.from.index()].shape[..] {
            [.., before, end] => libm::atan2(before.y - end.y, before.x - end.x),
            _ => 0.0,
        };
        let approach = Approach { arm, direction: m.direction };
        Self { id, approach: if left_hand { approach.mirrored() } else { approach }, path }
    }

    /// Whether vehicles from different roads could touch.
    fn meets(&self, other: &Self, lanes: &[Lane], movements: &[Movement]) -> bool {
        let (a, b) = (&movements[self.id.index()], &movements[other.id.index()]);
        let apart = lanes[a.from.index()].link != lanes[b.from.index()].link;
        apart && (a.to == b.to || come_close(&self.path, &other.path))
    }
}

/// Makes two movements foes, one of which gives way.
fn relate(movements: &mut [Movement], (first, second): (MovementId, MovementId), first_yields: bool) {
    movements[first.index()].foes.push(second);
    movements[second.index()].foes.push(first);
    let (yielding, going) = if first_yields { (first, second) } else { (second, first) };
    let m = &mut movements[yielding.index()];
    m.yields_to.push(going);
    m.right_of_way = RightOfWay::Equal;
    movements[going.index()].has_yielders = true;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(degrees: f64, direction: Direction) -> Approach {
        Approach { arm: degrees.to_radians(), direction }
    }

    #[test]
    fn of_two_exactly_one_gives_way() {
        use Direction::{Left, Right, Straight, UTurn};
        for a in 0..24 {
            for b in (0..24).filter(|b| *b != a) {
                for da in [Left, Right, Straight, UTurn] {
                    for db in [Left, Right, Straight, UTurn] {
                        let (a, b) = (from(15.0 * f64::from(a) - 180.0, da), from(15.0 * f64::from(b) - 180.0, db));
                        assert_ne!(a.gives_way_to(&b), b.gives_way_to(&a), "{} {da:?}, {} {db:?}", a.arm, b.arm);
                    }
                }
            }
        }
    }

    #[test]
    fn right_goes_before_left_and_oncoming_traffic_before_a_turn() {
        let (south, east, north) = (-90.0, 0.0, 90.0);
        let straight = Direction::Straight;
        assert!(
            from(south, straight).gives_way_to(&from(east, straight)),
            "who comes from the south has the east on the right"
        );
        assert!(from(south, Direction::Left).gives_way_to(&from(north, straight)));
        assert!(from(north, Direction::Left).gives_way_to(&from(south, Direction::Right)));
        let left_hand = |degrees, direction| from(degrees, direction).mirrored();
        assert!(left_hand(east, straight).gives_way_to(&left_hand(south, straight)));
        assert!(left_hand(south, Direction::Right).gives_way_to(&left_hand(north, straight)));
    }
}
