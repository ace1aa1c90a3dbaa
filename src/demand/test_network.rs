//! Small networks for tests.

use crate::network::{
    Direction, JunctionId, JunctionKind, JunctionSpec, LaneId, LaneSpec, LinkId, LinkSpec, MovementSpec, Network,
    NetworkBuilder, Permissions, Point, RightOfWay,
};

/// Builds a network link by link and turn by turn, at one junction that stands for all.
pub(crate) struct TestNetwork {
    builder: NetworkBuilder,
    junction: JunctionId,
    insides: usize,
}

impl TestNetwork {
    pub(crate) fn new() -> Self {
        let mut builder = NetworkBuilder::default();
        let junction = builder
            .junction(JunctionSpec {
                id: "J".into(),
                kind: JunctionKind::Priority,
                position: Point::default(),
                shape: Vec::new(),
            })
            .expect("a free name");
        Self { builder, junction, insides: 0 }
    }

    /// A road with one lane per set of permissions.
    pub(crate) fn link(&mut self, id: &str, length: f64, speed_limit: f64, lanes: &[Permissions]) -> LinkId {
        self.add(id, length, speed_limit, lanes, false)
    }

    fn add(&mut self, id: &str, length: f64, speed_limit: f64, lanes: &[Permissions], internal: bool) -> LinkId {
        let lanes = lanes
            .iter()
            .enumerate()
            .map(|(i, &permissions)| LaneSpec {
                id: format!("{id}_{i}"),
                length: Some(length),
                speed_limit,
                width: 3.2,
                grade: 0.0,
                permissions,
                rules: Default::default(),
                shape: vec![Point::new(0.0, 0.0), Point::new(length, 0.0)],
            })
            .collect();
        let spec = LinkSpec {
            id: id.into(),
            from: Some(self.junction),
            to: Some(self.junction),
            internal,
            roundabout: false,
            priority: 1,
            lanes,
        };
        self.builder.link(spec).expect("a good link")
    }

    /// A turn from lane `a.1` of link `a.0` to a lane of `b` over an internal lane of 10 m at 10 m/s.
    pub(crate) fn turn(
        &mut self,
        a: (LinkId, u32),
        b: (LinkId, u32),
        right_of_way: RightOfWay,
        permissions: Permissions,
    ) {
        self.insides += 1;
        let inside = self.add(&format!(":J_{}", self.insides), 10.0, 10.0, &[permissions], true);
        let lane =
            |builder: &NetworkBuilder, (link, index): (LinkId, u32)| LaneId(builder.lanes_of(link).start + index);
        let (from, via, to) = (lane(&self.builder, a), lane(&self.builder, (inside, 0)), lane(&self.builder, b));
        for (from, via, right_of_way) in [(from, Some(via), right_of_way), (via, None, RightOfWay::Major)] {
            self.builder.movement(MovementSpec {
                from,
                to,
                via,
                direction: Direction::Straight,
                right_of_way,
                head: None,
                junction: self.junction,
                request: None,
                keep_clear: true,
                visibility: 4.5,
            });
        }
    }

    pub(crate) fn build(self) -> Network {
        self.builder.build().expect("a good network")
    }
}

/// `in` → `out` by a long way over `main`, by a short one over `side`, which yields twice, and by `bus`, for buses
/// only; `far` cannot be reached. Each 100 m at 10 m/s, `main` 129 m.
pub(crate) fn diamond() -> Network {
    use crate::network::VehicleClass::Bus;
    let mut n = TestNetwork::new();
    let all = &[Permissions::ALL];
    let from = n.link("in", 100.0, 10.0, all);
    let main = n.link("main", 129.0, 10.0, all);
    let side = n.link("side", 100.0, 10.0, all);
    let bus = n.link("bus", 50.0, 10.0, &[Permissions::only(&[Bus])]);
    let to = n.link("out", 100.0, 10.0, all);
    n.link("far", 100.0, 10.0, all);
    for (way, right_of_way) in [(main, RightOfWay::Major), (side, RightOfWay::Minor), (bus, RightOfWay::Major)] {
        n.turn((from, 0), (way, 0), right_of_way, Permissions::ALL);
        n.turn((way, 0), (to, 0), right_of_way, Permissions::ALL);
    }
    n.build()
}
