//! The simulation in its own thread and world, beside the window.
//!
//! ```text
//!  window ──orders──▶ thread: (pace, steps, commands, what is looked at)   applied between two steps
//!    ▲                   │
//!    └──full boxes◀──────┘   snapshots; ──empty boxes──▶ go back and are filled again
//! ```
//!
//! - Neither side waits for the other: without an empty box the step is not published, and the window draws what it has.
//! - Commands take effect at the start of the next step. They are kept with their times: given to a run without a window,
//!   the list makes the same run.

use std::collections::VecDeque;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded, unbounded};
use intergreen_control::Millis;

use super::ask::Subject;
use super::journal::Journal;
use super::pace::{Achieved, Metronome, Pace};
use super::plots::{Quantity, Sampler};
use super::snapshot::Snapshot;
use super::time_space::Traced;
use crate::network::LinkId;
use crate::sim::{Command, Simulation, TimedCommand};

/// Boxes that go back and forth: one is drawn, one is on its way, one is being filled.
const BOXES: usize = 3;
/// Commands that can be taken back, one after the other.
const UNDONE: usize = 8;
/// Longest sleep of the thread between two looks at its orders.
const NAP: Duration = Duration::from_millis(50);

/// What the window wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// How fast it is to run.
    Pace(Pace),
    /// Whether it is to stand still.
    Pause(bool),
    /// So many steps more, also while it stands still.
    Step(u32),
    /// A command, to take effect with the next step.
    Do(Command),
    /// Takes the last command back: the run is what it would be without it, at the time it has reached.
    Undo,
    /// What every snapshot is to tell of.
    Watch(Option<Subject>),
    /// Looks for something of that name, and watches it.
    Find(String),
    /// What the time-space diagram is of: the straight way through a link.
    Trace(Option<LinkId>),
    /// Begins or ends to sample a number of a thing.
    Plot(Subject, Quantity, bool),
    /// An end: the thread gives the simulation back.
    Stop,
}

/// A simulation that is looked at: it steps, notes, and answers.
pub struct Driver {
    sim: Simulation,
    journal: Journal,
    log: Vec<TimedCommand>,
    /// Number of the next command.
    next: u32,
    steps: u64,
    watched: Option<Subject>,
    /// The link through which a corridor is traced.
    traced: Option<LinkId>,
    /// Numbers that are plotted.
    sampler: Sampler,
    /// To when commands were taken back, since somebody was told.
    back: Option<Millis>,
    refused: Vec<String>,
    over: Option<String>,
    /// What was found by its name.
    found: Option<Subject>,
    /// What there was before each of the last commands.
    before: VecDeque<Before>,
}

/// What there was before a command.
struct Before {
    sim: crate::sim::Snapshot,
    journal: Journal,
    steps: u64,
    traced: Option<LinkId>,
}

impl Driver {
    /// Takes a simulation over.
    pub fn new(mut sim: Simulation) -> Self {
        sim.log_events();
        let next = sim.agenda().given().iter().map(|c| c.id + 1).max().unwrap_or(0);
        let journal = Journal::new(&sim);
        let mut driver = Self {
            sim,
            journal,
            log: Vec::new(),
            next,
            steps: 0,
            watched: None,
            traced: None,
            sampler: Sampler::default(),
            back: None,
            refused: Vec::new(),
            over: None,
            found: None,
            before: VecDeque::new(),
        };
        driver.end();
        driver
    }

    /// The simulation.
    pub fn sim(&self) -> &Simulation {
        &self.sim
    }

    /// Whether it will not go on by itself.
    pub fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Makes a step.
    pub fn step(&mut self) {
        self.sim.step();
        self.steps += 1;
        self.journal.look(&self.sim);
        self.sampler.look(&self.sim, &mut self.journal);
        self.end();
    }

    /// Notes why there is nothing more to see, if so.
    fn end(&mut self) {
        if let Some((signal, trip)) = self.sim.trip() {
            let id = &self.sim.scene().network.signals[signal.index()].id;
            self.over = Some(format!("signal {id}: the monitor tripped: {trip}"));
        } else if self.sim.is_empty() && !self.sim.expects_commands() {
            self.over = Some("everybody has arrived".into());
        } else {
            self.over = None;
        }
    }

    /// Gives a command, to take effect with the next step. What does not fit the network is refused, in words.
    pub fn command(&mut self, command: Command) {
        let timed = TimedCommand { at: self.sim.now().seconds(), id: self.next, command };
        let (journal, steps, traced) = (self.journal.clone(), self.steps, self.traced);
        let before = Before { sim: self.sim.snapshot(), journal, steps, traced };
        match self.sim.command(timed.clone()) {
            Ok(()) => {
                self.next += 1;
                self.before.push_back(before);
                if self.before.len() > UNDONE {
                    self.before.pop_front();
                }
                self.log.push(timed);
                self.end();
            }
            Err(e) => self.refused.push(e.to_string()),
        }
    }

