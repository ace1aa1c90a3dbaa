//! What the strategy knows of the plan: rings, phases and their times as numbers, worked out once.
//!
//! Terms
//! - **carriers** of a phase: the groups whose green is its green: its own; those of overlaps where it has none; people
//!   on foot where it has nobody else (an *exclusive* phase).
//! - **need**: the least time that a phase takes, its clearance included. **Clear**: the part of it after the green.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{
    lanes::{Lane, lanes},
    parameters::Parameters,
    set::Set,
};
use crate::{
    GroupCalls, Millis, Minds, PhaseTimes,
    group_set::{GroupSet, number},
    lists::Sets,
    plan::{Actuation, DetectorKind, DetectorPlace, DetectorUse, GroupKind, Plan, Recall, Rings, USUAL_HEADWAY_S, bit},
};

/// A phase.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Phase {
    pub number: u8,
    pub ring: usize,
    pub section: usize,
    /// Its place in the section.
    pub place: usize,
    /// Its own groups; a detector of any of them calls it.
    pub groups: Vec<u16>,
    pub carriers: Vec<u16>,
    /// The lanes that extend it, and whether any detector does.
    pub lanes: Vec<Lane>,
    pub extends: bool,
    /// The overlaps that are open with it.
    pub overlaps: Vec<u16>,
    /// Carriers and overlaps.
    pub greens: Vec<u16>,
    pub walks: Vec<u16>,
    /// Its carriers flash: it has no other green.
    pub flashes: bool,
    /// Only people on foot.
    pub exclusive: bool,
    /// The longest least green of its groups.
    pub least: Millis,
    /// By how much phases of other rings may delay its start; part of its need.
    pub delay: Millis,
    pub need: Millis,
    /// The needs of those before it, and after it, in its section of its ring.
    pub before: Millis,
    pub after: Millis,
    pub clear: Millis,
    /// How long it takes at most until it has ended and cleared, if it ends as soon as it may.
    pub longest_rest: Millis,
    /// Yellow and red clearance of its carriers.
    pub yellow_red: Millis,
    /// Clearance of its people on foot, and with it all that follows until anybody in conflict may go.
    pub walk: Millis,
    pub walk_clearance: Millis,
    pub walk_out: Millis,
    pub min_green: Millis,
    pub passage: Millis,
    /// How long after the end of its last extension the strategy is woken in any case.
    pub told_after: Millis,
    pub max: [Millis; 2],
    /// Whether it has its greatest green: by recall, or because nobody could say that it needs less.
    pub max_recall: bool,
    pub soft: bool,
    pub ped_recall: bool,
    pub dual_entry: bool,
    pub actuation: Actuation,
}

impl Phase {
    /// Its times, for whoever asks.
    pub fn times(&self) -> PhaseTimes {
        let Self { number, min_green, passage, max, dual_entry, .. } = *self;
        PhaseTimes { number, min_green, passage, max, dual_entry }
    }
}

/// An overlap, as far as its calls are concerned.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Follower {
    pub group: u16,
    /// The phases with which it is open, and which of them to call.
    pub parents: Set,
    pub first: Option<usize>,
}

/// A group.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Group {
    /// Whether it is a flashing yellow arrow.
    pub flashing: bool,
    pub on_foot: bool,
    pub min_green: Millis,
    pub max_red: Millis,
    /// The phases that it calls: those whose own it is, and those in which its people on foot walk.
    pub calls: Set,
    pub walks: Set,
    /// The phases that open it.
    pub openers: Set,
}

