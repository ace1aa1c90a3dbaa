//! `schedule`: every second the order in which to serve all clusters of vehicles that are in sight, so that they lose least.
//!
//! Terms
//! - **cluster**: vehicles of the lanes of one stage that reach the line close behind each other; those who queue are the
//!   first of their stage. It is a job: so many vehicles, from when on the first and the last of them can leave, and how long
//!   the lane with most of them discharges.
//! - **schedule**: jobs one after the other, those of a stage in their order. Between jobs of two stages lie the change and a
//!   start-up.
//! - **state** of the search: how many jobs of each stage are done, and which stage served last. Of all schedules that lead to
//!   a state only that with least delay is followed, as the source does: time and delay could differ in which is better.
//!
//! The stage of the first job is asked for; all is planned anew a second later. A lane that several stages serve belongs to
//! the one that is shown, or else to the first that serves it best. People on foot, and whoever else has no approach lane,
//! are a job of one once they are called.
//!
//! A lane that is open and held up has no jobs: there is nothing to be gained by waiting for it.
//!
//! What upstream intersections plan to send is not known here: nobody counts before the input loop has seen him.
//!
//! Source: Xie, Smith, Lu and Barlow 2012, Transportation Research C 24, 168 (SURTRAC's schedule-driven intersection control).

use alloc::{format, string::String, vec, vec::Vec};

use super::{number, s, staged};
use crate::{
    Entry, Millis, Parameter, RegistryError, Serves, Setup, StateError, StateReader,
    stages::{Moment, Policy, Wish},
    traffic::MOST_IN_LANE,
};

pub(crate) const ENTRY: Entry = Entry {
    name: "schedule",
    summary: "every second the order of all clusters of vehicles in sight that costs least delay",
    needs: "an IN or X loop, a count loop and a stop-bar loop a lane, or reports of all vehicles",
    parameters: &[
        Parameter { name: "gap_s", summary: "vehicles so close are one cluster, s, 0.5 to 10", default: "3" },
        Parameter { name: "startup_s", summary: "lost at the start of a green, s, 0 to 5", default: "2" },
    ],
    source: "Xie, Smith, Lu and Barlow 2012, Transportation Research C 24, 168 (SURTRAC), for one intersection",
    serves: Serves::Stages,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |setup| staged(setup, || Schedule::read(setup)),
};

/// Steps of a search: states by stages before and after. It bounds what a look costs, and so how many clusters are told apart.
const MOST_STEPS: usize = 4096;

/// No more clusters of a stage are told apart however few stages there are.
const MOST_JOBS: usize = 12;

/// Vehicles that are served together, times in s from now.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Job {
    vehicles: f32,
    /// When the first and the last of them reach the line.
    first: f32,
    last: f32,
    /// How long the lane with most of them discharges.
    service: f32,
}

impl Job {
    /// When it is done if it may begin at a time, and what its vehicles lose until then.
    fn serve(&self, from: f32) -> (f32, f32) {
        let start = from.max(self.first);
        let end = (start + self.service).max(self.last);
        // Between the first and the last of them the delay changes evenly.
        (end, self.vehicles * 0.5 * ((start - self.first) + (end - self.last)))
    }

    /// Both in one.
    fn with(&self, next: &Self) -> Self {
        Self {
            vehicles: self.vehicles + next.vehicles,
            first: self.first,
            last: self.last.max(next.last),
            service: self.service + next.service,
        }
    }
}

/// How a state was reached best.
#[derive(Clone, Copy, Debug)]
struct Reached {
    delay: f32,
    time: f32,
    /// The stage of the first job.
    first: u16,
}

const NOWHERE: Reached = Reached { delay: f32::INFINITY, time: 0.0, first: 0 };

#[derive(Clone, Debug)]
struct Schedule {
    gap: f32,
    startup: f32,
    /// By stage, its jobs in their order; scratch, as all that follows.
    jobs: Vec<Vec<Job>>,
    /// Who is still to come: when, and by which of a stage's lanes.
    coming: Vec<(Millis, usize)>,
    /// By lane of a stage, how many of a cluster there are.
    counts: Vec<u16>,
    /// States, by what is done and then by the last stage.
    reached: Vec<Reached>,
    knows: bool,
    /// The plan at the last look: its clusters, and what it costs, s.
    last: (u32, f32),
}

