// Lamps and loops: small rectangles whose look hangs on a state.
#import bevy_sprite::mesh2d_view_bindings::view

@group(2) @binding(0) var<storage, read> states: array<u32>;
// 0: share of the step, vehicles, least pixels, metres per pixel. 1: time, s. 2, 3: colours of loops, free and occupied.
@group(2) @binding(1) var<storage, read> params: array<vec4<f32>>;

struct Corner {
    // Middle and level.
    @location(0) place: vec3<f32>,
    // Heading, half of the extent along and across.
    @location(1) shape: vec3<f32>,
    @location(2) corner: vec2<f32>,
    // Place of the state; turn of a lamp, or 9 for a loop.
    @location(3) what: vec2<f32>,
};

struct Between {
    @builtin(position) clip: vec4<f32>,
    @location(0) at: vec2<f32>,
    @location(1) @interpolate(flat) half_size: vec2<f32>,
    @location(2) @interpolate(flat) what: vec2<f32>,
    @location(3) @interpolate(flat) state: u32,
};

@vertex
fn vertex(c: Corner) -> Between {
    let scale = params[0].w;
    var out: Between;
    let lamp = c.what.y < 5.0;
    var half_size = c.shape.yz;
    if (lamp) {
        // From far a lamp is larger than it is, but never larger than a few cars.
        half_size = max(half_size, min(vec2(2.2 * scale), vec2(5.0, 3.4)));
    }
    let reach = half_size + vec2(scale);
    let local = c.corner * reach;
    let k = cos(c.shape.x);
    let s = sin(c.shape.x);
    let world = c.place.xy + vec2(local.x * k - local.y * s, local.x * s + local.y * k);
    out.clip = view.clip_from_world * vec4(world, c.place.z, 1.0);
    out.at = local;
    out.half_size = half_size;
    out.what = c.what;
    out.state = states[u32(c.what.x + 0.5)];
    return out;
}

// Distance to the border of a rectangle with round corners; negative inside.
fn box(p: vec2<f32>, b: vec2<f32>, r: f32) -> f32 {
    let q = abs(p) - b + vec2(r);
    return length(max(q, vec2(0.0))) + min(max(q.x, q.y), 0.0) - r;
}

const RED = vec3<f32>(0.89, 0.045, 0.04);
const YELLOW = vec3<f32>(1.0, 0.62, 0.02);
const GREEN = vec3<f32>(0.035, 0.66, 0.17);
const HOUSING = vec3<f32>(0.006, 0.008, 0.011);

// The arrow of a turning lamp, in units of its half thickness, pointing along x.
fn arrow(p: vec2<f32>) -> bool {
    let shaft = p.x > -0.75 && p.x < 0.05 && abs(p.y) < 0.17;
    let head = p.x >= 0.0 && p.x < 0.78 && abs(p.y) < (0.78 - p.x) * 0.72;
    return shaft || head;
}

@fragment
fn fragment(in: Between) -> @location(0) vec4<f32> {
    let scale = params[0].w;
    if (in.what.y > 5.0) {
        let d = box(in.at, in.half_size, 0.25);
        let free = in.state == 0u;
        let edge = 1.0 - smoothstep(-0.5 * scale, 0.5 * scale, abs(d + 0.09) - 0.09);
        let fill = select(0.45, 0.0, free) * (1.0 - smoothstep(-0.5 * scale, 0.5 * scale, d));
        let fade = 1.0 - smoothstep(0.35, 0.6, scale);
        let colour = select(params[3].rgb, params[2].rgb, free);
        return vec4(colour, max(edge * select(1.0, 0.75, free), fill) * fade);
    }
    let small = min(in.half_size.x, in.half_size.y);
    let d = box(in.at, in.half_size, small * 0.6);
    let cover = 1.0 - smoothstep(-0.5 * scale, 0.5 * scale, d);
    let rim = max(0.14, 0.16 * small);
    let lit = 1.0 - smoothstep(-0.5 * scale, 0.5 * scale, d + rim);
    let blink = fract(params[1].x * 1.0) < 0.5;
    var lens = vec3(0.10, 0.11, 0.12);
    var hollow = false;
    switch in.state {
        case 0u: { lens = RED; }
        case 1u: { lens = select(YELLOW, RED, in.at.y > 0.0); }
        case 2u: { lens = YELLOW; }
        case 3u: { lens = GREEN; hollow = true; }
        case 4u: { lens = GREEN; }
        case 5u: { lens = RED; hollow = true; }
        case 6u: { lens = select(vec3(0.12, 0.08, 0.01), YELLOW, blink); }
        default: {}
    }
    var colour = mix(HOUSING, lens, lit);
    let near = small / scale > 5.0;
    if (hollow && small / scale > 1.8) {
        let inner = 1.0 - smoothstep(-0.5 * scale, 0.5 * scale, d + rim + max(0.22, 0.26 * small));
        colour = mix(colour, HOUSING, inner);
    }
    if (near && in.what.y != 0.0) {
        // Turned towards where it leads: a quarter for a left turn, half for a way back.
        let angle = -in.what.y * 1.5708;
        let p = in.at / small;
        let turned = vec2(p.x * cos(angle) + p.y * sin(angle), p.y * cos(angle) - p.x * sin(angle));
        if (arrow(turned)) {
            colour = select(HOUSING, lens, hollow);
        }
    }
    return vec4(colour, cover);
}
