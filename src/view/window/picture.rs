//! From what the window knows to what the graphics card draws: meshes once, buffers when something changes.

use bevy::asset::RenderAssetUsages;
use bevy::camera::primitives::Aabb;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use bevy::render::storage::ShaderBuffer;

use super::Smooth;
use super::materials::{Far, Roads, Signs, Vehicles};
use super::state::View;
use crate::view::canvas::Canvas;
use crate::view::fleet::WORDS;
use crate::view::layers::{RoadLayer, colours};
use crate::view::paint::{Colour, Paint, Theme};
use crate::view::scene::{Sign, SignKind, level, tiles};

/// Vehicles for which there is room at first.
const ROOM: usize = 1024;
/// Least size of a vehicle, pixels.
const LEAST_PIXELS: f32 = 2.4;
/// Markings begin to fade at the first of these scales, and are gone at the second, metres per pixel.
const FADE: (f64, f64) = (0.45, 1.1);
/// Share of the border's colour that roads have from far.
const FAR: f32 = 0.45;
/// From this scale on roads are lines and there are no lamps, metres per pixel: a crossing is but a few pixels then.
const MAP: f64 = 8.0;
/// So many vehicles are drawn as specks from far, as single pixels on the map.
const MANY: usize = 10_000;
/// What turns a loop's state off for a lamp's shader.
const LOOP: f32 = 9.0;

/// Buffers of the graphics card, and what they held last.
#[derive(Resource)]
pub struct Buffers {
    colours: Handle<ShaderBuffer>,
    states: Handle<ShaderBuffer>,
    params: Handle<ShaderBuffer>,
    records: Handle<ShaderBuffer>,
    /// As they are seen from near, and as specks.
    vehicles: [Handle<Vehicles>; 2],
    look: Look,
    fleet: Entity,
    /// Vehicles for which there is room.
    room: usize,
    /// What the table of colours was made of.
    table: Option<(Theme, RoadLayer, u8, Vec<crate::network::LaneId>)>,
    shown: Vec<u32>,
    words: Vec<u32>,
}

/// How vehicles are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// With all there is to see.
    Whole,
    /// As rectangles of one colour.
    Specks,
    /// As single pixels.
    Points,
}

/// At which scales something is drawn, metres per pixel.
#[derive(Component, Clone, Copy)]
pub struct Scales {
    above: f64,
    to: f64,
}

/// From near: all details.
const NEAR: Scales = Scales { above: 0.0, to: FADE.1 };
/// From far: surfaces alone.
const FROM_FAR: Scales = Scales { above: FADE.1, to: MAP };
/// From very far: roads are lines.
const ON_MAP: Scales = Scales { above: MAP, to: f64::INFINITY };
/// Unless from very far.
const NOT_ON_MAP: Scales = Scales { above: 0.0, to: MAP };

/// Part of the picture of a network: goes when another one is opened.
#[derive(Component)]
pub struct OnMap;

/// The camera on the map.
#[derive(Component)]
pub struct MapCamera;

/// What the meshes are drawn with.
type Materials<'w> = (ResMut<'w, Assets<Roads>>, ResMut<'w, Assets<Signs>>, ResMut<'w, Assets<Vehicles>>);

