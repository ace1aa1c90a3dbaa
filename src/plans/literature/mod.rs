//! Plans for strategies that bring their own clearance along, as a benchmark of the literature defines it: a yellow, and
//! nothing else; and what they count at its own signals. For comparison with that literature only: what the formula asks
//! for on top is waived by name.

mod counts;

use intergreen_control::Millis;
use intergreen_control::plan::{GroupKind, GroupSpec, IntergreenTime, Plan, PlanErrors, PlanSpec, Recall, Waiver};

pub use self::counts::count;

/// Nobody is guarded against waiting: the longest red that a plan may have is the least in the way.
const LONGEST_RED: Millis = Millis(3_600_000);
/// The least green of such a plan.
const LEAST_GREEN: Millis = Millis(1000);

/// A plan with the stages of another, in which every green ends with `yellow`, after which everybody may go.
///
/// # Errors
/// What is wrong with it.
pub fn with_clearance(plan: &Plan, yellow: Millis) -> Result<Plan, PlanErrors> {
    let groups = plan.spec().groups.iter().map(|g| group(g, yellow)).collect();
    let mut spec = PlanSpec {
        forbidden: plan.spec().forbidden.clone(),
        yields: plan.spec().yields.clone(),
        intergreens: plan.spec().intergreens.clone(),
        stages: plan.spec().stages.clone(),
        detectors: plan.spec().detectors.clone(),
        ..PlanSpec::new(plan.name(), groups)
    };
    let mut waivers: Vec<Waiver> = plan.waivers().iter().filter(|w| keeps(w)).cloned().collect();
    for i in &mut spec.intergreens {
        let (Some(from), Some(to)) = (plan.find_group(&i.from), plan.find_group(&i.to)) else { continue };
        let formula = plan.matrix().intergreen(from, to);
        if yellow < formula {
            waivers.push(Waiver::ShortClearance { from, to, found: yellow, formula });
        }
        i.time = IntergreenTime::Given(yellow);
    }
    Plan::imported(spec, waivers)
}

/// A group with this yellow and no other time; people on foot keep theirs.
fn group(g: &GroupSpec, yellow: Millis) -> GroupSpec {
    let of = if g.kind == GroupKind::Pedestrian {
        g.clone()
    } else {
        GroupSpec { kind: g.kind, ..GroupSpec::vehicle(&g.name, LEAST_GREEN, yellow) }
    };
    GroupSpec { max_red: Some(LONGEST_RED), recall: Recall::None, turn_on_red: g.turn_on_red, ..of }
}

/// Whether a waiver is of something that stays as it was.
const fn keeps(waiver: &Waiver) -> bool {
    matches!(
        waiver,
        Waiver::YellowTrap { .. } | Waiver::NeverServed { .. } | Waiver::SignalOff { .. } | Waiver::UnsafePair { .. }
    )
}
