//! CityFlow flows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use intergreen_control::Millis;

use super::json::{self, Node};
use crate::demand::routing::{Search, Turns};
use crate::demand::{
    Demand, DepartLane, FollowingModel, Manner, Route, RouteId, Source, SpeedFactor, Timing, TypeId, VehicleType,
};
use crate::import::{ImportError, Report};
use crate::network::{LaneId, LinkId, Network, Permissions, VehicleClass};

/// Most roads that a flow may name.
const MOST_ROADS: usize = 10_000;
/// Most roads on the routes of all flows together.
const MOST_LEGS: usize = 50_000_000;
/// Times beyond this are wrong, s (three years).
const LATEST: f64 = 1e8;
/// No headway is shorter, s: Krauss drivers with less run into each other.
const LEAST_TAU: f64 = 0.1;

/// Reads the flows on a network. What is approximated or ignored is counted in `report`.
///
/// # Errors
/// Names the file and the place in it, and says what was expected.
pub fn read_demand(file: &Path, network: &Network, report: &mut Report) -> Result<Demand, ImportError> {
    let value = json::read(file)?;
    let root = Node::root(file, &value);
    let mut ways = Ways::new(network);
    let mut book = Book::default();
    for (i, flow) in root.items()?.enumerate() {
        flow.count_others(&["vehicle", "route", "interval", "startTime", "endTime"], "field of a flow", report)?;
        let kind = book.kind(vehicle(&flow.need("vehicle")?, report)?);
        let timing = timing(&flow, report)?;
        let Some(route) = book.route(&ways.anchors(&flow.need("route")?)?, &mut ways, &flow, report)? else {
            continue;
        };
        let Some(timing) = timing else { continue };
        // Wherever its route goes on from; CityFlow draws one of those lanes.
        let manner = Manner { depart_lane: DepartLane::Best, ..Manner::default() };
        let source =
            Source { id: format!("flow_{i}"), timing, types: vec![(kind, 1.0)], routes: vec![(route, 1.0)], manner };
        book.demand.sources.push(source);
    }
    Ok(book.demand)
}

/// The demand so far, with what is needed to name nothing twice.
#[derive(Default)]
struct Book {
    demand: Demand,
    /// Routes by the roads that flows name; `None`: there is no way.
    routes: BTreeMap<Vec<LinkId>, Option<RouteId>>,
    legs: usize,
}

impl Book {
    /// The type, which most flows share.
    fn kind(&mut self, kind: VehicleType) -> TypeId {
        let types = &mut self.demand.types;
        let same = |known: &VehicleType| VehicleType { id: String::new(), ..known.clone() } == kind;
        // Files have one type or a few; the last is the likeliest.
        if let Some(i) = types.iter().rposition(same) {
            return TypeId::new(i);
        }
        types.push(VehicleType { id: format!("vehicle_{}", types.len()), ..kind });
        TypeId::new(types.len() - 1)
    }

    /// The route over some roads; `None` if nobody can take it, which is counted.
    fn route(
        &mut self,
        anchors: &[LinkId],
        ways: &mut Ways<'_>,
        flow: &Node<'_, '_>,
        report: &mut Report,
    ) -> Result<Option<RouteId>, ImportError> {
        if anchors.len() < 2 {
            report.count("flows over a single road: no vehicles (as in CityFlow)", || flow.place());
            return Ok(None);
        }
        let found = match self.routes.get(anchors) {
            Some(known) => *known,
            None => {
                let links = ways.links(anchors);
                self.legs += links.as_ref().map_or(0, Vec::len);
                if self.legs > MOST_LEGS {
                    return Err(flow.error(format!("the routes pass more than {MOST_LEGS} roads; expected fewer")));
                }
                let found = links.map(|links| {
                    self.demand.routes.push(Route::given(links));
                    RouteId::new(self.demand.routes.len() - 1)
                });
                self.routes.insert(anchors.to_vec(), found);
                found
            }
        };
        if found.is_none() {
            report.count("flows whose roads are not joined: no vehicles (as in CityFlow)", || flow.place());
        }
        Ok(found)
    }
}