impl Schedule {
    fn read(setup: &Setup<'_>) -> Result<Self, RegistryError> {
        let stages = setup.plan.stages().len();
        Ok(Self {
            gap: number(setup, "gap_s", 3.0, (0.5, 10.0), "a number of seconds, 0.5 to 10")?,
            startup: number(setup, "startup_s", 2.0, (0.0, 5.0), "a number of seconds, 0 to 5")?,
            jobs: vec![Vec::new(); stages],
            coming: Vec::new(),
            counts: Vec::new(),
            reached: Vec::new(),
            knows: false,
            last: (0, 0.0),
        })
    }

    /// How many jobs of a stage are told apart if so many stages have any; none: these are too many stages for a search.
    fn most_jobs(stages: usize) -> Option<usize> {
        let steps = |jobs: usize| (0..stages).fold(stages * stages, |steps, _| steps.saturating_mul(jobs + 1));
        (1..=MOST_JOBS).rev().find(|&jobs| steps(jobs) <= MOST_STEPS)
    }

    /// Makes jobs so few that a search is bounded: those close to each other become one, and where too many stages have
    /// some, those with fewest vehicles have to wait until others are gone.
    fn limit(&mut self) {
        let most = loop {
            let busy = self.jobs.iter().filter(|jobs| !jobs.is_empty()).count();
            if let Some(most) = Self::most_jobs(busy) {
                break most;
            }
            let vehicles = |jobs: &Vec<Job>| jobs.iter().map(|job| job.vehicles).sum::<f32>();
            let some = self.jobs.iter_mut().filter(|jobs| !jobs.is_empty());
            some.min_by(|a, b| vehicles(a).total_cmp(&vehicles(b))).into_iter().for_each(Vec::clear);
        };
        for jobs in &mut self.jobs {
            while jobs.len() > most {
                join_closest(jobs);
            }
        }
    }

    /// Makes room for all there may be, once.
    fn know(&mut self, m: &Moment<'_>) {
        if core::mem::replace(&mut self.knows, true) {
            return;
        }
        let most = m.stages.served.iter().map(Vec::len).max().unwrap_or(0);
        self.coming.reserve(most * MOST_IN_LANE);
        self.counts.resize(most, 0);
        self.jobs.iter_mut().for_each(|jobs| jobs.reserve(1 + most * MOST_IN_LANE));
        // States of a search: fewest stages with most jobs, or the other way round.
        let states = |busy: usize| Self::most_jobs(busy).map(|jobs| (0..busy).fold(1, |all, _| all * (jobs + 1)));
        let n = m.stages.len();
        self.reached.reserve(n * (1..=n).filter_map(states).max().unwrap_or(1));
    }

    /// Whether a stage is the one to which a lane belongs.
    fn is_home(m: &Moment<'_>, stage: usize, lane: usize) -> bool {
        let serves = |stage: usize| m.stages.served[stage].iter().find(|served| served.lane == lane);
        match serves(m.stage) {
            Some(_) => stage == m.stage,
            None => (0..m.stages.len()).find(|&other| serves(other).is_some_and(|s| s.extends)) == Some(stage),
        }
    }

