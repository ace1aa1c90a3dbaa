use super::*;
use crate::demand::{Manner, RouteId, TypeId};

fn source(id: &str, timing: Timing) -> Source {
    Source {
        id: id.into(),
        timing,
        types: vec![(TypeId(0), 1.0)],
        routes: vec![(RouteId(0), 1.0)],
        manner: Manner::default(),
    }
}

fn seconds(s: f64) -> Millis {
    Millis::from_seconds(s)
}

fn spelled(sources: Vec<Source>, begin: f64, end: Option<f64>) -> Vec<(String, f64)> {
    let demand = Demand { sources, ..Demand::default() };
    expand(&demand, 7, seconds(begin), end.map(seconds)).into_iter().map(|d| (d.id, d.depart.seconds())).collect()
}

fn every(begin: f64, period: f64, end: f64, number: u64) -> Timing {
    Timing::Every { begin: seconds(begin), period, end: seconds(end), number }
}

#[test]
fn departures_are_ordered_by_time_then_as_given_and_cut_to_the_window() {
    let once = |id: &str, t: f64| source(id, Timing::Once(seconds(t)));
    let all = vec![once("late", 9.0), once("b", 5.0), once("a", 5.0), once("early", 0.9), once("end", 10.0)];
    let expected = [("b", 5.0), ("a", 5.0), ("late", 9.0)].map(|(id, t)| (id.to_owned(), t));
    assert_eq!(spelled(all.clone(), 1.0, Some(10.0)), expected);
    assert_eq!(spelled(all, 0.0, None).len(), 5);
}

#[test]
fn a_flow_keeps_number_and_rhythm_when_it_begins_before_the_scenario() {
    let flow = vec![source("f", every(0.0, 2.5, 20.0, u64::MAX))];
    let expected = [("f.4", 10.0), ("f.5", 12.5), ("f.6", 15.0)].map(|(id, t)| (id.to_owned(), t));
    assert_eq!(spelled(flow.clone(), 8.0, Some(17.5)), expected);
    assert_eq!(spelled(flow, 0.0, None).len(), 8);
}

#[test]
fn the_number_bounds_a_flow_as_well() {
    assert_eq!(spelled(vec![source("f", every(1.0, 1.0, 1e9, 3))], 0.0, None).len(), 3);
}

#[test]
fn a_huge_flow_before_the_window_is_skipped_at_once() {
    let flow = vec![source("f", every(0.0, 0.001, 9_000.0, u64::MAX))];
    assert_eq!(spelled(flow, 8_999.998, None).first(), Some(&("f.8999998".to_owned(), 8_999.998)));
}

#[test]
fn chance_and_poisson_flows_have_their_means() {
    let (begin, end) = (seconds(0.0), seconds(40_000.0));
    let chance = source("c", Timing::Chance { begin, end, probability: 0.25, number: u64::MAX });
    let poisson = source("p", Timing::Poisson { begin, end, rate: 0.25, number: u64::MAX });
    for (flow, deviation) in [(chance, 87.0), (poisson, 100.0)] {
        let made = spelled(vec![flow], 0.0, None);
        assert!((made.len() as f64 - 10_000.0).abs() < 3.0 * deviation, "{} vehicles", made.len());
        assert!(made.windows(2).all(|w| w[0].1 <= w[1].1));
        assert!(made.iter().enumerate().all(|(i, (id, _))| id.ends_with(&format!(".{i}"))));
    }
}

#[test]
fn draws_hang_on_the_vehicle_alone() {
    let mut flow = source("f", every(0.0, 1.0, 4_000.0, u64::MAX));
    flow.types = vec![(TypeId(0), 3.0), (TypeId(1), 0.0), (TypeId(2), 1.0)];
    flow.routes = vec![(RouteId(0), 0.5), (RouteId(1), 0.5)];
    let draw = |sources: Vec<Source>, begin| {
        let demand = Demand { sources, ..Demand::default() };
        expand(&demand, 1, seconds(begin), None)
    };
    let all = draw(vec![flow.clone()], 0.0);
    let share = |f: &dyn Fn(&Departure) -> bool| all.iter().filter(|d| f(d)).count() as f64 / all.len() as f64;
    assert!((share(&|d| d.kind == TypeId(0)) - 0.75).abs() < 0.03);
    assert_eq!(share(&|d| d.kind == TypeId(1)), 0.0);
    assert!((share(&|d| d.route == RouteId(1)) - 0.5).abs() < 0.03);
    // Another source and a later beginning change nobody.
    let other = draw(vec![source("x", Timing::Once(seconds(0.0))), flow], 100.0);
    assert_eq!(all[100..], other[..]);
}

#[test]
fn flows_without_end_or_with_absurd_numbers_are_refused() {
    let check = |timing, end: Option<f64>| {
        check_flows(&Demand { sources: vec![source("f", timing)], ..Demand::default() }, end.map(seconds))
    };
    let open = Timing::Every { begin: seconds(0.0), period: 1.0, end: Millis::NEVER, number: u64::MAX };
    assert!(check(open, None).expect_err("endless").contains("flow 'f' never ends"));
    assert_eq!(check(open, Some(3600.0)), Ok(3600));
    assert!(check(open, Some(1e8)).expect_err("too many").contains("would make 100000000 vehicles"));
    let rare = Timing::Chance { begin: seconds(0.0), end: Millis::NEVER, probability: 1e-12, number: 1 };
    assert!(check(rare, None).is_err());
    assert_eq!(check(every(0.0, 1.0, 1e15, 10), None), Ok(10));
    // A flow that slipped past the check makes nothing rather than going on for ever.
    assert!(spelled(vec![source("f", open)], 0.0, None).is_empty());
}

#[test]
fn a_flow_without_a_positive_rate_makes_nobody_and_is_refused() {
    let (begin, end, number) = (seconds(0.0), seconds(10.0), u64::MAX);
    for x in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        for timing in [
            Timing::Every { begin, period: x, end, number },
            Timing::Chance { begin, end, probability: x, number },
            Timing::Poisson { begin, end, rate: x, number },
        ] {
            let flow = source("f", timing);
            assert!(spelled(vec![flow.clone()], 0.0, None).is_empty(), "{timing:?}");
            let error = check_flow(&flow, end, 0).expect_err("no rate");
            assert!(error.contains("flow 'f'") && error.contains("positive number"), "{error}");
        }
    }
}