/// Spawns everything that is drawn.
pub fn spawn(
    mut commands: Commands,
    view: Res<View>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut buffers: ResMut<Assets<ShaderBuffer>>,
    (mut roads, mut signs, mut vehicles): Materials,
) {
    let stage = &view.stage;
    let network = &stage.scene.network;
    let mut buffer = |words: usize| buffers.add(bytes_of(&vec![0; words.max(4)]));
    let colours = buffer(4 * (Paint::COUNT as usize + network.lanes.len()));
    let lamps = view.snapshot.lamps.len();
    let states = buffer(lamps + stage.scene.sensors.list.len());
    let (params, records) = (buffer(16), buffer(ROOM * WORDS));
    let road = roads.add(Roads { colours: colours.clone() });
    for tile in tiles(network, &stage.tracks) {
        use PrimitiveTopology::{LineList, TriangleList};
        let surfaces = [(&tile.ground, NEAR), (&tile.markings, NEAR), (&tile.far, FROM_FAR)];
        let all = surfaces.map(|(canvas, seen)| (canvas, TriangleList, seen));
        for (canvas, topology, seen) in all.into_iter().chain([(&tile.map, LineList, ON_MAP)]) {
            if let Some((mesh, bounds)) = mesh_of(canvas, topology) {
                commands.spawn((Mesh2d(meshes.add(mesh)), MeshMaterial2d(road.clone()), bounds, seen, OnMap));
            }
        }
    }
    let sign = signs.add(Signs { states: states.clone(), params: params.clone() });
    let kinds = [(SignKind::Sensor, level::SENSOR, NEAR), (SignKind::Lamp, level::LAMP, NOT_ON_MAP)];
    for (kind, z, seen) in kinds {
        let base = if kind == SignKind::Lamp { 0 } else { lamps as u32 };
        if let Some(mesh) = sign_mesh(stage.signs.iter().filter(|s| s.kind == kind), base, z) {
            let place = Transform::from_xyz(0.0, 0.0, z);
            let drawn = (Mesh2d(meshes.add(mesh)), MeshMaterial2d(sign.clone()), place);
            commands.spawn((drawn, seen, NoFrustumCulling, OnMap));
        }
    }
    let look = |far| Vehicles { far: Far(far), records: records.clone(), params: params.clone() };
    let looks = [vehicles.add(look(false)), vehicles.add(look(true))];
    let place = Transform::from_xyz(0.0, 0.0, level::VEHICLE);
    let mesh = Mesh2d(meshes.add(fleet_mesh(ROOM, Look::Whole)));
    let fleet = commands.spawn((mesh, MeshMaterial2d(looks[0].clone()), place, NoFrustumCulling, OnMap)).id();
    commands.insert_resource(Buffers {
        colours,
        states,
        params,
        records,
        vehicles: looks,
        look: Look::Whole,
        fleet,
        room: ROOM,
        table: None,
        shown: Vec::new(),
        words: Vec::new(),
    });
}

/// Brings the buffers up to date.
pub fn upload(
    mut commands: Commands,
    time: Res<Time>,
    mut view: ResMut<View>,
    mut gpu: ResMut<Buffers>,
    mut buffers: ResMut<Assets<ShaderBuffer>>,
    (mut meshes, mut vehicles): (ResMut<Assets<Mesh>>, ResMut<Assets<Vehicles>>),
    (pixels, smooth): (Res<Pixels>, Res<Smooth>),
) {
    let (view, gpu) = (&mut *view, &mut *gpu);
    let scale = view.camera.now.scale / f64::from(pixels.0);
    let stale = std::mem::take(&mut view.stale);
    table(view, gpu, scale, stale, &mut buffers);
    let mut remesh = false;
    if stale {
        states(view, gpu, &mut buffers);
        let colours = (view.style.vehicles, view.vehicle());
        view.fleet.pack(&view.snapshot, &view.stage.scene, colours, &mut gpu.words);
        let needed = view.fleet.bodies.len();
        if needed > gpu.room {
            gpu.room = needed.next_power_of_two();
            gpu.words.resize(gpu.room * WORDS, 0);
            // A new buffer and a material that knows it: the old one may still be on its way.
            gpu.records = buffers.add(bytes_of(&gpu.words));
            for look in &gpu.vehicles {
                if let Some(mut material) = vehicles.get_mut(look) {
                    material.records = gpu.records.clone();
                }
            }
            remesh = true;
        } else {
            gpu.words.resize(gpu.room * WORDS, 0);
            write(&mut buffers, &gpu.records, &gpu.words);
        }
    }
    let look = match view.fleet.bodies.len() > MANY {
        // A graphics card has time for rectangles.
        true if scale > MAP && !smooth.0 => Look::Points,
        true if scale > FADE.1 => Look::Specks,
        _ => Look::Whole,
    };
    if remesh || (look == Look::Points) != (gpu.look == Look::Points) {
        commands.entity(gpu.fleet).insert(Mesh2d(meshes.add(fleet_mesh(gpu.room, look))));
    }
    if look != gpu.look {
        let material = gpu.vehicles[usize::from(look != Look::Whole)].clone();
        commands.entity(gpu.fleet).insert(MeshMaterial2d(material));
        gpu.look = look;
    }
    // Where nobody watches the clock, what blinks goes by the simulation's.
    let seconds = if view.running.is_some() { time.elapsed_secs_f64() } else { view.snapshot.now.seconds() };
    let scheme = view.style.theme.scheme();
    let (free, occupied) = (linear(scheme.sensor), linear(scheme.occupied));
    let params = [
        [view.share, view.fleet.bodies.len() as f32, LEAST_PIXELS, scale as f32],
        // An hour keeps the fractions of a float.
        [(seconds % 3600.0) as f32, 0.0, 0.0, 0.0],
        [free.red, free.green, free.blue, 1.0],
        [occupied.red, occupied.green, occupied.blue, 1.0],
    ];
    let words: Vec<u32> = params.as_flattened().iter().map(|f| f.to_bits()).collect();
    write(&mut buffers, &gpu.params, &words);
}

