//! Trips and flows.

use intergreen_control::Millis;

use super::routes::WayFile;
use super::{Resolver, Step, Wrong, expected_names, steps, with, wrong};
use crate::demand::{Manner, Timing};
use crate::scenario::format::{EnterFile, FlowFile, LeaveFile, ProfileFile};

/// From when to when a source makes vehicles; `None`: to the end of the run.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub begin: f64,
    pub end: Option<f64>,
}

/// A stretch of time with one rate.
pub(super) struct Slice {
    /// Number in its profile; `None`: there is only one.
    pub number: Option<usize>,
    pub begin: Millis,
    pub end: Millis,
    /// Vehicles per second.
    pub rate: f64,
}

/// How vehicles enter and leave.
pub(super) fn manner(enter: &EnterFile, leave: &LeaveFile) -> Manner {
    Manner {
        depart_lane: enter.lane,
        depart_speed: enter.speed,
        depart_position: enter.position,
        arrival_lane: leave.lane,
        arrival_position: leave.position,
        arrival_speed: leave.speed,
    }
}

impl Resolver<'_> {
    /// Single vehicles.
    pub(super) fn trips(&mut self) -> Result<(), Wrong> {
        for (i, t) in self.section.trips.iter().enumerate() {
            let at = steps!("demand", "trips", i);
            let mix = self.mix(&at, &t.vehicle, &t.mix)?;
            let way = WayFile { route: &t.route, routes: &t.routes, from: &t.from, to: &t.to, via: &t.via };
            let routes = self.way(&at, &way, mix[0].0)?;
            let timing = Timing::Once(Millis::from_seconds(t.depart));
            self.add(&at, &t.id, timing, (mix, routes), manner(&t.enter, &t.leave))?;
        }
        Ok(())
    }

    /// Flows.
    pub(super) fn flows(&mut self) -> Result<(), Wrong> {
        for (i, f) in self.section.flows.iter().enumerate() {
            let at = steps!("demand", "flows", i);
            let mix = self.mix(&at, &f.vehicle, &f.mix)?;
            let way = WayFile { route: &f.route, routes: &f.routes, from: &f.from, to: &f.to, via: &f.via };
            let routes = self.way(&at, &way, mix[0].0)?;
            let manner = manner(&f.enter, &f.leave);
            for (name, timing) in self.timings(f, &at)? {
                self.add(&at, &name, timing, (mix.clone(), routes.clone()), manner)?;
            }
        }
        Ok(())
    }

    /// When a flow's vehicles come: one timing, or one for each slice of its profile, with the names of the sources.
    fn timings(&self, f: &FlowFile, at: &[Step]) -> Result<Vec<(String, Timing)>, Wrong> {
        let span = self.span(f.begin, f.end, at)?;
        let number = f.number.unwrap_or(u64::MAX);
        let begin = Millis::from_seconds(span.begin);
        let end = span.end.map_or(Millis::NEVER, Millis::from_seconds);
        if f.profile.is_some() && f.flow.is_none() {
            return wrong(with(at, "profile"), "changes a 'flow'; expected one");
        }
        let one = |timing| Ok(vec![(f.id.clone(), timing)]);
        match (f.flow, f.rate, f.every, f.chance) {
            (Some(flow), None, None, None) => {
                let slices = self.slices(at, flow, f.profile.as_deref(), span)?;
                Ok(slices.iter().map(|s| (s.name(&f.id), s.timing(number))).collect())
            }
            (None, Some(rate), None, None) => one(Timing::Poisson { begin, end, rate, number }),
            (None, None, Some(period), None) => one(Timing::Every { begin, period, end, number }),
            (None, None, None, Some(probability)) => one(Timing::Chance { begin, end, probability, number }),
            _ => wrong(at.to_vec(), "expected exactly one of: 'flow', 'rate', 'every', 'chance'"),
        }
    }

    /// From when to when something holds: the whole scenario, if nothing is said.
    pub(super) fn span(&self, begin: Option<f64>, end: Option<f64>, at: &[Step]) -> Result<Span, Wrong> {
        let span = Span { begin: begin.unwrap_or(self.file.begin), end: end.or(self.file.end) };
        match span.end {
            Some(end) if end <= span.begin => {
                wrong(with(at, "end"), format!("{end} s; expected a time after the beginning, {} s", span.begin))
            }
            _ => Ok(span),
        }
    }

    /// The rates of a Poisson flow, veh/h, over time: (from, until, vehicles per second) of each slice with traffic.
    pub(super) fn slices(
        &self,
        at: &[Step],
        flow: f64,
        profile: Option<&str>,
        span: Span,
    ) -> Result<Vec<Slice>, Wrong> {
        let end = |end: Option<f64>| end.map_or(Millis::NEVER, Millis::from_seconds);
        let Some(name) = profile else {
            let (begin, rate) = (Millis::from_seconds(span.begin), flow / 3600.0);
            let whole = Slice { number: None, begin, end: end(span.end), rate };
            return Ok(Some(whole).into_iter().filter(|s| s.rate > 0.0).collect());
        };
        let Some(profile) = self.section.profiles.get(name) else {
            let known = self.section.profiles.keys().map(String::as_str);
            return wrong(with(at, "profile"), format!("no profile '{name}'; {}", expected_names(name, known)));
        };
        self.check_covers(name, profile)?;
        let start = profile.begin.unwrap_or(self.file.begin);
        let mut out = Vec::new();
        for (i, factor) in profile.factors.iter().enumerate() {
            let from = (start + profile.slice * i as f64).max(span.begin);
            let until = (start + profile.slice * (i + 1) as f64).min(span.end.unwrap_or(f64::INFINITY));
            let rate = flow * factor / 3600.0;
            if rate > 0.0 && until > from {
                let number = (profile.factors.len() > 1).then_some(i);
                out.push(Slice { number, begin: Millis::from_seconds(from), end: Millis::from_seconds(until), rate });
            }
        }
        Ok(out)
    }

    /// Refuses a profile that runs with the scenario and is shorter or longer than it: somebody has miscounted.
    fn check_covers(&self, name: &str, profile: &ProfileFile) -> Result<(), Wrong> {
        let (None, Some(end)) = (profile.begin, self.file.end) else { return Ok(()) };
        let needed = libm::ceil((end - self.file.begin) / profile.slice) as usize;
        let has = profile.factors.len();
        if has == needed {
            return Ok(());
        }
        let problem = format!("has {has} factors; expected {needed}, one per {} s of the scenario", profile.slice);
        wrong(steps!("demand", "profiles", name, "factors"), problem)
    }
}

impl Slice {
    /// Vehicles at random, at most so many.
    pub fn timing(&self, number: u64) -> Timing {
        Timing::Poisson { begin: self.begin, end: self.end, rate: self.rate, number }
    }

    /// The name of a source's part in this slice.
    pub fn name(&self, id: &str) -> String {
        self.number.map_or_else(|| id.to_owned(), |i| format!("{id}/{i}"))
    }
}
