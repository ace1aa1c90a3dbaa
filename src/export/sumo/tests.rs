//! The pieces, each by its text.

use super::*;
use crate::demand::routing::Moment;
use crate::demand::test_network::TestNetwork;
use crate::demand::{
    ArrivalPosition, Demand, DepartLane, DepartPosition, DepartSpeed, Manner, PlaceId, RouteId, Stop, TypeId, Until,
    VehicleType,
};
use crate::network::{LaneId, Permissions, RightOfWay, VehicleClass};

/// Two roads one after the other, the first with a lane for buses.
fn town() -> Network {
    let mut net = TestNetwork::new();
    let bus = Permissions::only(&[VehicleClass::Bus]);
    let cars = Permissions::except(&[VehicleClass::Pedestrian, VehicleClass::Tram]);
    let a = net.link("a", 100.0, 13.9, &[bus, cars]);
    let b = net.link("b", 50.5, 8.25, &[Permissions::ALL, Permissions::NONE]);
    net.turn((a, 1), (b, 0), RightOfWay::Major, Permissions::ALL);
    net.build()
}

/// A type, a route, a departure.
fn demand(network: &Network, manner: Manner) -> (Demand, Vec<Departure>) {
    let links = ["a", "b"].map(|l| network.find_link(l).expect("it is there")).to_vec();
    let kind = VehicleType::sumo("car", VehicleClass::Passenger);
    let demand = Demand { types: vec![kind], routes: vec![Route::given(links)], ..Demand::default() };
    let departure =
        Departure { id: "v".into(), key: 0, depart: Millis(2_500), kind: TypeId(0), route: RouteId(0), manner };
    (demand, vec![departure])
}

/// The files of a scenario: network, routes, additional file, configuration.
fn written(network: &Network, demand: &Demand, departures: &[Departure], moment: Moment) -> ([String; 4], Notes) {
    let (routing, instruments) = (Routing { moment, ..Routing::default() }, Instruments::default());
    let export = Export::new(Scenario {
        name: "test",
        network,
        types: &demand.types,
        routes: &demand.routes,
        places: &demand.places,
        departures,
        instruments: &instruments,
        results: &[],
        begin: Millis(0),
        end: None,
        step: Millis(500),
        seed: 3,
        routing,
    });
    let mut texts = [const { Vec::new() }; 4];
    let [net, routes, additional, config] = &mut texts;
    export.write_net(net).expect("memory takes all");
    export.write_routes(routes).expect("memory takes all");
    export.write_additional(additional).expect("memory takes all");
    export.write_config(&Files::of("x"), config).expect("memory takes all");
    (texts.map(|t| String::from_utf8(t).expect("text")), export.notes().clone())
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(text.contains(part), "{part}\n{text}"));
}

#[test]
fn times_are_exact() {
    for (time, text) in [(0, "0"), (12_000, "12"), (2_500, "2.500"), (-1_005, "-1.005"), (57_600_200, "57600.200")] {
        assert_eq!(seconds(Millis(time)), text);
    }
}

#[test]
fn files_keep_to_their_folder() {
    for (wish, name) in [
        ("out/e1.xml", "e1.xml"),
        ("..\\..\\e1.xml", "e1.xml"),
        ("/dev/null", "NUL"),
        ("nul", "NUL"),
        ("", "readings.xml"),
        ("a/..", "readings.xml"),
        ("stdout", "readings.xml"),
        ("a:b.xml", "a_b.xml"),
    ] {
        assert_eq!(file_name(wish), name, "{wish}");
    }
}

#[test]
fn permissions_and_limits_are_in_the_lanes() {
    let network = town();
    let (demand, departures) = demand(&network, Manner::default());
    let ([net, ..], _) = written(&network, &demand, &departures, Moment::Once);
    assert_has(
        &net,
        &[
            r#"<lane id="a_0" index="0" allow="bus" speed="13.9" length="100""#,
            r#"<lane id="a_1" index="1" disallow="tram pedestrian" speed"#,
            r#"<lane id="b_0" index="0" speed="8.25" length="50.5" width="3.2""#,
            r#"<lane id="b_1" index="1" disallow="all""#,
        ],
    );
}

