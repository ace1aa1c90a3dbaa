//! What the window knows: the newest snapshot, what is selected, how it is shown.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy::input::keyboard::Key;
use bevy::prelude::Resource;
use intergreen_control::Millis;

use super::panel::strategies::Choosing;
use crate::demand::VehicleId;
use crate::network::{LinkId, MovementId, Point};
use crate::sim::{Scene, Simulation};
use crate::view::ask::{Answer, Subject};
use crate::view::camera::{Camera, Pane, Sight};
use crate::view::fleet::{Fleet, VehicleLayer};
use crate::view::foes;
use crate::view::heat::Heat;
use crate::view::layers::{LaneBooks, RoadLayer};
use crate::view::pace::Pace;
use crate::view::paint::Theme;
use crate::view::plots::{Plot, Quantity};
use crate::view::scene::{Sign, signs};
use crate::view::sim_thread::{Order, Running, now};
use crate::view::snapshot::{Alert, Row, Snapshot};
use crate::view::time_space::TimeSpace;
use crate::view::tracks::Tracks;
use crate::view::words::Units;

/// Rows of the charts that are kept.
const MOST_ROWS: usize = 20_000;
/// Alerts that are kept.
const MOST_ALERTS: usize = 500;
/// The frame rate is that of the last so many seconds.
const RATE_OVER: Duration = Duration::from_secs(10);
/// How long a message stays, s.
const MESSAGE_S: u64 = 6;

/// How things are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Style {
    /// Light or dark.
    pub theme: Theme,
    /// Metric or US.
    pub units: Units,
    /// What colours of vehicles tell.
    pub vehicles: VehicleLayer,
    /// What colours of roads tell.
    pub roads: RoadLayer,
}

/// What charts are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The whole network.
    #[default]
    Network,
    /// A corridor: the time-space diagram.
    Corridor,
    /// Numbers that somebody has clicked.
    Plots,
}

/// What does not change while a simulation is looked at.
pub struct Stage {
    /// What the run is called.
    pub title: String,
    /// The network and what is in it.
    pub scene: Arc<Scene>,
    /// Its lanes.
    pub tracks: Tracks,
    /// Lamps and loops.
    pub signs: Vec<Sign>,
    /// Width and height of the network, m.
    pub extent: (f64, f64),
}

impl Stage {
    /// Of a simulation.
    pub fn new(title: String, sim: &Simulation) -> Self {
        let scene = sim.scene().clone();
        let all = crate::draw::extent(&scene.network);
        let tracks = Tracks::new(&scene.network, Point::new(all.x + all.width / 2.0, all.y + all.height / 2.0));
        let signs = signs(&scene.network, &scene, &tracks);
        Self { title, tracks, signs, extent: (all.width, all.height), scene }
    }

    /// All of it.
    pub fn whole(&self, pane: &Pane) -> Sight {
        Sight::of_all(pane, self.extent.0, self.extent.1)
    }
}

