use std::fs;
use std::path::PathBuf;

use super::*;
use crate::demand::test_network::diamond;
use crate::demand::{DepartSpeed, TypeId, Until, expand};

/// Writes `contents` as route files, in a folder that is gone afterwards, and reads them.
fn read_files(contents: &[&str], window: Window) -> (Result<Demand, ImportError>, Report) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("intergreen-routes-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the test");
    let files: Vec<PathBuf> = (0..contents.len()).map(|i| folder.join(format!("{i}.rou.xml"))).collect();
    for (file, text) in files.iter().zip(contents) {
        fs::write(file, format!("<routes>\n{text}\n</routes>\n")).expect("a file for the test");
    }
    let mut report = Report::default();
    let result = read_demand_in(&files, &diamond(), window, &mut report);
    fs::remove_dir_all(&folder).expect("the folder is ours");
    (result, report)
}

fn read(text: &str) -> (Demand, Report) {
    let (result, report) = read_files(&[text], Window::default());
    (result.expect("good demand"), report)
}

fn links(demand: &Demand, source: usize) -> Vec<u32> {
    demand.routes[demand.sources[source].routes[0].0.index()].links.iter().map(|l| l.0).collect()
}

fn id(demand: &Demand, source: usize) -> &str {
    &demand.sources[source].id
}

#[test]
fn vehicles_trips_and_flows_with_routes_only_once() {
    let (demand, report) = read(
        r#"<vType id="van" length="7"/>
        <route id="r" edges="in main out"/>
        <vehicle id="a" type="van" route="r" depart="3.5" departLane="best" departSpeed="max" arrivalPos="-1"/>
        <vehicle id="b" depart="0:01:00"><route edges="in main out"/></vehicle>
        <trip id="c" from="in" to="out" depart="1"/>
        <trip id="d" from="in" to="out" via="side" depart="2"/>
        <flow id="f" from="in" to="out" begin="10" end="20" vehsPerHour="700"/>"#,
    );
    assert!(report.findings.is_empty(), "{report:?}");
    // A trip's way is not the given route over the same links: the trip may leave it at departure.
    assert_eq!((demand.routes.len(), demand.sources.len()), (3, 5));
    let vias = |source: usize| demand.routes[demand.sources[source].routes[0].0.index()].via.clone();
    assert_eq!([0, 2, 3].map(vias), [None, Some(vec![]), Some(vec![LinkId(2)])]);
    assert_eq!(demand.sources[2].routes, demand.sources[4].routes);
    assert_eq!((links(&demand, 2), links(&demand, 3)), (vec![0, 1, 4], vec![0, 2, 4]));
    assert_eq!(demand.types[demand.sources[0].types[0].0.index()].length, 7.0);
    assert_eq!(demand.sources[0].manner.depart_lane, DepartLane::Best);
    assert_eq!(demand.sources[0].manner.depart_speed, DepartSpeed::Max);
    assert_eq!(demand.sources[1].timing, Timing::Once(Millis(60_000)));
    // 3600 / 700 = 5.142857… s: SUMO's clock has milliseconds.
    let Timing::Every { period, end, .. } = demand.sources[4].timing else { panic!("a regular flow") };
    assert_eq!((period, end), (5.143, Millis(20_000)));
}

#[test]
fn a_vehicle_with_a_route_may_be_allowed_to_leave_it() {
    let (demand, report) = read(
        r#"<vehicle id="a" depart="0" reroute="true"><route edges="in main out"/></vehicle>
        <vehicle id="b" depart="0"><route edges="in main out"/><param key="has.rerouting.device" value="true"/></vehicle>"#,
    );
    assert_eq!((links(&demand, 0), links(&demand, 1)), (vec![0, 1, 4], vec![0, 1, 4]));
    let may_leave = |source: usize| demand.routes[demand.sources[source].routes[0].0.index()].via.is_some();
    assert_eq!([0, 1].map(may_leave), [true, false]);
    let findings: Vec<_> = report.findings.keys().map(String::as_str).collect();
    assert_eq!(findings, ["rerouting device of a single vehicle not simulated"]);
}