    /// Takes the last command back: goes to what there was before it. Returns how many steps that is ago.
    pub fn undo(&mut self) -> u64 {
        let Some(before) = self.before.pop_back() else {
            self.refused.push(match self.log.len() {
                0 => "there is no command to take back".into(),
                _ => format!("only the last {UNDONE} commands can be taken back"),
            });
            return 0;
        };
        if let Err(e) = self.sim.restore(&before.sim) {
            self.refused.push(e.to_string());
            return 0;
        }
        self.sim.log_events();
        self.log.pop();
        let steps = self.steps - before.steps;
        (self.journal, self.steps) = (before.journal, before.steps);
        self.sampler.restart(&self.sim);
        let now = self.sim.now();
        self.back = Some(self.back.map_or(now, |back| back.min(now)));
        if before.traced != self.traced {
            self.journal.trace(&self.sim, self.traced);
        }
        self.end();
        steps
    }

    /// Says what every snapshot is to tell of.
    pub fn watch(&mut self, subject: Option<Subject>) {
        self.watched = subject;
    }

    /// Watches what has this name.
    fn find(&mut self, name: &str) {
        match Subject::find(&self.sim, name) {
            Some(subject) => (self.watched, self.found) = (Some(subject), Some(subject)),
            None => self.refused.push(format!(
                "nothing is called '{name}': expected a vehicle on the road, a signal, a lane, a link, or a detector (SIGNAL/3)"
            )),
        }
    }

    /// Says of which corridor a time-space diagram is wanted.
    pub fn trace(&mut self, link: Option<LinkId>) {
        self.traced = link;
        self.journal.trace(&self.sim, link);
    }

    /// Begins or ends to sample a number of a thing.
    fn plot(&mut self, subject: Subject, quantity: Quantity, on: bool) {
        self.sampler.want(&self.sim, (subject, quantity), on);
        self.sampler.look(&self.sim, &mut self.journal);
    }

    /// Fills a box.
    pub fn fill(&mut self, snapshot: &mut Snapshot) {
        snapshot.look(&self.sim);
        (snapshot.step, snapshot.back) = (self.steps, self.back.take());
        snapshot.rows.clear();
        self.journal.take_rows(&mut snapshot.rows);
        snapshot.samples.clear();
        self.sampler.take(&mut snapshot.samples);
        snapshot.alerts.clear();
        self.journal.take_alerts(&mut snapshot.alerts);
        snapshot.traced = Traced::default();
        self.journal.take_trace(&mut snapshot.traced);
        snapshot.found = self.found.take();
        snapshot.refused.clear();
        snapshot.refused.append(&mut self.refused);
        if let Some(Subject::Signal(id)) = self.watched {
            self.journal.measure(&self.sim, id);
        }
        snapshot.watched = self.watched;
        snapshot.answer = self.watched.and_then(|s| s.ask(&self.sim, &self.journal)).map(Box::new);
        snapshot.over.clone_from(&self.over);
    }

    /// The simulation, and the commands that were given meanwhile.
    pub fn finish(self) -> Finished {
        Finished { sim: self.sim, log: self.log }
    }
}

/// What is left when nobody looks any more.
pub struct Finished {
    /// The simulation.
    pub sim: Simulation,
    /// The commands that were given, with their times.
    pub log: Vec<TimedCommand>,
}

/// The window's end of a simulation in its thread.
pub struct Running {
    orders: Sender<Order>,
    full: Receiver<Box<Snapshot>>,
    empty: Sender<Box<Snapshot>>,
    thread: Option<JoinHandle<Finished>>,
}

impl Running {
    /// Starts a thread; `paused`: it waits to be told to go.
    ///
    /// # Errors
    /// If there can be no other thread.
    pub fn start(driver: Driver, pace: Pace, paused: bool) -> std::io::Result<Self> {
        let (orders, inbox) = unbounded();
        // Room for all boxes on either side: nobody ever waits to send one.
        let (filled, full) = bounded(BOXES);
        let (empty, boxes) = bounded(BOXES);
        for _ in 0..BOXES {
            let _ = empty.send(Box::<Snapshot>::default());
        }
        let step = Duration::from_millis(driver.sim().scene().setup.step.0.unsigned_abs());
        let body = move || {
            let started = now();
            let beat = Metronome::new(pace, step, Duration::ZERO);
            let achieved = Achieved::default();
            Thread { driver, inbox, boxes, filled, started, step, beat, achieved, paused, todo: 0, told: false }.run()
        };
        let thread = std::thread::Builder::new().name("simulation".into()).spawn(body)?;
        Ok(Self { orders, full, empty, thread: Some(thread) })
    }