    /// The jobs of a stage.
    fn find_jobs(&mut self, m: &Moment<'_>, stage: usize) {
        let mut jobs = core::mem::take(&mut self.jobs[stage]);
        jobs.clear();
        self.coming.clear();
        let mut queue = Job { vehicles: 0.0, first: 0.0, last: 0.0, service: 0.0 };
        let served = &m.stages.served[stage];
        let home = served.iter().enumerate().filter(|(_, of)| Self::is_home(m, stage, of.lane));
        // Waiting for who cannot go would be for ever.
        for (i, of) in home.filter(|(_, of)| stage != m.stage || !m.is_held_up(of.lane)) {
            let queued = m.traffic.due_by(of.lane, m.now);
            queue.vehicles += queued as f32;
            if queued > 0 {
                // Who gives way leaves when those have left who came before, or at least between them.
                let before = of.behind.iter().map(|&b| m.discharge_s(served[b].lane)).fold(0.0, f32::max);
                queue.service = queue.service.max(before + m.discharge_s(of.lane));
            }
            self.coming.extend(m.traffic.due(of.lane).filter(|&due| due > m.now).map(|due| (due, i)));
        }
        if Self::is_called(m, stage) {
            queue.vehicles += 1.0;
        }
        if queue.vehicles > 0.0 {
            jobs.push(queue);
        }
        self.coming.sort_unstable();
        let mut cluster: Option<Job> = None;
        for &(due, lane) in &self.coming {
            let (at, headway) = (s(due - m.now), m.traffic.lanes()[served[lane].lane].headway_s());
            match cluster.as_mut().filter(|job| at - job.last <= self.gap) {
                Some(job) => {
                    self.counts[lane] += 1;
                    let service = job.service.max(f32::from(self.counts[lane]) * headway);
                    *job = Job { vehicles: job.vehicles + 1.0, last: at, service, ..*job };
                }
                None => {
                    jobs.extend(cluster.take());
                    self.counts.fill(0);
                    self.counts[lane] = 1;
                    cluster = Some(Job { vehicles: 1.0, first: at, last: at, service: headway });
                }
            }
        }
        jobs.extend(cluster);
        self.jobs[stage] = jobs;
    }

    /// Whether somebody without an approach lane waits for a stage: for the next one that opens to him.
    fn is_called(m: &Moment<'_>, stage: usize) -> bool {
        let n = m.stages.len();
        let next = |g: usize| (1..=n).map(|i| (m.stage + i) % n).find(|&stage| m.stages.opens[stage].has(g));
        m.on_foot().any(|g| next(g) == Some(stage))
    }

    /// Searches: the stage of the first job of the best schedule; none if there is nobody.
    fn search(&mut self, from: usize, change: impl Fn(usize, usize) -> f32) -> Option<usize> {
        let n = self.jobs.len();
        let all = self.jobs.iter().fold(1, |all, jobs| all * (jobs.len() + 1));
        self.reached.clear();
        self.reached.resize(all * n, NOWHERE);
        self.reached[from] = Reached { delay: 0.0, ..NOWHERE };
        for done in 0..all {
            for last in 0..n {
                let state = self.reached[done * n + last];
                if state.delay == f32::INFINITY {
                    continue;
                }
                let (mut rest, mut radix) = (done, 1);
                for (stage, jobs) in self.jobs.iter().enumerate() {
                    let (next, step) = (rest % (jobs.len() + 1), radix);
                    (rest, radix) = (rest / (jobs.len() + 1), radix * (jobs.len() + 1));
                    let Some(job) = jobs.get(next) else { continue };
                    let lost = if stage == last { 0.0 } else { change(last, stage) + self.startup };
                    let (time, delay) = job.serve(state.time + lost);
                    let first = if done == 0 { stage as u16 } else { state.first };
                    let new = Reached { delay: state.delay + delay, time, first };
                    let old = &mut self.reached[(done + step) * n + stage];
                    if (new.delay, new.time) < (old.delay, old.time) || old.delay == f32::INFINITY {
                        *old = new;
                    }
                }
            }
        }
        let ends = &self.reached[(all - 1) * n..];
        let best = ends.iter().filter(|end| end.delay < f32::INFINITY).min_by(|a, b| a.delay.total_cmp(&b.delay))?;
        self.last = ((self.jobs.iter().map(Vec::len).sum::<usize>()) as u32, best.delay);
        (all > 1).then_some(usize::from(best.first))
    }
}

/// Lets the two jobs that are closest to each other be one.
fn join_closest(jobs: &mut Vec<Job>) {
    let gap = |i: &usize| jobs[i + 1].first - jobs[*i].last;
    let closest = (0..jobs.len() - 1).min_by(|a, b| gap(a).total_cmp(&gap(b)));
    if let Some(i) = closest {
        jobs[i] = jobs[i].with(&jobs[i + 1]);
        jobs.remove(i + 1);
    }
}

