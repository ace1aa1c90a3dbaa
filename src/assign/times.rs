//! Travel times of links and turns as a simulation had them.
//!
//! What is lost in front of a crossing is lost by turn: a lane that only turns left may wait much longer than its
//! neighbour. So the delay of a lane at a crossing belongs to the ways through the crossing that leave it, and a link
//! itself takes its free time, with what is lost on links without a crossing at their end.

use crate::network::{LaneId, LinkId, Network, RightOfWay};
use crate::sim::measures::{LaneBook, Measures, SAMPLE_S};

/// Travel times by link, s; ways through crossings are links too.
pub(super) struct Times(Vec<f64>);

/// What is lost at a signal, and where one gives way, as long as nothing is known, s.
const GUESSES: [f64; 2] = [15.0, 3.0];
/// The guess counts like so many vehicles seen.
const WEIGHT: f64 = 3.0;

/// What a lane carries, veh/h: in front of a signal, where one gives way, and elsewhere.
const CAPACITIES: [f64; 3] = [750.0, 600.0, 1600.0];
/// Time grows by the power of the load (Bureau of Public Roads 1964, with a factor that suits short streets better than
/// its 0.15).
const FACTOR: f64 = 1.0;
const POWER: f64 = 4.0;

impl Times {
    /// Those of empty streets, with guesses at crossings.
    pub fn free(network: &Network) -> Self {
        let books = vec![LaneBook::default(); network.lanes.len()];
        Self::of(network, &books)
    }

    /// Those that so many vehicles per hour on each link would have.
    pub fn loaded(network: &Network, loads: &[f64]) -> Self {
        let mut times = Self::free(network);
        for (k, time) in times.0.iter_mut().enumerate().filter(|(k, _)| loads[*k] > 0.0) {
            let id = LinkId::new(k);
            let ways = || network.lanes_of(id).flat_map(|l| network.movements_of(l)).map(|m| network.movement(m));
            let (guess, capacity) = match () {
                () if ways().any(|m| m.head.is_some()) => (GUESSES[0], CAPACITIES[0]),
                () if ways().any(|m| m.right_of_way != RightOfWay::Major) => (GUESSES[1], CAPACITIES[1]),
                () => (0.0, CAPACITIES[2]),
            };
            let load = loads[k] / (capacity * network.lanes_of(id).count() as f64);
            *time += FACTOR * (*time + guess) * libm::pow(load, POWER);
        }
        times
    }

    /// Those of a simulation.
    pub fn seen(network: &Network, measures: &Measures) -> Self {
        Self::of(network, &measures.lanes)
    }

    /// The time over a link, s.
    pub fn on(&self, link: LinkId) -> f64 {
        self.0[link.index()]
    }

    fn of(network: &Network, books: &[LaneBook]) -> Self {
        let lost = |lanes: &mut dyn Iterator<Item = LaneId>, guess: f64| {
            let (mut sum, mut flow) = (0.0, 0.0);
            for lane in lanes {
                let book = &books[lane.index()];
                sum += book.lost * SAMPLE_S as f64;
                flow += f64::from(book.flow);
            }
            (sum + guess * WEIGHT) / (flow + WEIGHT)
        };
        let time = |k: usize| {
            let id = LinkId::new(k);
            let link = network.link(id);
            let first = &network.lanes[link.lanes.start as usize];
            let free = f64::from(first.length / first.speed_limit);
            if link.internal {
                // The way into the crossing, if it is that and not a later part of it.
                let entered = first.incoming.first().map(|&m| network.movement(m));
                let own = lost(&mut network.lanes_of(id), 0.0);
                let before = entered.filter(|m| !network.lane(m.from).internal).map_or(0.0, |m| {
                    let guess = match m.right_of_way {
                        _ if m.head.is_some() => GUESSES[0],
                        RightOfWay::Major => 0.0,
                        _ => GUESSES[1],
                    };
                    lost(&mut [m.from].into_iter(), guess)
                });
                return free + own + before;
            }
            let goes_in =
                |lane: LaneId| network.movements_of(lane).any(|m| network.lane(network.movement(m).next).internal);
            let open = !network.lanes_of(id).any(goes_in);
            free + if open { lost(&mut network.lanes_of(id), 0.0) } else { 0.0 }
        };
        Self((0..network.links.len()).map(time).collect())
    }
}