/// The rings of a plan.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Layout {
    /// Ring by ring, section by section.
    pub phases: Vec<Phase>,
    /// By ring, by section: places in `phases`.
    pub rings: Vec<Vec<Vec<usize>>>,
    pub sections: usize,
    /// By section, the need of its longest ring.
    pub section_needs: Vec<Millis>,
    /// By section, and by section that comes after it, the needs of those between.
    pub between: Vec<Vec<Millis>>,
    pub overlaps: Vec<Follower>,
    pub groups: Vec<Group>,
    /// Those of them that are called whatever detectors say.
    pub always: GroupSet,
    /// By ring, and by section, its phases.
    pub of_ring: Vec<Set>,
    pub of_section: Vec<Set>,
    /// The phases with a soft recall, with a recall of people on foot, with an added initial, and with a dynamic max: one
    /// that has its greatest green in any case has none.
    pub soft: Set,
    pub ped_recall: Set,
    pub counting: Set,
    pub growing: Set,
    /// Those that may be served a second time in their section.
    pub again: Set,
    /// Those with people on foot.
    pub walking: Set,
    /// By phase, its own groups, and the overlaps that are open with it.
    pub opens: Sets,
    pub overlaid: Sets,
    /// How it matters that a use, by its place in the plan's list, extends phases.
    pub minds: BTreeMap<usize, Minds>,
    /// By section, the longest way from its end to any phase.
    pub farthest: Vec<Millis>,
    /// A phase that has not become green so long after it was asked for is kept from it.
    pub stuck: Millis,
    /// How long it takes at most from red everywhere to the first green.
    pub anew: Millis,
    pub red_rest: bool,
    pub backup_protection: bool,
}

/// Traffic is fast from here on: whoever is too near to stop and too far to pass has to be seen upstream, m/s.
const FAST_M_S: f64 = 16.0;

/// Which uses of detectors extend no phase although they may: usual advance loops where traffic is slow and a zone at the
/// stop line extends. With them a gap would be as long as the passage and the way from there to the zone together: their
/// place is before fast stop lines (FHWA, Signal Timing Manual, 2008, on detection for low and high speed). Where a plan
/// itself says that such a loop extends, it does.
fn idle(detectors: &[DetectorUse]) -> Vec<bool> {
    let zones: Vec<&str> = detectors.iter().filter_map(|d| zone(d).map(|p| &*p.lane)).collect();
    let is_idle = |place: &DetectorPlace| {
        let advance = matches!(place.kind, DetectorKind::X | DetectorKind::In);
        advance && place.speed_m_s < FAST_M_S && zones.contains(&&*place.lane)
    };
    detectors.iter().map(|d| d.usual && d.place.as_ref().is_some_and(is_idle)).collect()
}

/// Where a use lies that is a zone at the stop line and extends.
fn zone(of: &DetectorUse) -> Option<&DetectorPlace> {
    of.place.as_ref().filter(|p| of.mode.extends() && p.kind == DetectorKind::StopBar)
}

/// The passage where nobody gives one. Where nothing but zones at the stop line extends, which hold the green themselves
/// while a car is on its way through them, it is what is left of the usual headway of a queue (HCM, equation 31-13): with
/// long ones an isolated intersection loses two per cent more.
fn usual_passage(plan: &Plan, run: &Parameters, groups: &[u16], idle: &[bool]) -> Millis {
    let names: Vec<&str> = groups.iter().map(|&g| &*plan.groups()[usize::from(g)].name).collect();
    let all = plan.spec().detectors.iter().zip(idle);
    let extends = all.filter(|(d, idle)| !**idle && d.mode.extends() && d.groups.iter().any(|g| names.contains(&&**g)));
    let passages = extends.map(|(d, _)| zone(d).map(|zone| zone.passage(USUAL_HEADWAY_S)));
    let longest = passages.reduce(|a, b| Some(a?.max(b?)));
    longest.flatten().unwrap_or(run.passage)
}

/// The longest of a time of some groups.
fn longest(groups: &[u16], time: impl Fn(u16) -> Millis) -> Millis {
    groups.iter().map(|&g| time(g)).max().unwrap_or(Millis(0))
}