#[test]
fn a_vehicle_may_stand_before_its_type_and_route_and_keeps_its_place() {
    let (result, _) = read_files(
        &[
            r#"<vehicle id="a" type="van" route="r" depart="0"/><trip id="b" from="in" to="out" depart="0"/>"#,
            r#"<vType id="van"/><route id="r" edges="in"/>"#,
        ],
        Window::default(),
    );
    let demand = result.expect("good demand");
    assert_eq!((id(&demand, 0), id(&demand, 1)), ("a", "b"));
}

#[test]
fn distributions_of_types_and_routes() {
    let (demand, _) = read(
        r#"<vTypeDistribution id="mix"><vType id="x" probability="1"/><vType id="y" probability="3"/></vTypeDistribution>
        <route id="r" edges="in"/>
        <routeDistribution id="ways" routes="r" probabilities="0.5"/>
        <flow id="f" type="mix" route="ways" begin="0" number="4" period="2"/>
        <vehicle id="v" depart="0"><routeDistribution><route edges="in" probability="2"/><route refId="ways"/>
        </routeDistribution></vehicle>"#,
    );
    assert_eq!(demand.sources[0].types.iter().map(|t| t.1).collect::<Vec<_>>(), [1.0, 3.0]);
    assert_eq!(demand.sources[0].routes, [(RouteId(0), 0.5)]);
    assert_eq!(demand.sources[1].routes, [(RouteId(0), 2.0), (RouteId(0), 0.5)]);
    assert_eq!(demand.sources[1].types, [(TypeId(0), 1.0)]);
    assert_eq!(expand(&demand, 1, Millis(0), None).len(), 5);
}

#[test]
fn flows_take_missing_bounds_from_the_scenario() {
    let window = Window { begin: Millis(100_000), end: Some(Millis(200_000)) };
    let flows = r#"<flow id="open" from="in" to="out" period="10"/><flow id="spread" from="in" to="out" number="8"/>
        <flow id="poisson" from="in" to="out" period="exp(0.1)"/><flow id="p" from="in" to="out" probability="0.1"/>"#;
    let demand = read_files(&[flows], window).0.expect("good demand");
    let all = expand(&demand, 1, window.begin, window.end);
    let departs = |prefix: &str| -> Vec<f64> {
        all.iter().filter(|d| d.id.starts_with(prefix)).map(|d| d.depart.seconds()).collect()
    };
    assert_eq!((departs("open").len(), departs("open")[0], departs("open")[9]), (10, 100.0, 190.0));
    assert_eq!((departs("spread").len(), departs("spread")[1]), (8, 112.5));
    assert!(matches!(demand.sources[2].timing, Timing::Poisson { rate, .. } if rate == 0.1));
}

