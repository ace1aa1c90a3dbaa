//! Whether detectors work.

use std::collections::BTreeMap;

use intergreen_control::Millis;
use serde::Serialize;

use super::Options;
use super::occupancy::Occupancy;

/// What one channel's log looks like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Health {
    /// The channel.
    pub channel: u16,
    /// Phases it is for; none: the configuration does not know it.
    pub phases: Vec<u16>,
    /// Times it went on.
    pub actuations: u32,
    /// Most of them in one minute of the clock.
    pub most_per_minute: u32,
    /// Share of time it was on.
    pub occupancy: Option<f64>,
    /// Longest time on without a break, s.
    pub longest_on_s: f64,
    /// Longest time without an actuation, s.
    pub longest_silence_s: f64,
    /// Ons that follow an on.
    pub missing_offs: u32,
    /// Offs that follow an off.
    pub missing_ons: u32,
    /// Faults that the controller logged.
    pub faults: u32,
    /// What is wrong with it, in words.
    pub findings: Vec<&'static str>,
}

/// Edges and faults of a channel.
#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    /// Edges by time; `true`: on.
    pub edges: Vec<(Millis, bool)>,
    pub faults: u32,
    pub phases: Vec<u16>,
}

impl Health {
    /// Looks at a channel of a signal whose log goes from `span.0` to `span.1`.
    pub(super) fn of(
        number: u16,
        channel: &Channel,
        on: &Occupancy,
        span: (Millis, Millis),
        options: &Options,
    ) -> Self {
        let ons = || channel.edges.iter().filter(|e| e.1).map(|e| e.0);
        let mut minutes: BTreeMap<i64, u32> = BTreeMap::new();
        ons().for_each(|at| *minutes.entry(at.0.div_euclid(60_000)).or_default() += 1);
        let (mut last, mut silence) = (span.0, Millis(0));
        for at in ons().chain([span.1]) {
            silence = silence.max(at - last);
            last = at;
        }
        let longest = on.on.iter().map(|i| i.1 - i.0).max().unwrap_or_default();
        let time: f64 = on.on.iter().map(|i| (i.1 - i.0).seconds()).sum();
        let mut health = Self {
            channel: number,
            phases: channel.phases.clone(),
            actuations: u32::try_from(ons().count()).unwrap_or(u32::MAX),
            most_per_minute: minutes.into_values().max().unwrap_or(0),
            occupancy: super::book::share(time, (span.1 - span.0).seconds()),
            longest_on_s: longest.seconds(),
            longest_silence_s: silence.seconds(),
            missing_offs: on.missing_offs,
            missing_ons: on.missing_ons,
            faults: channel.faults,
            findings: Vec::new(),
        };
        health.findings = health.look(longest, silence, options);
        health
    }

    fn look(&self, longest: Millis, silence: Millis, options: &Options) -> Vec<&'static str> {
        let unpaired = self.missing_offs + self.missing_ons;
        let all = [
            (self.actuations == 0, "no actuation"),
            (self.actuations > 0 && silence >= options.silence, "silent for long"),
            (longest >= options.presence, "on for long"),
            (self.most_per_minute > options.counts, "counts too often"),
            // One lost edge in fifty is a bad line; one at each end of a log is none.
            (unpaired > 2 && unpaired > self.actuations / 50, "edges without partner"),
            (self.faults > 0, "faults logged"),
        ];
        all.into_iter().filter_map(|(found, what)| found.then_some(what)).collect()
    }
}
