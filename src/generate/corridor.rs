//! A main street from west to east with side streets, and who drives on it.
//!
//! Street `m0` leads from the western end to node 1, `m1` from there to node 2, and so on; `n1` and `s1` lead to node 1
//! from the north and the south. Who drives on the main street turns off at each node with the same chance, so that
//! main streets of any length carry about the same everywhere.

use super::Flow;

/// Shares of those on the main street who turn off at a node, to the left and to the right.
const OFF: [f64; 2] = [0.06, 0.08];
/// How those from side streets divide: to the left, straight on, to the right.
const FROM_SIDE: [f64; 3] = [0.30, 0.35, 0.35];
/// Of fewer vehicles per hour nobody turns off the main street any more.
const FEW: f64 = 1.0;

/// Which way one drives.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Heading {
    East,
    North,
    West,
    South,
}

/// A main street.
pub(super) struct Corridor {
    /// For each node whether it has a side street in the north and in the south.
    pub sides: Vec<[bool; 2]>,
    /// Vehicles that enter from the west and from the east, veh/h.
    pub main: [f64; 2],
    /// Vehicles that enter from each side street, by node, north and south, veh/h.
    pub side: Vec<[f64; 2]>,
}

/// Some vehicles on their way, about to reach a node.
struct Part {
    node: usize,
    heading: Heading,
    rate: f64,
    streets: Vec<String>,
}

impl Corridor {
    /// Its flows, streets of roundabouts left out.
    pub fn flows(&self) -> Vec<Flow> {
        let n = self.sides.len();
        let mut open = Vec::new();
        let mut enter = |node: usize, heading: Heading, rate: f64, street: String| {
            open.push(Part { node, heading, rate, streets: vec![street] });
        };
        enter(0, Heading::East, self.main[0], "m0".into());
        enter(n - 1, Heading::West, self.main[1], format!("-m{n}"));
        for node in 0..n {
            let [north, south] = self.sides[node];
            if north {
                enter(node, Heading::South, self.side[node][0], format!("n{}", node + 1));
            }
            if south {
                enter(node, Heading::North, self.side[node][1], format!("s{}", node + 1));
            }
        }
        let mut flows = Vec::new();
        open.reverse();
        while let Some(part) = open.pop() {
            for next in self.divide(&part) {
                match next {
                    Next::Leaves(flow) => flows.push(flow),
                    Next::Drives(part) => open.push(part),
                }
            }
        }
        flows
    }

    /// Where a part goes from its node.
    fn divide(&self, part: &Part) -> Vec<Next> {
        let on_main = matches!(part.heading, Heading::East | Heading::West);
        let shares = match on_main {
            true if part.rate < FEW => [0.0, 1.0, 0.0],
            true => [OFF[0], 1.0 - OFF[0] - OFF[1], OFF[1]],
            false => FROM_SIDE,
        };
        let turned = [1, 0, 3].map(|by: usize| turn(part.heading, by));
        let there = |h: Heading| match h {
            Heading::North => self.sides[part.node][0],
            Heading::South => self.sides[part.node][1],
            _ => true,
        };
        let ways = || turned.into_iter().zip(shares).filter(|&(h, share)| there(h) && share > 0.0);
        let total: f64 = ways().map(|w| w.1).sum();
        ways().map(|(heading, share)| self.go(part, heading, part.rate * share / total)).collect()
    }

    /// A part that leaves its node.
    fn go(&self, part: &Part, heading: Heading, rate: f64) -> Next {
        let (node, n) = (part.node, self.sides.len());
        let street = match heading {
            Heading::East => format!("m{}", node + 1),
            Heading::West => format!("-m{node}"),
            Heading::North => format!("-n{}", node + 1),
            Heading::South => format!("-s{}", node + 1),
        };
        let mut streets = part.streets.clone();
        streets.push(street.clone());
        let next = match heading {
            Heading::East if node + 1 < n => node + 1,
            Heading::West if node > 0 => node - 1,
            _ => return Next::Leaves(Flow { from: streets[0].clone(), to: street, rate, streets }),
        };
        Next::Drives(Part { node: next, heading, rate, streets })
    }
}

/// What becomes of a part.
enum Next {
    Leaves(Flow),
    Drives(Part),
}

/// A heading turned to the left by quarters.
fn turn(heading: Heading, quarters: usize) -> Heading {
    const ORDER: [Heading; 4] = [Heading::East, Heading::North, Heading::West, Heading::South];
    ORDER[(heading as usize + quarters) % 4]
}
