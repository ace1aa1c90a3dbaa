//! CityFlow road networks: reading them into parts whose references are checked ([`RoadNet`]); putting those together
//! is in [`assemble`].

mod assemble;
mod fans;
mod right_of_way;
mod signals;

use std::collections::HashMap;
use std::path::Path;

use intergreen_control::Millis;

use super::json::{self, Node};
use crate::import::{ImportError, Report};
use crate::network::{Network, Point, cut, geometry, way};

/// Most lane links in an intersection: each is compared with each other.
const MOST_LANE_LINKS: usize = 1000;
/// Most light phases of an intersection.
const MOST_PHASES: usize = 200;
/// Most road links of an intersection.
const MOST_ROAD_LINKS: usize = 200;
/// Most lamps in all light phases: completing a program compares each green with each.
const MOST_LAMPS: usize = 10_000;
/// Most points of a line.
const MOST_POINTS: usize = 1000;
/// Most lanes of a road.
const MOST_LANES: usize = 32;
/// Nothing that is driven on is shorter, m.
const SHORTEST: f64 = 0.1;

/// Reads a road network and puts it together. What is approximated or ignored is counted in `report`.
///
/// # Errors
/// Names the file and the place in it, and says what was expected.
pub fn read_network(file: &Path, report: &mut Report) -> Result<Network, ImportError> {
    let net = read_roadnet(file, report)?;
    assemble::assemble(file, &net, report)
}

/// A road network with all names resolved to places.
#[derive(Clone, Debug)]
struct RoadNet {
    intersections: Vec<Intersection>,
    roads: Vec<Road>,
}

/// Where roads meet, or the network ends.
#[derive(Clone, Debug)]
struct Intersection {
    id: String,
    point: Point,
    /// How far roads are cut back, m; 0 for a virtual one.
    width: f64,
    links: Vec<RoadLink>,
    phases: Vec<Phase>,
}

/// What lamps show for a time.
#[derive(Clone, Debug)]
struct Phase {
    time: Millis,
    /// By road link, whether it is open.
    open: Vec<bool>,
}

/// A road, cut back at its ends.
#[derive(Clone, Debug)]
struct Road {
    id: String,
    from: usize,
    to: usize,
    /// From the innermost, as in the file.
    lanes: Vec<Lane>,
}

/// One lane of a road.
#[derive(Clone, Debug)]
struct Lane {
    width: f64,
    speed: f64,
    line: Vec<Point>,
}

/// Which way a road link turns; the greater goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Turn {
    Right,
    Left,
    Straight,
}

/// A way from road to road.
#[derive(Clone, Debug)]
struct RoadLink {
    turn: Turn,
    from: usize,
    to: usize,
    lanes: Vec<LaneLink>,
}

/// A way from lane to lane.
#[derive(Clone, Debug)]
struct LaneLink {
    from: usize,
    to: usize,
    line: Vec<Point>,
}

/// Where everything with a name stands in its list.
type Places<'a> = HashMap<&'a str, usize>;

/// Reads a road network.
///
/// # Errors
/// As [`read_network`].
fn read_roadnet(file: &Path, report: &mut Report) -> Result<RoadNet, ImportError> {
    let value = json::read(file)?;
    let root = Node::root(file, &value);
    root.count_others(&["intersections", "roads"], "field of the road network", report)?;
    let (inter_node, road_node) = (root.need("intersections")?, root.need("roads")?);
    let inters = names(&inter_node, "intersection")?;
    let roads = names(&road_node, "road")?;
    let mut intersections = Vec::with_capacity(inters.len());
    for node in inter_node.items()? {
        intersections.push(intersection(&node, report)?);
    }
    let mut net = RoadNet { intersections, roads: Vec::with_capacity(roads.len()) };
    for node in road_node.items()? {
        let road = road(&node, &inters, &net.intersections, report)?;
        net.roads.push(road);
    }
    for (i, node) in inter_node.items()?.enumerate() {
        for name in node.need("roads")?.items()? {
            place(&name, &roads, "road")?;
        }
        if node.need("virtual")?.flag()? {
            continue;
        }
        let mut links = road_links(&node, i, &net.roads, &roads, report)?;
        fans::thin(&mut links, &net.intersections[i].id, report);
        net.intersections[i].links = links;
        net.intersections[i].phases = phases(&node, net.intersections[i].links.len(), report)?;
    }
    Ok(net)
}

