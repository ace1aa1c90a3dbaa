//! The validation suite: every claim about the physics with its target, what we measure, how sure of it we are, and a
//! verdict.
//!
//! Terms
//! - **experiment**: something that is simulated and looked at, as often as there are seeds; a file each.
//! - **row**: a claim: a figure with its target and where that comes from. The numbers are those of the project's list
//!   of validation targets (C1–C21).
//! - **estimate**: a mean over seeds, with the half width of its 95 % confidence interval.
//! - **finer**: the same at a step of 0.1 s, beside the default of 0.5 s.
//! - **drivers**: who drives: the calibrated model, which is judged; SUMO's Krauss and IDM beside it, which are not.
//!
//! Nothing here reads files or a clock. What is measured depends on seeds alone.

mod approach;
mod convergence;
mod delay;
pub mod diagram;
pub mod discharge;
mod dispersion;
mod drivers;
mod emission;
mod estimate;
mod exactness;
mod gaps;
mod grade;
mod heavy;
mod lamps;
mod links;
mod mfd;
mod oversaturation;
mod page;
mod permissive;
mod plot;
mod queue;
mod ring;
mod roundabout;
mod symmetry;
pub mod world;

pub use drivers::Drivers;
pub use estimate::{Estimate, geh};
pub use page::{html, markdown, table};
pub use plot::{Mark, Plot, Series};

/// The default step, s.
pub const STEP: f64 = 0.5;
/// The step beside it, s.
pub const FINER: f64 = 0.1;

/// How much is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Runs of each experiment with random drivers or demand, at least 1.
    pub seeds: u64,
    /// A few seeds and short runs: for the tests.
    pub quick: bool,
}

impl Default for Effort {
    fn default() -> Self {
        Self { seeds: 30, quick: false }
    }
}

impl Effort {
    /// Less of everything: intervals are wide, targets are the same.
    pub const QUICK: Self = Self { seeds: 4, quick: true };
}

/// What a row wants: a figure from `least` to `most`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// At least this; −∞ if any less will do.
    pub least: f64,
    /// At most this; ∞ if any more will do.
    pub most: f64,
}

impl Target {
    /// From one to the other.
    pub const fn between(least: f64, most: f64) -> Self {
        Self { least, most }
    }

    /// A value, with a share of it up and down.
    pub fn about(value: f64, share: f64) -> Self {
        let off = value.abs() * share;
        Self { least: value - off, most: value + off }
    }

    /// At most this.
    pub const fn at_most(most: f64) -> Self {
        Self { least: f64::NEG_INFINITY, most }
    }

    /// What an estimate says of it; what is no number misses it.
    pub fn verdict(&self, of: &Estimate) -> Verdict {
        let half = of.half.unwrap_or(0.0);
        if (self.least..=self.most).contains(&of.mean) {
            Verdict::Pass
        } else if of.mean + half >= self.least && of.mean - half <= self.most {
            Verdict::Open
        } else {
            Verdict::Missed
        }
    }
}

/// A claim, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number, as `--only` takes it, with a letter where a number has several.
    pub id: &'static str,
    /// What is measured.
    pub what: String,
    /// Its unit.
    pub unit: &'static str,
    /// Decimals that are shown.
    pub decimals: usize,
    /// What is wanted.
    pub target: Target,
    /// Where the target comes from.
    pub source: &'static str,
    /// What was measured at the default step.
    pub measured: Estimate,
    /// At the finer step.
    pub finer: Option<Estimate>,
    /// By other drivers, for comparison: not judged.
    pub others: Vec<(Drivers, Estimate)>,
}

impl Row {
    /// A row that is measured once, at one step.
    pub fn new(id: &'static str, what: impl Into<String>, target: Target, measured: Estimate) -> Self {
        Self {
            id,
            what: what.into(),
            unit: "",
            decimals: 2,
            target,
            source: "",
            measured,
            finer: None,
            others: Vec::new(),
        }
    }

    /// With its unit, and how many decimals are shown.
    #[must_use]
    pub fn unit(mut self, unit: &'static str, decimals: usize) -> Self {
        (self.unit, self.decimals) = (unit, decimals);
        self
    }

    /// With where the target comes from.
    #[must_use]
    pub fn source(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }

    /// With the figure at the finer step.
    #[must_use]
    pub fn finer(mut self, finer: Estimate) -> Self {
        self.finer = Some(finer);
        self
    }

    /// With the figures of other drivers.
    #[must_use]
    pub fn others(mut self, others: Vec<(Drivers, Estimate)>) -> Self {
        self.others = others;
        self
    }

    /// The verdict: of both steps the worse.
    pub fn verdict(&self) -> Verdict {
        let of = |e: &Estimate| self.target.verdict(e);
        self.finer.as_ref().map_or(Verdict::Pass, of).max(of(&self.measured))
    }
}

/// What is said of a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// The mean meets the target.
    Pass,
    /// The mean does not, but the target lies within its interval: too few seeds to tell.
    Open,
    /// It does not.
    Missed,
}

impl Verdict {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Open => "open",
            Self::Missed => "MISSED",
        }
    }
}

/// What an experiment came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its title.
    pub title: &'static str,
    /// What is simulated and how it is measured, a paragraph.
    pub text: &'static str,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What an expert looks at.
    pub plots: Vec<Plot>,
}

/// Something that is simulated and looked at.
#[derive(Clone, Copy)]
pub struct Experiment {
    /// A word for it.
    pub name: &'static str,
    /// The numbers of its rows.
    pub ids: &'static [&'static str],
    /// Runs it.
    pub run: fn(Effort) -> Section,
}

/// All experiments, in the order of their rows.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment { name: "discharge", ids: &["1", "2", "3"], run: discharge::run },
    Experiment { name: "heavy", ids: &["4"], run: heavy::run },
    Experiment { name: "delay", ids: &["5", "6"], run: delay::run },
    Experiment { name: "diagram", ids: &["7"], run: diagram::run },
    Experiment { name: "queue", ids: &["8"], run: queue::run },
    Experiment { name: "dispersion", ids: &["9"], run: dispersion::run },
    Experiment { name: "ring", ids: &["10"], run: ring::run },
    Experiment { name: "gaps", ids: &["11"], run: gaps::run },
    Experiment { name: "permissive", ids: &["15"], run: permissive::run },
    Experiment { name: "roundabout", ids: &["12"], run: roundabout::run },
    Experiment { name: "mfd", ids: &["13"], run: mfd::run },
    Experiment { name: "links", ids: &["14"], run: links::run },
    Experiment { name: "exactness", ids: &["18", "19", "21"], run: exactness::run },
    Experiment { name: "convergence", ids: &["20"], run: convergence::run },
    Experiment { name: "symmetry", ids: &["20"], run: symmetry::run },
    Experiment { name: "emission", ids: &["E1", "E2", "E3", "E4"], run: emission::run },
    // Beyond the list: of the issue and of the contract.
    Experiment { name: "oversaturation", ids: &["30"], run: oversaturation::run },
    Experiment { name: "lamps", ids: &["31"], run: lamps::run },
    Experiment { name: "grade", ids: &["32"], run: grade::run },
    Experiment { name: "approach", ids: &["33", "34", "35"], run: approach::run },
];
