//! What the loops of a road's cross sections tell of each other: two lanes side by side, with drivers who change between them.

use intergreen_control::{
    DetectorBank, DetectorEvent, Health, Millis, Plan, StateReader,
    plan::{DetectorKind, DetectorPlace, DetectorUse, GroupSpec, PlanSpec, RoadSection},
};

/// The loops of a lane: channel of the first lane's, how long after IN somebody drives over it, ms. The second lane's are four more.
const LOOPS: [(DetectorKind, f64, i64); 4] = [
    (DetectorKind::StopBar, 0.0, 7000),
    (DetectorKind::Count, 1.0, 8000),
    (DetectorKind::X, 48.0, 4500),
    (DetectorKind::In, 110.0, 0),
];
const COUNT: u16 = 1;
const X: u16 = 2;
const IN: u16 = 3;

/// From one vehicle to the next, ms.
const HEADWAY: i64 = 10_000;

/// Two lanes before one signal. `forks`: they begin between X and IN, where there is one lane.
fn road(forks: bool) -> Plan {
    road_of(|_, kind| (forks && kind == DetectorKind::In).then(|| "back".into()))
}

/// The same; `other`: in which road of one lane a loop of a lane lies, if not in theirs.
fn road_of(other: impl Fn(u8, DetectorKind) -> Option<String>) -> Plan {
    let mut spec =
        PlanSpec::new("a road", vec![GroupSpec::vehicle("A", Millis(5000), Millis(3000))]).stage("a", &["A"]);
    for lane in 0..2u8 {
        for (channel, &(kind, distance_m, _)) in (4 * u16::from(lane)..).zip(&LOOPS) {
            let place = DetectorPlace { kind, lane: format!("{lane}"), distance_m, length_m: 2.0, speed_m_s: 14.0 };
            let section = match other(lane, kind) {
                Some(road) => RoadSection { road, lanes: vec![0], of: 1 },
                None => RoadSection { road: "front".into(), lanes: vec![lane], of: 2 },
            };
            let groups = vec!["A".into()];
            spec.detectors.push(DetectorUse {
                channel,
                groups,
                place: Some(place),
                section: Some(section),
                ..DetectorUse::default()
            });
        }
    }
    Plan::new(spec).expect("a plan")
}

/// A bank that is driven over.
struct Road {
    bank: DetectorBank,
    /// Loops that tell nothing.
    dead: Vec<u16>,
    now: i64,
}

impl Road {
    fn new(forks: bool, dead: &[u16]) -> Self {
        Self::of(&road(forks), dead)
    }

    fn of(plan: &Plan, dead: &[u16]) -> Self {
        let mut bank = DetectorBank::of_plan(plan, 8);
        bank.begin(Millis(0));
        Self { bank, dead: dead.into(), now: 0 }
    }

    /// Vehicles one after the other: in which lanes each drives over IN, and over the others.
    fn drive(&mut self, vehicles: impl IntoIterator<Item = (Vec<u16>, u16)>) {
        for (input, lane) in vehicles {
            let over = input.iter().map(|lane| (0, 4 * lane + IN));
            let others = (0..IN).map(|i| (LOOPS[usize::from(i)].2, 4 * lane + i));
            let mut edges: Vec<(i64, u16, bool)> = over
                .chain(others)
                .filter(|(_, detector)| !self.dead.contains(detector))
                .flat_map(|(at, detector)| [(at, detector, true), (at + 500, detector, false)])
                .collect();
            edges.sort_unstable();
            for (at, detector, on) in edges {
                self.bank.handle(DetectorEvent { detector, at: Millis(self.now + at), on });
            }
            self.now += HEADWAY;
            while self.bank.next() <= Millis(self.now) {
                self.bank.advance(self.bank.next());
            }
        }
    }

    fn broken(&self) -> Vec<u16> {
        (0..8).filter(|&d| !self.bank.health(d).is_good()).collect()
    }
}