/// What the window knows.
#[derive(Resource)]
pub struct View {
    /// What does not change.
    pub stage: Stage,
    /// The simulation in its thread; none if somebody else fills snapshots.
    pub running: Option<Running>,
    /// The newest snapshot.
    pub snapshot: Box<Snapshot>,
    /// Its vehicles.
    pub fleet: Fleet,
    /// Numbers of lanes.
    pub books: LaneBooks,
    /// The map of delay.
    pub heat: Heat,
    /// Rows of the charts.
    pub rows: Vec<Row>,
    /// How far the present step is drawn, 0 to 1; set by somebody else where there is no thread.
    pub share: f32,
    /// The time of the first snapshot.
    opened: Millis,
    /// When the step that is drawn came.
    came: Instant,
    /// Its number.
    drawn: Option<u64>,
    /// Whether vehicles have to be packed again, lanes coloured again.
    pub stale: bool,
    /// How fast it is to run.
    pub pace: Pace,
    /// Whether it is to stand still.
    pub paused: bool,
    /// How things are shown.
    pub style: Style,
    /// What is seen.
    pub camera: Camera,
    /// The part of the window that shows the map.
    pub pane: Pane,
    /// Whether the whole network has been framed.
    pub framed: bool,
    /// What is selected.
    pub selected: Option<Subject>,
    /// The group that is chosen of the selected signal.
    pub group: Option<u16>,
    /// The movement that is chosen of the selected lane.
    pub movement: Option<MovementId>,
    /// Whether the legend is shown.
    pub legend: bool,
    /// Whether the camera goes with the selected vehicle.
    pub follows: bool,
    /// Whether panels are shown; else only what belongs in a picture.
    pub panels: bool,
    /// Whether charts are shown.
    pub charts: bool,
    /// Of what they are.
    pub tab: Tab,
    /// The time-space diagram.
    pub time_space: TimeSpace,
    /// Numbers that are plotted.
    pub plots: Vec<Plot>,
    /// Whether keys are explained.
    pub help: bool,
    /// The list of strategies, if it is open.
    pub choosing: Option<Choosing>,
    /// What is looked for.
    pub search: String,
    /// Whether the field for it is to have the keys from now on.
    pub finds: bool,
    /// Whether the camera is to go to what was found.
    pub goes: bool,
    /// A file that is to be opened.
    pub wanted: Option<std::path::PathBuf>,
    /// Its name, while it is written.
    pub file: String,
    /// What was found, oldest first.
    pub alerts: Vec<Alert>,
    /// Messages and when they came.
    pub messages: Vec<(Instant, String)>,
    /// Pictures and films that were asked for so far.
    shots: u32,
    /// The file of a picture that is wanted of the window.
    pub shot: Option<String>,
    /// Whether a film is taken.
    pub films: bool,
    /// When the last frames were drawn, oldest first.
    frames: VecDeque<Instant>,
}

impl View {
    /// A window on a stage.
    pub fn new(stage: Stage, style: Style) -> Self {
        let pane = Pane { left: 0.0, top: 0.0, width: 1280.0, height: 720.0 };
        let camera = Camera::at(stage.whole(&pane));
        let heat = Heat::new(stage.extent);
        Self {
            stage,
            heat,
            running: None,
            snapshot: Box::default(),
            fleet: Fleet::default(),
            books: LaneBooks::default(),
            rows: Vec::new(),
            share: 1.0,
            opened: Millis(0),
            came: now(),
            drawn: None,
            stale: true,
            pace: Pace::Times(1.0),
            paused: false,
            style,
            camera,
            pane,
            framed: false,
            selected: None,
            group: None,
            movement: None,
            legend: true,
            follows: false,
            panels: true,
            charts: false,
            tab: Tab::default(),
            time_space: TimeSpace::default(),
            plots: Vec::new(),
            help: false,
            choosing: None,
            search: String::new(),
            finds: false,
            goes: false,
            wanted: None,
            file: String::new(),
            alerts: Vec::new(),
            messages: Vec::new(),
            shots: 0,
            shot: None,
            films: false,
            frames: VecDeque::new(),
        }
    }

    /// Takes over a simulation as it is when the window opens.
    pub fn begin(&mut self, sim: &Simulation) {
        self.snapshot.look(sim);
        self.opened = sim.now();
    }

    /// Counts a frame.
    pub fn count_frame(&mut self) {
        self.frames.push_back(now());
        while self.frames.front().is_some_and(|first| first.elapsed() > RATE_OVER) {
            self.frames.pop_front();
        }
    }

    /// Frames drawn in a second, mean of the last ten seconds.
    pub fn frame_rate(&self) -> f64 {
        let (Some(first), Some(last)) = (self.frames.front(), self.frames.back()) else { return 0.0 };
        let seconds = last.duration_since(*first).as_secs_f64();
        if seconds > 0.0 { (self.frames.len() - 1) as f64 / seconds } else { 0.0 }
    }

