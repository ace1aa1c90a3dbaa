//! The books of a phase: sums for the whole log and by bin, and the measures they come to.

use std::collections::BTreeMap;

use intergreen_control::Millis;
use serde::Serialize;

use super::aspects::Aspect;
use super::service::Termination;

/// Everything that is added up, of one phase in one span of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub terminations: Terminations,
    pub splits: Vec<Millis>,
    pub greens: Vec<Millis>,
    pub yellows: Vec<Millis>,
    pub clearances: Vec<Millis>,
    /// Time of green inside the span.
    pub green: Millis,
    pub arrivals: Arrivals,
    pub failures: Occupied,
    pub red: Red,
    pub pedestrians: Vec<Millis>,
    pub walks: u32,
}

/// Sums of [`SplitFailures`].
#[derive(Clone, Debug, Default)]
pub(super) struct Occupied {
    pub services: u32,
    pub failures: u32,
    pub green: f64,
    pub red: f64,
}

/// Tallies for the whole log and by bin.
#[derive(Clone, Debug)]
pub(super) struct Book {
    bin: Millis,
    pub total: Tally,
    /// By the begin of the bin: only bins in which something happened.
    pub bins: BTreeMap<Millis, Tally>,
}

impl Book {
    /// An empty one for bins of this length.
    pub fn new(bin: Millis) -> Self {
        Self { bin: bin.max(Millis(1)), total: Tally::default(), bins: BTreeMap::new() }
    }

    /// The begin of the bin in which a moment lies.
    pub fn bin(&self, at: Millis) -> Millis {
        Millis(at.0.div_euclid(self.bin.0).saturating_mul(self.bin.0))
    }

    /// The end of a bin.
    pub fn bin_end(&self, begin: Millis) -> Millis {
        begin + self.bin
    }

    /// Enters what happened at a moment.
    pub fn note(&mut self, at: Millis, enter: impl Fn(&mut Tally)) {
        enter(&mut self.total);
        enter(self.bins.entry(self.bin(at)).or_default());
    }

    /// Enters a green; only bins in which something else has been entered get their part of it.
    pub fn green(&mut self, from: Millis, to: Millis) {
        self.total.green += to - from;
        let (first, length) = (self.bin(from), self.bin);
        for (&begin, tally) in self.bins.range_mut(first..to.max(first)) {
            tally.green += to.min(begin + length) - from.max(begin);
        }
    }
}

/// How greens ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Terminations {
    /// By a gap-out.
    pub gap_outs: u32,
    /// By a max-out.
    pub max_outs: u32,
    /// By a force-off.
    pub force_offs: u32,
    /// The log does not say how.
    pub unknown: u32,
}

impl Terminations {
    /// Counts one.
    pub(super) fn count(&mut self, why: Option<Termination>) {
        *match why {
            Some(Termination::GapOut) => &mut self.gap_outs,
            Some(Termination::MaxOut) => &mut self.max_outs,
            Some(Termination::ForceOff) => &mut self.force_offs,
            None => &mut self.unknown,
        } += 1;
    }
}

/// Durations, s.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// How many.
    pub count: u32,
    /// Their mean.
    pub mean_s: f64,
    /// The shortest.
    pub least_s: f64,
    /// Half are at most this long.
    pub p50_s: f64,
    /// 85 in 100 are at most this long.
    pub p85_s: f64,
    /// The longest.
    pub most_s: f64,
}

impl Spread {
    /// `None` if there are none.
    fn of(times: &[Millis]) -> Option<Self> {
        let mut times = times.to_vec();
        times.sort_unstable();
        let (&least, &most) = (times.first()?, times.last()?);
        let sum: i64 = times.iter().map(|t| t.0).fold(0, i64::saturating_add);
        // Nearest rank: the shortest that as many are not longer than.
        let part = |percent: usize| times[(times.len() * percent).div_ceil(100).max(1) - 1].seconds();
        Some(Self {
            count: u32::try_from(times.len()).unwrap_or(u32::MAX),
            mean_s: sum as f64 / times.len() as f64 / 1000.0,
            least_s: least.seconds(),
            p50_s: part(50),
            p85_s: part(85),
            most_s: most.seconds(),
        })
    }
}

/// Arrivals at the stop line, projected from advance detectors.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct Arrivals {
    /// All.
    pub total: u32,
    /// On green: from its begin to the begin of yellow.
    pub on_green: u32,
    /// On yellow.
    pub on_yellow: u32,
    /// On red.
    pub on_red: u32,
    /// While their arrow flashed yellow: how long they waited for a gap no log tells.
    pub on_flashing: u32,
    /// Before the log says what the phase shows.
    pub unknown: u32,
    /// Who did not arrive on green, and when the next green began is known.
    pub delayed: u32,
    /// Their time to the next green, in all, s.
    pub delay_s: f64,
}

