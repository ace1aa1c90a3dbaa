//! Whom events are about: which phase or overlap a group belongs to, and what they are called.

use alloc::{format, string::String, vec::Vec};

use crate::plan::{GroupKind, Plan, Relation, bit};

/// What an event is about, besides its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Who {
    Phase,
    Overlap,
}

/// Of each group, whether it leads its subject.
pub(super) fn leads(plan: &Plan, of_group: &[Option<usize>]) -> Vec<bool> {
    let on_foot = |g: usize| plan.groups()[g].is_pedestrian();
    // With as many who never go beside it, who has more to give way to, or who give way to it, begins later.
    let waits = |g: usize| {
        let number = u16::try_from(g).unwrap_or(u16::MAX);
        let partners = plan.matrix().partners(number);
        let forbidden = |&&to: &&u16| plan.matrix().relation(number, to) == Relation::Forbidden;
        (partners.iter().filter(forbidden).count(), partners.len())
    };
    let is_first = |g: usize| {
        let others = (0..of_group.len()).filter(|&o| of_group[o] == of_group[g] && on_foot(o) == on_foot(g));
        // The last of equals is the greatest: looked at from the end, the first.
        of_group[g].is_some() && others.rev().max_by_key(|&o| waits(o)) == Some(g)
    };
    (0..of_group.len()).map(is_first).collect()
}

/// Whom a group's events are about; `None`: the plan has rings, and it belongs to no phase.
pub(super) fn subject(plan: &Plan, group: u16) -> Option<(Who, u16)> {
    let Some(rings) = plan.rings() else { return Some((Who::Phase, group.saturating_add(1))) };
    if let Some(i) = rings.overlaps.iter().position(|o| o.group == group) {
        return Some((Who::Overlap, u16::try_from(i + 1).ok()?));
    }
    let phase = rings.phases.iter().find(|p| p.groups.contains(&group) || p.walks.contains(&group))?;
    Some((Who::Phase, u16::from(phase.number)))
}

/// The phase that a group carries: one without groups of its own whose green is that of the group's overlap alone.
pub(super) fn carried_by(plan: &Plan, group: u16) -> Option<u16> {
    let rings = plan.rings()?;
    let mut empty = rings.phases.iter().filter(|p| p.groups.is_empty());
    let carrier = |number: u8| rings.overlaps.iter().find(|o| o.phases == bit(number)).map(|o| o.group);
    empty.find(|p| (1..=32).contains(&p.number) && carrier(p.number) == Some(group)).map(|p| p.number.into())
}

/// The number by which the log knows a flashing yellow arrow: among those of the plan, from 1. `None`: the group is none.
pub fn arrow_number(plan: &Plan, group: u16) -> Option<u16> {
    let is_arrow = |&g: &usize| plan.groups()[g].kind == GroupKind::FlashingYellowArrow;
    let group = Some(usize::from(group)).filter(|&g| g < plan.groups().len() && is_arrow(&g))?;
    u16::try_from((0..=group).filter(is_arrow).count()).ok()
}

/// A flashing yellow arrow in words: its number and its group.
pub(super) fn arrow_name(plan: &Plan, number: u16) -> String {
    let mut arrows = plan.groups().iter().filter(|g| g.kind == GroupKind::FlashingYellowArrow);
    let group = arrows.nth(usize::from(number.saturating_sub(1)));
    format!("arrow {number} ('{}')", group.map_or("?", |g| g.name.as_str()))
}

/// The number by which the log knows a group's phase; in a plan without rings the group's own, from 1. `None`: it follows
/// phases as an overlap, or belongs to none.
pub fn phase_number(plan: &Plan, group: u16) -> Option<u16> {
    subject(plan, group).and_then(|(who, n)| (who == Who::Phase).then_some(n))
}

/// A phase in words: its number and its groups.
pub(super) fn name(plan: &Plan, number: u16) -> String {
    let group = || plan.groups().get(usize::from(number.saturating_sub(1))).map_or("?", |g| g.name.as_str());
    let Some(rings) = plan.rings() else { return format!("group '{}'", group()) };
    let phase = rings.phases.iter().find(|p| u16::from(p.number) == number);
    let of_phase = phase.into_iter().flat_map(|p| p.groups.iter().chain(&p.walks)).copied();
    let carrier = (0..plan.groups().len() as u16).filter(|&g| carried_by(plan, g) == Some(number));
    let groups: Vec<u16> = of_phase.chain(carrier).collect();
    format!("phase {number} ({})", plan.names(&groups))
}

/// An overlap in words: its letter and its group.
pub(super) fn overlap_name(plan: &Plan, number: u16) -> String {
    let index = usize::from(number.saturating_sub(1));
    let overlap = plan.rings().and_then(|r| r.overlaps.get(index));
    let letter = u8::try_from(index).ok().filter(|&i| i < 26).map_or('?', |i| char::from(b'A' + i));
    format!("overlap {letter} ({})", plan.names(&overlap.map(|o| o.group).into_iter().collect::<Vec<u16>>()))
}

/// By group, the phase that shows what its lamp shows, moment for moment; in a plan without rings its own number, from 1.
/// `None`: it follows several phases, or may be green while the log has its phase red: another group of the phase has more
/// to wait for.
pub fn lamps_of_phases(plan: &Plan) -> Vec<Option<u16>> {
    let groups = 0..u16::try_from(plan.groups().len()).unwrap_or(u16::MAX);
    let of_group: Vec<_> = groups.clone().map(|g| subject(plan, g)).collect();
    let mut subjects: Vec<(Who, u16)> = of_group.iter().copied().flatten().collect();
    subjects.dedup();
    let place = |of: &Option<(Who, u16)>| of.and_then(|of| subjects.iter().position(|s| *s == of));
    let leads = leads(plan, &of_group.iter().map(place).collect::<Vec<_>>());
    let is_of_one = |g: u16| {
        let phases = plan.rings().map_or(&[][..], |r| &r.phases);
        phases.iter().filter(|p| p.groups.contains(&g) || p.walks.contains(&g)).count() <= 1
    };
    let lamp = |g: u16| {
        let (who, number) = of_group[usize::from(g)]?;
        if who == Who::Overlap {
            return carried_by(plan, g);
        }
        let mut leading =
            groups.clone().filter(|&l| leads[usize::from(l)] && of_group[usize::from(l)] == Some((who, number)));
        (is_of_one(g) && leading.any(|l| l == g || change_together(plan, l, g))).then_some(number)
    };
    groups.clone().map(lamp).collect()
}

/// Whether two groups of a phase have the same to wait for, and the same times.
fn change_together(plan: &Plan, a: u16, b: u16) -> bool {
    let matrix = plan.matrix();
    let times = |g: u16| {
        let group = &plan.groups()[usize::from(g)];
        (group.kind, group.min_green, group.yellow, group.red_yellow, group.red_clearance, group.red_revert)
    };
    let to = |g: u16, p: u16| {
        (matrix.relation(g, p), matrix.relation(p, g), matrix.intergreen(g, p), matrix.intergreen(p, g))
    };
    let partners = matrix.partners(a);
    times(a) == times(b) && partners == matrix.partners(b) && partners.iter().all(|&p| to(a, p) == to(b, p))
}