    /// Takes the newest snapshot from the thread, if there is one.
    pub fn receive(&mut self) {
        let Some(running) = &self.running else { return };
        let opened = &self.opened;
        let (rows, messages, alerts) = (&mut self.rows, &mut self.messages, &mut self.alerts);
        let (time_space, plots, mut found) = (&mut self.time_space, &mut self.plots, None);
        let newest = running.newest(|snapshot| {
            if let Some(back) = snapshot.back {
                rows.retain(|row: &Row| row.time <= back.seconds());
                alerts.retain(|alert: &Alert| alert.at <= back);
                plots.iter_mut().for_each(|plot| plot.forget_after(back.seconds()));
            }
            // What nobody had taken yet when the command was given comes once more.
            let last = rows.last().map_or(f64::NEG_INFINITY, |last| last.time);
            rows.extend(snapshot.rows.iter().filter(|row| row.time > last));
            let new: Vec<&Alert> = snapshot.alerts.iter().filter(|alert| !alerts.contains(alert)).collect();
            time_space.take(&snapshot.traced);
            plots.iter_mut().for_each(|plot| plot.take(&snapshot.samples));
            found = snapshot.found.or(found);
            // What was found before the window opened is only listed.
            let fresh = new.iter().filter(|alert| alert.at > *opened);
            messages.extend(fresh.map(|alert| (now(), alert.text.clone())));
            alerts.extend(new.into_iter().cloned());
            alerts.drain(..alerts.len().saturating_sub(MOST_ALERTS));
            messages.extend(snapshot.refused.iter().map(|text| (now(), text.clone())));
        });
        if let Some(snapshot) = newest {
            let old = std::mem::replace(&mut self.snapshot, snapshot);
            running.give_back(old);
            self.placed();
        }
        if found.is_some() {
            if self.selected != found {
                (self.group, self.movement) = (None, None);
            }
            // Meanwhile something else may have been clicked.
            self.order(Order::Watch(found));
            self.selected = found;
            self.goes = true;
            self.stale = true;
        }
        self.share = self.elapsed_share();
        if self.rows.len() > MOST_ROWS {
            self.rows.drain(..MOST_ROWS / 4);
        }
        self.messages.retain(|(at, _)| at.elapsed() < Duration::from_secs(MESSAGE_S));
    }

    /// Takes over the snapshot that lies there.
    pub fn placed(&mut self) {
        let snapshot = &*self.snapshot;
        if let Some(scene) = &snapshot.scene {
            self.stage.scene = scene.clone();
        }
        self.stale = true;
        // A snapshot of the same step tells of an order: vehicles go on to where they were going.
        if self.drawn.replace(snapshot.step) == Some(snapshot.step) {
            return;
        }
        self.fleet.place(snapshot, &self.stage.scene, &self.stage.tracks);
        self.books.add(snapshot, &self.stage.scene, self.style.roads);
        if self.style.roads == RoadLayer::Heat {
            self.heat.add(snapshot, &self.fleet, &self.stage.scene);
        }
        self.came = now();
    }

    /// How far a step has gone since its snapshot came.
    fn elapsed_share(&self) -> f32 {
        let step = Duration::from_millis(self.stage.scene.setup.step.0.unsigned_abs());
        // A single step is shown as a quick move.
        let achieved = self.snapshot.achieved;
        let takes = if achieved > 0.0 { step.div_f64(achieved) } else { Duration::ZERO };
        let period = if self.paused { step.min(Duration::from_millis(250)) } else { self.pace.period(step).max(takes) };
        if period < Duration::from_millis(15) {
            return 1.0;
        }
        (self.came.elapsed().as_secs_f32() / period.as_secs_f32()).min(1.0)
    }

    /// Tells the thread something.
    pub fn order(&mut self, order: Order) {
        if self.paused && matches!(order, Order::Do(_)) {
            self.say("a command takes effect with the next step");
        }
        if let Some(running) = &self.running {
            running.order(order);
        }
    }

    /// Plays or pauses.
    pub fn pause(&mut self, paused: bool) {
        self.paused = paused;
        self.order(Order::Pause(paused));
    }

    /// Makes one step, and stands still then.
    pub fn step(&mut self) {
        if !self.paused {
            self.pause(true);
        }
        self.order(Order::Step(1));
    }