/// Those who stay in their lanes, one in each by turns.
fn stay(many: usize) -> impl Iterator<Item = (Vec<u16>, u16)> {
    (0..many as u16).map(|n| (vec![n % 2], n % 2))
}

#[test]
fn whoever_comes_by_the_other_lane_is_missed_by_nobody() {
    let mut road = Road::new(false, &[]);
    // They sort themselves below IN; in the second lane nobody ever drives over it.
    road.drive((0..2000).map(|n| (vec![0], n % 2)));
    assert_eq!(road.broken(), []);
    // For an hour all come by the second lane, then again by the first: fourteen more are no failure either.
    road.drive((0..400).map(|n| (vec![1], n % 2)));
    road.drive((0..400).map(|n| (vec![0], n % 2)));
    assert_eq!(road.broken(), []);
}

#[test]
fn a_loop_is_missed_by_whom_its_section_has_not_seen() {
    for dead in [IN, X, COUNT, 4 + IN] {
        let mut road = Road::new(false, &[]);
        // One in five changes lanes below X, one in three above.
        let some = |many: u16| (0..many).map(|n| (vec![if n % 3 == 0 { 1 - n % 2 } else { n % 2 }], n % 2));
        road.drive(some(600));
        road.dead = vec![dead];
        // Every other vehicle comes over it.
        road.drive(some(28));
        assert_eq!(road.broken(), [dead]);
        assert_eq!(road.bank.health(dead), Health::NoActivity);
        // It comes back, and nobody is missed any more.
        road.dead.clear();
        road.drive(some(600));
        assert_eq!(road.broken(), []);
    }
}

#[test]
fn two_loops_of_a_lane_that_are_dead_from_the_start_are_found() {
    let mut road = Road::new(false, &[4 + X, 4 + IN]);
    road.drive(stay(28));
    assert_eq!(road.broken(), [4 + X, 4 + IN]);
}

#[test]
fn loops_of_one_section_that_die_together_are_found_together() {
    for dead in [[X, 4 + X], [COUNT, 4 + COUNT], [IN, 4 + IN]] {
        let mut road = Road::new(false, &[]);
        road.drive(stay(600));
        road.dead = dead.into();
        // Fourteen over each, and one until balances are drawn.
        road.drive(stay(30));
        assert_eq!(road.broken(), dead);
        road.dead.clear();
        road.drive(stay(4));
        assert_eq!(road.broken(), []);
    }
}

#[test]
fn a_quiet_lane_beside_a_dead_loop_is_no_failure() {
    for one_in in [5, 10, 20] {
        let mut road = Road::new(false, &[]);
        let lane = |n: u16| u16::from(n.is_multiple_of(one_in));
        road.drive((0..3000).map(|n| (vec![lane(n)], lane(n))));
        road.dead = vec![X];
        road.drive((0..60).map(|n| (vec![lane(n)], lane(n))));
        assert_eq!(road.broken(), [X]);
        // Now all drive in its lane.
        road.drive((0..400).map(|_| (vec![0], 0)));
        assert_eq!(road.broken(), [X], "one in {one_in}");
        // Its section is whole again while nobody uses the other lane.
        road.dead.clear();
        road.drive((0..400).map(|_| (vec![0], 0)));
        assert_eq!(road.broken(), [], "one in {one_in}");
    }
}

#[test]
fn a_loop_that_is_on_while_many_should_come_over_it_stays_broken() {
    let mut road = Road::new(false, &[]);
    road.drive(stay(600));
    // It goes on and stays so; whoever else drives over it tells nothing.
    road.bank.handle(DetectorEvent { detector: X, at: Millis(road.now), on: true });
    road.dead = vec![X];
    road.drive(stay(36));
    assert_eq!(road.bank.health(X), Health::MaxPresence);
    for _ in 0..5 {
        road.drive(stay(6));
        assert_eq!(road.bank.health(X), Health::MaxPresence);
    }
    // Off again, it is as good as before.
    road.bank.handle(DetectorEvent { detector: X, at: Millis(road.now), on: false });
    road.dead.clear();
    road.drive(stay(36));
    assert_eq!(road.broken(), []);
}

