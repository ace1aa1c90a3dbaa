//! Signal plans from a network: who must not meet whom, all times, stages and rings, from geometry and from the program
//! that each signal's file has.
//!
//! Terms
//! - **imported plan**: made from somebody else's program. It takes its times from there; what plans of our own may not
//!   have is *waived* by name, and nothing else is.
//! - **smoothed**: a letter of the program that no signal group could show is shown as another, and listed.
//! - **the formula**: yellow and clearance time from geometry (RiLSA). What a program never shows has it; what is shorter
//!   is waived.
//! - **way**: a movement by the links it leads from and to.
//!
//! Each signal's groups are the link indices of its program, and are named by them: group `3` is the fourth letter.

mod approaches;
mod complete;
mod cycle;
mod intergreens;
mod literature;
mod meetings;
mod nema;
mod own;
mod readable;
mod refusal;
mod relations;
mod rings;
mod smoothing;
mod stages;
mod times;
mod words;

use std::sync::Arc;

use intergreen_control::plan::{GroupSpec, Plan, PlanErrors, PlanSpec, Recall, Waiver, YieldSpec};
use intergreen_control::{Lamp, Millis, Program, ProgramStep, Serves};

pub use self::approaches::approaches;
pub use self::complete::{Completed, complete};
pub use self::literature::{count, with_clearance};
pub use self::own::{OwnPlan, Wiring, fit};
pub use self::readable::readable;
pub use self::refusal::{Opened, Refusal};
pub use self::smoothing::Smoothing;
pub use self::words::ways;

use self::cycle::Cycle;
use self::relations::{Cause, Relations};
use self::rings::Streets;
use crate::detectors::{self, Detectors, Layout};
use crate::network::{MovementId, NemaSpec, Network, Signal, SignalId};

/// The plan of a signal, and what there is to say about it.
#[derive(Clone, Debug)]
pub struct SignalPlan {
    /// The signal.
    pub signal: SignalId,
    /// Its plan, with the program as it is shown.
    pub plan: Arc<Plan>,
    /// The plan with the times of the file's NEMA program, if it has one that can be used, for strategies that serve
    /// phases: the fixed steps of such a program show neither yellow nor red clearance. It has no fixed program.
    pub nema: Option<Arc<Plan>>,
    /// Where the program of `plan` differs from the file's.
    pub smoothed: Vec<Smoothing>,
    /// Pairs that the program opens although they have to be kept apart; the user insists.
    pub opened: Vec<Opened>,
    /// What was derived, or why it was not, each beginning with the signal's name.
    pub notes: Vec<String>,
    /// Why no rings could be made, where that was tried.
    pub no_rings: Option<String>,
    /// Which of the signal's lamps its groups switch, if it is of a plan file; `None`: group by group the same.
    pub wiring: Option<Wiring>,
}

impl SignalPlan {
    /// The plan for a strategy that shows this.
    ///
    /// # Errors
    /// What is wrong with the stages that are made of its rings, if it has rings alone.
    pub fn suited(&self, serves: Serves) -> Result<Arc<Plan>, PlanErrors> {
        let plan = &self.plan;
        Ok(match serves {
            Serves::Phases => self.nema.as_ref().unwrap_or(plan).clone(),
            Serves::Stages if plan.has_rings_alone() => Arc::new(plan.with_stages_of_rings()?),
            Serves::Stages | Serves::Program => plan.clone(),
        })
    }

    /// What is run although a plan of our own would be refused for it, and what is shown otherwise than written: in
    /// words, groups with traffic only, those that say the same in one line.
    pub fn waived(&self, network: &Network) -> Vec<String> {
        words::waived(self, network)
    }
}

/// The plans of all signals, by [`SignalId`].
///
/// # Errors
/// All pairs that programs open although they have to be kept apart, unless `allow_unsafe`; or the first signal whose
/// program makes no plan for another reason.
pub fn of_network(network: &Network, allow_unsafe: bool) -> Result<Vec<SignalPlan>, Refusal> {
    of_network_with(network, &detectors::place(network, &Layout::default()), allow_unsafe)
}

/// The same with detectors that lie elsewhere.
///
/// # Errors
/// As [`of_network`].
pub fn of_network_with(
    network: &Network,
    detectors: &Detectors,
    allow_unsafe: bool,
) -> Result<Vec<SignalPlan>, Refusal> {
    of_network_and_files(network, detectors, &[], allow_unsafe)
}

/// The same where some signals have plan files: what their own programs do does not matter.
///
/// # Errors
/// As [`of_network`].
pub fn of_network_and_files(
    network: &Network,
    detectors: &Detectors,
    files: &[OwnPlan],
    allow_unsafe: bool,
) -> Result<Vec<SignalPlan>, Refusal> {
    let mut own: Vec<Option<&OwnPlan>> = vec![None; network.signals.len()];
    files.iter().for_each(|file| own[file.signal.index()] = Some(file));
    let mut plans = Vec::with_capacity(network.signals.len());
    let mut opened: Vec<Opened> = Vec::new();
    for signal in (0..network.signals.len()).map(SignalId::new) {
        if let Some(own) = own[signal.index()] {
            plans.push(own.signal_plan());
            continue;
        }
        match with_detectors(network, detectors, signal, allow_unsafe) {
            Ok(plan) => plans.push(plan),
            Err(Refusal::Opens(pairs)) => opened.extend(pairs),
            Err(other) => return Err(other),
        }
    }
    if opened.is_empty() { Ok(plans) } else { Err(Refusal::Opens(opened)) }
}

