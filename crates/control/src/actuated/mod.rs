//! The strategy `actuated`: the stages of the plan, as long as their traffic needs them.
//!
//! Terms
//! - **call**: of a group that is not open and wants to be: by its detectors, by its recall, or because nothing can call
//!   it. A stage is called if it opens a called group; a stage that nobody calls is skipped.
//! - **lane**: detectors that lie in one lane; a detector of which nobody knows the place is a lane of its own.
//! - **gap**: a lane has gapped out when none of its detectors has been on for its gap. From then on the lane no longer
//!   extends this green, whoever comes: with many lanes some detector is always on, and the green would never end.
//! - **needed**: a lane one of whose groups the stage opens and the next one does not. Who stays open needs no extension.
//! - **left over**: somebody who has to give way in a stage and is still there when it ends; a stage that opens the group
//!   without that is called too, if the stage ends for others in any case.
//! - **gap-out**, **max-out**, **force-off**: why a stage ends: its needed lanes have gapped out; others have waited for
//!   its greatest green; somebody would wait longer than the plan allows.
//!
//! A stage is green for its least green, then for as long as a needed lane extends it, at most for its greatest green
//! after the first call of somebody whom it does not serve; while there is no such call it rests. The next stage is the
//! next called one in the plan's order, unless a later one serves the same groups and more. Whatever is called, nobody
//! waits longer than the plan's longest red: the least time until each group can be open is known from the plan, and
//! extensions end in time for it ([`Plan::worst_sequence`](crate::Plan::worst_sequence) fits into every longest red). Of
//! plans that run a program by themselves that worst case is the program's: their stages may need longer, and then somebody
//! may wait longer (`stages/times.rs`).
//!
//! Source: stage-based vehicle actuation as in RiLSA and in the UK (TAL 2/03); gap, least and greatest green as in
//! NEMA TS 2. SUMO's `actuated` differs: its gap is the shortest of all lanes, and it skips no stage.

mod checkpoint;
mod choice;
mod green;
mod settings;
mod tables;

use alloc::{boxed::Box, format, string::String, vec, vec::Vec};

use self::{
    settings::{PARAMETERS, Settings},
    tables::Tables,
};
use crate::{
    Decision, Entry, Found, Millis, Request, Serves, StateError, Strategy, Timers, View,
    group_set::GroupSet,
    log::code,
    plan::Plan,
    stages::{Shown, Stages, Waits},
};

/// Its entry in the registry.
pub(crate) const ENTRY: Entry = Entry {
    name: "actuated",
    summary: "the plan's stages, extended by detectors, skipped if nobody calls",
    needs: "detectors that call and extend; a group without any is served in every cycle",
    parameters: PARAMETERS,
    falls_back: Some("fixed_time"),
    serves: Serves::Stages,
    clearance: None,
    source: "stage-based vehicle actuation (RiLSA; UK TAL 2/03), gaps and greatest greens as in NEMA TS 2",
    make: |setup| {
        if setup.plan.stages().is_empty() {
            return Err(setup.unsuitable("the plan has no stages; nema serves rings"));
        }
        Ok(Box::new(Actuated::new(setup.plan, Settings::read(setup)?)))
    },
};

/// What it waits for; for the explanation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why {
    /// It has not begun.
    NotStarted,
    /// The stage's groups are not open yet.
    Opens,
    /// The stage is shown, but somebody waits for it who is not open yet.
    Awaits,
    /// Some green has not had its least time.
    Least,
    /// Nobody else is called.
    Rests,
    /// A lane extends the stage.
    Lane(u32),
    /// A group has its greatest green: it has a maximum recall, or no detector.
    ToMax(u16),
}

/// Stage-based actuation.
#[derive(Clone, Debug)]
pub struct Actuated {
    settings: Settings,
    stages: Stages,
    tables: Tables,
    stage: Option<u32>,
    shown: Shown,
    waits: Waits,
    /// Groups that another stage would open, or let go without giving way; scratch.
    wants: GroupSet,
    /// Open groups that end with the stage, if the next is the one that is being thought of; scratch.
    ending: GroupSet,
    /// The stage that should follow for the sake of those who want another.
    favourite: Option<usize>,
    /// Since when somebody is called whom the stage does not serve.
    conflict: Option<Millis>,
    /// By lane, whether it has gapped out since then.
    out: Vec<bool>,
    why: Why,
    /// Why the stage before ended: an event code.
    ended: Option<u8>,
    /// Events since the last decision.
    notes: Vec<(u8, u16)>,
}

