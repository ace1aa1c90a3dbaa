//! Junctions, lanes, and what is painted on them.

use std::collections::BTreeSet;

use super::facts::{Line, Surface, has_arrows, line_of, turns};
use super::frame::Frame;
use super::ink::{Ink, number};
use crate::network::geometry::{along, length, offset};
use crate::network::{Lane, LaneId, LinkId, Network, Point};

/// Distance from the end of a lane to the middle of its arrow, m.
const ARROW_BACK: f64 = 9.0;
/// Lanes shorter than this have no arrow, m.
const ARROW_LEAST: f64 = 9.0;

/// Lanes are drawn this much wider than they are, so that no background shines through between neighbours, m.
const LAP: f64 = 0.08;

/// The surfaces: junctions, then what lies inside them, then roads.
pub(super) fn surface(ink: &mut Ink, network: &Network, frame: &Frame, names: bool) {
    ink.raw("<g>\n");
    for j in network.junctions.iter().filter(|j| j.shape.len() > 2 && frame.shows(&j.shape, 0.0)) {
        ink.raw("<path class=\"j\" d=\"");
        ink.line(&j.shape);
        ink.raw("z\"/>\n");
    }
    ink.raw("</g>\n");
    for internal in [true, false] {
        for lane in network.lanes.iter().filter(|l| l.internal == internal) {
            let width = f64::from(lane.width);
            if frame.shows(&lane.shape, width) && !(internal && lane.permissions.is_footway()) {
                let attributes = format!("class=\"{}\" stroke-width=\"{}\"", class(lane), number(width + LAP));
                ink.path(&attributes, &lane.shape, names.then_some(&lane.id).filter(|_| !internal).map(String::as_str));
            }
        }
    }
}

/// The class of a lane's surface.
fn class(lane: &Lane) -> &'static str {
    match Surface::of(lane) {
        Surface::Inside => "i",
        Surface::Footway => "f",
        Surface::Cycle => "c",
        Surface::Rail => "t",
        Surface::Bus => "b",
        Surface::Road => "l",
    }
}

/// Lines between and across lanes, and arrows.
pub(super) fn markings(ink: &mut Ink, network: &Network, frame: &Frame) {
    for link in (0..network.links.len()).map(LinkId::new).filter(|&l| !network.link(l).internal) {
        dividers(ink, network, frame, link);
    }
    for lane in (0..network.lanes.len()).map(LaneId::new).filter(|&l| !network.lane(l).internal) {
        let facts = network.lane(lane);
        if let Some(class) = stop_line(network, lane)
            && frame.shows(&facts.shape, f64::from(facts.width))
        {
            ink.path(&format!("class=\"{class}\""), &across(facts), None);
        }
    }
    ink.raw("<g>\n");
    for lane in (0..network.lanes.len()).map(LaneId::new) {
        arrow(ink, network, frame, lane);
    }
    ink.raw("</g>\n");
}

/// Dashed lines between the lanes of a link, and a line on the side of oncoming traffic.
fn dividers(ink: &mut Ink, network: &Network, frame: &Frame, link: LinkId) {
    let lanes: Vec<&Lane> =
        network.lanes_of(link).map(|l| network.lane(l)).filter(|l| !l.permissions.is_footway()).collect();
    // Lane 0 is at the kerb: the next one lies to its left, or to its right where traffic keeps to the left.
    let side = if network.left_hand { -0.5 } else { 0.5 };
    for (i, lane) in lanes.iter().enumerate().filter(|(_, l)| frame.shows(&l.shape, f64::from(l.width))) {
        let line = offset(&lane.shape, side * f64::from(lane.width));
        ink.path(if i + 1 < lanes.len() { "class=\"d\"" } else { "class=\"e\"" }, &line, None);
    }
}

/// The class of the line across the end of a lane: where a lamp or a sign may stop traffic.
fn stop_line(network: &Network, lane: LaneId) -> Option<&'static str> {
    line_of(network, lane).map(|line| match line {
        Line::Stop => "s",
        Line::Yield => "y",
    })
}

/// The line across the end of a lane, just before it.
fn across(lane: &Lane) -> [Point; 2] {
    let (at, heading) = along(&lane.shape, length(&lane.shape) - 0.25);
    let half = f64::from(lane.width) / 2.0;
    let (dx, dy) = (-libm::sin(heading) * half, libm::cos(heading) * half);
    [Point::new(at.x + dx, at.y + dy), Point::new(at.x - dx, at.y - dy)]
}

/// Arrow shapes in metres, pointing east, left up, in the order of the bits of [`turns`]: straight, left, right, half left, half right, back.
const HEADS: [&str; 6] = [
    "<path class=\"h\" d=\"M-2 0H1.4\"/><polygon class=\"p\" points=\"2.3,0 1.1,-.42 1.1,.42\"/>",
    "<path class=\"h\" d=\"M-2 0H-.3Q.4 0 .4-.5\"/><polygon class=\"p\" points=\".4,-1.35 0,-.35 .8,-.35\"/>",
    "<path class=\"h\" d=\"M-2 0H-.3Q.4 0 .4 .5\"/><polygon class=\"p\" points=\".4,1.35 0,.35 .8,.35\"/>",
    "<path class=\"h\" d=\"M-2 0H-.2L.8-.6\"/><polygon class=\"p\" points=\"1.5,-1.05 .45,-.85 .85,-.2\"/>",
    "<path class=\"h\" d=\"M-2 0H-.2L.8 .6\"/><polygon class=\"p\" points=\"1.5,1.05 .45,.85 .85,.2\"/>",
    "<path class=\"h\" d=\"M-2 0H-.9Q-.4 0-.4-.5Q-.4-1-.9-1H-1.2\"/><polygon class=\"p\" points=\"-2,-1 -1.1,-1.35 -1.1,-.65\"/>",
];

/// Whether a lane gets an arrow, and where: an end where traffic has a choice or is told where to go.
fn arrow_place(network: &Network, frame: &Frame, lane: LaneId) -> Option<(Point, f64, u8)> {
    let facts = network.lane(lane);
    let drawn = length(&facts.shape);
    if facts.internal || drawn < ARROW_LEAST || !frame.shows(&facts.shape, 0.0) {
        return None;
    }
    let bits = turns(network, lane);
    let (at, heading) = along(&facts.shape, drawn - ARROW_BACK.min(drawn / 2.0));
    (bits != 0 && has_arrows(network, facts.link)).then_some((at, heading, bits))
}

/// The arrow of a lane.
fn arrow(ink: &mut Ink, network: &Network, frame: &Frame, lane: LaneId) {
    if let Some((at, heading, bits)) = arrow_place(network, frame, lane) {
        ink.raw(&format!("<use href=\"#a{bits}\" "));
        ink.placed(at, heading);
        ink.raw("/>\n");
    }
}

/// The arrows in use, each combination of turns once.
pub(super) fn defs(ink: &mut Ink, network: &Network, frame: &Frame) {
    let lanes = (0..network.lanes.len()).map(LaneId::new);
    let used: BTreeSet<u8> = lanes.filter_map(|l| arrow_place(network, frame, l)).map(|a| a.2).collect();
    ink.raw("<defs>\n");
    for bits in used {
        ink.raw(&format!("<g id=\"a{bits}\">"));
        HEADS.iter().enumerate().filter(|(i, _)| bits & 1 << i != 0).for_each(|(_, head)| ink.raw(head));
        ink.raw("</g>\n");
    }
    ink.raw("</defs>\n");
}