#[test]
fn internal_roads_are_called_after_their_junction() {
    let network = town();
    let (demand, departures) = demand(&network, Manner::default());
    let ([net, ..], _) = written(&network, &demand, &departures, Moment::Once);
    assert_has(
        &net,
        &[
            r#"<edge id=":J_1" function="internal">"#,
            r#"<lane id=":J_1_0""#,
            r#"<connection from="a" to="b" fromLane="1" toLane="0" via=":J_1_0" dir="#,
            r#"<connection from=":J_1" to="b" fromLane="0" toLane="0" dir="#,
            r#"<request index="0" response="0" foes="0" cont="0"/>"#,
        ],
    );
    // The lane with a row comes first; then those that lead nowhere.
    assert_has(&net, &[r#"incLanes="a_1 a_0 b_0 b_1" intLanes=":J_1_0""#]);
}

#[test]
fn a_vehicle_enters_and_leaves_as_it_wants_to() {
    let network = town();
    let manner = Manner {
        depart_lane: DepartLane::Index(1),
        depart_speed: DepartSpeed::Exactly(5.5),
        depart_position: DepartPosition::At(-3.0),
        arrival_lane: Some(1),
        arrival_position: ArrivalPosition::At(7.0),
        arrival_speed: Some(2.0),
    };
    let (demand, departures) = demand(&network, manner);
    let ([_, routes, ..], _) = written(&network, &demand, &departures, Moment::Once);
    assert_has(
        &routes,
        &[
            r#"<route id="r0" edges="a b"/>"#,
            r#"<vehicle id="v" type="car" depart="2.500" route="r0" departLane="1" departSpeed="5.5" departPos="-3""#,
            r#"arrivalLane="1" arrivalPos="7" arrivalSpeed="2"/>"#,
        ],
    );
}

#[test]
fn a_trip_looks_for_its_way_only_if_its_run_does() {
    let network = town();
    let (mut demand, departures) = demand(&network, Manner::default());
    demand.routes[0].via = Some(Vec::new());
    let ([_, routes, _, config], _) = written(&network, &demand, &departures, Moment::AtDeparture);
    assert_has(&routes, &[r#"<trip id="v" type="car" depart="2.500" from="a" to="b""#]);
    assert!(!routes.contains("<route "), "{routes}");
    assert_has(&config, &[r#"<device.rerouting.adaptation-steps value="180"/>"#, r#"<seed value="3"/>"#]);
    let ([_, routes, _, config], _) = written(&network, &demand, &departures, Moment::Once);
    assert_has(&routes, &[r#"<vehicle id="v" type="car" depart="2.500" route="r0""#]);
    assert!(!config.contains("rerouting"), "{config}");
}

#[test]
fn stops_are_on_the_clock() {
    let network = town();
    let (mut demand, departures) = demand(&network, Manner::default());
    let lane = LaneId(network.links[network.find_link("a").expect("it is there").index()].lanes.start + 1);
    demand.places.push(StoppingPlace { id: "bus stop".into(), lane, start: 10.0, end: 30.0 });
    let stop = Stop {
        lane,
        start: 10.0,
        end: 30.0,
        place: PlaceId(0),
        duration: Millis(20_000),
        until: Some(Until::AfterDepart(Millis(60_000))),
        parks: false,
    };
    let beside = Stop { place: PlaceId::NONE, start: 40.0, end: 50.0, until: None, parks: true, ..stop };
    demand.routes[0].stops = vec![stop, beside];
    let ([_, routes, additional, config], notes) = written(&network, &demand, &departures, Moment::Once);
    assert_has(&additional, &[r#"<busStop id="bus_stop" lane="a_1" startPos="10" endPos="30"/>"#]);
    assert_has(
        &routes,
        &[
            r#"<stop busStop="bus_stop" duration="20" until="62.500"/>"#,
            r#"<stop lane="a_1" startPos="40" endPos="50" duration="20" parking="true"/>"#,
        ],
    );
    assert_has(&config, &[r#"<additional-files value="x.add.xml"/>"#]);
    assert_eq!(notes.lines().count(), 1, "{notes:?}");
}

#[test]
fn a_model_that_sumo_does_not_have_is_named() {
    let network = town();
    let (mut demand, departures) = demand(&network, Manner::default());
    demand.types[0] = VehicleType { impatience: f64::MIN, ..VehicleType::calibrated("car") };
    let ([_, routes, ..], notes) = written(&network, &demand, &departures, Moment::Once);
    assert_has(
        &routes,
        &[
            r#"carFollowModel="IDM" accel="2.5" decel="2" emergencyDecel="9" apparentDecel="2" tau="1.3" impatience="off""#,
            "<!-- SUMO has no calibrated model",
            r#"speedFactor="normc(1,0.1,0.2,2)""#,
        ],
    );
    assert_eq!(notes.lines().count(), 4, "{notes:?}");
    // Who is not driven is no reason to complain.
    let ([_, routes, ..], notes) = written(&network, &demand, &[], Moment::Once);
    assert!(routes.contains("<vType") && !routes.contains("<!--"), "{routes}");
    assert_eq!(notes, Notes::default());
}

/// Where a type burns other fuel than its class, the nearest class of SUMO says so.
#[test]
fn emission_classes_are_written_where_they_differ() {
    use crate::emission::EmissionClass as E;
    let network = town();
    let (mut demand, departures) = demand(&network, Manner::default());
    for (emission, wanted) in [
        (E::Car, None),
        (E::None, Some("zero")),
        (E::Trailer, Some("HBEFA4/TT_AT_gt34-40t_Euro-VI_A-C")),
        (E::Moped, None),
    ] {
        demand.types[0].emission = emission;
        let ([_, routes, ..], notes) = written(&network, &demand, &departures, Moment::Once);
        let found = routes.split_once("emissionClass=\"").and_then(|(_, rest)| rest.split('"').next());
        assert_eq!(found, wanted, "{routes}");
        assert_eq!(notes.lines().count(), usize::from(emission == E::Moped), "{notes:?}");
    }
}
