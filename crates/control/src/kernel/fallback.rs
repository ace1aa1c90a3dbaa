//! The plan's own sequence: what runs after a cycle fault, until somebody resets it by hand.
//!
//! A program runs by the clock. Stages, and the phases of rings section by section, follow each other as soon as every
//! group has had its least green. Its worst case is [`Plan::worst_sequence`], which the plan was checked against.

use alloc::{vec, vec::Vec};

use super::{Aim, aim::aim_at_stage, light::Light};
use crate::{
    Millis,
    group_set::GroupSet,
    plan::{Plan, bit},
};

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fallback {
    /// The group that waited too long.
    pub fault: Option<u16>,
    /// Which stage, or which place of which section of the rings.
    pub place: u32,
    aims: Vec<Aim>,
}

impl Fallback {
    pub fn new(plan: &Plan) -> Self {
        Self { fault: None, place: 0, aims: vec![Aim::Closed; plan.groups().len()] }
    }

    /// The group that waited too long, if it runs.
    pub const fn group(&self) -> Option<u16> {
        self.fault
    }

    /// Begins; returns whether it did not run before.
    pub fn start(&mut self, group: u16) -> bool {
        let starts = self.fault.is_none();
        self.fault.get_or_insert(group);
        starts
    }

    pub fn stop(&mut self) {
        self.fault = None;
    }

    pub fn aim(&self, g: usize) -> Aim {
        self.aims[g]
    }

    /// Works out what is to be open now.
    #[inline]
    pub fn advance(&mut self, plan: &Plan, lights: &[Light], omit: &GroupSet, now: Millis) {
        if self.fault.is_some() {
            self.go_on(plan, lights, omit, now);
        }
    }

    #[cold]
    fn go_on(&mut self, plan: &Plan, lights: &[Light], omit: &GroupSet, now: Millis) {
        if let Some(program) = plan.program() {
            let (step, _) = program.step_at(now);
            for ((aim, group), &lamp) in self.aims.iter_mut().zip(plan.groups()).zip(&program.steps()[step].lamps) {
                *aim = match Aim::of(lamp, group) {
                    Aim::Off(_) => Aim::Closed,
                    aim => aim,
                };
            }
            return;
        }
        self.open(plan);
        // A place that asks for nobody is passed at once.
        for _ in 0..self.places(plan) {
            if !self.is_served(plan, lights, omit, now) {
                break;
            }
            self.place = (self.place + 1) % self.places(plan).max(1);
            self.open(plan);
        }
    }

    /// How many places the sequence has.
    pub fn places(&self, plan: &Plan) -> u32 {
        if !plan.stages().is_empty() {
            return u32::try_from(plan.stages().len()).unwrap_or(1);
        }
        plan.rings().map_or(1, |r| (0..).map_while(|s| section(r, s)).sum())
    }

    /// Aims at the groups of the present place.
    fn open(&mut self, plan: &Plan) {
        self.aims.fill(Aim::Closed);
        if !plan.stages().is_empty() {
            let place = self.place as usize;
            if place < plan.stages().len() {
                aim_at_stage(plan, place, &mut self.aims);
            }
            return;
        }
        let Some(rings) = plan.rings() else { return };
        let phases = phases_at(rings, self.place);
        for p in rings.phases.iter().filter(|p| phases & bit(p.number) != 0) {
            p.groups.iter().chain(&p.walks).for_each(|&g| self.aims[usize::from(g)] = Aim::Open);
        }
        for o in &rings.overlaps {
            if phases & o.phases != 0 {
                self.aims[usize::from(o.group)] = Aim::Open;
            } else if phases & o.permissive != 0 {
                self.aims[usize::from(o.group)] = Aim::Permissive;
            }
        }
    }

    /// Whether every group of the present place has had its least green; those kept from starting do not count.
    fn is_served(&self, plan: &Plan, lights: &[Light], omit: &GroupSet, now: Millis) -> bool {
        self.aims.iter().zip(lights).zip(plan.groups()).enumerate().all(|(g, ((aim, light), group))| {
            let served = light.state.is_open() && now - light.opened >= group.min_green;
            served || !aim.opens() || omit.has(g) && !light.state.is_committed()
        })
    }

    /// When it goes on next.
    #[inline]
    pub fn next(&self, plan: &Plan, lights: &[Light], now: Millis) -> Millis {
        if self.fault.is_none() { Millis::NEVER } else { self.due(plan, lights, now) }
    }

    #[cold]
    fn due(&self, plan: &Plan, lights: &[Light], now: Millis) -> Millis {
        if let Some(program) = plan.program() {
            return program.step_at(now).1;
        }
        let ends = self.aims.iter().zip(lights).zip(plan.groups());
        let ends = ends.filter(|((aim, light), _)| aim.opens() && light.state.is_open());
        ends.map(|((_, light), group)| light.opened + group.min_green)
            .filter(|&t| t > now)
            .min()
            .unwrap_or(Millis::NEVER)
    }
}

/// How many phases follow each other in a section: those of its longest ring. `None` beyond the last section.
fn section(rings: &crate::plan::Rings, s: usize) -> Option<u32> {
    rings
        .rings
        .iter()
        .filter_map(|ring| ring.get(s))
        .map(|phases| phases.len())
        .max()
        .and_then(|n| u32::try_from(n).ok())
}

/// The phases that are on at a place of the sequence; a ring with fewer phases rests in its last.
fn phases_at(rings: &crate::plan::Rings, mut place: u32) -> u32 {
    let mut s = 0;
    while let Some(length) = section(rings, s) {
        if place < length {
            let phase = |ring: &Vec<Vec<u8>>| {
                let phases = ring.get(s)?;
                phases.get((place as usize).min(phases.len().saturating_sub(1))).copied()
            };
            return rings.rings.iter().filter_map(phase).fold(0, |mask, n| mask | bit(n));
        }
        place -= length;
        s += 1;
    }
    0
}