    /// Says what is wanted.
    pub fn order(&self, order: Order) {
        // A thread that has gone has nothing to do any more.
        let _ = self.orders.send(order);
    }

    /// The newest snapshot, if there is one that was not taken yet; `seen` sees each, also those that are overtaken.
    pub fn newest(&self, mut seen: impl FnMut(&Snapshot)) -> Option<Box<Snapshot>> {
        let mut newest = None;
        for snapshot in self.full.try_iter() {
            seen(&snapshot);
            if let Some(old) = newest.replace(snapshot) {
                self.give_back(old);
            }
        }
        newest
    }

    /// Waits for a snapshot, so long.
    pub fn next(&self, most: Duration) -> Option<Box<Snapshot>> {
        self.full.recv_timeout(most).ok()
    }

    /// Gives a box back.
    pub fn give_back(&self, snapshot: Box<Snapshot>) {
        let _ = self.empty.try_send(snapshot);
    }

    /// Ends the thread between two steps.
    pub fn stop(mut self) -> Option<Finished> {
        self.order(Order::Stop);
        self.thread.take().and_then(|t| t.join().ok())
    }
}

/// The thread.
struct Thread {
    driver: Driver,
    inbox: Receiver<Order>,
    boxes: Receiver<Box<Snapshot>>,
    filled: Sender<Box<Snapshot>>,
    started: Instant,
    step: Duration,
    beat: Metronome,
    achieved: Achieved,
    paused: bool,
    /// Steps that are wanted although it stands still.
    todo: u32,
    /// Whether the window has, or will get, the state as it is.
    told: bool,
}

impl Thread {
    fn run(mut self) -> Finished {
        loop {
            if self.take_orders() {
                return self.driver.finish();
            }
            if self.may_step() && self.wait() == Duration::ZERO {
                self.make_step();
            }
            if !self.told {
                self.tell();
            }
            let nap = if self.may_step() { self.wait() } else { NAP };
            if nap > Duration::ZERO {
                match self.inbox.recv_timeout(nap.min(NAP)) {
                    Ok(order) => {
                        if self.obey(order) {
                            return self.driver.finish();
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return self.driver.finish(),
                }
            }
        }
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn may_step(&self) -> bool {
        !self.driver.is_over() && (self.todo > 0 || !self.paused)
    }

    /// Time until the next step.
    fn wait(&self) -> Duration {
        if self.todo > 0 { Duration::ZERO } else { self.beat.wait(self.elapsed()) }
    }

    fn make_step(&mut self) {
        self.driver.step();
        self.told = false;
        let now = self.elapsed();
        if self.todo > 0 {
            self.todo -= 1;
        } else {
            self.beat.tick(now);
        }
        self.achieved.tick(self.step, now);
    }

    /// Sends a snapshot, if there is a box.
    fn tell(&mut self) {
        let Ok(mut snapshot) = self.boxes.try_recv() else { return };
        self.driver.fill(&mut snapshot);
        snapshot.achieved = if self.paused || self.driver.is_over() { 0.0 } else { self.achieved.factor() };
        self.told = self.filled.try_send(snapshot).is_ok();
    }

    /// Does what was wanted meanwhile; whether the end is.
    fn take_orders(&mut self) -> bool {
        loop {
            match self.inbox.try_recv() {
                Ok(order) => {
                    if self.obey(order) {
                        return true;
                    }
                }
                Err(TryRecvError::Empty) => return false,
                Err(TryRecvError::Disconnected) => return true,
            }
        }
    }

    /// Does what is wanted; whether the end is.
    fn obey(&mut self, order: Order) -> bool {
        let now = self.elapsed();
        self.told = false;
        match order {
            Order::Pace(pace) => {
                self.beat.set(pace, now);
                self.achieved.restart(now);
            }
            Order::Pause(paused) => {
                self.paused = paused;
                self.beat.resume(now);
                self.achieved.restart(now);
            }
            // After the end there is nothing to do, and later it would be too much.
            Order::Step(_) if self.driver.is_over() => {}
            Order::Step(n) => self.todo = self.todo.saturating_add(n),
            Order::Do(command) => self.driver.command(command),
            Order::Undo => {
                // Replayed as fast as it goes.
                let steps = u32::try_from(self.driver.undo()).unwrap_or(u32::MAX);
                self.todo = self.todo.saturating_add(steps);
            }
            Order::Watch(subject) => self.driver.watch(subject),
            Order::Find(name) => self.driver.find(&name),
            Order::Trace(link) => self.driver.trace(link),
            Order::Plot(subject, quantity, on) => self.driver.plot(subject, quantity, on),
            Order::Stop => return true,
        }
        false
    }
}

/// The clock on the wall: only how fast steps follow each other hangs on it, never what they do.
#[expect(clippy::disallowed_methods, reason = "a window keeps time with people; the simulation never sees this clock")]
pub fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests;
