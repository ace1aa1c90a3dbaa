// All vehicles in one draw: the mesh holds corners and numbers only, where a vehicle is stands in a list of records.
#import bevy_sprite::mesh2d_view_bindings::view

struct Record {
    // East, north, heading a step ago.
    before: vec4<f32>,
    // The same now, and speed.
    now: vec4<f32>,
    // Colour, flags, length and width.
    what: vec4<u32>,
};

@group(2) @binding(0) var<storage, read> records: array<Record>;
@group(2) @binding(1) var<storage, read> params: array<vec4<f32>>;

struct Between {
    @builtin(position) clip: vec4<f32>,
    @location(0) at: vec2<f32>,
    @location(1) @interpolate(flat) half_size: vec2<f32>,
    @location(2) @interpolate(flat) colour: vec3<f32>,
    @location(3) @interpolate(flat) flags: u32,
};

fn linear(c: vec3<f32>) -> vec3<f32> {
    return select(pow((c + 0.055) / 1.055, vec3(2.4)), c / 12.92, c <= vec3(0.04045));
}

@vertex
fn vertex(@location(0) corner: vec3<f32>) -> Between {
    var out: Between;
    let i = u32(corner.z + 0.5);
    if (corner.z + 0.5 > params[0].y) {
        out.clip = vec4(2.0, 2.0, 2.0, 1.0);
        return out;
    }
    let r = records[i];
    let t = params[0].x;
    let scale = params[0].w;
    let a = r.before.xy;
    let b = r.now.xy;
#ifdef FAR
    let centre = mix(a, b, t);
    let heading = r.now.z;
    let margin = 0.0;
#else
    // Around a bend the way is a curve that leaves with the old heading and arrives with the new one.
    let way = distance(a, b);
    let from_dir = vec2(cos(r.before.z), sin(r.before.z)) * way;
    let to_dir = vec2(cos(r.now.z), sin(r.now.z)) * way;
    let t2 = t * t;
    let t3 = t2 * t;
    let centre = a * (2.0 * t3 - 3.0 * t2 + 1.0) + from_dir * (t3 - 2.0 * t2 + t) + b * (3.0 * t2 - 2.0 * t3) + to_dir * (t3 - t2);
    var turn = r.now.z - r.before.z;
    turn = turn - 6.2831853 * round(turn / 6.2831853);
    let heading = r.before.z + turn * t;
    let margin = scale;
#endif
    let real = vec2(bitcast<f32>(r.what.z), bitcast<f32>(r.what.w)) * 0.5;
    out.half_size = max(real, params[0].z * scale * vec2(0.75, 0.5));
    let local = corner.xy * 2.0 * (out.half_size + vec2(margin));
    let k = cos(heading);
    let s = sin(heading);
    let world = centre + vec2(local.x * k - local.y * s, local.x * s + local.y * k);
    out.clip = view.clip_from_world * vec4(world, 3.0, 1.0);
    out.at = local;
    out.colour = linear(unpack4x8unorm(r.what.x).rgb);
    out.flags = r.what.y;
    return out;
}

// Distance to the border of a rectangle with round corners; negative inside.
fn box(p: vec2<f32>, b: vec2<f32>, r: f32) -> f32 {
    let q = abs(p) - b + vec2(r);
    return length(max(q, vec2(0.0))) + min(max(q.x, q.y), 0.0) - r;
}

// How much of a pixel a rectangle covers.
fn within(p: vec2<f32>, low: vec2<f32>, high: vec2<f32>, pixel: f32) -> f32 {
    let c = clamp((p - low) / pixel + 0.5, vec2(0.0), vec2(1.0)) * clamp((high - p) / pixel + 0.5, vec2(0.0), vec2(1.0));
    return c.x * c.y;
}

@fragment
fn fragment(in: Between) -> @location(0) vec4<f32> {
#ifdef FAR
    return vec4(in.colour, 1.0);
#else
    let scale = params[0].w;
    let h = in.half_size;
    let kind = in.flags >> 8u;
    let bend = select(min(0.55, h.y * 0.6), min(0.2, h.y * 0.3), kind == 1u || kind == 2u || kind == 3u);
    let d = box(in.at, h, max(bend, min(h.y * 0.45, 0.7 * scale)));
    let cover = 1.0 - smoothstep(-0.5 * scale, 0.5 * scale, d);
    // A darker border parts bumpers that touch from far.
    let border = clamp(max(0.10, 0.55 * scale), 0.0, h.y * 0.35);
    var colour = mix(in.colour * 0.42, in.colour, 1.0 - smoothstep(-0.5 * scale, 0.5 * scale, d + border));
    if (scale < 0.22) {
        let p = in.at;
        let glass = vec3(0.015, 0.022, 0.03);
        let car = kind == 0u || kind == 5u;
        if ((in.flags & 16u) != 0u && kind != 4u) {
            // Windscreen: behind the bonnet of a car, at the very front of what has a cab.
            let front = h.x - select(0.35, min(1.4, 0.54 * h.x), car);
            let deep = select(0.55, 0.75, car);
            let screen = within(p, vec2(front - deep, -h.y + 0.22), vec2(front, h.y - 0.22), scale);
            colour = mix(colour, glass, screen);
        }
        if (car && (in.flags & 32u) != 0u) {
            let screen = within(p, vec2(-h.x + 0.45, -h.y + 0.28), vec2(-h.x + 0.9, h.y - 0.28), scale);
            colour = mix(colour, glass, screen);
        }
        if (kind == 1u && (in.flags & 16u) != 0u) {
            let gap = within(p, vec2(h.x - 2.32, -h.y), vec2(h.x - 2.08, h.y), scale);
            colour = mix(colour, colour * 0.3, gap);
        }
        // Lights, left and right alike.
        let q = vec2(p.x, abs(p.y));
        let rear = within(q, vec2(-h.x, h.y - 0.6), vec2(-h.x + 0.38, h.y - 0.08), scale);
        if ((in.flags & 33u) == 33u) {
            colour = mix(colour, vec3(1.0, 0.02, 0.015), rear);
        }
        let blink = fract(params[1].x * 1.5) < 0.55;
        let left = (in.flags & 2u) != 0u && p.y > 0.0;
        let right = (in.flags & 4u) != 0u && p.y < 0.0;
        if (blink && (left || right)) {
            let first = select(0.0, within(q, vec2(h.x - 0.45, h.y - 0.45), vec2(h.x, h.y), scale), (in.flags & 16u) != 0u);
            let last = select(0.0, within(q, vec2(-h.x, h.y - 0.45), vec2(-h.x + 0.45, h.y), scale), (in.flags & 32u) != 0u);
            colour = mix(colour, vec3(1.0, 0.36, 0.0), max(first, last));
        }
    }
    return vec4(colour, cover);
#endif
}