/// The names of a list of things.
fn names<'a>(list: &Node<'_, 'a>, kind: &str) -> Result<Places<'a>, ImportError> {
    let mut places = HashMap::with_capacity(list.len()?);
    for (i, node) in list.items()?.enumerate() {
        let id = node.need("id")?;
        if let Some(first) = places.insert(id.text()?, i) {
            let problem =
                format!("'{}' is the id of {}[{first}], too; expected one {kind} of a name", id.text()?, list.place());
            return Err(id.error(problem));
        }
    }
    Ok(places)
}

/// The place of a thing that is named.
fn place(node: &Node<'_, '_>, places: &Places<'_>, kind: &str) -> Result<usize, ImportError> {
    let found = places.get(node.text()?).copied();
    found.ok_or_else(|| node.expected(&format!("the id of a known {kind}")))
}

/// An intersection, still without what lies inside.
fn intersection(node: &Node<'_, '_>, report: &mut Report) -> Result<Intersection, ImportError> {
    let known = ["id", "point", "width", "roads", "roadLinks", "trafficLight", "virtual"];
    node.count_others(&known, "field of an intersection", report)?;
    let width = if node.need("virtual")?.flag()? { 0.0 } else { node.need("width")?.number(0.0..=1000.0, "metres")? };
    Ok(Intersection {
        id: node.need("id")?.text()?.to_owned(),
        point: node.need("point")?.point()?,
        width,
        links: Vec::new(),
        phases: Vec::new(),
    })
}

/// A line of at least two points.
fn line(node: &Node<'_, '_>) -> Result<Vec<Point>, ImportError> {
    let n = node.len()?;
    if !(2..=MOST_POINTS).contains(&n) {
        return Err(node.error(format!("has {n} points; expected 2 to {MOST_POINTS}")));
    }
    node.items()?.map(|point| point.point()).collect()
}

/// A road.
fn road(
    node: &Node<'_, '_>,
    places: &Places<'_>,
    intersections: &[Intersection],
    report: &mut Report,
) -> Result<Road, ImportError> {
    node.count_others(&["id", "points", "lanes", "startIntersection", "endIntersection"], "field of a road", report)?;
    let end = |name| place(&node.need(name)?, places, "intersection");
    let (from, to) = (end("startIntersection")?, end("endIntersection")?);
    let points = node.need("points")?;
    let whole = line(&points)?;
    let (length, before, behind) = (geometry::length(&whole), intersections[from].width, intersections[to].width);
    if length - before - behind < SHORTEST {
        return Err(points.error(format!(
            "the road is {length:.2} m long and the intersections at its ends are {before} m and {behind} m wide; \
             expected at least {SHORTEST} m between them"
        )));
    }
    let centre = cut(&whole, before, length - behind);
    let list = node.need("lanes")?;
    let n = list.len()?;
    if !(1..=MOST_LANES).contains(&n) {
        return Err(list.error(format!("has {n} lanes; expected 1 to {MOST_LANES}")));
    }
    let mut lanes = Vec::with_capacity(n);
    let mut inner = 0.0;
    for lane in list.items()? {
        lane.count_others(&["width", "maxSpeed"], "field of a lane", report)?;
        let width = lane.need("width")?.number(0.1..=100.0, "metres")?;
        let speed = lane.need("maxSpeed")?.number(0.1..=200.0, "m/s")?;
        let line = geometry::offset(&centre, -(inner + width / 2.0));
        if geometry::length(&line) < SHORTEST {
            return Err(lane.error("its line has no length; expected a road that does not turn on the spot"));
        }
        inner += width;
        lanes.push(Lane { width, speed, line });
    }
    Ok(Road { id: node.need("id")?.text()?.to_owned(), from, to, lanes })
}

