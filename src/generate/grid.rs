//! A grid of streets, signals at its crossings, or signs.
//!
//! Crossing `c2_3` is the second from the west and the third from the south. Street `h3_0` leads from the western end
//! `w3` of the third row to its first crossing, `h3_1` from there to the second, and so on to the eastern end `e3`;
//! `v2_0` leads from the southern end `s2` of the second column northward.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arterial::{CRUISE, MEDIAN};
use super::signals::{self, Draft, Standards};
use super::ways::Turns;
use super::{Dice, Flow, GenerateError, Generated, within};
use crate::network::compose::{Node, NodeKind, Street, StreetEnd, StreetPlan, Survey};

/// What a grid is made of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Grid {
    /// Crossings from west to east, 1 to 100.
    #[schemars(range(min = 1, max = 100), extend("unit" = "number"))]
    pub columns: usize,
    /// Crossings from south to north, 1 to 100.
    #[schemars(range(min = 1, max = 100), extend("unit" = "number"))]
    pub rows: usize,
    /// Distance between neighbours, and length of the streets that lead out, m, 100 to 1,000.
    #[schemars(range(min = 100.0, max = 1000.0), extend("unit" = "m"))]
    pub block: f64,
    /// Lanes each way, 1 to 3.
    #[schemars(range(min = 1, max = 3), extend("unit" = "lanes"))]
    pub lanes: u8,
    /// Whether left turns at signals have bays.
    pub bays: bool,
    /// Speed limit, km/h, 30 to 70.
    #[schemars(range(min = 30.0, max = 70.0), extend("unit" = "km/h"))]
    pub speed: f64,
    /// Parts of crossings with signals, with rows that go first, and with right before left.
    #[schemars(inner(range(min = 0.0, max = 1e6)), extend("unit" = "parts"))]
    pub mix: [f64; 3],
    /// Traffic as a factor of the usual, 0.1 to 2. 1: at each end 250 veh/h and lane enter, 150 if there are crossings
    /// without signals.
    #[schemars(range(min = 0.1, max = 2.0), extend("unit" = "factor"))]
    pub demand: f64,
    /// Seed: the same makes the same.
    #[schemars(range(min = 0, max = 18_446_744_073_709_551_615_u64), extend("unit" = "number"))]
    pub seed: u64,
}

impl Default for Grid {
    fn default() -> Self {
        Self {
            columns: 6,
            rows: 6,
            block: 200.0,
            lanes: 1,
            bays: true,
            speed: 50.0,
            mix: [1.0, 0.0, 0.0],
            demand: 1.0,
            seed: 1,
        }
    }
}

/// Traffic that enters at each end if all crossings have signals, and if not, veh/h and lane.
const ENTERS: [f64; 2] = [250.0, 150.0];
/// Of those who enter, how many go straight through; the others turn once.
const STRAIGHT: f64 = 0.6;
/// At so many crossings, drawn for each end, those who turn do.
const TURNS: usize = 4;
/// Bays are so long, m, if there is room, and never shorter than the second.
const BAYS: [f64; 2] = [60.0, 20.0];

/// Makes a grid.
///
/// # Errors
/// If a parameter is out of its range.
pub fn generate(p: &Grid) -> Result<Generated, GenerateError> {
    within("columns", p.columns, 1..=100)?;
    within("rows", p.rows, 1..=100)?;
    within("block", p.block, 100.0..=1000.0)?;
    within("lanes", p.lanes, 1..=3)?;
    within("speed", p.speed, 30.0..=70.0)?;
    within("demand", p.demand, 0.1..=2.0)?;
    p.mix.iter().try_for_each(|&part| within("mix", part, 0.0..=1e6))?;
    within("mix", p.mix.iter().sum::<f64>(), 1e-6..=3e6)?;
    let bay = bay(p)?;
    let dice = Dice { seed: p.seed };
    let mut plan = streets(p, bay, dice);
    let flows = flows(p, dice);
    let survey = Survey::new(&plan)?;
    let counts = Turns::new(&survey).count(&flows);
    let mut drafts: Vec<(usize, usize, Draft)> = Vec::new();
    for i in 1..=p.columns {
        for j in 1..=p.rows {
            let Some(crossing) = survey.crossing(&node(i, j)).filter(|c| c.kind == NodeKind::Signal) else { continue };
            let draft = signals::draft(crossing, &counts, Some(&format!("h{j}_{i}")), &Standards::default());
            drafts.push((i, j, draft));
        }
    }
    let cycle = signals::common_cycle(drafts.iter().map(|d| &d.2));
    let offsets = |n: usize| {
        let at: Vec<f64> = (0..n).map(|k| k as f64 * p.block).collect();
        signals::two_way(&at, p.speed / 3.6 * CRUISE, cycle)
    };
    let (along, up) = (offsets(p.columns), offsets(p.rows));
    for (i, j, draft) in drafts {
        let offset = along[i - 1] + up[j - 1];
        let offset = if offset >= cycle { offset - cycle } else { offset };
        plan.signals.push(draft.plan(cycle, offset).map_err(|e| super::no_program(&draft.node, &e))?);
    }
    Ok(Generated { plan, flows })
}

/// The name of a crossing.
fn node(column: usize, row: usize) -> String {
    format!("c{column}_{row}")
}

/// The length of bays; none: there are none.
fn bay(p: &Grid) -> Result<Option<f64>, GenerateError> {
    if !p.bays {
        return Ok(None);
    }
    // Two stop lines with half a median, the lanes and a corner, a piece of street, and some room.
    let taken = 2.0 * (MEDIAN / 2.0 + 3.2 * f64::from(p.lanes) + 5.0) + 12.0;
    let room = libm::floor((p.block - taken) / 2.0).min(BAYS[0]);
    if room < BAYS[1] {
        let expected = format!("at least {} m, for bays of {} m", taken + 2.0 * BAYS[1], BAYS[1]);
        return Err(GenerateError::Parameter { parameter: "block", found: p.block.to_string(), expected });
    }
    Ok(Some(room))
}

