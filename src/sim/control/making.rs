//! Making controllers: which strategy runs at a signal, on which plan, in which surroundings.

use std::cell::OnceCell;
use std::sync::Arc;

use intergreen_control::{Approaches, Entry, Looks, Plan, PlanErrors, RegistryError, Serves, Strategy, Traffic};

use crate::commands::Command;
use crate::detectors::Tier;
use crate::network::SignalId;
use crate::plans::{self, SignalPlan};
use crate::sim::command::of_registry;
use crate::sim::scene::{Scene, Setup};

/// A strategy and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name.
    pub strategy: String,
    /// Names and values of its parameters.
    pub parameters: Vec<(String, String)>,
}

impl Choice {
    /// What a command asks for, if it is about that.
    pub fn of_command(command: &Command) -> Option<Self> {
        let Command::Controller { strategy, parameters, .. } = command else { return None };
        let parameters = parameters.iter().map(|(name, value)| (name.clone(), value.clone()));
        Some(Self { strategy: strategy.clone(), parameters: parameters.collect() })
    }

    /// What a run begins with.
    pub(in crate::sim) fn of(setup: &Setup) -> Self {
        let (strategy, parameters) = setup.controller.clone();
        Self { strategy, parameters }
    }
}

/// A signal at which the strategy asked for cannot run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fallback {
    /// The signal.
    pub signal: SignalId,
    /// What runs there, with its defaults.
    pub runs: &'static str,
    /// Why not the strategy asked for.
    pub why: String,
}

/// A strategy with all that it is given.
pub struct Made {
    /// The plan that suits it.
    pub plan: Arc<Plan>,
    /// The strategy.
    pub strategy: Box<dyn Strategy>,
    /// What decides while it is blind.
    pub spare: Option<Box<dyn Strategy>>,
    /// What it knows of the lanes around, if it looks at single lanes.
    pub approaches: Option<Arc<Approaches>>,
    /// Whether it stands in for another one.
    pub fallback: Option<Fallback>,
}

/// The plan that suits a strategy: with the clearance that it brings along, if it does.
fn suited(entry: &Entry, plan: &SignalPlan) -> Result<Arc<Plan>, RegistryError> {
    let unsuitable = |reason: String| RegistryError::Unsuitable { strategy: entry.name, reason };
    let no_stages =
        |e: PlanErrors| unsuitable(format!("the plan has no stages, and none can be made of its rings: {e}"));
    let plan = plan.suited(entry.serves).map_err(no_stages)?;
    let Some(yellow) = entry.clearance.filter(|_| !plan.stages().is_empty()) else { return Ok(plan) };
    let too_short =
        |e: PlanErrors| unsuitable(format!("its plan cannot do with {} s of yellow alone: {e}", yellow.seconds()));
    plans::with_clearance(&plan, yellow).map(Arc::new).map_err(too_short)
}

/// Makes strategies for signals; surroundings are worked out once, if somebody looks at them.
pub struct Maker<'a> {
    scene: &'a Scene,
    plans: &'a [SignalPlan],
    around: OnceCell<Vec<Arc<Approaches>>>,
    /// The same as the literature counts lanes.
    counted: OnceCell<Vec<Arc<Approaches>>>,
}

impl<'a> Maker<'a> {
    /// For the signals of a scene, which have these plans.
    pub const fn new(scene: &'a Scene, plans: &'a [SignalPlan]) -> Self {
        Self { scene, plans, around: OnceCell::new(), counted: OnceCell::new() }
    }

    /// The strategy for a signal with the plan that suits it; if it cannot run there, what it falls back to.
    ///
    /// # Errors
    /// If the registry does not know the strategy or refuses its parameters; or nothing can run, with the signal.
    pub fn make(&self, signal: SignalId, choice: &Choice) -> Result<Made, String> {
        self.try_make(signal, choice).map_err(|e| match &e {
            RegistryError::Unsuitable { .. } => {
                let (plan, id) = (&self.plans[signal.index()], &self.scene.network.signals[signal.index()].id);
                let file = match plan.wiring {
                    Some(_) => format!(" (plan '{}' of the scenario's `plans`)", plan.plan.spec().name),
                    None => String::new(),
                };
                let instead = "expected a plan that has it, or another strategy (--controller NAME, or `controller` of the scenario)";
                format!("signal '{id}'{file}: {e}; {instead}")
            }
            _ => of_registry(&e),
        })
    }

    fn try_make(&self, signal: SignalId, choice: &Choice) -> Result<Made, RegistryError> {
        let registry = &self.scene.setup.registry;
        let counts = registry.find(&choice.strategy)?.clearance.is_some();
        let plan = &self.plans[signal.index()];
        let (mut name, mut parameters) = (choice.strategy.as_str(), choice.parameters.as_slice());
        // Why not what was asked for: said too where nothing else can run either.
        let mut why: Option<(&'static str, String)> = None;
        loop {
            let entry = registry.find(name)?;
            let everyone = self.everyone_reports();
            let mut made =
                suited(entry, plan).and_then(|plan| Ok((registry.make_for(name, parameters, &plan, everyone)?, plan)));
            if let (Ok((strategy, plan)), Some(other)) = (&made, entry.falls_back)
                && strategy.looks() > Looks::Groups
                && Traffic::new(plan, self.around(counts)[signal.index()].clone()).is_blind()
                && registry.make_for(other, &[], plan, everyone).is_ok()
            {
                made = Err(RegistryError::Unsuitable { strategy: entry.name, reason: Traffic::BLIND.into() });
            }
            match (made, entry.falls_back) {
                (Err(RegistryError::Unsuitable { strategy, reason }), Some(other)) => {
                    (name, parameters) = (other, &[]);
                    let reason = match &plan.no_rings {
                        Some(cause) if entry.serves == Serves::Phases => format!("{reason}: {cause}"),
                        _ => reason,
                    };
                    why.get_or_insert((strategy, reason));
                }
                (Err(e), _) => {
                    return Err(why.map_or(e, |(strategy, reason)| RegistryError::Unsuitable { strategy, reason }));
                }
                (Ok((strategy, suited)), _) => {
                    let looks = strategy.looks() > Looks::Groups;
                    let approaches = looks.then(|| self.around(counts)[signal.index()].clone());
                    let fallback = why.map(|(_, why)| Fallback { signal, runs: entry.name, why });
                    let spare = registry.spare(&*strategy, &suited, everyone);
                    return Ok(Made { plan: suited, strategy, spare, approaches, fallback });
                }
            }
        }
    }

    fn everyone_reports(&self) -> bool {
        self.scene.setup.sensing.tier == Tier::Perfect
    }

    /// The surroundings of all signals.
    fn around(&self, counts: bool) -> &[Arc<Approaches>] {
        let kept = if counts { &self.counted } else { &self.around };
        kept.get_or_init(|| {
            let network = &self.scene.network;
            let mut around = plans::approaches(network, self.plans, self.everyone_reports());
            if counts {
                plans::count(network, self.plans, &mut around);
            }
            around.into_iter().map(Arc::new).collect()
        })
    }
}
