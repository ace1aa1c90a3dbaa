//! Preemptions.
//!
//! ```text
//!   input on ──delay──▶ Track ──track green over──▶ Dwell ──input off, least dwell over──▶ Exit ──served──▶ normal
//!                         │ no track groups            ▲
//!                         └────────────────────────────┘
//! ```
//! A more important one takes over from a less important one at any moment, and begins anew. An input that stays on for
//! longer than its greatest presence counts as broken: it is ignored until it goes off.

use alloc::{vec, vec::Vec};

use super::{journal::Journal, light::Light};
use crate::{
    Millis,
    log::{Reason, code},
    plan::Plan,
};

/// What a preemption is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Track,
    Dwell,
    Exit,
}

/// An input.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Input {
    pub on: bool,
    pub since: Millis,
    /// Broken: on for too long.
    pub ignored: bool,
}

/// All preemptions; the one that is in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Preempts {
    pub inputs: Vec<Input>,
    pub active: Option<(u16, Part, Millis)>,
    cuts_walk: bool,
    cuts_clearance: bool,
}

impl Preempts {
    pub fn new(plan: &Plan) -> Self {
        let inputs = vec![Input::default(); plan.preempts().count()];
        Self { inputs, active: None, cuts_walk: false, cuts_clearance: false }
    }

    pub const fn is_active(&self) -> bool {
        self.active.is_some()
    }

    /// Whether a walk may be cut short now.
    pub const fn cuts_walk(&self) -> bool {
        self.cuts_walk
    }

    /// Whether a pedestrian clearance may be cut short now.
    pub const fn cuts_clearance(&self) -> bool {
        self.cuts_clearance
    }

    /// An input goes on or off.
    pub fn input(&mut self, preempt: u16, on: bool, at: Millis, journal: &mut Journal) -> bool {
        let Some(input) = self.inputs.get_mut(usize::from(preempt)) else { return false };
        if input.on != on {
            *input = Input { on, since: at, ignored: false };
            let code = if on { code::PREEMPT_ON } else { code::PREEMPT_OFF };
            journal.event(at, code, preempt.saturating_add(1), Reason::Reported);
        }
        true
    }

    /// Lets time reach `now`: inputs take effect or break, dwells end.
    #[inline]
    pub fn advance(&mut self, plan: &Plan, lights: &[Light], now: Millis, journal: &mut Journal) {
        if !self.inputs.is_empty() {
            self.follow(plan, lights, now, journal);
        }
    }

    #[cold]
    fn follow(&mut self, plan: &Plan, lights: &[Light], now: Millis, journal: &mut Journal) {
        let specs = &plan.spec().preempts;
        for (n, (input, spec)) in (0u16..).zip(self.inputs.iter_mut().zip(specs)) {
            if input.on && !input.ignored && now - input.since >= spec.max_presence {
                input.ignored = true;
                journal.event(now, code::PREEMPT_MAX, n + 1, Reason::Preempt { preempt: n });
            }
        }
        let wanted = self.inputs.iter().zip(specs).position(|(i, s)| i.on && !i.ignored && now - i.since >= s.delay);
        let wanted = wanted.and_then(|n| u16::try_from(n).ok());
        let reason = |preempt| Reason::Preempt { preempt };
        match (self.active, wanted) {
            (Some((n, Part::Exit, _)), Some(w)) if w <= n => self.enter(plan, w, now, journal),
            (Some((n, ..)), Some(w)) if w < n => self.enter(plan, w, now, journal),
            (None, Some(w)) => self.enter(plan, w, now, journal),
            (Some((n, Part::Dwell, since)), w) if w != Some(n) && self.dwell_over(plan, lights, n, since) <= now => {
                journal.event(now, code::PREEMPT_EXIT, n + 1, reason(n));
                self.active = Some((n, Part::Exit, now));
            }
            _ => {}
        }
        self.find_cuts(plan);
    }

    /// Finds what may be cut short, which hangs on what is active.
    pub fn find_cuts(&mut self, plan: &Plan) {
        let active = self.active.filter(|(_, part, _)| *part != Part::Exit);
        let spec = active.and_then(|(n, ..)| plan.spec().preempts.get(usize::from(n)));
        self.cuts_walk = spec.is_some_and(|s| s.cuts_walk);
        self.cuts_clearance = spec.is_some_and(|s| s.cuts_clearance);
    }