impl Actuated {
    fn new(plan: &Plan, settings: Settings) -> Self {
        let groups = plan.groups().len();
        let stages = Stages::new(plan);
        let tables = Tables::new(plan, &stages.opens, &settings);
        Self {
            settings,
            stage: None,
            shown: Shown::Opening(Millis::NEVER),
            waits: Waits::new(plan),
            wants: GroupSet::new(groups),
            favourite: None,
            ending: GroupSet::new(groups),
            conflict: None,
            out: vec![false; tables.names.len()],
            why: Why::NotStarted,
            ended: None,
            notes: Vec::with_capacity(groups),
            tables,
            stages,
        }
    }

    /// Asks for a stage.
    fn enter(&mut self, stage: usize, now: Millis) {
        let times = &self.stages.times;
        let change = self.stage.map_or(times.longest_change, |from| times.opening(from as usize, stage));
        self.stage = u32::try_from(stage).ok();
        self.shown = Shown::Opening(now + change);
        self.conflict = None;
        self.out.fill(false);
        self.forget_wants();
        self.why = Why::Opens;
    }

    /// Leaves a stage for another, and tells the log why.
    fn leave(&mut self, from: usize, to: usize, code: u8, now: Millis) {
        for &g in &self.stages.groups[from] {
            let event = (code, self.tables.number[usize::from(g)]);
            let (code, Some(number)) = event else { continue };
            if self.waits.open().has(usize::from(g)) && self.ends(number, to) && !self.notes.contains(&(code, number)) {
                self.notes.push((code, number));
            }
        }
        self.ended = Some(code);
        self.enter(to, now);
    }

    /// Whether a stage opens nobody of a phase who is open now.
    fn ends(&self, phase: u16, to: usize) -> bool {
        let opens = &self.stages.opens[to];
        self.waits.open().iter().all(|g| self.tables.number[g] != Some(phase) || !opens.has(g))
    }
}

impl Strategy for Actuated {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn wakes(&self) -> crate::Wakes {
        use crate::Wakes;
        // While a stage comes, or rests because nobody else is called, it does not matter who extends it.
        if self.why == Why::Opens || self.why == Why::Rests && self.conflict.is_none() {
            return Wakes::Calling;
        }
        Wakes::Gaps
    }

    fn minds(&self, number: usize) -> Option<crate::Minds> {
        self.tables.minds(&self.stages.opens, number)
    }

    fn take_over(&mut self, found: &Found<'_>) {
        self.waits.take_over(found);
        let first = self.waits.stage_after(&self.stages, found);
        self.enter(first, found.now);
    }

    fn decide(&mut self, now: Millis, view: &View<'_>) -> Decision<'_> {
        self.notes.clear();
        self.waits.watch(&self.stages, now, view);
        let Some(stage) = self.stage.map(|s| s as usize) else {
            let first = self.waits.first(&self.stages);
            self.enter(first, now);
            return Decision { request: Request::Stage(first), next: now + Millis(1) };
        };
        let next = match self.shown {
            Shown::Opening(until) if now < until && !self.waits.is_open(&self.stages, stage) => until,
            Shown::Opening(_) => {
                self.shown = Shown::Since(now);
                self.go_on(stage, now, now, view)
            }
            Shown::Since(since) => self.go_on(stage, since, now, view),
        };
        Decision { request: Request::Stage(self.stage.unwrap_or(0) as usize), next }
    }

    fn report(&mut self, note: &mut dyn FnMut(u8, u16)) {
        self.notes.drain(..).for_each(|(code, parameter)| note(code, parameter));
    }

    fn explain(&self) -> String {
        let stage = self.stage.and_then(|s| self.stages.names.get(s as usize)).map_or("?", String::as_str);
        let why = match self.why {
            Why::NotStarted => return "actuated: not started".into(),
            Why::Opens => "its groups are not all open yet".into(),
            Why::Awaits => "somebody who waits for it is not open yet".into(),
            Why::Least => "its least green is not over".into(),
            Why::Rests => "nobody else is called".into(),
            Why::Lane(lane) => {
                let name = self.tables.names.get(lane as usize).map_or("?", String::as_str);
                format!("{name} extends it")
            }
            Why::ToMax(group) => {
                format!(
                    "group {} has its greatest green: by its recall, or as it has no detector",
                    group.saturating_add(1)
                )
            }
        };
        let ended = match self.ended {
            Some(code::GAP_OUT) => "; the stage before gapped out",
            Some(code::MAX_OUT) => "; the stage before had its greatest green",
            Some(code::FORCE_OFF) => "; the stage before ended so that nobody waits too long",
            _ => "",
        };
        format!("actuated: stage '{stage}', {why}{ended}")
    }

    fn timers(&self, now: Millis, view: &View<'_>) -> Vec<Timers> {
        self.stage.map_or_else(Vec::new, |stage| vec![self.clone().timers_of(stage, now, view)])
    }

    fn save(&self, out: &mut Vec<u8>) {
        self.put(out);
    }

    fn load(&mut self, state: &[u8]) -> Result<(), StateError> {
        self.take(state)
    }
}