#[test]
fn a_lane_that_nobody_uses_is_no_failure_where_some_come_out_of_a_driveway() {
    let mut road = Road::new(false, &[]);
    road.drive(stay(60));
    // Then all drive in the first lane, and one in eight comes out of a driveway below IN.
    road.drive((0..1000_u16).map(|n| (if n.is_multiple_of(8) { vec![] } else { vec![0] }, 0)));
    assert_eq!(road.broken(), []);
}

#[test]
fn where_lanes_fork_every_loop_of_the_strand_tells_of_the_other() {
    // Both IN loops lie in the one lane that there is: all drive over both.
    let fork = |many: u16| (0..many).map(|n| (vec![0, 1], u16::from(n % 5 == 0)));
    let mut road = Road::new(true, &[]);
    road.drive(fork(600));
    assert_eq!(road.broken(), []);
    // One in five of them comes to the second lane: the mates of that lane know of three in fourteen.
    road.dead = vec![4 + IN];
    road.drive(fork(14));
    assert_eq!(road.broken(), [4 + IN]);
    let mut road = Road::new(true, &[IN]);
    road.drive(fork(14));
    assert_eq!(road.broken(), [IN]);
}

#[test]
fn a_section_that_most_pass_by_is_not_missed_by_whom_its_witnesses_see() {
    // All other loops lie on the way of the first lane: of X in the second lane nobody but its section tells.
    let mut spec = road(false).spec().clone();
    for place in spec.detectors.iter_mut().filter_map(|d| d.place.as_mut()).filter(|p| p.kind != DetectorKind::X) {
        place.lane = "0".into();
    }
    let plan = Plan::new(spec).expect("a plan");
    let is_missed = |one_in: u16| {
        let mut road = Road::of(&plan, &[]);
        // Both X lie beside the way: some drive over them, in either lane; then for long nobody does.
        for n in 0..1200_u16 {
            road.dead = if (n / 2).is_multiple_of(one_in) { vec![] } else { vec![X, 4 + X] };
            road.drive([(vec![n % 2], n % 2)]);
        }
        road.dead = vec![X, 4 + X];
        road.drive(stay(150));
        road.broken().contains(&(4 + X))
    };
    assert_eq!([3, 5].map(is_missed), [true, false]);
}

#[test]
fn where_roads_merge_neither_is_missed_by_the_other() {
    let mut road = Road::of(&road_of(|lane, kind| (kind == DetectorKind::In).then(|| format!("back {lane}"))), &[]);
    // One in 25 comes by the first road.
    let lane = |n: u16| u16::from(!n.is_multiple_of(25));
    road.drive((0..2000).map(|n| (vec![lane(n)], n % 2)));
    assert_eq!(road.broken(), []);
}

#[test]
fn what_is_known_of_sections_is_saved() {
    let mut road = Road::new(false, &[]);
    road.drive(stay(600));
    road.dead = vec![IN];
    road.drive(stay(12));
    let mut saved = Vec::new();
    road.bank.save(&mut saved);
    let mut other = Road::new(false, &[IN]);
    other.bank.load(&mut StateReader::new(&saved)).expect("what was saved");
    other.now = road.now;
    assert!(road.bank == other.bank);
    for road in [&mut road, &mut other] {
        road.drive(stay(16));
    }
    assert!(road.bank == other.bank);
    assert_eq!(other.broken(), [IN]);
    // Cut short anywhere it is refused, and nothing changes.
    let before = other.bank.clone();
    for end in 0..saved.len() {
        assert!(other.bank.load(&mut StateReader::new(&saved[..end])).is_err() && other.bank == before, "{end}");
    }
}
