//! Yellow and all-red of a signal, from speeds and the ways through its crossing.

use intergreen_control::plan::Clearance;

use crate::network::compose::{CriticalStage, Crossing, SurveyedTurn};
use crate::network::{Direction, Point, geometry};

/// Yellow up to 50, 60 and more km/h, s (RiLSA 2015, 2.4).
const YELLOW: [f64; 3] = [3.0, 4.0, 5.0];
/// Ways that merge come together over about this length, m.
const MERGE: f64 = 8.0;
/// Half the width that two vehicles need where their ways cross, m.
const HALF: f64 = 2.0;
/// All-reds there may be, s: what plans allow (`docs/plan-files.md`), and one at least.
const ALL_REDS: [f64; 2] = [1.0, 6.0];

/// The yellow that suits the fastest approach, s.
pub(super) fn yellow(crossing: &Crossing) -> f64 {
    let fastest = crossing.turns.iter().map(|t| t.limit * 3.6).fold(0.0, f64::max);
    // Speeds are written in km/h: what is lost by the way there and back does not count.
    let over = [50.0, 60.0].iter().filter(|&&limit| fastest > limit + 0.01).count();
    YELLOW[over]
}

/// The all-red with which every change of stages clears the crossing (RiLSA 2015, 2.7; `docs/plan-files.md`), whole s.
pub(super) fn all_red(crossing: &Crossing, stages: &[CriticalStage], yellow: f64) -> f64 {
    let open: Vec<Vec<bool>> = stages.iter().map(|s| crossing.turns.iter().map(|t| opens(s, t)).collect()).collect();
    let mut longest = 0.0_f64;
    for (k, now) in open.iter().enumerate() {
        let next = &open[(k + 1) % open.len()];
        let ending = crossing.turns.iter().enumerate().filter(|&(i, _)| now[i] && !next[i]);
        for a in ending.map(|(_, turn)| turn) {
            for &j in a.foes.iter().filter(|&&j| next[j] && !now[j]) {
                longest = longest.max(intergreen(a, &crossing.turns[j]));
            }
        }
    }
    libm::ceil(longest - yellow - 1e-9).clamp(ALL_REDS[0], ALL_REDS[1])
}

/// Whether a stage opens a turn.
fn opens(stage: &CriticalStage, turn: &SurveyedTurn) -> bool {
    let letter = super::letter(turn.direction);
    stage.go.iter().any(|go| match go.split_once(':') {
        None => *go == turn.street,
        Some((street, letters)) => street == turn.street && letters.contains(letter),
    })
}

/// Time from the end of one green to the start of a foe's, s.
pub(super) fn intergreen(from: &SurveyedTurn, to: &SurveyedTurn) -> f64 {
    let (clear, enter) = match meeting(&from.path, &to.path) {
        Some((a, b)) => (a + HALF, (b - HALF).max(0.0)),
        None => (geometry::length(&from.path), (geometry::length(&to.path) - MERGE).max(0.0)),
    };
    let pace = |t: &SurveyedTurn| match t.direction {
        Direction::Straight => Clearance::STRAIGHT,
        Direction::Right => Clearance::TURNING_TIGHTLY,
        _ => Clearance::TURNING,
    };
    let time = pace(from).between(clear.min(200.0), pace(to), enter.min(200.0)).time();
    time.map_or(0.0, |t| t.seconds())
}

/// Where two ways cross: the way to there on both, m; `None`: they only merge.
fn meeting(a: &[Point], b: &[Point]) -> Option<(f64, f64)> {
    if a.last() == b.last() {
        return None;
    }
    let mut along_a = 0.0;
    for s in a.windows(2) {
        let mut along_b = 0.0;
        for t in b.windows(2) {
            if let Some((u, v)) = crossing_of((s[0], s[1]), (t[0], t[1])) {
                return Some((along_a + u * s[0].distance(s[1]), along_b + v * t[0].distance(t[1])));
            }
            along_b += t[0].distance(t[1]);
        }
        along_a += s[0].distance(s[1]);
    }
    None
}

/// Where two segments cross, as parts of their lengths.
fn crossing_of((p, q): (Point, Point), (r, s): (Point, Point)) -> Option<(f64, f64)> {
    let (ux, uy, vx, vy) = (q.x - p.x, q.y - p.y, s.x - r.x, s.y - r.y);
    let area = ux * vy - uy * vx;
    if area == 0.0 {
        return None;
    }
    let (wx, wy) = (r.x - p.x, r.y - p.y);
    let (t, u) = ((wx * vy - wy * vx) / area, (wx * uy - wy * ux) / area);
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then_some((t, u))
}
