use super::*;
use crate::demand::test_network::{TestNetwork, diamond};
use crate::network::{Permissions, RightOfWay};

fn names(network: &Network, way: Option<Vec<LinkId>>) -> Option<Vec<&str>> {
    way.map(|links| links.into_iter().map(|l| network.link(l).id.as_str()).collect())
}

fn router(network: &Network) -> Router<'_> {
    Router::new(network, Penalties::default())
}

/// Time at free flow over a route and the junctions in it, without its first link, s. Every turn of the test networks
/// has a link of its own inside the junction.
fn time(router: &mut Router, links: &[LinkId], kind: &VehicleType) -> f64 {
    let graph = router.graph(kind.class, kind.max_speed);
    let (network, times) = (router.network, &router.graphs[graph].times);
    let turn = |pair: &[LinkId]| {
        let movement = turn(network, pair[0], pair[1], kind.class).expect("a turn");
        times[network.lane(network.movement(movement).next).link.index()] + times[pair[1].index()]
    };
    links.windows(2).map(turn).sum()
}

fn car() -> VehicleType {
    VehicleType::sumo("car", VehicleClass::Passenger)
}

#[test]
fn hesitation_at_minor_movements_decides_between_close_ways() {
    let network = diamond();
    let link = |id| network.find_link(id).expect("known");
    let mut router = router(&network);
    // Both 1 s inside twice and 10 s for `out`; main 12.9 s, side 10 s and twice 1.5 s.
    let way = router.route(link("in"), &[], link("out"), &car());
    assert_eq!(names(&network, way.clone()), Some(vec!["in", "main", "out"]));
    assert!((time(&mut router, &way.expect("found"), &car()) - 24.9).abs() < 1e-5);
    let side = [link("in"), link("side"), link("out")];
    assert!((time(&mut router, &side, &car()) - 25.0).abs() < 1e-5);
}

#[test]
fn a_slow_vehicle_feels_the_penalty_less() {
    let network = diamond();
    let link = |id| network.find_link(id).expect("known");
    let slow = VehicleType { max_speed: 5.0, ..car() };
    let way = router(&network).route(link("in"), &[], link("out"), &slow);
    assert_eq!(names(&network, way), Some(vec!["in", "side", "out"]));
}

#[test]
fn lanes_closed_to_a_class_are_no_way_for_it() {
    let network = diamond();
    let link = |id| network.find_link(id).expect("known");
    let mut router = router(&network);
    let bus = VehicleType::sumo("bus", VehicleClass::Bus);
    assert_eq!(names(&network, router.route(link("in"), &[], link("out"), &bus)), Some(vec!["in", "bus", "out"]));
    assert!(router.reachable_turn(link("in"), link("bus"), VehicleClass::Bus));
    assert!(!router.reachable_turn(link("in"), link("bus"), VehicleClass::Passenger));
    assert_eq!(router.route(link("bus"), &[], link("bus"), &car()), None);
}

#[test]
fn via_links_are_passed_in_order_and_the_unreachable_stays_so() {
    let network = diamond();
    let link = |id| network.find_link(id).expect("known");
    let mut router = router(&network);
    let way = router.route(link("in"), &[link("side")], link("out"), &car());
    assert_eq!(names(&network, way), Some(vec!["in", "side", "out"]));
    assert_eq!(router.route(link("in"), &[link("far")], link("out"), &car()), None);
    assert_eq!(router.route(link("in"), &[], link("far"), &car()), None);
    assert_eq!(router.route(link("out"), &[], link("in"), &car()), None);
    assert_eq!(names(&network, router.route(link("in"), &[], link("in"), &car())), Some(vec!["in"]));
}

#[test]
fn a_turn_needs_one_lane_that_is_open_from_end_to_end() {
    use VehicleClass::{Bus, Passenger};
    let mut n = TestNetwork::new();
    let lanes = [Permissions::only(&[Bus]), Permissions::ALL];
    let (a, b) = (n.link("a", 50.0, 10.0, &lanes), n.link("b", 50.0, 10.0, &lanes));
    let c = n.link("c", 50.0, 10.0, &[Permissions::ALL]);
    // Cars leave `a` on lane 1, which leads to the bus lane of `b` only; the inside of the turn to `c` is for buses.
    n.turn((a, 0), (b, 0), RightOfWay::Major, Permissions::ALL);
    n.turn((a, 1), (b, 0), RightOfWay::Major, Permissions::ALL);
    n.turn((a, 1), (c, 0), RightOfWay::Major, Permissions::only(&[Bus]));
    let network = n.build();
    assert!(turn(&network, a, b, Bus).is_some() && turn(&network, a, c, Bus).is_some());
    assert!(turn(&network, a, b, Passenger).is_none() && turn(&network, a, c, Passenger).is_none());
    assert!(turn(&network, a, b, VehicleClass::Ignoring).is_some());
}

#[test]
fn of_equal_ways_the_one_over_the_lower_link_wins() {
    let mut n = TestNetwork::new();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|id| n.link(id, 100.0, 10.0, &[Permissions::ALL]));
    for way in [c, b] {
        n.turn((a, 0), (way, 0), RightOfWay::Major, Permissions::ALL);
        n.turn((way, 0), (d, 0), RightOfWay::Major, Permissions::ALL);
    }
    let network = n.build();
    assert_eq!(router(&network).route(a, &[], d, &car()), Some(vec![a, b, d]));
}

#[test]
fn memory_gives_what_the_search_gave() {
    let network = diamond();
    let link = |id| network.find_link(id).expect("known");
    let mut router = router(&network);
    let first = router.route(link("in"), &[], link("out"), &car());
    router.route(link("side"), &[], link("out"), &car());
    assert_eq!(router.route(link("in"), &[], link("out"), &car()), first);
    // A search leaves nothing behind.
    let other = router.route(link("side"), &[], link("out"), &car());
    assert_eq!(names(&network, other), Some(vec!["side", "out"]));
}