/// Pixels of the screen for a pixel of the window.
#[derive(Resource, Clone, Copy, Debug)]
pub struct Pixels(pub f32);

/// The table of colours, if something it hangs on is another.
fn table(view: &View, gpu: &mut Buffers, scale: f64, stale: bool, buffers: &mut Assets<ShaderBuffer>) {
    let style = view.style;
    let fade = ((scale - FADE.0) / (FADE.1 - FADE.0)).clamp(0.0, 1.0);
    // In steps, so that a camera that moves does not send the table with every frame.
    let step = (fade * 16.0) as u8;
    let moves = style.roads != RoadLayer::Plain && stale;
    let same = gpu.table.as_ref().is_some_and(|(theme, layer, known, closed)| {
        (*theme, *layer, *known) == (style.theme, style.roads, step) && *closed == view.snapshot.closed
    });
    if same && !moves {
        return;
    }
    let scheme = style.theme.scheme();
    let mut all: Vec<Colour> = scheme.table().to_vec();
    // Lines first turn into the road they lie on.
    for paint in [Paint::LaneLine, Paint::EdgeLine, Paint::StopLine, Paint::Arrow] {
        let colour = &mut all[paint.index() as usize];
        *colour = colour.mix(scheme.road.mix(scheme.border, FAR), f32::from(step) / 16.0);
    }
    // From far roads are thin lines: they have to stand out more. What a layer tells stays as it is.
    let share = FAR * f32::from(step) / 16.0;
    let mut far = scheme;
    for colour in [&mut far.road, &mut far.junction, &mut far.footway, &mut far.cycle, &mut far.bus, &mut far.rail] {
        *colour = colour.mix(scheme.border, share);
    }
    all[Paint::Junction.index() as usize] = far.junction;
    all.extend(colours(&far, (style.roads, &view.books), &view.stage.scene, &view.snapshot.closed));
    let words: Vec<u32> = all.into_iter().flat_map(|colour| linear(colour).to_f32_array().map(f32::to_bits)).collect();
    write(buffers, &gpu.colours, &words);
    gpu.table = Some((style.theme, style.roads, step, view.snapshot.closed.clone()));
}

/// What lamps and loops show, if it is another.
fn states(view: &View, gpu: &mut Buffers, buffers: &mut Assets<ShaderBuffer>) {
    let lamps = view.snapshot.lamps.iter().map(|&lamp| lamp as u32);
    let mut words: Vec<u32> = lamps.chain(view.snapshot.occupied.iter().map(|&on| u32::from(on))).collect();
    words.resize(words.len().max(4), 0);
    if words != gpu.shown {
        write(buffers, &gpu.states, &words);
        gpu.shown = words;
    }
}

/// Hides what nobody could see.
pub fn fade(view: Res<View>, pixels: Res<Pixels>, mut parts: Query<(&Scales, &mut Visibility)>) {
    let scale = view.camera.now.scale / f64::from(pixels.0);
    for (scales, mut visibility) in &mut parts {
        let shown = scale > scales.above && scale <= scales.to;
        visibility.set_if_neq(if shown { Visibility::Inherited } else { Visibility::Hidden });
    }
}