impl Layout {
    /// What follows from a plan with rings; empty for one without.
    pub fn new(plan: &Plan, run: &Parameters) -> Self {
        let groups = plan.groups();
        let calls = GroupCalls::new(plan);
        let modes = plan.spec().rings.as_ref().map(|r| r.modes).unwrap_or_default();
        let mut layout = Self {
            phases: Vec::new(),
            rings: Vec::new(),
            sections: 0,
            section_needs: Vec::new(),
            between: Vec::new(),
            overlaps: Vec::new(),
            groups: groups.iter().map(Group::new).collect(),
            always: GroupSet::of(groups.len(), |g| plan.is_always_called(number(g))),
            of_ring: Vec::new(),
            of_section: Vec::new(),
            soft: Set::NONE,
            ped_recall: Set::NONE,
            counting: Set::NONE,
            growing: Set::NONE,
            again: Set::NONE,
            opens: Sets::default(),
            overlaid: Sets::default(),
            walking: Set::NONE,
            minds: BTreeMap::new(),
            farthest: Vec::new(),
            stuck: Millis(0),
            anew: Millis(0),
            red_rest: run.red_rest.unwrap_or(modes.red_rest),
            backup_protection: modes.backup_protection,
        };
        let Some(rings) = plan.rings() else { return layout };
        layout.sections = rings.rings.iter().map(Vec::len).max().unwrap_or(0);
        let idle = idle(&plan.spec().detectors);
        for (r, ring) in rings.rings.iter().enumerate() {
            let mut sections = Vec::new();
            for (s, section) in ring.iter().enumerate() {
                let first = layout.phases.len();
                for (place, &number) in section.iter().enumerate() {
                    layout.phases.extend(phase(plan, rings, number, (r, s, place), run, &idle, &calls));
                }
                layout.add_up(first);
                sections.push((first..layout.phases.len()).collect());
            }
            layout.rings.push(sections);
        }
        let need = |list: &Vec<usize>| list.iter().fold(Millis(0), |sum, &p| sum + layout.phases[p].need);
        let longest = |s: usize| layout.rings.iter().filter_map(|ring| ring.get(s)).map(need).max();
        layout.section_needs = (0..layout.sections).map(|s| longest(s).unwrap_or(Millis(0))).collect();
        layout.between = (0..layout.sections).map(|from| between(&layout.section_needs, from)).collect();
        layout.follow(rings);
        layout.collect(groups.len());
        let all = || (0..).zip(groups).map(|(g, _)| g);
        let most = |time: fn(&crate::plan::Group) -> Millis| groups.iter().map(time).max().unwrap_or(Millis(0));
        let trail = rings.overlaps.iter().map(|o| o.lead + o.trail).max().unwrap_or(Millis(0));
        let intergreen = all().map(|g: u16| longest_intergreen(plan, g)).max().unwrap_or(Millis(0));
        layout.anew = most(|g| g.red_yellow) + most(|g| g.red_revert) + most(|g| g.lead);
        layout.farthest = (0..layout.sections).map(|s| layout.farthest_from(s)).collect();
        layout.stuck = most(|g| g.min_green)
            + most(|g| g.yellow)
            + intergreen
            + most(|g| g.lead)
            + most(|g| g.red_revert)
            + trail
            + Millis(2000);
        layout
    }

    /// The needs before and after each phase of a section of a ring: from the `first` to the last of the list.
    fn add_up(&mut self, first: usize) {
        let list = &mut self.phases[first..];
        let all = list.iter().fold(Millis(0), |sum, p| sum + p.need);
        let mut before = Millis(0);
        for phase in list {
            (phase.before, phase.after) = (before, all - before - phase.need);
            before += phase.need;
        }
    }

    /// Which phases an overlap's group calls: those with which it is protected; through phases before left turns.
    fn follow(&mut self, rings: &Rings) {
        for overlap in &rings.overlaps {
            let mask = if overlap.phases == 0 { overlap.permissive } else { overlap.phases };
            let parents: Set = (0..self.phases.len()).filter(|&p| mask & bit(self.phases[p].number) != 0).collect();
            let first = parents.min_by_key(|&p| (!self.phases[p].groups.is_empty(), self.phases[p].number % 2));
            self.overlaps.push(Follower { group: overlap.group, parents, first });
        }
    }

