//! What the detectors of a plan are for, as measures of performance need it.

use intergreen_control::log::{arrow_number, phase_number};
use intergreen_control::plan::{DetectorKind, DetectorPlace, GroupKind};
use intergreen_control::{Millis, Plan};

use crate::performance::{Detector, Detectors, Function};
use crate::sim::Simulation;

/// One thing a detector is for: a row of `detectors.csv`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Use<'a> {
    /// The phase that it is for, from 1.
    pub phase: u16,
    /// Its channel, from 1.
    pub channel: u16,
    /// What it tells; none: it extends greens, which no measure is made of.
    pub function: Option<Function>,
    /// Where it lies; none: a push button.
    pub place: Option<&'a DetectorPlace>,
    /// The flashing yellow arrow under which its drivers may go too; none: they have none.
    pub arrow: Option<u16>,
    /// Time from its near border to the stop line, s: 0 for those that lie there.
    travel: f64,
}

impl Use<'_> {
    /// Its function as `atspm` calls it; a name of ours where it knows none.
    pub const fn word(&self) -> &'static str {
        match self.function {
            Some(Function::Presence) => "Presence",
            Some(Function::Count) => "Count",
            Some(Function::Advance) => "Advance",
            Some(Function::YellowRed) => "Yellow_Red",
            Some(Function::Pedestrian) => "Pedestrian",
            None => "Extension",
        }
    }

    /// As the file has it: to 0.1 s.
    pub fn travel(&self) -> String {
        format!("{:.1}", self.travel)
    }
}

/// What the detectors of all signals are for, as a reader of `detectors.csv` finds it.
///
/// # Errors
/// If one channel has more uses than measures take.
pub fn detectors(sim: &Simulation) -> Result<Detectors, String> {
    let mut list = Vec::new();
    for (controller, signal) in sim.controllers().list.iter().zip(&sim.scene().network.signals) {
        for row in uses(controller.plan()) {
            let Some(function) = row.function else { continue };
            let travel = Millis::from_seconds(row.travel().parse().unwrap_or_default());
            let (signal, channel, phase) = (signal.id.clone(), row.channel, row.phase);
            list.push(Detector { signal, channel, phase, function, travel, arrow: row.arrow });
        }
    }
    Detectors::new(list)
}

/// The phases whose green a group waits for. A left turn with a flashing arrow is an overlap, and waits for the phase
/// with which its arrow is green; other overlaps have no phase of their own.
fn phases(plan: &Plan, group: u16) -> Vec<u16> {
    if let Some(phase) = phase_number(plan, group) {
        return vec![phase];
    }
    let kind = plan.groups().get(usize::from(group)).map(|g| g.kind);
    let mut overlaps = plan.rings().into_iter().flat_map(|r| &r.overlaps);
    let overlap = overlaps.find(|o| o.group == group && kind == Some(GroupKind::FlashingYellowArrow));
    let protected = overlap.map_or(0, |o| o.phases);
    (1..=32).filter(|n| protected >> (n - 1) & 1 == 1).collect()
}

