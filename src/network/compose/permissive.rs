//! Which turns at a signal give way to which while both are green: what a plan lists for the monitor.

use super::plan::{NodeKind, SignalPlan, StreetPlan};
use super::roads::Road;
use super::turns::{ORDER, Turn};
use super::{PlanError, Survey, plan_error};
use crate::network::RequestSpec;

/// The turns at a signal that give way, each with one that it gives way to, as [`SignalPlan::permissive`] lists them:
/// worked out from the streets, for whoever writes a plan.
///
/// # Errors
/// If the streets make no network, or there is no such node of kind signal.
pub fn permissive(plan: &StreetPlan, node: &str) -> Result<Vec<(String, String)>, PlanError> {
    let survey = Survey::new(plan)?;
    match survey.crossing(node) {
        Some(crossing) if crossing.kind == NodeKind::Signal => Ok(crossing.permissive()),
        _ => Err(plan_error("signal", node, "stands at no node; expected the name of a node of kind signal".into())),
    }
}

/// A turn as `street:letter`.
pub(super) fn turn_name(turn: &Turn, roads: &[Road]) -> String {
    let letter = ORDER.iter().find(|(d, _)| *d == turn.direction).map_or('s', |(_, letter)| *letter);
    format!("{}:{letter}", roads[turn.road].name)
}

/// The pairs of groups that a signal's list names: all foes among the lanes of two turns. `None`: it has no list.
pub(super) fn groups(
    plan: &SignalPlan,
    turns: &[Turn],
    rows: &[RequestSpec],
    roads: &[Road],
) -> Result<Option<Vec<(u16, u16)>>, PlanError> {
    let Some(list) = &plan.permissive else { return Ok(None) };
    let wrong = |problem: String| plan_error("signal", &plan.node, format!("permissive: {problem}"));
    let names: Vec<String> = turns.iter().map(|t| turn_name(t, roads)).collect();
    let of = |name: &String| {
        let found: Vec<usize> = (0..turns.len()).filter(|&i| names[i] == *name).collect();
        if found.is_empty() {
            return Err(wrong(format!("no turn '{name}' here; expected one of {}", known(&names))));
        }
        Ok(found)
    };
    let mut groups = Vec::new();
    for (i, (who, to)) in list.iter().enumerate() {
        if list[..i].contains(&(who.clone(), to.clone())) {
            return Err(wrong(format!("('{who}', '{to}') is given twice")));
        }
        let (all_who, all_to) = (of(who)?, of(to)?);
        let pairs = all_who.iter().flat_map(|&a| all_to.iter().map(move |&b| (a, b)));
        let before = groups.len();
        groups.extend(pairs.filter(|&(a, b)| rows[a].foes.contains(&(b as u16))).map(|(a, b)| (a as u16, b as u16)));
        if groups.len() == before {
            return Err(wrong(format!("'{who}' and '{to}' do not meet; expected turns that cross or merge")));
        }
    }
    groups.sort_unstable();
    Ok(Some(groups))
}

/// Each name once.
fn known(names: &[String]) -> String {
    let mut names = names.to_vec();
    names.dedup();
    names.join(", ")
}