/// The road links of an intersection.
fn road_links(
    node: &Node<'_, '_>,
    here: usize,
    roads: &[Road],
    places: &Places<'_>,
    report: &mut Report,
) -> Result<Vec<RoadLink>, ImportError> {
    let (list, mut total) = (node.need("roadLinks")?, 0);
    let n = list.len()?;
    if n > MOST_ROAD_LINKS {
        return Err(list.error(format!("has {n} road links; expected {MOST_ROAD_LINKS} at most")));
    }
    let mut links = Vec::with_capacity(n);
    for link in list.items()? {
        link.count_others(&["type", "startRoad", "endRoad", "direction", "laneLinks"], "field of a road link", report)?;
        let kind = link.need("type")?;
        let turn = match kind.text()? {
            "go_straight" => Turn::Straight,
            "turn_left" => Turn::Left,
            "turn_right" => Turn::Right,
            _ => return Err(kind.expected("go_straight, turn_left or turn_right")),
        };
        let (start, end) = (link.need("startRoad")?, link.need("endRoad")?);
        let (from, to) = (place(&start, places, "road")?, place(&end, places, "road")?);
        if roads[from].to != here {
            return Err(start.expected("a road that ends at this intersection"));
        }
        if roads[to].from != here {
            return Err(end.expected("a road that starts at this intersection"));
        }
        let list = link.need("laneLinks")?;
        total += list.len()?;
        if total > MOST_LANE_LINKS {
            return Err(
                list.error(format!("the intersection has {total} lane links; expected {MOST_LANE_LINKS} at most"))
            );
        }
        let lanes = list.items()?.map(|n| lane_link(&n, &roads[from], &roads[to], report)).collect::<Result<_, _>>()?;
        links.push(RoadLink { turn, from, to, lanes });
    }
    Ok(links)
}

/// A lane link.
fn lane_link(node: &Node<'_, '_>, from: &Road, to: &Road, report: &mut Report) -> Result<LaneLink, ImportError> {
    node.count_others(&["startLaneIndex", "endLaneIndex", "points"], "field of a lane link", report)?;
    let start = node.need("startLaneIndex")?.index(from.lanes.len(), "lanes")?;
    let end = node.need("endLaneIndex")?.index(to.lanes.len(), "lanes")?;
    let given = node.get("points")?;
    let line = match &given {
        Some(points) if points.len()? > 0 => line(points)?,
        _ => {
            report.count("lane links without points: drawn as curves", || node.place());
            way(&from.lanes[start].line, &to.lanes[end].line)
        }
    };
    if geometry::length(&line) < SHORTEST {
        report.count(format!("lane links shorter than {SHORTEST} m: as long as that"), || node.place());
    }
    Ok(LaneLink { from: start, to: end, line })
}

/// The light phases of an intersection with so many road links.
fn phases(node: &Node<'_, '_>, links: usize, report: &mut Report) -> Result<Vec<Phase>, ImportError> {
    let Some(light) = node.get("trafficLight")? else { return Ok(Vec::new()) };
    light.count_others(&["roadLinkIndices", "lightphases"], "field of a traffic light", report)?;
    let list = light.need("lightphases")?;
    let n = list.len()?;
    if n > MOST_PHASES {
        return Err(list.error(format!("has {n} light phases; expected {MOST_PHASES} at most")));
    }
    if n * links > MOST_LAMPS {
        let problem =
            format!("has {n} light phases for {links} road links; expected at most {MOST_LAMPS} lamps in all");
        return Err(list.error(problem));
    }
    let mut phases = Vec::with_capacity(n);
    for phase in list.items()? {
        phase.count_others(&["time", "availableRoadLinks"], "field of a light phase", report)?;
        let time = Millis::from_seconds(phase.need("time")?.number(0.0..=86_400.0, "seconds")?);
        let mut open = vec![false; links];
        for link in phase.need("availableRoadLinks")?.items()? {
            open[link.index(links, "road links")?] = true;
        }
        if time.0 == 0 {
            report.count("light phases of 0 s: left out", || phase.place());
            continue;
        }
        phases.push(Phase { time, open });
    }
    if phases.is_empty() && n > 0 {
        return Err(list.error("all light phases last 0 s; expected one that lasts longer"));
    }
    Ok(phases)
}