    /// The sets of phases, and what groups call and are opened by.
    fn collect(&mut self, groups: usize) {
        let sets = |of: fn(&Phase) -> &Vec<u16>| -> Vec<GroupSet> {
            self.phases.iter().map(|phase| GroupSet::listed(groups, of(phase))).collect()
        };
        (self.opens, self.overlaid) = (Sets::new(&sets(|p| &p.groups)), Sets::new(&sets(|p| &p.overlaps)));
        let of = |is: &dyn Fn(&Phase) -> bool| (0..self.phases.len()).filter(|&p| is(&self.phases[p])).collect();
        self.of_ring = (0..self.rings.len()).map(|r| of(&|p| p.ring == r)).collect();
        self.of_section = (0..self.sections).map(|s| of(&|p| p.section == s)).collect();
        (self.soft, self.ped_recall) = (of(&|p| p.soft), of(&|p| p.ped_recall));
        self.counting = of(&|p| p.actuation.added_initial.is_some());
        self.growing = of(&|p| p.actuation.dynamic_limit.is_some() && !p.max_recall);
        self.again = of(&|p| p.actuation.conditional_service);
        self.walking = of(&|p| !p.walks.is_empty());
        self.find_minds();
        for (p, phase) in self.phases.iter().enumerate() {
            phase.groups.iter().for_each(|&g| self.groups[usize::from(g)].calls |= Set::of(p));
            phase.walks.iter().for_each(|&g| self.groups[usize::from(g)].walks |= Set::of(p));
            for &g in phase.groups.iter().chain(&phase.walks).chain(&phase.overlaps) {
                self.groups[usize::from(g)].openers |= Set::of(p);
            }
        }
    }

    /// The phases of a section.
    pub fn section(&self, section: usize) -> Set {
        self.of_section.get(section).copied().unwrap_or_default()
    }

    /// The longest way from the end of a section to any phase.
    fn farthest_from(&self, section: usize) -> Millis {
        let way = |p: &Phase| self.between[section][p.section] + p.before + p.delay + self.anew;
        self.phases.iter().map(way).max().unwrap_or(Millis(0))
    }
}

impl Group {
    fn new(group: &crate::plan::Group) -> Self {
        Self {
            flashing: group.kind == GroupKind::FlashingYellowArrow,
            on_foot: group.is_pedestrian(),
            min_green: group.min_green,
            max_red: group.max_red,
            calls: Set::NONE,
            walks: Set::NONE,
            openers: Set::NONE,
        }
    }
}

/// By section, the needs of those that come after one and before it.
fn between(needs: &[Millis], from: usize) -> Vec<Millis> {
    let n = needs.len();
    let mut sums = alloc::vec![Millis(0); n];
    let mut sum = Millis(0);
    for s in (1..=n).map(|i| (from + i) % n) {
        sums[s] = sum;
        sum += needs[s];
    }
    sums
}

/// The longest intergreen after a group.
fn longest_intergreen(plan: &Plan, group: u16) -> Millis {
    let partners = plan.matrix().partners(group).iter();
    partners.map(|&p| plan.matrix().intergreen(group, p)).max().unwrap_or(Millis(0))
}

/// By how much phases of other rings that end beside a phase may delay its start, who gives way to whom clears too, and
/// by how much people on foot lead.
fn delay(plan: &Plan, rings: &Rings, phase: &crate::plan::Phase, (ring, section): (usize, usize)) -> Millis {
    let others = rings.rings.iter().enumerate().filter(|(r, _)| *r != ring);
    let beside = others.filter_map(|(_, list)| list.get(section)).flatten();
    let beside = beside.filter_map(|&n| rings.phases.iter().find(|p| p.number == n));
    let mut longest = Millis(0);
    for from in beside.flat_map(|p| rings.set(p)) {
        for to in rings.set(phase) {
            let turns = plan.groups()[usize::from(from)].is_pedestrian() && plan.matrix().relation(to, from).yields();
            if from != to && !turns {
                longest = longest.max(plan.matrix().intergreen(from, to));
            }
        }
    }
    // Whoever gives way to people on foot lets them lead.
    let set = rings.set(phase);
    let leads = |&g: &u16| set.iter().any(|&other| plan.matrix().relation(other, g).yields());
    longest + set.iter().filter(|g| leads(g)).map(|&g| plan.groups()[usize::from(g)].lead).max().unwrap_or(Millis(0))
}

