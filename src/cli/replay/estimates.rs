//! How true the picture is that loops give of the lanes: beside what every vehicle has reported.
//!
//! Terms
//! - **seen**: vehicles between a lane's input loop and its line, by their reports.
//! - **counted**: how many the picture from loops alone has there at the same moment.
//! - **held up**: those of them who would be at the line if nobody had kept them.

use std::collections::BTreeMap;
use std::sync::Arc;

use intergreen_control::{Approaches, Input, Lamp, Millis, Plan, Traffic};

/// How often both pictures are compared.
const EVERY: Millis = Millis(1000);

/// The two pictures of one signal's lanes.
pub struct Pictures {
    loops: Traffic,
    reports: Traffic,
    /// Of each vehicle seen, by lane: when it is due if nobody keeps it.
    due: BTreeMap<(usize, u32), Millis>,
    next: Millis,
}

impl Pictures {
    /// Of a signal where every vehicle reports, from `start` on; none of another one.
    pub fn new(plan: &Plan, approaches: &Approaches, start: Millis) -> Option<Self> {
        if !approaches.everyone_reports {
            return None;
        }
        let of_loops = Approaches { everyone_reports: false, ..approaches.clone() };
        let picture = |of: Approaches| Traffic::new(plan, Arc::new(of));
        Some(Self { loops: picture(of_loops), reports: picture(approaches.clone()), due: BTreeMap::new(), next: start })
    }

    /// Takes an input in; `lamps`: what each group shows.
    pub fn take(&mut self, plan: &Plan, input: &Input, lamps: &[Lamp]) {
        match input {
            Input::Detector(event) => self.loops.edge(plan, event.detector, event.on, event.at, lamps),
            Input::Vehicle(report) => self.reports.see(report),
            _ => {}
        }
    }

    /// Compares both at every second before `until`.
    pub fn compare(&mut self, plan: &Plan, until: Millis, lamps: &[Lamp], errors: &mut Errors) {
        while self.next < until {
            let now = self.next;
            self.loops.advance(plan, now, lamps);
            self.reports.advance(plan, now, lamps);
            self.compare_lanes(now, errors);
            self.next = now + EVERY;
        }
    }

    fn compare_lanes(&mut self, now: Millis, errors: &mut Errors) {
        let known = std::mem::take(&mut self.due);
        for (number, lane) in self.reports.lanes().iter().enumerate() {
            let reach = self.loops.input_m(number);
            // Without an input loop nobody is counted in.
            if reach <= 0.0 {
                continue;
            }
            let (mut there, mut held_up) = (0.0, 0.0);
            for vehicle in lane.seen().iter().filter(|v| v.distance_m() <= reach) {
                let key = (number, vehicle.report.vehicle);
                let due = known.get(&key).copied().unwrap_or(vehicle.due);
                self.due.insert(key, due);
                there += 1.0;
                held_up += f64::from(u8::from(due <= now));
            }
            let (queued, coming) = self.loops.count(number, now);
            errors.there.add(there, f64::from(queued + coming));
            errors.held_up.add(held_up, f64::from(queued));
        }
    }
}

/// Errors of all lanes at all moments.
#[derive(Default)]
pub struct Errors {
    there: Error,
    held_up: Error,
}

impl Errors {
    /// Lines for people; none if nothing was compared.
    pub fn lines(&self) -> Option<String> {
        let line = |what: &str, e: &Error| {
            let [seen, counted, off, zero] = [e.seen, e.counted, e.off, e.off_by_none].map(|sum| sum / e.moments);
            format!(
                "{what}: {seen:.2} a lane in the mean, {counted:.2} by loops; off by {off:.2}, and right to half a vehicle in {:.0} % of all moments\n",
                100.0 * zero
            )
        };
        let lines = || line("between loop and line", &self.there) + &line("of them held up", &self.held_up);
        (self.there.moments > 0.0).then(lines)
    }
}

/// Sums over moments.
#[derive(Default)]
struct Error {
    moments: f64,
    seen: f64,
    counted: f64,
    /// Absolute differences.
    off: f64,
    /// Moments without one.
    off_by_none: f64,
}

impl Error {
    fn add(&mut self, seen: f64, counted: f64) {
        let off = (counted - seen).abs();
        self.moments += 1.0;
        self.seen += seen;
        self.counted += counted;
        self.off += off;
        self.off_by_none += f64::from(u8::from(off < 0.5));
    }
}
