//! Entities for everything a system may want to query. None of them enters the state, its hash, or any ordering.

use bevy::ecs::prelude::{Component, Entity, Or, Resource, With, World};

use super::scene::Scene;
use crate::demand::VehicleId;
use crate::network::{JunctionId, LaneId, SignalId};

/// A lane; its vehicles are `Traffic::lanes[id]`.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneEntity(pub LaneId);

/// A junction.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct JunctionEntity(pub JunctionId);

/// One group of a signal, as its traffic sees it; its lamp is `Lamps::shown[lamp]`.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalHeadEntity {
    /// The signal.
    pub signal: SignalId,
    /// The group.
    pub group: u16,
    /// Place of its lamp.
    pub lamp: u32,
}

/// A loop; its state is `SensorState::occupied[id]`.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct SensorEntity(pub u32);

/// A vehicle on the network.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct VehicleEntity(pub VehicleId);

/// The entity of each vehicle on the network.
#[derive(Resource, Clone, Debug, Default)]
pub struct VehicleEntities(pub Vec<Option<Entity>>);

/// Any of the entities here.
type Ours =
    Or<(With<LaneEntity>, With<JunctionEntity>, With<SignalHeadEntity>, With<SensorEntity>, With<VehicleEntity>)>;

/// Removes all entities made here (and nothing else: resources are entities too).
pub fn despawn_all(world: &mut World) {
    let all: Vec<Entity> = world.query_filtered::<Entity, Ours>().iter(world).collect();
    for entity in all {
        world.despawn(entity);
    }
}

/// Makes the entities that live as long as the scene.
pub fn spawn_static(world: &mut World, scene: &Scene) {
    world.spawn_batch((0..scene.lanes.len()).map(|i| LaneEntity(LaneId::new(i))));
    world.spawn_batch((0..scene.network.junctions.len()).map(|i| JunctionEntity(JunctionId::new(i))));
    world.spawn_batch((0..scene.sensors.list.len()).map(|i| SensorEntity(i as u32)));
    for (i, s) in scene.network.signals.iter().enumerate() {
        let base = scene.lamp_base[i];
        world.spawn_batch((0..s.groups).map(move |group| SignalHeadEntity {
            signal: SignalId::new(i),
            group,
            lamp: base + u32::from(group),
        }));
    }
}