/// The roads and how they are joined.
struct Ways<'n> {
    by_name: HashMap<&'n str, LinkId>,
    joined: BTreeSet<(LinkId, LinkId)>,
    turns: Turns,
    search: Search,
    /// Mean length of the lanes of each link, m; 0 inside intersections, as CityFlow reckons.
    lengths: Vec<f64>,
}

impl<'n> Ways<'n> {
    fn new(network: &'n Network) -> Self {
        let roads = || network.links.iter().enumerate().filter(|(_, link)| !link.internal);
        let length = |link: &crate::network::Link| match link.internal {
            true => 0.0,
            false => {
                let lanes = &network.lanes[link.lanes.start as usize..link.lanes.end as usize];
                lanes.iter().map(|l| f64::from(l.length)).sum::<f64>() / lanes.len() as f64
            }
        };
        let of = |lane: LaneId| network.lane(lane).link;
        Self {
            by_name: roads().map(|(i, link)| (link.id.as_str(), LinkId::new(i))).collect(),
            joined: network.movements.iter().map(|m| (of(m.from), of(m.to))).collect(),
            turns: Turns::new(network, VehicleClass::Passenger),
            search: Search::new(network.links.len()),
            lengths: network.links.iter().map(length).collect(),
        }
    }

    /// The roads that a flow names, none twice in a row.
    fn anchors(&self, route: &Node<'_, '_>) -> Result<Vec<LinkId>, ImportError> {
        let n = route.len()?;
        if !(1..=MOST_ROADS).contains(&n) {
            return Err(route.error(format!("has {n} roads; expected 1 to {MOST_ROADS}")));
        }
        let mut anchors = Vec::with_capacity(n);
        for road in route.items()? {
            let link = self.by_name.get(road.text()?);
            anchors.push(*link.ok_or_else(|| road.expected("the id of a road of the network"))?);
        }
        anchors.dedup();
        Ok(anchors)
    }

    /// The shortest way over some roads.
    fn links(&mut self, anchors: &[LinkId]) -> Option<Vec<LinkId>> {
        let mut links = vec![anchors[0]];
        for pair in anchors.windows(2) {
            if self.joined.contains(&(pair[0], pair[1])) {
                links.push(pair[1]);
            } else {
                let lengths = &self.lengths;
                let way = self.search.route(&self.turns, pair[0], &[], pair[1], |link| lengths[link.index()])?;
                links.extend_from_slice(&way[1..]);
            }
        }
        Some(links)
    }
}

/// A vehicle type without a name.
///
/// CityFlow's drivers keep `headwayTime` at speed and `minGap` when standing, Krauss drivers the sum of both.
fn vehicle(node: &Node<'_, '_>, report: &mut Report) -> Result<VehicleType, ImportError> {
    const FIELDS: &[&str] = &[
        "length",
        "width",
        "maxPosAcc",
        "maxNegAcc",
        "usualPosAcc",
        "usualNegAcc",
        "minGap",
        "maxSpeed",
        "headwayTime",
    ];
    node.count_others(FIELDS, "field of a vehicle", report)?;
    let number = |name, bounds: std::ops::RangeInclusive<f64>, unit| node.need(name)?.number(bounds, unit);
    let acceleration = |name| number(name, 0.01..=100.0, "m/s²");
    let (accel, decel, hardest) =
        (acceleration("maxPosAcc")?, acceleration("usualNegAcc")?, acceleration("maxNegAcc")?);
    if acceleration("usualPosAcc")? != accel {
        report.count("usualPosAcc: vehicles accelerate with maxPosAcc (as in CityFlow)", || node.place());
    }
    let (min_gap, max_speed) = (number("minGap", 0.0..=100.0, "metres")?, number("maxSpeed", 0.1..=200.0, "m/s")?);
    let headway = number("headwayTime", 0.0..=100.0, "seconds")?;
    Ok(VehicleType {
        model: FollowingModel::Krauss,
        length: number("length", 0.1..=200.0, "metres")?,
        width: number("width", 0.1..=20.0, "metres")?,
        min_gap,
        max_speed,
        speed_factor: SpeedFactor { mean: 1.0, deviation: 0.0, min: 1.0, max: 1.0 },
        accel,
        decel,
        emergency_decel: hardest.max(decel),
        apparent_decel: decel,
        tau: headway.max(LEAST_TAU),
        sigma: 0.0,
        // Nobody there keeps to the kerb.
        lc_keep_right: 0.0,
        ..VehicleType::sumo("", VehicleClass::Passenger)
    })
}