#[test]
fn a_number_without_a_span_departs_at_once() {
    let (demand, _) = read(r#"<flow id="f" from="in" to="out" begin="5" end="5" number="3"/>"#);
    let all = expand(&demand, 1, Millis(0), None);
    assert_eq!(all.iter().map(|d| d.depart.0).collect::<Vec<_>>(), [5000; 3]);
}

#[test]
fn what_is_not_simulated_is_counted_by_name() {
    let (demand, report) = read(
        r#"<trip id="t" from="in" to="far" depart="0"/><trip id="u" from="bus" to="out" depart="0"/>
        <trip id="z" fromTaz="1" toTaz="2" depart="0"/>
        <vehicle id="w" depart="triggered"><route edges="in"/></vehicle>
        <vehicle id="v" depart="0" insertionChecks="none"><route edges="in"/><stop lane="in_0"/><stop lane="in_0"/></vehicle>
        <person id="p" depart="0"><walk edges="in"/></person><personFlow id="q"/><container id="c"/>
        <busStop id="s" lane="in_0"/>"#,
    );
    assert_eq!(demand.sources.len(), 1);
    let found: Vec<_> = report.findings.iter().map(|(kind, (n, _))| (kind.as_str(), *n)).collect();
    let expected = [
        ("<container> not simulated", 1),
        ("<person> not simulated", 1),
        ("<personFlow> not simulated", 1),
        ("<stop> without duration and until (waits for passengers) left out", 2),
        ("<trip> with fromTaz not simulated", 1),
        ("<vehicle> attribute 'insertionChecks' not simulated", 1),
        ("<vehicle> with depart=\"triggered\" not simulated", 1),
        ("trip without a connection discarded", 2),
    ];
    assert_eq!(found, expected);
    let example = &report.findings["trip without a connection discarded"].1;
    assert_eq!(example, "<trip> 't' from edge 'in' to edge 'far'");
}

#[test]
fn parts_of_routes_and_repeated_ones() {
    let (demand, report) = read(
        r#"<route id="r" edges="in main out"/><routeDistribution id="d" routes="r"/>
        <vehicle id="a" route="r" depart="0" departEdge="1"/>
        <vehicle id="b" route="d" depart="0" arrivalEdge="1" arrivalSpeed="2"/>
        <vehicle id="c" route="r" depart="0" departEdge="2" arrivalEdge="2"/>
        <vehicle id="d" depart="0" departEdge="random"><route edges="far" repeat="0"/></vehicle>"#,
    );
    let found: Vec<_> = report.findings.keys().map(String::as_str).collect();
    assert_eq!(found, ["departEdge=\"random\" not simulated"]);
    let all: Vec<_> = (0..4).map(|i| links(&demand, i)).collect();
    assert_eq!(all, [vec![1, 4], vec![0, 1], vec![4], vec![5]]);
    assert_eq!(demand.sources[1].manner.arrival_speed, Some(2.0));
}

#[test]
fn stops_of_vehicles_routes_and_flows() {
    // The places come last, as in additional files that are named after the routes.
    let (demand, report) = read(
        r#"<route id="r" edges="in main out"><stop busStop="b" duration="20" until="0:01:00"/></route>
        <vehicle id="v" route="r" depart="5"><stop lane="out_0" startPos="20" endPos="-40" until="90" parking="true"/></vehicle>
        <vehicle id="w" route="r" depart="6"/>
        <flow id="f" from="in" to="out" begin="100" period="10" number="3"><stop edge="side" until="130"/></flow>
        <trip id="t" from="in" to="out" depart="0"><stop chargingStation="c" duration="1"/></trip>
        <vehicle id="x" route="r" depart="7"><stop lane="main_0" endPos="30" duration="1" speed="3"/></vehicle>
        <busStop id="b" lane="main_0" startPos="10" endPos="130" friendlyPos="1"><access lane="in_0"/></busStop>
        <chargingStation id="c" lane="side_0" startPos="-30" endPos="-10" power="1"/>"#,
    );
    let found: Vec<_> = report.findings.keys().map(String::as_str).collect();
    assert_eq!(found, ["<stop> with speed (a waypoint) left out"]);
    let stops = |source: usize| &demand.routes[demand.sources[source].routes[0].0.index()].stops;
    let place = |s: &crate::demand::Stop| (s.lane.0, s.start, s.end, s.place.0);
    let both: Vec<_> = stops(0).iter().map(place).collect();
    assert_eq!(both, [(1, 10.0, 129.0, 0), (4, 20.0, 60.0, u32::MAX)]);
    assert_eq!((stops(0)[0].duration, stops(0)[0].parks, stops(0)[1].parks), (Millis(20_000), false, true));
    let until: Vec<_> = stops(0).iter().map(|s| s.until).collect();
    // On a route it counts from the departure, in a vehicle it is a time of day.
    assert_eq!(until, [Some(Until::AfterDepart(Millis(60_000))), Some(Until::At(Millis(90_000)))]);
    assert_eq!((stops(1).len(), stops(4).len()), (1, 1));
    assert_eq!(demand.sources[1].routes, demand.sources[4].routes);
    // Every vehicle of a flow has the timetable of the first, later.
    assert_eq!(stops(2)[0].until, Some(Until::AfterDepart(Millis(30_000))));
    assert_eq!((links(&demand, 2), links(&demand, 3)), (vec![0, 2, 4], vec![0, 2, 4]));
    assert_eq!(place(&stops(3)[0]), (2, 70.0, 90.0, 1));
}

/// Broken demand, and what the message must say besides file and line.
const BROKEN: &[(&str, &str)] = &[
    (
        r#"<vehicle id="v" depart="0"><route edges="in nowhere"/></vehicle>"#,
        "<vehicle> 'v': edge 'nowhere' is not in the",
    ),
    (
        r#"<vehicle id="v" depart="0"><route edges="main side"/></vehicle>"#,
        "no connection from edge 'main' to edge 'side'",
    ),
    (
        r#"<vehicle id="v" depart="0"><route edges="in bus out"/></vehicle>"#,
        "no lane of edge 'bus' is open to vehicles of class 'passenger'",
    ),
    (r#"<vehicle id="v" depart="0"><route edges=":J_1"/></vehicle>"#, "lies inside a junction"),
    (r#"<vehicle id="v" depart="0"><route edges=" "/></vehicle>"#, "has no edges"),
    (r#"<vehicle id="v" depart="0"/>"#, "<vehicle> 'v': has no route"),
    (r#"<vehicle id="v" depart="0" route="r"/>"#, "route 'r' is not known"),
    (
        r#"<vehicle id="v" depart="0" departEdge="1"><route edges="in"/></vehicle>"#,
        "departs on edge 1 and arrives on edge 0 of its route; it has 1",
    ),
    (
        r#"<vehicle id="v" depart="0"><route edges="in" repeat="99999999999"/></vehicle>"#,
        "its route has more than 65535 edges",
    ),
    (r#"<vehicle id="v" depart="0"><route edges="in" repeat="1"/></vehicle>"#, "no connection from edge 'in'"),
    (
        r#"<vehicle id="v" depart="0"><route edges="in"/><stop lane="out_0" duration="1"/></vehicle>"#,
        "its stop on lane 'out_0' is not on its route",
    ),
    (
        r#"<vehicle id="v" depart="0"><route edges="in"/><stop lane="in_7" duration="1"/></vehicle>"#,
        "<stop>: lane 'in_7' is not in the network",
    ),
    (
        r#"<vehicle id="v" depart="0"><route edges="in"/><stop lane="in_0" endPos="101" duration="1"/></vehicle>"#,
        "lane 'in_0' is 100 m long; expected 0 ≤ startPos < endPos",
    ),
    (
        r#"<vehicle id="v" depart="0"><route edges="in"/><stop lane="in_0" duration="soon"/></vehicle>"#,
        "duration=\"soon\"; expected a time",
    ),
    (
        r#"<vehicle id="v" depart="0"><route edges="in"/><stop busStop="b" duration="1"/></vehicle>"#,
        "<stop> of <vehicle> 'v': busStop=\"b\" is not known",
    ),
    (
        r#"<trip id="v" from="in" to="out" via="main" depart="0"><stop lane="bus_0" duration="1"/></trip>"#,
        "lane 'bus_0' is closed to the vehicle's class",
    ),
    (
        r#"<vehicle id="v" depart="0" departPos="50"><route edges="in"/><stop lane="in_0" endPos="9" duration="1"/></vehicle>"#,
        "departPos is 50, beyond its first stop at 9 m",
    ),
    (
        r#"<vehicle id="v" depart="0"><route edges="in"/><stop duration="1"/></vehicle>"#,
        "expected one of busStop, lane",
    ),
    (r#"<busStop id="s" lane="in_0" startPos="9" endPos="5"/>"#, "lies from 9 to 5 m"),
    (r#"<busStop id="s" lane="in_0"/><trainStop id="s" lane="in_0"/>"#, "is defined twice"),
    (r#"<vehicle id="v" depart="0" type="t"><route edges="in"/></vehicle>"#, "type 't' is not known"),
    (r#"<trip id="v" from="in" to="out"/>"#, "attribute 'depart' is missing"),
    (r#"<trip id="v" to="out" depart="0"/>"#, "attribute 'from' is missing"),
    (r#"<trip id="v" from="in" to="out" depart="-1"/>"#, "depart=\"-1\"; expected a time ≥ 0"),
    (r#"<trip id="v" from="in" to="out" depart="soon"/>"#, "expected a time ≥ 0 in seconds or as h:m:s"),
    (r#"<trip id="v" from="in" to="out" depart="nan"/>"#, "expected a time"),
    (r#"<trip from="in" to="out" depart="0"/>"#, "attribute 'id' is missing"),
    (
        "<trip id=\"v\" from=\"in\" to=\"out\" depart=\"0\"/>\n<trip id=\"v\" from=\"in\" to=\"out\" depart=\"0\"/>",
        "id is taken by the one at",
    ),
    (r#"<trip id="v" from="in" to="out" depart="0" departLane="1"/>"#, "departLane is 1, but edge 'in' has 1 lanes"),
    (
        r#"<trip id="v" from="in" to="out" depart="0" departPos="400"/>"#,
        "departPos is 400, but edge 'in' is 100 m long",
    ),
    (r#"<trip id="v" from="in" to="out" depart="0" departSpeed="-2"/>"#, "departSpeed=\"-2\"; expected max"),
    (r#"<trip id="v" from="in" to="out" depart="0" arrivalPos="inf"/>"#, "arrivalPos=\"inf\"; expected max"),
    (r#"<flow id="f" from="in" to="out" begin="0" end="9"/>"#, "has no rate"),
    (r#"<flow id="f" from="in" to="out" begin="0" period="1"/>"#, "flow 'f' never ends"),
    (r#"<flow id="f" from="in" to="out" begin="0" number="5"/>"#, "neither a rate nor an end"),
    (r#"<flow id="f" from="in" to="out" begin="9" end="1" period="1"/>"#, "before it begins"),
    (r#"<flow id="f" from="in" to="out" end="9" period="1" probability="1"/>"#, "gives both period and probability"),
    (r#"<flow id="f" from="in" to="out" end="9" period="0"/>"#, "expected a time of at least 0.001 s"),
    (r#"<flow id="f" from="in" to="out" end="9" probability="1.5"/>"#, "above 0 and at most 1"),
    (r#"<flow id="f" from="in" to="out" end="9" period="exp(0)"/>"#, "expected a rate > 0"),
    (r#"<flow id="f" from="in" to="out" end="1e9" period="0.01"/>"#, "would make 100000000000 vehicles"),
    (r#"<flow id="f" from="in" to="out" number="-3" period="1"/>"#, "is not a whole number"),
    (r#"<vType id="t"/><vType id="t"/>"#, "is defined twice"),
    (r#"<route id="r" edges="in"/><route id="r" edges="in"/>"#, "is defined twice"),
    (r#"<routeDistribution id="d"/>"#, "has nothing to draw from"),
    (r#"<vTypeDistribution id="d" vTypes="DEFAULT_VEHTYPE" probabilities="1 2"/>"#, "2 probabilities for 1 vTypes"),
];

#[test]
fn broken_demand_is_refused_with_file_line_and_element() {
    for (text, expected) in BROKEN {
        let error = read_files(&[text], Window::default()).0.expect_err(text);
        assert!(error.file.ends_with("0.rou.xml") && error.line >= Some(2), "{text}: {error}");
        assert!(error.problem.contains(expected), "{text}: {error}");
    }
}
