//! What the detectors of a plan are for, as measures of performance need it.

use intergreen_control::log::{arrow_number, lamps_of_phases, phase_number};
use intergreen_control::plan::{DetectorKind, DetectorPlace, GroupKind};
use intergreen_control::{Millis, Plan};

use crate::performance::{AT_LINE_M, Detector, Detectors, Function};
use crate::sim::Simulation;

/// The word for a lane whose lamp may be green while the log has the phase red.
pub const OWN_LAMP: &str = "own";

/// One thing a detector is for: a row of `detectors.csv`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Use<'a> {
    /// The phase that it is for, from 1.
    pub phase: u16,
    /// Its channel, from 1.
    pub channel: u16,
    /// What it tells.
    pub function: Function,
    /// Where it lies; none: a push button.
    pub place: Option<&'a DetectorPlace>,
    /// The flashing yellow arrow under which its drivers may go too; none: they have none.
    pub arrow: Option<u16>,
    /// Whether a lamp of its lane may be green while the log has the phase red: it is not always that of the phase.
    own_lamp: bool,
    /// Time from its near border to the stop line, s: 0 for those that lie there.
    travel: f64,
}

impl Use<'_> {
    /// Its function as `atspm` calls it; a name of ours where it knows none.
    pub const fn word(&self) -> &'static str {
        match self.function {
            Function::Presence => "Presence",
            Function::Count => "Count",
            Function::Advance => "Advance",
            Function::YellowRed => "Yellow_Red",
            Function::Pedestrian => "Pedestrian",
            Function::Other => "Extension",
        }
    }

    /// Whose lamp its drivers see, in a word.
    pub const fn lamp(&self) -> &'static str {
        match (self.place, self.own_lamp) {
            (None, _) => "",
            (Some(_), true) => OWN_LAMP,
            (Some(_), false) => "phase",
        }
    }

    /// Whether it tells who passes the stop line on yellow or red.
    fn judges(&self) -> bool {
        !self.own_lamp && self.place.is_some_and(|p| p.distance_m <= AT_LINE_M)
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
            let travel = Millis::from_seconds(row.travel().parse().unwrap_or_default());
            let Use { phase, channel, function, arrow, .. } = row;
            let (signal, judges) = (signal.id.clone(), row.judges());
            list.push(Detector { signal, channel, phase, function, travel, judges, arrow });
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
    let lamps = lamps_of_phases(plan);
    let mut rows: Vec<Use<'_>> = Vec::new();
    for (used, place) in placed() {
        let function = match place.kind {
            DetectorKind::StopBar => Function::Presence,
            // It lies before the line: whoever stops on it at red has not run it, so it is no `Yellow_Red`.
            DetectorKind::Count => Function::Count,
            DetectorKind::In => Function::Advance,
            // Arrivals of a lane are counted once, as far upstream as it is seen.
            DetectorKind::X if placed().any(|(_, p)| p.lane == place.lane && p.kind == DetectorKind::In) => {
                Function::Other
            }
            DetectorKind::X => Function::Advance,
        };
        let upstream = matches!(place.kind, DetectorKind::X | DetectorKind::In);
        let way = if upstream { place.distance_m + place.length_m } else { 0.0 };
        let groups = used.groups.iter().filter_map(|name| plan.find_group(name));
        let with_lamps = |group: u16| {
            let (lamp, arrow) = (lamps.get(usize::from(group)).copied().flatten(), arrow_number(plan, group));
            phases(plan, group).into_iter().map(move |phase| (phase, arrow, lamp != Some(phase)))
        };
        let (channel, travel) = (used.channel.saturating_add(1), way / place.speed_m_s.max(1.0));
        for (phase, arrow, own_lamp) in groups.flat_map(with_lamps) {
            // Several groups may belong to one phase.
            let same =
                |r: &&mut Use<'_>| (r.phase, r.function, r.arrow, r.place) == (phase, function, arrow, Some(place));
            match rows.iter_mut().rev().take_while(|r| r.channel == channel).find(same) {
                Some(row) => row.own_lamp |= own_lamp,
                None => rows.push(Use { phase, channel, function, place: Some(place), arrow, own_lamp, travel }),
            }
        }
    }
    // Buttons lie nowhere; those whom they call have their walks with a phase.
    let buttons = plan.buttons();
    for used in plan.spec().detectors.iter().filter(|d| buttons.binary_search(&d.channel).is_ok()) {
        let groups = used.groups.iter().filter_map(|name| plan.find_group(name));
        for phase in groups.filter_map(|group| phase_number(plan, group)) {
            let channel = used.channel.saturating_add(1);
            let (function, place, arrow, own_lamp) = (Function::Pedestrian, None, None, false);
            let row = Use { phase, channel, function, place, arrow, own_lamp, travel: 0.0 };
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use intergreen_control::plan::{DetectorUse, GroupSpec};

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
    fn loops_tell_who_passes_on_red_at_the_line_under_the_lamp_of_the_phase() {
        use DetectorKind::*;
        let plan = plan(&[
            (0, Count, "w_1", 1.0, &["eb"]),
            (1, Count, "w_2", 21.7, &["eb"]),
            (2, Count, "e_2", 0.0, &["wb_left"]),
            (3, StopBar, "w_1", 0.0, &["eb"]),
        ]);
        let judges: Vec<_> = uses(&plan).iter().map(|r| (r.channel, r.lamp(), r.judges())).collect();
        assert_eq!(judges, [(1, "phase", true), (2, "phase", false), (3, "phase", true), (4, "phase", true)]);
        // Another head of the phase has nobody to wait for: it may be green before the phase is.
        let mut spec = plan.spec().clone();
        spec.groups.push(GroupSpec { name: "free".into(), ..spec.groups[0].clone() });
        let rings = spec.rings.as_mut().unwrap();
        rings.phases.iter_mut().find(|p| p.groups == ["eb"]).expect("a phase").groups.push("free".into());
        spec.detectors[0].groups = vec!["free".into()];
        spec.detectors[1].groups = vec!["eb".into(), "free".into()];
        let plan = Plan::new(spec).unwrap();
        let lamps: Vec<_> = uses(&plan).iter().map(|r| (r.channel, r.lamp(), r.judges())).collect();
        assert_eq!(lamps, [(1, "own", false), (2, "own", false), (3, "phase", true), (4, "phase", true)]);
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