/// The plan of one signal.
///
/// # Errors
/// As [`of_network`].
pub fn of_signal(network: &Network, signal: SignalId, allow_unsafe: bool) -> Result<SignalPlan, Refusal> {
    with_detectors(network, &detectors::place(network, &Layout::default()), signal, allow_unsafe)
}

/// The plan of one signal that has these detectors.
fn with_detectors(
    network: &Network,
    detectors: &Detectors,
    signal: SignalId,
    allow_unsafe: bool,
) -> Result<SignalPlan, Refusal> {
    let id = signal;
    let signal = &network.signals[id.index()];
    let mut relations = Relations::new(network, signal);
    let (steps, smoothed) = smoothing::smooth(&signal.program);
    let (opened, causes) = refusal::opened(network, signal, &relations, &steps);
    if !allow_unsafe && !opened.is_empty() {
        return Err(Refusal::Opens(opened));
    }
    let unsound = |errors: PlanErrors| Refusal::Unsound {
        signal: signal.id.clone(),
        program: signal.program.id().to_owned(),
        errors,
    };
    let mut waivers = tolerate(&mut relations, &causes);
    let mut movements: Vec<Vec<MovementId>> = vec![Vec::new(); usize::from(signal.groups)];
    for &m in &signal.movements {
        if let Some(g) = meetings::group(network, m) {
            movements[usize::from(g)].push(m);
        }
    }
    let program = Program::new(signal.program.id(), signal.program.offset(), steps)
        .map_err(|e| Refusal::program(signal, &e.to_string()))?;
    let mut spec = write_down(network, signal, (&program, &movements, &relations), &mut waivers);
    spec.stages = if causes.is_empty() { stages::stages(program.steps()) } else { Vec::new() };
    spec.detectors = detectors.meanings(id);
    let (mut notes, mut no_rings) = (Vec::new(), None);
    let streets = Streets { network, signal, movements: &movements, relations: &relations };
    let (from, rings) = match &signal.rings {
        Some(nema) => ("of the file", streets.of_nema(nema)),
        None => ("derived", streets.derive()),
    };
    match rings {
        Ok(found) => {
            notes.extend(found.notes.into_iter().map(|n| format!("ring-barrier {from}: {n}")));
            spec.rings = Some(found.spec);
        }
        Err(why) => {
            notes.push(format!("no ring-barrier {from}: {why}"));
            no_rings = Some(why);
        }
    }
    if let Some(nema) = signal.rings.as_ref().filter(|_| spec.rings.is_some()) {
        recall(&mut spec, nema);
    }
    if signal.own {
        notes.extend(formula_says(&mut waivers));
        if !waivers.is_empty() {
            return Err(Refusal::program(signal, &in_words(&waivers)));
        }
    }
    let plan = match Plan::imported(spec.clone(), waivers.clone()) {
        Ok(plan) => plan,
        Err(_) => {
            program_is_enough(&mut spec, &waivers, &mut notes);
            Plan::imported(spec.clone(), waivers).map_err(unsound)?
        }
    };
    let served = signal.rings.as_ref().filter(|_| spec.rings.is_some());
    let nema = match served.map(|nema| nema::plan(&spec, nema, &relations)) {
        Some(Err(errors)) => {
            notes.push(format!("no plan with the times of its NEMA program: {}", one_line(&errors)));
            None
        }
        Some(Ok((plan, uncoordinated))) => {
            notes.extend(uncoordinated.map(|why| format!("the coordination of its NEMA program is not used: {why}")));
            Some(Arc::new(plan))
        }
        None => None,
    };
    let notes = notes.into_iter().map(|n| format!("signal '{}': {n}", signal.id)).collect();
    Ok(SignalPlan { signal: id, plan: Arc::new(plan), nema, smoothed, opened, notes, no_rings, wiring: None })
}

/// Lets the program open pairs that have to be kept apart, because the user insists: one of two that are forbidden gives
/// way; two of which one gives way, but is fully green all the same, are as if they did not meet.
fn tolerate(relations: &mut Relations, opened: &[Cause]) -> Vec<Waiver> {
    let mut waivers = Vec::new();
    for cause in opened {
        let [who, to] = cause.groups;
        if relations.forbidden.remove(&relations::sorted(who, to)).is_some() {
            relations.yields.insert([who, to], (*cause, false));
        } else {
            relations.yields.remove(&[who, to]);
        }
        waivers.push(Waiver::UnsafePair { who, to });
    }
    waivers
}