/// When the vehicles of a flow depart; `None`: it ends before it begins, which is counted.
fn timing(flow: &Node<'_, '_>, report: &mut Report) -> Result<Option<Timing>, ImportError> {
    let period = flow.need("interval")?.number(0.001..=LATEST, "seconds")?;
    let begin = flow.get("startTime")?.map_or(Ok(0.0), |node| node.number(0.0..=LATEST, "seconds"))?;
    let end = flow.get("endTime")?.map_or(Ok(-1.0), |node| node.number(-1.0..=LATEST, "seconds, or -1 for never,"))?;
    let start = Millis::from_seconds(begin);
    if end == -1.0 {
        return Ok(Some(Timing::Every { begin: start, period, end: Millis::NEVER, number: u64::MAX }));
    }
    if end < begin {
        report.count("flows that end before they begin: no vehicles (as in CityFlow)", || flow.place());
        return Ok(None);
    }
    // Both ends count. A thousandth of an interval covers what decimal fractions lose.
    let number = libm::floor((end - begin) / period + 1e-3) as u64 + 1;
    if number == 1 {
        return Ok(Some(Timing::Once(start)));
    }
    let end = Millis(Millis::from_seconds(end).0 + 1000);
    Ok(Some(Timing::Every { begin: start, period, end, number }))
}

/// Keeps vehicles on their lanes, as CityFlow does without `laneChange`: on every road from each of whose lanes the
/// routes over it go on. On others lanes may be changed, since vehicles would stand there for ever (in CityFlow they
/// disappear).
pub fn hold_lanes(network: &mut Network, demand: &Demand, report: &mut Report) {
    let mut free: BTreeSet<LinkId> = BTreeSet::new();
    let mut seen: BTreeSet<[LinkId; 3]> = BTreeSet::new();
    for route in &demand.routes {
        for (i, &link) in route.links.iter().enumerate() {
            let Some(&next) = route.links.get(i + 1) else { continue };
            // Whoever begins here takes a lane that goes on.
            let Some(&before) = i.checked_sub(1).and_then(|i| route.links.get(i)) else { continue };
            if seen.insert([before, link, next]) && !goes_on(network, [before, link, next]) {
                free.insert(link);
            }
        }
    }
    for link in 0..network.links.len() {
        if free.contains(&LinkId::new(link)) {
            let what = "roads on which lanes are changed although laneChange is off: a route needs it (CityFlow: vehicles disappear)";
            report.count(what, || network.links[link].id.clone());
            continue;
        }
        for lane in network.links[link].lanes.clone() {
            let rules = &mut network.lanes[lane as usize].rules;
            (rules.change_left, rules.change_right) = (Permissions::NONE, Permissions::NONE);
        }
    }
}

/// Whether from each lane of `before` that leads to `link` one comes to a lane of it that leads to `next`.
fn goes_on(network: &Network, [before, link, next]: [LinkId; 3]) -> bool {
    let leads = |lane: LaneId, to: LinkId| {
        network.movements_of(lane).map(|m| network.movement(m).to).filter(move |&l| network.lane(l).link == to)
    };
    network
        .lanes_of(before)
        .filter(|&lane| leads(lane, link).next().is_some())
        .all(|lane| leads(lane, link).any(|onto| leads(onto, next).next().is_some()))
}