fn linear(Colour(r, g, b): Colour) -> LinearRgba {
    Srgba::rgb_u8(r, g, b).into()
}

/// The ground.
pub fn clear_colour(theme: Theme) -> Color {
    let Colour(r, g, b) = theme.scheme().ground;
    Color::srgb_u8(r, g, b)
}

fn bytes_of(words: &[u32]) -> ShaderBuffer {
    let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    ShaderBuffer::new(&bytes, RenderAssetUsages::default())
}

fn write(buffers: &mut Assets<ShaderBuffer>, handle: &Handle<ShaderBuffer>, words: &[u32]) {
    if let Some(mut buffer) = buffers.get_mut(handle) {
        let data = buffer.data.get_or_insert_default();
        data.clear();
        data.extend(words.iter().flat_map(|w| w.to_le_bytes()));
    }
}

fn new_mesh(topology: PrimitiveTopology) -> Mesh {
    Mesh::new(topology, RenderAssetUsages::RENDER_WORLD)
}

/// A canvas as a mesh, and where it lies.
fn mesh_of(canvas: &Canvas, topology: PrimitiveTopology) -> Option<(Mesh, Aabb)> {
    if canvas.is_empty() {
        return None;
    }
    let place: Vec<[f32; 3]> = canvas.corners.iter().map(|c| [c.at[0], c.at[1], c.level]).collect();
    let look: Vec<[f32; 3]> = canvas.corners.iter().map(|c| [c.paint, c.along, c.dash]).collect();
    let (low, high) = place
        .iter()
        .fold((Vec3::INFINITY, Vec3::NEG_INFINITY), |(low, high), &p| (low.min(p.into()), high.max(p.into())));
    let mesh = new_mesh(topology)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, place)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, look)
        .with_inserted_indices(Indices::U32(canvas.triangles.clone()));
    Some((mesh, Aabb::from_min_max(low, high)))
}

const CORNERS: [[f32; 2]; 4] = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]];

fn quads(n: usize) -> Indices {
    Indices::U32((0..n as u32).flat_map(|i| [0, 1, 2, 0, 2, 3].map(|k| i * 4 + k)).collect())
}

/// Signs as a mesh; none if there are none.
fn sign_mesh<'a>(signs: impl Iterator<Item = &'a Sign>, base: u32, z: f32) -> Option<Mesh> {
    let signs: Vec<&Sign> = signs.collect();
    if signs.is_empty() {
        return None;
    }
    let corners = || signs.iter().flat_map(|s| CORNERS.map(|corner| (s, corner)));
    let place: Vec<[f32; 3]> = corners().map(|(s, _)| [s.at[0], s.at[1], z]).collect();
    let shape: Vec<[f32; 3]> = corners().map(|(s, _)| [s.heading, s.half[0], s.half[1]]).collect();
    let corner: Vec<[f32; 2]> = corners().map(|(_, corner)| corner).collect();
    let turn = |s: &Sign| if s.kind == SignKind::Lamp { s.turn } else { LOOP };
    let what: Vec<[f32; 2]> = corners().map(|(s, _)| [(base + s.state) as f32, turn(s)]).collect();
    let mesh = new_mesh(PrimitiveTopology::TriangleList)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, place)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, shape)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, corner)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_1, what)
        .with_inserted_indices(quads(signs.len()));
    Some(mesh)
}

/// Corners and numbers of so many vehicles; of points their numbers.
fn fleet_mesh(n: usize, look: Look) -> Mesh {
    if look == Look::Points {
        let middles: Vec<[f32; 3]> = (0..n).map(|i| [0.0, 0.0, i as f32]).collect();
        return new_mesh(PrimitiveTopology::PointList).with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, middles);
    }
    let corners: Vec<[f32; 3]> = (0..n).flat_map(|i| CORNERS.map(|c| [c[0] * 0.5, c[1] * 0.5, i as f32])).collect();
    let mesh = new_mesh(PrimitiveTopology::TriangleList);
    mesh.with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, corners).with_inserted_indices(quads(n))
}