/// The streets.
fn streets(p: &Grid, bay: Option<f64>, dice: Dice) -> StreetPlan {
    let mut plan = StreetPlan::default();
    let kinds = [NodeKind::Signal, NodeKind::Priority, NodeKind::RightBeforeLeft];
    let kind = |i: usize, j: usize| {
        let mut draw = dice.unit("kind", (j - 1) * p.columns + i - 1) * p.mix.iter().sum::<f64>();
        let mut pick = kinds.into_iter().zip(p.mix).filter(|(_, part)| *part > 0.0);
        let mut last = NodeKind::Signal;
        while let Some((kind, part)) = pick.next().filter(|_| draw >= 0.0) {
            (last, draw) = (kind, draw - part);
        }
        last
    };
    // Ends lie before the first and behind the last crossing.
    let inside = |i: usize, n: usize| (1..=n).contains(&i);
    for i in 0..=p.columns + 1 {
        for j in 0..=p.rows + 1 {
            let (id, kind) = match (inside(i, p.columns), inside(j, p.rows)) {
                (true, true) => (node(i, j), kind(i, j)),
                (false, false) => continue,
                (false, true) => (format!("{}{j}", if i == 0 { 'w' } else { 'e' }), NodeKind::DeadEnd),
                (true, false) => (format!("{}{i}", if j == 0 { 's' } else { 'n' }), NodeKind::DeadEnd),
            };
            plan.nodes.push(Node::new(&id, i as f64 * p.block, j as f64 * p.block, kind));
        }
    }
    let end = |i: usize, j: usize| {
        let signal = inside(i, p.columns) && inside(j, p.rows) && kind(i, j) == NodeKind::Signal;
        StreetEnd { bay: bay.filter(|_| signal), turns: Vec::new() }
    };
    let named = |i: usize, j: usize| match (i, j) {
        (0, j) => format!("w{j}"),
        (i, 0) => format!("s{i}"),
        (i, j) if i > p.columns => format!("e{j}"),
        (i, j) if j > p.rows => format!("n{i}"),
        (i, j) => node(i, j),
    };
    let median = if bay.is_some() { MEDIAN } else { 0.0 };
    let mut street = |id: String, rank: i32, from: (usize, usize), to: (usize, usize)| {
        plan.streets.push(Street {
            rank,
            median,
            end: end(to.0, to.1),
            end_back: end(from.0, from.1),
            ..Street::new(&id, &named(from.0, from.1), &named(to.0, to.1), p.lanes, p.speed)
        });
    };
    for j in 1..=p.rows {
        (0..=p.columns).for_each(|k| street(format!("h{j}_{k}"), 2, (k, j), (k + 1, j)));
    }
    for i in 1..=p.columns {
        (0..=p.rows).for_each(|k| street(format!("v{i}_{k}"), 1, (i, k), (i, k + 1)));
    }
    plan
}

/// One end of a row or column.
#[derive(Clone, Copy)]
struct End {
    /// Whether it is one of a row.
    row: bool,
    /// Which row or column.
    line: usize,
    /// Whether one drives east or north from there.
    forward: bool,
}

/// Who drives: from each end most straight through, the others turn at some crossings, left and right alike.
fn flows(p: &Grid, dice: Dice) -> Vec<Flow> {
    let enters = if p.mix[1] + p.mix[2] > 0.0 { ENTERS[1] } else { ENTERS[0] };
    let rate = enters * f64::from(p.lanes) * p.demand;
    let mut ends = Vec::new();
    for forward in [true, false] {
        ends.extend((1..=p.rows).map(|line| End { row: true, line, forward }));
        ends.extend((1..=p.columns).map(|line| End { row: false, line, forward }));
    }
    let mut flows = Vec::new();
    for (k, end) in ends.into_iter().enumerate() {
        let [length, others] = if end.row { [p.columns, p.rows] } else { [p.rows, p.columns] };
        let through = along(end, 0, length);
        flows.push(flow(through, rate * STRAIGHT));
        for t in 0..TURNS {
            let at = 1 + (dice.unit("turn", k * TURNS + t) * length as f64) as usize;
            let out = End { row: !end.row, line: at, forward: t % 2 == 0 };
            // Places on the way count from its own beginning.
            let (to, from) = if end.forward { (at, 0) } else { (length + 1 - at, 0) };
            let start = if out.forward { end.line } else { others + 1 - end.line };
            let mut streets = along_part(end, length, from, to);
            streets.extend(along_part(out, others, start, others + 1));
            flows.push(flow(streets, rate * (1.0 - STRAIGHT) / TURNS as f64));
        }
    }
    flows
}

/// A flow over these streets.
fn flow(streets: Vec<String>, rate: f64) -> Flow {
    let (from, to) = (streets.first().cloned().unwrap_or_default(), streets.last().cloned().unwrap_or_default());
    Flow { from, to, rate, streets }
}

/// The streets of a line of so many crossings from one of them, counted from the end where one starts, to its other end.
fn along(end: End, from: usize, length: usize) -> Vec<String> {
    along_part(end, length, from, length + 1)
}

/// The same to one of the crossings.
fn along_part(end: End, length: usize, from: usize, to: usize) -> Vec<String> {
    let letter = if end.row { 'h' } else { 'v' };
    (from..to)
        .map(|k| match end.forward {
            true => format!("{letter}{}_{k}", end.line),
            false => format!("-{letter}{}_{}", end.line, length - k),
        })
        .collect()
}
