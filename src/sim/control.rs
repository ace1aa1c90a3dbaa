//! Controllers in the loop: sensor edges in, lamp changes out. The simulator itself never switches a lamp.

mod making;

use std::sync::Arc;

use bevy::ecs::prelude::Resource;
use intergreen_control::log::Event;
use intergreen_control::plan::GroupKind;
use intergreen_control::{
    Command as Order, Controller, DetectorEvent, Input, Lamp, LampChange, Latch, Millis, Mode, Output,
};
use serde::{Deserialize, Serialize};

use super::command::{Command, Due, Outage, of_registry};
use super::monitor::Monitor;
use super::post::Post;
use super::scene::Scene;
use super::sensors::SensorState;
use crate::network::SignalId;
use crate::plans::{SignalPlan, Wiring};

pub use self::making::{Choice, Fallback};
use self::making::{Made, Maker};

/// The lamps drivers see.
#[derive(Resource, Clone, Debug, Default)]
pub struct Lamps {
    /// What each group shows, all signals' one after the other (see [`Scene::lamp_base`]).
    pub shown: Vec<Lamp>,
    /// Lamp changes of the last step: time, lamp, what it shows now.
    pub changes: Vec<(Millis, u32, Lamp)>,
}

/// One controller per signal, in id order.
#[derive(Resource, Debug)]
pub struct Controllers {
    /// The controllers.
    pub list: Vec<Controller>,
    /// When each wants to be advanced at the latest.
    due: Vec<Millis>,
    /// Watches the lamps without trusting the controllers.
    pub monitor: Monitor,
    /// Which lamps of a signal each group of its plan switches, where that is not group by group the same.
    wiring: Vec<Option<Wiring>>,
    /// What the controllers were given in the last step, each with its signal; only if somebody wants to know.
    pub inputs: Option<Vec<(u32, Input)>>,
    /// What they switched in the last step, each with its signal; by groups of the plans.
    pub switched: Vec<(u32, LampChange)>,
    /// What the controllers logged in the last step, each with its signal.
    pub events: Vec<(u32, Event)>,
    /// Whether a strategy has taken over in this step.
    handed_over: bool,
    /// The plans of all signals.
    plans: Arc<[SignalPlan]>,
    /// Which signals are out of order.
    outages: Vec<Option<Blackout>>,
    /// What is asked of controllers in this step.
    orders: Vec<(u32, Input)>,
    /// Cycle faults so far: the strategy let a group of a signal wait too long, and the plan's own sequence runs there
    /// from then on.
    pub faults: Vec<CycleFault>,
    /// Where another strategy runs than was asked for, and why.
    pub fallbacks: Vec<Fallback>,
}

/// A signal that is out of order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Blackout {
    /// What it shows.
    pub shows: Outage,
    /// Until when.
    pub until: Millis,
}

/// A cycle fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CycleFault {
    /// Where.
    pub signal: SignalId,
    /// When.
    pub at: Millis,
    /// Who had waited.
    pub group: u16,
}

impl Controllers {
    /// Makes the controllers a run asks for, one for each plan.
    ///
    /// # Errors
    /// If the registry does not know the strategy or refuses its parameters, or a plan and the monitor disagree.
    pub fn new(scene: &Scene, plans: &Arc<[SignalPlan]>) -> Result<Self, String> {
        // Where there is no signal, nothing else would miss it.
        scene.setup.registry.find(&scene.setup.controller.0).map_err(|e| of_registry(&e))?;
        let maker = Maker::new(scene, plans);
        let mut fallbacks = Vec::new();
        let mut list = Vec::with_capacity(plans.len());
        for (plan, &detectors) in plans.iter().zip(&scene.sensors.per_signal) {
            let choice = &scene.choices[plan.signal.index()];
            let Made { plan, strategy, spare, approaches, fallback } = maker.make(plan.signal, choice)?;
            list.push(Controller::new(plan, strategy, detectors).with_approaches(approaches).with_spare(spare));
            fallbacks.extend(fallback);
        }
        let monitor = Monitor::new(&scene.network, scene.setup.unsafe_yields);
        for (i, controller) in list.iter().enumerate() {
            let wiring = plans[i].wiring.as_ref();
            if let Some(what) = monitor.disagreement(&scene.network, i, controller.plan(), wiring) {
                return Err(format!("signal '{}': {what}", scene.network.signals[i].id));
            }
        }
        Ok(Self {
            due: vec![Millis::NEVER; list.len()],
            outages: vec![None; list.len()],
            orders: Vec::new(),
            list,
            monitor,
            wiring: plans.iter().map(|plan| plan.wiring.clone()).collect(),
            handed_over: false,
            plans: plans.clone(),
            inputs: None,
            switched: Vec::new(),
            events: Vec::new(),
            faults: Vec::new(),
            fallbacks,
        })
    }

