//! How meshes and shaders belong together.

use bevy::asset::embedded_asset;
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::prelude::*;
use bevy::reflect::TypePath;
use bevy::render::render_resource::{AsBindGroup, RenderPipelineDescriptor, SpecializedMeshPipelineError};
use bevy::render::storage::ShaderBuffer;
use bevy::shader::ShaderRef;
use bevy::sprite_render::{AlphaMode2d, Material2d, Material2dKey, Material2dPlugin};

/// Surfaces and markings.
#[derive(Asset, TypePath, AsBindGroup, Clone)]
pub struct Roads {
    /// The table of colours, packed.
    #[storage(0, read_only)]
    pub colours: Handle<ShaderBuffer>,
}

/// Lamps and loops.
#[derive(Asset, TypePath, AsBindGroup, Clone)]
pub struct Signs {
    /// What each shows.
    #[storage(0, read_only)]
    pub states: Handle<ShaderBuffer>,
    /// See `signs.wgsl`.
    #[storage(1, read_only)]
    pub params: Handle<ShaderBuffer>,
}

/// Vehicles.
#[derive(Asset, TypePath, AsBindGroup, Clone)]
#[bind_group_data(Far)]
pub struct Vehicles {
    /// How they are drawn.
    pub far: Far,
    /// See [`fleet`](crate::view::fleet).
    #[storage(0, read_only)]
    pub records: Handle<ShaderBuffer>,
    /// See `signs.wgsl`.
    #[storage(1, read_only)]
    pub params: Handle<ShaderBuffer>,
}

/// Whether vehicles are but specks: many of them, from far.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Far(pub bool);

impl From<&Vehicles> for Far {
    fn from(vehicles: &Vehicles) -> Self {
        vehicles.far
    }
}

/// Makes all three known.
pub fn plugin(app: &mut App) {
    embedded_asset!(app, "roads.wgsl");
    embedded_asset!(app, "signs.wgsl");
    embedded_asset!(app, "vehicles.wgsl");
    app.add_plugins((
        Material2dPlugin::<Roads>::default(),
        Material2dPlugin::<Signs>::default(),
        Material2dPlugin::<Vehicles>::default(),
    ));
}

/// What a corner of a mesh is made of, in the order of the shader's locations.
fn corners(
    descriptor: &mut RenderPipelineDescriptor,
    layout: &MeshVertexBufferLayoutRef,
    wanted: &[bevy::mesh::MeshVertexAttribute],
) -> Result<(), SpecializedMeshPipelineError> {
    let at = |(location, attribute): (u32, &bevy::mesh::MeshVertexAttribute)| attribute.at_shader_location(location);
    let wanted: Vec<_> = (0..).zip(wanted).map(at).collect();
    descriptor.vertex.buffers = vec![layout.0.get_layout(&wanted)?];
    Ok(())
}

const ROADS: &str = "embedded://intergreen/view/window/roads.wgsl";
const SIGNS: &str = "embedded://intergreen/view/window/signs.wgsl";
const VEHICLES: &str = "embedded://intergreen/view/window/vehicles.wgsl";

impl Material2d for Roads {
    fn vertex_shader() -> ShaderRef {
        ROADS.into()
    }

    fn fragment_shader() -> ShaderRef {
        ROADS.into()
    }

    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        corners(descriptor, layout, &[Mesh::ATTRIBUTE_POSITION, Mesh::ATTRIBUTE_NORMAL])
    }
}

impl Material2d for Signs {
    fn vertex_shader() -> ShaderRef {
        SIGNS.into()
    }

    fn fragment_shader() -> ShaderRef {
        SIGNS.into()
    }

    fn alpha_mode(&self) -> AlphaMode2d {
        AlphaMode2d::Blend
    }

    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        let wanted = [Mesh::ATTRIBUTE_POSITION, Mesh::ATTRIBUTE_NORMAL, Mesh::ATTRIBUTE_UV_0, Mesh::ATTRIBUTE_UV_1];
        corners(descriptor, layout, &wanted)
    }
}

impl Material2d for Vehicles {
    fn vertex_shader() -> ShaderRef {
        VEHICLES.into()
    }

    fn fragment_shader() -> ShaderRef {
        VEHICLES.into()
    }

    fn alpha_mode(&self) -> AlphaMode2d {
        if self.far.0 { AlphaMode2d::Opaque } else { AlphaMode2d::Blend }
    }

    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        key: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        if key.bind_group_data.0 {
            descriptor.vertex.shader_defs.push("FAR".into());
            descriptor.fragment.iter_mut().for_each(|fragment| fragment.shader_defs.push("FAR".into()));
        }
        corners(descriptor, layout, &[Mesh::ATTRIBUTE_POSITION])
    }
}