impl Policy for Schedule {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn choose(&mut self, m: &Moment<'_>) -> Wish {
        self.know(m);
        (0..m.stages.len()).for_each(|stage| self.find_jobs(m, stage));
        self.limit();
        let stage = self.search(m.stage, |from, to| s(m.stages.change(from, to))).unwrap_or(m.stage);
        Wish { stage, next: m.now + Millis(1000) }
    }

    fn why(&self) -> String {
        let (clusters, delay) = self.last;
        format!("the best order of {clusters} clusters loses {delay:.0} s")
    }

    fn save(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.last.0.to_le_bytes());
        out.extend_from_slice(&self.last.1.to_bits().to_le_bytes());
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.last = (reader.u32()?, f32::from_bits(reader.u32()?));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(vehicles: f32, first: f32, last: f32, service: f32) -> Job {
        Job { vehicles, first, last, service }
    }

    fn schedule(jobs: Vec<Vec<Job>>) -> Schedule {
        Schedule {
            gap: 3.0,
            startup: 2.0,
            jobs,
            coming: Vec::new(),
            counts: Vec::new(),
            reached: Vec::new(),
            knows: false,
            last: (0, 0.0),
        }
    }

    #[test]
    fn what_a_job_loses() {
        // Four in a queue that discharges in 8 s: 1, 3, 5 and 7 s on average of each's middle.
        assert_eq!(job(4.0, 0.0, 0.0, 8.0).serve(0.0), (8.0, 16.0));
        // The same, 10 s later: 10 s more for each.
        assert_eq!(job(4.0, 0.0, 0.0, 8.0).serve(10.0), (18.0, 56.0));
        // Four who come as fast as they can leave lose nothing if nobody holds them up, and 5 s each if they start 5 s late.
        assert_eq!(job(4.0, 6.0, 14.0, 8.0).serve(0.0), (14.0, 0.0));
        assert_eq!(job(4.0, 6.0, 14.0, 8.0).serve(11.0), (19.0, 20.0));
    }

    #[test]
    fn the_cheapest_order_is_found() {
        let change = |_, _| 5.0;
        // A queue of ten here, one vehicle there: first the ten.
        let both = vec![vec![job(10.0, 0.0, 0.0, 20.0)], vec![job(1.0, 0.0, 0.0, 2.0)]];
        assert_eq!(schedule(both).search(0, change), Some(0));
        // One here in 25 s, six there: those first.
        let both = vec![vec![job(1.0, 25.0, 25.0, 2.0)], vec![job(6.0, 0.0, 0.0, 12.0)]];
        assert_eq!(schedule(both).search(0, change), Some(1));
        // A platoon in 2 s, one there: the platoon need not stop.
        let both = vec![vec![job(6.0, 2.0, 14.0, 12.0)], vec![job(1.0, 0.0, 0.0, 2.0)]];
        assert_eq!(schedule(both).search(0, change), Some(0));
        assert_eq!(schedule(vec![Vec::new(), Vec::new()]).search(0, change), None);
    }

    #[test]
    fn a_search_is_bounded() {
        for stages in 1..=32 {
            let mut all = schedule((0..stages).map(|i| vec![job(1.0 + i as f32, 0.0, 0.0, 2.0); 20]).collect());
            all.limit();
            let steps = all.jobs.iter().fold(1, |steps, jobs| steps * (jobs.len() + 1));
            let busy = all.jobs.iter().filter(|jobs| !jobs.is_empty()).count();
            assert!(
                steps * busy * busy <= MOST_STEPS && busy >= stages.min(6),
                "{stages} stages: {steps} states of {busy}"
            );
            // Who has to wait are the fewest.
            assert!(all.jobs.iter().rev().take(busy).all(|jobs| !jobs.is_empty()), "{stages} stages");
        }
        let mut jobs: Vec<Job> = [0.0, 10.0, 12.0, 30.0].map(|at| job(1.0, at, at, 2.0)).into();
        join_closest(&mut jobs);
        assert_eq!(jobs[1], job(2.0, 10.0, 12.0, 4.0));
    }
}