    /// Starts all controllers at `now` and shows their first lamps.
    pub fn start(&mut self, scene: &Scene, lamps: &mut Lamps, now: Millis) {
        lamps.shown = vec![Lamp::Red; scene.lamp_base[self.list.len()] as usize];
        for i in 0..self.list.len() {
            // Only plans of our own have calendars.
            if self.wiring[i].is_some() {
                self.list[i].handle_command(now, Order::Clock(scene.setup.wall_clock()));
            }
            // Whoever wants events is asked later: those of the start lie here until the first step.
            self.list[i].log_events(true);
            self.list[i].start(now);
            self.list[i].log_events(false);
            self.take(i);
        }
        self.show(scene, lamps);
    }

    /// Of each signal, whether it is out of order.
    pub fn outages(&self) -> &[Option<Blackout>] {
        &self.outages
    }

    /// Whether a strategy can take over where a command wants it to, and whether there is a stage that is to be shown; of
    /// other commands nothing is asked.
    ///
    /// # Errors
    /// If it refuses its parameters, or needs another plan than the one that runs; if there is no such stage.
    pub fn check(&self, scene: &Scene, command: &Command) -> Result<(), String> {
        if let Command::Signal { signal, order: Order::Stage { stage, .. } } = command {
            let place = scene.signals(std::slice::from_ref(signal)).next();
            let stages = place.and_then(|i| self.list.get(i.index())).map_or(0, |c| c.plan().stages().len());
            if usize::from(*stage) >= stages {
                let expected = match stages {
                    0 => "its plan has none".to_owned(),
                    n => format!("expected 0 to {}", n - 1),
                };
                return Err(format!("Signal '{signal}': there is no stage {stage}; {expected}"));
            }
        }
        let (Command::Controller { signals, .. }, Some(choice)) = (command, Choice::of_command(command)) else {
            return Ok(());
        };
        let maker = Maker::new(scene, &self.plans);
        for signal in scene.signals(signals) {
            let plan = maker.make(signal, &choice).map_err(|e| format!("Controller: {e}"))?.plan;
            if plan != *self.list[signal.index()].plan() {
                let (strategy, signal) = (&choice.strategy, &scene.network.signals[signal.index()].id);
                return Err(format!(
                    "Controller: signal '{signal}' would need another plan for '{strategy}'; expected a strategy that \
                     runs on the one it has (for a whole run: --controller {strategy})"
                ));
            }
        }
        Ok(())
    }

    /// Lets the strategies chosen for these signals take over at `now`.
    fn hand_over(&mut self, scene: &Scene, signals: &[String], now: Millis) {
        let plans = self.plans.clone();
        let maker = Maker::new(scene, &plans);
        for signal in scene.signals(signals) {
            let controller = &mut self.list[signal.index()];
            // It was checked when the command was taken.
            let made = maker.make(signal, &scene.choices[signal.index()]).ok();
            let Some(made) = made.filter(|made| made.plan == *controller.plan()) else { continue };
            controller.hand_over(now, made.strategy, made.approaches, made.spare);
            self.due[signal.index()] = controller.poll_at();
            self.fallbacks.retain(|f| f.signal != signal);
            self.fallbacks.extend(made.fallback);
        }
        self.fallbacks.sort_by_key(|f| f.signal);
        self.handed_over = true;
    }