impl Arrivals {
    /// Counts one that met `aspect` and had to wait for so long, if that is known.
    pub(super) fn count(&mut self, aspect: Option<Aspect>, delay: Option<Millis>) {
        self.total += 1;
        *match aspect {
            Some(Aspect::Green) => &mut self.on_green,
            Some(Aspect::Yellow) => &mut self.on_yellow,
            Some(Aspect::Red) => &mut self.on_red,
            Some(Aspect::Flashing) => &mut self.on_flashing,
            None => &mut self.unknown,
        } += 1;
        if let Some(delay) = delay {
            self.delayed += 1;
            self.delay_s += delay.seconds();
        }
    }

    /// Share on green of those of which it is known.
    pub fn share_on_green(&self) -> Option<f64> {
        share(self.on_green.into(), (self.total - self.unknown).into())
    }

    /// Mean delay of all of whom it is known: 0 on green, s.
    pub fn mean_delay_s(&self) -> Option<f64> {
        share(self.delay_s, (self.on_green + self.delayed).into())
    }
}

/// Split failures.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct SplitFailures {
    /// Services of which green and begin of red are known.
    pub services: u32,
    /// Those that failed.
    pub failures: u32,
    /// Mean share of the green in which the stop line was occupied.
    pub green_occupancy: f64,
    /// Mean share of the first seconds of red in which it was.
    pub red_occupancy: f64,
}

/// Who passes the stop line on yellow and red. Those who stop on a loop there and leave it on green are none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Red {
    /// On yellow.
    pub on_yellow: u32,
    /// On red; a turn on red is one of them.
    pub on_red: u32,
}

/// People on foot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pedestrians {
    /// Begins of walk.
    pub walks: u32,
    /// From the first call to the walk that served it.
    pub delay: Option<Spread>,
}

/// Measures of a phase in a span of time; `None` where the log has nothing to measure it by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measures {
    /// How greens ended.
    pub terminations: Terminations,
    /// Greens that begin here, with yellow and red clearance.
    pub split: Option<Spread>,
    /// Their greens.
    pub green: Option<Spread>,
    /// Their yellows.
    pub yellow: Option<Spread>,
    /// Their red clearances.
    pub red_clearance: Option<Spread>,
    /// Share of time that is green.
    pub green_share: Option<f64>,
    /// Arrivals.
    pub arrivals: Option<Arrivals>,
    /// Share of arrivals on green.
    pub arrivals_on_green: Option<f64>,
    /// That over the share of green.
    pub platoon_ratio: Option<f64>,
    /// Mean delay of arrivals, s.
    pub approach_delay_s: Option<f64>,
    /// Split failures.
    pub split_failures: Option<SplitFailures>,
    /// Actuations on yellow and red.
    pub yellow_red: Option<Red>,
    /// People on foot.
    pub pedestrians: Option<Pedestrians>,
}

/// Which detectors a phase has: what is measured by others is `None`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub advance: bool,
    pub presence: bool,
    pub stop_line: bool,
}

impl Tally {
    /// What it comes to in a span of so much time.
    pub fn measures(&self, span: Millis, seen: Seen) -> Measures {
        let green_share = share(self.green.seconds(), span.seconds()).filter(|_| self.has_signal());
        let arrivals = seen.advance.then_some(self.arrivals);
        let on_green = arrivals.and_then(|a| a.share_on_green());
        let failures = &self.failures;
        let mean = |sum: f64| sum / f64::from(failures.services.max(1));
        let people = self.walks > 0 || !self.pedestrians.is_empty();
        Measures {
            terminations: self.terminations,
            split: Spread::of(&self.splits),
            green: Spread::of(&self.greens),
            yellow: Spread::of(&self.yellows),
            red_clearance: Spread::of(&self.clearances),
            green_share,
            arrivals,
            arrivals_on_green: on_green,
            platoon_ratio: on_green.zip(green_share).and_then(|(on_green, green)| share(on_green, green)),
            approach_delay_s: arrivals.and_then(|a| a.mean_delay_s()),
            split_failures: (seen.presence && failures.services > 0).then(|| SplitFailures {
                services: failures.services,
                failures: failures.failures,
                green_occupancy: mean(failures.green),
                red_occupancy: mean(failures.red),
            }),
            yellow_red: seen.stop_line.then_some(self.red),
            pedestrians: people.then(|| Pedestrians { walks: self.walks, delay: Spread::of(&self.pedestrians) }),
        }
    }

    /// Whether any green was seen, or ended.
    fn has_signal(&self) -> bool {
        self.green > Millis(0) || !self.greens.is_empty() || self.terminations != Terminations::default()
    }
}

/// A part of a whole; `None` if there is no whole.
pub(super) fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