/// The plan without stages and rings; waivers for what plans of our own may not have.
fn write_down(
    network: &Network,
    signal: &Signal,
    (program, movements, relations): (&Program, &[Vec<MovementId>], &Relations),
    waivers: &mut Vec<Waiver>,
) -> PlanSpec {
    let cycle = Cycle { program };
    let group = |(g, m): (u16, &Vec<MovementId>), waivers: &mut Vec<Waiver>| {
        times::group(cycle, g, times::kind(network, m), waivers)
    };
    let groups: Vec<GroupSpec> = (0..).zip(movements).map(|g| group(g, waivers)).collect();
    let yellows: Vec<Millis> = groups.iter().map(|g| g.yellow.unwrap_or(Millis(0))).collect();
    waivers.extend(traps(program.steps(), relations));
    let intergreens = intergreens::Intergreens::new(cycle, relations, &yellows).all(waivers);
    PlanSpec {
        forbidden: relations.forbidden.keys().map(|&[a, b]| (a.to_string(), b.to_string())).collect(),
        yields: relations
            .yields
            .iter()
            .map(|(&[who, to], &(_, oncoming))| YieldSpec { who: who.to_string(), to: to.to_string(), oncoming })
            .collect(),
        intergreens,
        program: Some(program.clone()),
        ..PlanSpec::new(&signal.id, groups)
    }
}

/// Left turns that end before the oncoming traffic to which they give way.
fn traps(steps: &[ProgramStep], relations: &Relations) -> Vec<Waiver> {
    let next = steps.iter().cycle().skip(1);
    let pairs: Vec<(&[Lamp], &[Lamp])> = steps.iter().zip(next).map(|(a, b)| (&a.lamps[..], &b.lamps[..])).collect();
    let is_trap = |who: u16, to: u16| {
        let (who, to) = (usize::from(who), usize::from(to));
        let ends = |(a, b): &(&[Lamp], &[Lamp])| a[who].is_green() && !b[who].is_green();
        pairs.iter().any(|p| ends(p) && p.0[to].is_green() && p.1[to].is_green())
    };
    let oncoming = relations.yields.iter().filter(|(_, y)| y.1).map(|(pair, _)| *pair);
    let traps = oncoming.filter(|&[who, to]| is_trap(who, to));
    traps.map(|[group, oncoming]| Waiver::YellowTrap { group, oncoming }).collect()
}

/// The recalls of a ring-barrier program.
fn recall(spec: &mut PlanSpec, nema: &NemaSpec) {
    let Some(rings) = &spec.rings else { return };
    for phase in &rings.phases {
        let called = nema.min_recall.as_ref().is_none_or(|list| list.contains(&phase.number));
        let recall = match (nema.max_recall.contains(&phase.number), called) {
            (true, _) => Recall::Max,
            (_, true) => Recall::Min,
            _ => Recall::None,
        };
        let longest = nema.phases.iter().find(|p| p.number == phase.number).and_then(|p| p.max_green);
        for group in spec.groups.iter_mut().filter(|g| phase.groups.contains(&g.name)) {
            group.max_green = longest.map(|g| g.max(group.min_green.unwrap_or(g)).max(Millis(1000)));
            let endless = recall == Recall::Max && group.max_green.is_none();
            group.recall = if endless { Recall::Min } else { recall };
        }
    }
}

/// Leaves out stages or rings with which the plan does not stand: the program is enough to run it.
fn program_is_enough(spec: &mut PlanSpec, waivers: &[Waiver], notes: &mut Vec<String>) {
    let errors = |spec: &PlanSpec| Plan::imported(spec.clone(), waivers.to_vec()).err();
    if spec.rings.is_some()
        && let Some(with) = errors(spec)
    {
        let rings = spec.rings.take();
        match errors(spec) {
            // It was not the rings.
            Some(without) if without == with => spec.rings = rings,
            _ => notes.push(format!("no ring-barrier: {}", one_line(&with))),
        }
    }
    if !spec.stages.is_empty()
        && let Some(with) = errors(spec)
    {
        let stages = std::mem::take(&mut spec.stages);
        match errors(spec) {
            Some(without) if without == with => spec.stages = stages,
            _ => notes.push(format!("no stages: {}", one_line(&with))),
        }
    }
}

/// Errors with semicolons between.
fn one_line(errors: &PlanErrors) -> String {
    errors.to_string().replace('\n', "; ")
}

/// Whoever wrote a plan of our own gave its intergreens: where the formula says more, that is no finding but a note.
fn formula_says(waivers: &mut Vec<Waiver>) -> Option<String> {
    let mut times = Vec::new();
    waivers.retain(|w| match w {
        Waiver::ShortClearance { found, formula, .. } => {
            times.push((*found, *formula));
            false
        }
        _ => true,
    });
    let (found, formula) = (times.iter().map(|t| t.0).min()?, times.iter().map(|t| t.1).max()?);
    let (n, found, formula) = (times.len(), found.seconds(), formula.seconds());
    Some(format!(
        "{n} intergreens are shorter than the clearance formula's: from {found} s, which says up to {formula} s"
    ))
}

/// Findings of a plan of our own.
fn in_words(waivers: &[Waiver]) -> String {
    waivers.iter().map(Waiver::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod rings_tests;
#[cfg(test)]
mod tests;