    /// Carries out what a command asks of controllers, in the step that begins at `now`: lamps change with its end. They
    /// hear of it a millisecond later: they have lived through `now`, and a replay that gives them all inputs of a moment
    /// together must come to the same.
    pub fn order(&mut self, scene: &Scene, due: &Due, now: Millis) {
        let find = |name: &str| scene.network.signals.iter().position(|s| s.id == name);
        let (begin, now) = (now, now + Millis(1));
        match &due.command {
            Command::SignalOutage { signal, shows, until } => {
                let Some(i) = find(signal) else { return };
                if !due.ends {
                    let until = until.map_or(Millis::NEVER, Millis::from_seconds);
                    // It clears before it goes dark or flashes: nobody is caught between lamps and signs.
                    self.outages[i] = Some(Blackout { shows: *shows, until });
                    self.ask(i, now, Order::Flash(true));
                } else if self.outages[i].is_some_and(|outage| outage.until <= due.at) {
                    // Else a later command has put the end off.
                    self.restore_signal(i, now);
                }
            }
            Command::SignalRestore { signal } => {
                if let Some(i) = find(signal) {
                    self.restore_signal(i, now);
                }
            }
            Command::Controller { signals, .. } => self.hand_over(scene, signals, begin),
            Command::Signal { signal, order } => {
                if let Some(i) = find(signal) {
                    self.ask(i, now, *order);
                }
            }
            _ => {}
        }
    }

    /// Ends an outage, if there is one.
    fn restore_signal(&mut self, i: usize, now: Millis) {
        if self.outages[i].take().is_some() {
            self.ask(i, now, Order::Flash(false));
        }
    }

    /// Whether a signal that flashes is dark instead.
    pub fn goes_dark(&self, i: usize) -> bool {
        self.outages[i].is_some_and(|outage| outage.shows == Outage::Dark)
    }

    /// Whether a signal is dark instead of flashing.
    fn is_dark(&self, i: usize) -> bool {
        self.goes_dark(i) && self.list[i].mode() == Mode::Flash
    }

    fn ask(&mut self, i: usize, at: Millis, command: Order) {
        self.orders.push((i as u32, Input::Command { at, command }));
    }

    /// Goes on from restored controllers.
    pub fn resume(&mut self, monitor: Monitor, faults: Vec<CycleFault>, outages: Vec<Option<Blackout>>) {
        self.outages = outages;
        self.faults = faults;
        self.due = self.list.iter().map(Controller::poll_at).collect();
        self.monitor = monitor;
        self.events.clear();
    }

    /// Advances the controllers to `now`: first every edge and all post are handed in, then whoever is due decides.
    pub fn advance(&mut self, scene: &Scene, sensors: &SensorState, post: &mut Post, lamps: &mut Lamps, now: Millis) {
        lamps.changes.clear();
        self.events.clear();
        self.switched.clear();
        self.inputs.iter_mut().for_each(Vec::clear);
        // Orders are of the step's begin, edges come later.
        let orders = std::mem::take(&mut self.orders);
        for &(signal, input) in &orders {
            self.give(signal, input);
        }
        for events in sensors.wire.try_iter() {
            for event in events {
                // In order of time.
                while let Some((signal, input)) = post.next(event.at) {
                    self.give(signal, input);
                }
                let channel = &scene.sensors.channels[event.channel as usize];
                let event = DetectorEvent { detector: channel.detector, at: event.at, on: event.on };
                self.give(channel.signal.0, Input::Detector(event));
            }
        }
        while let Some((signal, input)) = post.next(now) {
            self.give(signal, input);
        }
        for &(channel, up) in &sensors.links {
            let channel = &scene.sensors.channels[channel as usize];
            self.give(channel.signal.0, Input::Channel { at: now, detector: channel.detector, up });
        }
        for i in 0..self.list.len() {
            if self.due[i] <= now {
                self.list[i].advance(now);
                self.take(i);
            }
        }
        self.show(scene, lamps);
        for (signal, _) in orders {
            self.show_outage(scene, lamps, signal as usize, now);
        }
        self.monitor.pass(now);
        if std::mem::take(&mut self.handed_over) {
            post.renew(scene, &self.list);
        }
        post.tell(scene, &self.list, now);
    }