/// What the detectors of a plan are for, as far as it says where they lie.
pub fn uses(plan: &Plan) -> Vec<Use<'_>> {
    let placed = || plan.spec().detectors.iter().filter_map(|d| Some((d, d.place.as_ref()?)));
    let mut rows: Vec<Use<'_>> = Vec::new();
    for (used, place) in placed() {
        let function = match place.kind {
            DetectorKind::StopBar => Some(Function::Presence),
            // It lies before the line: whoever stops on it at red has not run it, so it is no `Yellow_Red`.
            DetectorKind::Count => Some(Function::Count),
            DetectorKind::In => Some(Function::Advance),
            // Arrivals of a lane are counted once, as far upstream as it is seen.
            DetectorKind::X if placed().any(|(_, p)| p.lane == place.lane && p.kind == DetectorKind::In) => None,
            DetectorKind::X => Some(Function::Advance),
        };
        let upstream = matches!(place.kind, DetectorKind::X | DetectorKind::In);
        let way = if upstream { place.distance_m + place.length_m } else { 0.0 };
        let groups = used.groups.iter().filter_map(|name| plan.find_group(name));
        let with_arrow = |group: u16| (phases(plan, group), arrow_number(plan, group));
        let phases = groups.map(with_arrow).flat_map(|(phases, arrow)| phases.into_iter().map(move |p| (p, arrow)));
        for (phase, arrow) in phases {
            let (channel, travel) = (used.channel.saturating_add(1), way / place.speed_m_s.max(1.0));
            let row = Use { phase, channel, function, place: Some(place), arrow, travel };
            // Several groups may belong to one phase.
            if !rows.iter().rev().take_while(|r| r.channel == channel).any(|r| *r == row) {
                rows.push(row);
            }
        }
    }
    // Buttons lie nowhere; those whom they call have their walks with a phase.
    let buttons = plan.buttons();
    for used in plan.spec().detectors.iter().filter(|d| buttons.binary_search(&d.channel).is_ok()) {
        let groups = used.groups.iter().filter_map(|name| plan.find_group(name));
        for phase in groups.filter_map(|group| phase_number(plan, group)) {
            let channel = used.channel.saturating_add(1);
            let row =
                Use { phase, channel, function: Some(Function::Pedestrian), place: None, arrow: None, travel: 0.0 };
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use intergreen_control::plan::DetectorUse;

    use super::*;
    use crate::scenario::read_plan;

    /// The dual-ring plan with detectors: channel, kind, lane, distance in m, groups.
    fn plan(detectors: &[(u16, DetectorKind, &str, f64, &[&str])]) -> Plan {
        let text = include_str!("../../scenarios/plans/dual_ring.ron");
        let mut spec = read_plan(text, "dual_ring.ron").unwrap();
        let used = |&(channel, kind, lane, distance_m, groups): &(u16, DetectorKind, &str, f64, &[&str])| DetectorUse {
            channel,
            groups: groups.iter().map(ToString::to_string).collect(),
            place: Some(DetectorPlace { kind, lane: lane.into(), distance_m, length_m: 2.0, speed_m_s: 14.0 }),
            ..DetectorUse::default()
        };
        spec.detectors = detectors.iter().map(used).collect();
        Plan::new(spec).unwrap()
    }

    #[test]
    fn detectors_are_for_phases() {
        use DetectorKind::*;
        let plan = plan(&[
            (0, StopBar, "w_1", 1.0, &["eb"]),
            (1, Count, "w_1", 0.0, &["eb"]),
            (2, X, "w_1", 47.0, &["eb"]),
            (3, In, "w_1", 110.0, &["eb"]),
            (4, X, "s_0", 40.0, &["nb", "nb_left"]),
            (5, StopBar, "s_0", 1.0, &["nb_right"]),
            (6, StopBar, "e_2", 1.0, &["wb_left"]),
        ]);
        let rows: Vec<_> = uses(&plan).iter().map(|r| (r.phase, r.channel, r.word(), r.travel)).collect();
        let expected = [
            (2, 1, "Presence", 0.0),
            (2, 2, "Count", 0.0),
            (2, 3, "Extension", 3.5),
            (2, 4, "Advance", 8.0),
            // No loop further upstream in this lane, whose vehicles wait for two phases.
            (4, 5, "Advance", 3.0),
            (7, 5, "Advance", 3.0),
            // The right turn is an overlap; so is the left turn, but it has a flashing arrow.
            (1, 7, "Presence", 0.0),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn push_buttons_are_for_the_phases_of_their_walks() {
        let mut spec = plan(&[]).spec().clone();
        let walk = spec.groups.iter().find(|g| g.kind == GroupKind::Pedestrian).expect("a walk").name.clone();
        spec.detectors = vec![DetectorUse { channel: 4, groups: vec![walk.clone()], ..DetectorUse::default() }];
        let plan = Plan::new(spec).unwrap();
        let phase = phase_number(&plan, plan.find_group(&walk).unwrap()).unwrap();
        let rows: Vec<_> = uses(&plan).iter().map(|r| (r.phase, r.channel, r.word(), r.place.is_none())).collect();
        assert_eq!(rows, [(phase, 5, "Pedestrian", true)]);
    }
}
