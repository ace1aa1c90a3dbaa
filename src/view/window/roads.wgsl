// Surfaces and markings: every corner has a paint, which is a place in a table of colours.
#import bevy_sprite::mesh2d_view_bindings::view

// Linear already: a corner is looked at far more often than a colour changes.
@group(2) @binding(0) var<storage, read> colours: array<vec4<f32>>;

struct Corner {
    // East, north, level.
    @location(0) place: vec3<f32>,
    // Paint, distance along a broken line and its period.
    @location(1) look: vec3<f32>,
};

struct Between {
    @builtin(position) clip: vec4<f32>,
    @location(0) @interpolate(flat) colour: vec3<f32>,
    @location(1) dash: vec2<f32>,
};

@vertex
fn vertex(corner: Corner) -> Between {
    var out: Between;
    out.clip = view.clip_from_world * vec4(corner.place, 1.0);
    out.colour = colours[u32(corner.look.x + 0.5)].rgb;
    out.dash = corner.look.yz;
    return out;
}

@fragment
fn fragment(in: Between) -> @location(0) vec4<f32> {
    if (in.dash.y > 0.0) {
        // Lines between lanes are drawn for a third of their period, teeth for half of it.
        let drawn = select(0.55, 0.3334, in.dash.y > 2.0);
        if (fract(in.dash.x / in.dash.y) > drawn) {
            discard;
        }
    }
    return vec4(in.colour, 1.0);
}