    /// Hands an input in: edges by the dozen, each written where it stays.
    #[inline(always)]
    fn give(&mut self, signal: u32, input: Input) {
        let i = signal as usize;
        self.list[i].handle(input);
        self.due[i] = self.due[i].min(input.at());
        self.inputs.iter_mut().for_each(|inputs| inputs.push((signal, input)));
    }

    /// Where the outage has become another one, lamps change that the controller has not switched.
    fn show_outage(&self, scene: &Scene, lamps: &mut Lamps, i: usize, now: Millis) {
        let dark = self.is_dark(i);
        for (group, &switched) in (0..u16::MAX).zip(self.list[i].lamps()) {
            let shown = if dark { Lamp::Off } else { self.seen(i, group, switched) };
            for head in heads(&self.wiring[i], group) {
                let lamp = scene.lamp_base[i] + u32::from(head);
                if lamps.shown[lamp as usize] != shown {
                    lamps.shown[lamp as usize] = shown;
                    lamps.changes.push((now, lamp, shown));
                }
            }
        }
    }

    /// What a group's heads show: a flashing yellow arrow lets drivers go and give way; all flashing is another thing.
    fn seen(&self, i: usize, group: u16, lamp: Lamp) -> Lamp {
        if lamp != Lamp::Flashing {
            return lamp;
        }
        let controller = &self.list[i];
        let group = controller.plan().groups().get(usize::from(group));
        let is_arrow = group.is_some_and(|g| g.kind == GroupKind::FlashingYellowArrow);
        let gives_way = is_arrow && controller.mode() != Mode::Flash;
        if gives_way { Lamp::GreenMinor } else { lamp }
    }

    /// Takes a controller's outputs.
    fn take(&mut self, i: usize) {
        while let Some(output) = self.list[i].poll_output() {
            match output {
                Output::Lamp(change) => self.switched.push((i as u32, change)),
                Output::Event(event) => self.events.push((i as u32, event)),
                Output::Persist { at, latch: Latch::CycleFault { group } } => {
                    self.faults.push(CycleFault { signal: SignalId::new(i), at, group });
                }
                // A run has no power failures; what is latched stays in the controller.
                Output::Persist { .. } => {}
            }
        }
        self.due[i] = self.list[i].poll_at();
    }

    /// Carries what the controllers have switched to the lamps, and shows it to the monitor: after all of them have had
    /// their turn, so that the code of neither is fetched anew for every signal.
    fn show(&mut self, scene: &Scene, lamps: &mut Lamps) {
        let switched = std::mem::take(&mut self.switched);
        for of_signal in switched.chunk_by(|a, b| a.0 == b.0) {
            let i = of_signal[0].0 as usize;
            let (dark, first) = (self.is_dark(i), scene.lamp_base[i]);
            for &(_, change) in of_signal {
                let seen = self.seen(i, change.group, change.lamp);
                let shown = if dark { Lamp::Off } else { seen };
                for head in heads(&self.wiring[i], change.group) {
                    let lamp = first + u32::from(head);
                    lamps.shown[lamp as usize] = shown;
                    lamps.changes.push((change.at, lamp, shown));
                    self.monitor.look(i, change.at, head, seen);
                }
            }
            self.monitor.settle(i, of_signal[of_signal.len() - 1].1.at);
        }
        self.switched = switched;
    }
}

/// The lamps of a signal, from its first, that a group of its plan switches.
fn heads(wiring: &Option<Wiring>, group: u16) -> impl Iterator<Item = u16> + use<'_> {
    let (wired, same) = match wiring {
        Some(wiring) => (wiring.heads(group), None),
        None => (&[][..], Some(group)),
    };
    wired.iter().copied().chain(same)
}