fn phase(
    plan: &Plan,
    rings: &Rings,
    number: u8,
    (ring, section, place): (usize, usize, usize),
    run: &Parameters,
    idle: &[bool],
    calls: &GroupCalls,
) -> Option<Phase> {
    let known = rings.phases.iter().find(|p| p.number == number)?;
    let spec = plan.spec().rings.as_ref()?.phases.iter().find(|p| p.number == number)?;
    let group = |g: u16| &plan.groups()[usize::from(g)];
    let actuation = spec.actuation.clone();
    let with = |mask: fn(&crate::plan::Overlap) -> u32| -> Vec<u16> {
        rings.overlaps.iter().filter(|o| mask(o) & bit(number) != 0).map(|o| o.group).collect()
    };
    let (protected, permissive) = (with(|o| o.phases), with(|o| o.permissive));
    let overlaps: Vec<u16> = protected.iter().chain(&permissive).copied().collect();
    let carriers = [&known.groups, &protected, &permissive, &known.walks].into_iter().find(|list| !list.is_empty())?;
    let flashes = known.groups.is_empty() && protected.is_empty();
    let exclusive = known.groups.is_empty() && protected.is_empty() && permissive.is_empty();
    let least = longest(carriers, |g| group(g).min_green);
    // Phases are skipped: whoever is next, a group that trails or has far to go may be in its way.
    let own = longest(carriers, |g| longest_intergreen(plan, g));
    let trailing = rings.overlaps.iter().filter(|o| (o.phases | o.permissive) & bit(number) != 0);
    let trailing = trailing.map(|o| o.trail + longest_intergreen(plan, o.group)).max().unwrap_or(Millis(0));
    let yellow_red = longest(carriers, |g| group(g).yellow + group(g).red_clearance);
    let delay = delay(plan, rings, known, (ring, section));
    let clear = (plan.phase_need(known) - least).max(own).max(trailing).max(yellow_red);
    let own_max = known.groups.iter().map(|&g| group(g).max_green).min().filter(|&m| m != Millis::NEVER);
    let usual = if number % 2 == 1 { run.max_green_left } else { run.max_green };
    let given = if number % 2 == 1 { run.given_max_left } else { run.given_max };
    let min_green = actuation.min_green.unwrap_or(least).max(least);
    let greens: Vec<u16> = carriers.iter().chain(&protected).chain(&permissive).copied().collect();
    let walk = longest(&known.walks, |g| group(g).min_green);
    let walk_out =
        longest(&known.walks, |g| (group(g).yellow + group(g).red_clearance).max(longest_intergreen(plan, g)));
    let need = least + clear + delay;
    let max_1 = given.or(actuation.max_1).or(own_max).unwrap_or(usual).max(min_green);
    let max_2 = given.or(actuation.max_2).unwrap_or(max_1).max(min_green);
    let recalls = |recall: Recall| carriers.iter().any(|&g| group(g).recall == recall);
    let walk_recall = |g: &u16| matches!(group(*g).recall, Recall::Min | Recall::Max | Recall::Ped);
    let blind = |&g: &u16| !calls.can_call(g) && !calls.can_extend(g);
    let extending = if known.groups.is_empty() { carriers } else { &known.groups };
    Some(Phase {
        number,
        ring,
        section,
        place,
        groups: known.groups.clone(),
        carriers: carriers.clone(),
        lanes: lanes(plan, extending, idle, run.lane_gaps),
        extends: extending.iter().any(|&g| calls.can_extend(g)),
        longest_rest: need.max(longest(&greens, |g| group(g).min_green) + clear).max(walk + walk_out),
        greens,
        overlaps,
        walks: known.walks.clone(),
        flashes,
        exclusive,
        least,
        need,
        before: Millis(0),
        after: Millis(0),
        delay,
        clear,
        yellow_red,
        walk,
        walk_clearance: longest(&known.walks, |g| group(g).yellow),
        walk_out,
        min_green,
        passage: run.given_passage.or(actuation.passage).unwrap_or_else(|| usual_passage(plan, run, carriers, idle)),
        told_after: Millis(0),
        max: [max_1, max_2],
        max_recall: !exclusive && (recalls(Recall::Max) || carriers.iter().all(blind)),
        soft: recalls(Recall::Soft),
        ped_recall: recalls(Recall::Ped) || known.walks.iter().any(walk_recall),
        dual_entry: run.dual_entry && actuation.dual_entry.unwrap_or(number.is_multiple_of(2)),
        actuation,
    })
}