    /// When the least dwell is over: it counts from when all its groups are open.
    fn dwell_over(&self, plan: &Plan, lights: &[Light], n: u16, since: Millis) -> Millis {
        let Some((spec, groups)) = plan.preempts().nth(usize::from(n)) else { return since };
        let open = |&g: &u16| {
            let light = &lights[usize::from(g)];
            if light.state.is_open() { light.opened } else { Millis::NEVER }
        };
        groups.dwell.iter().map(open).fold(since, Millis::max) + spec.min_dwell
    }

    fn enter(&mut self, plan: &Plan, n: u16, now: Millis, journal: &mut Journal) {
        journal.event(now, code::PREEMPT_ENTRY, n + 1, Reason::Preempt { preempt: n });
        let tracks = !plan.spec().preempts[usize::from(n)].track.is_empty();
        let (part, code) = if tracks { (Part::Track, code::PREEMPT_TRACK) } else { (Part::Dwell, code::PREEMPT_DWELL) };
        journal.event(now, code, n + 1, Reason::Preempt { preempt: n });
        self.active = Some((n, part, now));
    }

    /// Goes on when the groups of the present part have had their time.
    #[inline]
    pub fn serve(&mut self, plan: &Plan, lights: &[Light], now: Millis, journal: &mut Journal) {
        if let Some(active) = self.active {
            self.serve_part(active, plan, lights, now, journal);
        }
    }

    fn serve_part(
        &mut self,
        (n, part, since): (u16, Part, Millis),
        plan: &Plan,
        lights: &[Light],
        now: Millis,
        journal: &mut Journal,
    ) {
        let Some((spec, groups)) = plan.preempts().nth(usize::from(n)) else { return };
        // A green from before does not count: whoever is on the tracks leaves them from now on.
        let open_since = |list: &[u16], least: Millis| {
            list.iter().all(|&g| {
                let light = &lights[usize::from(g)];
                light.state.is_open() && now - light.opened.max(since) >= least
            })
        };
        match part {
            Part::Track if open_since(&groups.track, spec.track_green) => {
                journal.event(now, code::PREEMPT_DWELL, n + 1, Reason::Preempt { preempt: n });
                self.active = Some((n, Part::Dwell, now));
            }
            Part::Exit if open_since(&groups.exit, Millis(0)) => self.active = None,
            _ => {}
        }
    }

    /// Which preemption is in force and which groups are to be open, in their order.
    pub fn aims<'p>(&self, plan: &'p Plan) -> Option<(u16, &'p [u16])> {
        let (n, part, _) = self.active?;
        let (_, groups) = plan.preempts().nth(usize::from(n))?;
        let open = match part {
            Part::Track => &groups.track,
            Part::Dwell => &groups.dwell,
            Part::Exit => &groups.exit,
        };
        Some((n, open))
    }

    /// When something happens next by itself.
    #[inline]
    pub fn next(&self, plan: &Plan, lights: &[Light], now: Millis) -> Millis {
        if self.inputs.is_empty() { Millis::NEVER } else { self.due(plan, lights, now) }
    }

    #[cold]
    fn due(&self, plan: &Plan, lights: &[Light], now: Millis) -> Millis {
        let specs = &plan.spec().preempts;
        let inputs = self.inputs.iter().zip(specs).filter(|(i, _)| i.on && !i.ignored);
        if self.active.is_none() && inputs.clone().any(|(i, s)| now - i.since >= s.delay) {
            // One that has waited until another had left.
            return now + Millis(1);
        }
        let times = inputs.flat_map(|(i, s)| [i.since + s.delay, i.since + s.max_presence]);
        let part = self.active.and_then(|(n, part, since)| {
            let spec = &specs[usize::from(n)];
            match part {
                Part::Dwell => Some(self.dwell_over(plan, lights, n, since)),
                // Over when the last of them has had its time.
                Part::Track => {
                    let track = &plan.preempts().nth(usize::from(n))?.1.track;
                    track.iter().map(|&g| lights[usize::from(g)].opened.max(since) + spec.track_green).max()
                }
                Part::Exit => None,
            }
        });
        times.chain(part).filter(|&t| t > now).min().unwrap_or(Millis::NEVER)
    }
}
