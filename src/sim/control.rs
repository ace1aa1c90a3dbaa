//! Controllers in the loop: sensor edges in, lamp changes out. The simulator itself never switches a lamp.

use bevy::ecs::prelude::Resource;
use intergreen_control::{Controller, DetectorEvent, Lamp, Millis, Registry};

use super::monitor::Monitor;
use super::scene::Scene;
use super::sensors::SensorState;

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
}

impl Controllers {
    /// Makes the controllers a run asks for.
    ///
    /// # Errors
    /// If the registry does not know the strategy or refuses its parameters.
    pub fn new(scene: &Scene) -> Result<Self, String> {
        let registry = Registry::default();
        let (name, parameters) = &scene.setup.controller;
        let list = scene
            .network
            .signals
            .iter()
            .enumerate()
            .map(|(i, s)| {
                let strategy = registry.make(name, parameters, &s.program).map_err(|e| e.to_string())?;
                Ok(Controller::new(s.program.clone(), strategy, scene.sensors.per_signal[i]))
            })
            .collect::<Result<Vec<_>, String>>()?;
        Ok(Self { due: vec![Millis::NEVER; list.len()], list, monitor: Monitor::new(&scene.network) })
    }

    /// Starts all controllers at `now` and shows their first lamps.
    pub fn start(&mut self, scene: &Scene, lamps: &mut Lamps, now: Millis) {
        lamps.shown = vec![Lamp::Red; scene.lamp_base[self.list.len()] as usize];
        for i in 0..self.list.len() {
            self.list[i].start(now);
            self.show(scene, lamps, i);
        }
    }

    /// Goes on from restored controllers.
    pub fn resume(&mut self, monitor: Monitor) {
        self.due = self.list.iter().map(Controller::poll_at).collect();
        self.monitor = monitor;
    }

    /// Advances the controllers to `now`: first every edge is handed in, then whoever is due decides.
    pub fn advance(&mut self, scene: &Scene, sensors: &SensorState, lamps: &mut Lamps, now: Millis) {
        // The lamps as they were during the step that ends now.
        self.monitor.pass(scene.dt);
        lamps.changes.clear();
        for event in sensors.wire.try_iter() {
            let sensor = &scene.sensors.list[event.sensor as usize];
            let i = sensor.signal.index();
            self.list[i].handle_detector(DetectorEvent { detector: sensor.detector, at: event.at, on: event.on });
            self.due[i] = self.due[i].min(event.at);
        }
        for i in 0..self.list.len() {
            if self.due[i] <= now {
                self.list[i].advance(now);
                self.show(scene, lamps, i);
            }
        }
    }

    /// Carries a controller's outputs to its lamps.
    fn show(&mut self, scene: &Scene, lamps: &mut Lamps, i: usize) {
        let (base, end) = (scene.lamp_base[i], scene.lamp_base[i + 1]);
        let mut changed = false;
        while let Some(change) = self.list[i].poll_output() {
            let lamp = base + u32::from(change.group);
            lamps.shown[lamp as usize] = change.lamp;
            lamps.changes.push((change.at, lamp, change.lamp));
            changed = true;
        }
        if changed {
            self.monitor.look(i, &lamps.shown[base as usize..end as usize]);
        }
        self.due[i] = self.list[i].poll_at();
    }
}