    /// Sets a pace, and plays.
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        self.order(Order::Pace(pace));
        if self.paused {
            self.pause(false);
        }
    }

    /// Shows the time-space diagram of the straight way through a link.
    pub fn trace(&mut self, link: LinkId) {
        (self.charts, self.tab) = (true, Tab::Corridor);
        self.order(Order::Trace(Some(link)));
    }

    /// Whether a number of the selected thing is plotted.
    pub fn is_plotted(&self, quantity: Quantity) -> bool {
        self.plots.iter().any(|plot| (Some(plot.subject), plot.quantity) == (self.selected, quantity))
    }

    /// Plots a number of a thing from now on; or no longer, if it is plotted.
    pub fn plot(&mut self, answer: &Answer, quantity: Quantity) {
        let subject = answer.subject();
        if let Some(place) = self.plots.iter().position(|plot| (plot.subject, plot.quantity) == (subject, quantity)) {
            return self.forget_plot(place);
        }
        let colour = (0..).find(|colour| self.plots.iter().all(|plot| plot.colour != *colour)).unwrap_or(0);
        self.plots.push(Plot { subject, quantity, name: quantity.name(answer), colour, points: Vec::new() });
        (self.charts, self.tab) = (true, Tab::Plots);
        self.order(Order::Plot(subject, quantity, true));
    }

    /// Ends a plot.
    pub fn forget_plot(&mut self, place: usize) {
        let plot = self.plots.remove(place);
        self.order(Order::Plot(plot.subject, plot.quantity, false));
    }

    /// Selects something, or nothing.
    pub fn select(&mut self, subject: Option<Subject>) {
        if self.selected != subject {
            (self.group, self.movement) = (None, None);
        }
        self.selected = subject;
        self.stale = true;
        if !matches!(subject, Some(Subject::Vehicle(_))) {
            self.follows = false;
        }
        self.order(Order::Watch(subject));
    }

    /// The selected vehicle.
    pub fn vehicle(&self) -> Option<VehicleId> {
        match self.selected {
            Some(Subject::Vehicle(id)) => Some(id),
            _ => None,
        }
    }

    /// Where the selected thing is, m from the origin.
    pub fn place_of(&self, subject: Subject) -> Option<(f64, f64)> {
        let wide = |(x, y): (f32, f32)| (f64::from(x), f64::from(y));
        let stage = &self.stage;
        match subject {
            Subject::Vehicle(id) => self.fleet.find(id).map(|body| wide(body.at(self.share))),
            Subject::Signal(id) => {
                let network = &stage.scene.network;
                let movement = network.signals.get(id.index())?.movements.first()?;
                let junction = network.movement(*movement).junction;
                Some(wide(stage.tracks.local(network.junctions[junction.index()].position)))
            }
            Subject::Lane(id) => {
                let half = stage.scene.lanes.get(id.index())?.length / 2.0;
                let pose = stage.tracks.at(id, half);
                Some(wide((pose.x, pose.y)))
            }
            Subject::Sensor(id) => {
                let sensor = stage.scene.sensors.list.get(id as usize)?;
                let pose = stage.tracks.at(sensor.lane, (sensor.start + sensor.end) / 2.0);
                Some(wide((pose.x, pose.y)))
            }
        }
    }

    /// A name for a picture or a film that no file here has, without its ending.
    pub fn free_name(&mut self) -> String {
        loop {
            self.shots += 1;
            let name = format!("intergreen-{}-{}", self.snapshot.now.0 / 1000, self.shots);
            if ["", ".png", ".mp4"].iter().all(|end| !std::path::Path::new(&format!("{name}{end}")).exists()) {
                return name;
            }
        }
    }

    /// Somebody looks for something, and may have written its name already, to its end or not.
    pub fn begin_to_find<'a>(&mut self, written: impl Iterator<Item = &'a Key>) {
        self.finds = true;
        self.choosing = None;
        self.search.clear();
        for key in written {
            match key {
                Key::Character(letters) => self.search.push_str(letters),
                Key::Space => self.search.push(' '),
                Key::Enter => return self.find(),
                _ => {}
            }
        }
    }

    /// Looks for what is written in the field, which is empty then.
    pub fn find(&mut self) {
        self.finds = false;
        let text = std::mem::take(&mut self.search);
        // Some write another slash although the field has the keys already.
        let name = text.trim().trim_start_matches('/');
        if !name.is_empty() {
            self.order(Order::Find(name.to_owned()));
        }
    }

    /// Says something.
    pub fn say(&mut self, text: impl Into<String>) {
        self.messages.push((now(), text.into()));
    }

    /// The movements whose conflicts are shown: those of the chosen group, the chosen one of a lane, or all of the lane.
    pub fn movements(&self) -> Vec<MovementId> {
        let network = &self.stage.scene.network;
        match (self.selected, self.movement) {
            (Some(Subject::Lane(_)), Some(movement)) => vec![movement],
            (Some(Subject::Lane(lane)), None) => foes::from_lane(network, lane),
            (Some(Subject::Signal(signal)), _) => {
                self.group.map_or_else(Vec::new, |group| foes::of_group(network, signal, group))
            }
            _ => Vec::new(),
        }
    }
}
