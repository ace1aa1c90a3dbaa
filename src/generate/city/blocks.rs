//! From the lattice to blocks: which streets there are, and what regulates their crossings.
//!
//! Terms
//! - **closed**: a local street that ends before an arterial instead of crossing it.
//! - **right turns only**: a local street may join an arterial and be reached from it by right turns, and by no others.

use super::super::Dice;
use super::lattice::{Class, EAST, Lines, NORTH, SOUTH, WEST, inside};

/// A street between two places.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Edge {
    /// The places it joins, in driving order if it is one-way: avenue and row.
    pub ends: [(usize, usize); 2],
    /// By which way it leaves each of them.
    pub ways: [usize; 2],
    /// What it is.
    pub class: Class,
    /// The places it passes between its ends.
    pub through: Vec<(usize, usize)>,
}

/// What regulates a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rule {
    /// Lamps.
    Signal,
    /// The greater class goes first.
    Priority,
    /// An arterial goes first, and local streets have right turns only.
    RightTurnsOnly,
    /// Right before left.
    RightBeforeLeft,
    /// A roundabout.
    Roundabout,
}

/// Streets and rules.
pub(super) struct Blocks {
    /// The streets.
    pub edges: Vec<Edge>,
    /// By place: which edge leaves by each way; none if nothing is there.
    pub at: Vec<[Option<usize>; 4]>,
    /// By place.
    pub rules: Vec<Rule>,
}

/// Share of local streets that are built over.
const BUILT_OVER: f64 = 0.2;
/// Local streets cross an arterial where signals would be further apart than this, m.
const FAR: f64 = 300.0;
/// Roundabouts there are.
const ROUNDABOUTS: usize = 2;

/// Makes the blocks.
pub(super) fn blocks(lines: &Lines, places: &[(f64, f64)], dice: Dice) -> Blocks {
    let mut grid = Grid { lines, places, open: open(lines) };
    let mut right_turns = vec![false; places.len()];
    grid.meet_arterials(&mut right_turns, dice);
    grid.build_over(dice);
    let (edges, at) = grid.edges();
    let mut rules: Vec<Rule> = (0..places.len()).map(|k| rule(lines, k, &edges, &at[k], right_turns[k])).collect();
    roundabouts(places, &edges, &at, &mut rules, dice);
    Blocks { edges, at, rules }
}

/// Classes of the streets that leave each place to the east and to the north.
fn open(lines: &Lines) -> Vec<[Option<Class>; 2]> {
    let mut open = vec![[None; 2]; lines.columns * lines.rows];
    for j in 0..lines.rows {
        for i in 0..lines.columns {
            let both = |way| inside(lines, i, j) && lines.next(i, j, way).is_some_and(|(a, b)| inside(lines, a, b));
            let crosses = j == lines.river && !lines.bridges.contains(&i);
            let k = lines.index(i, j);
            open[k][EAST] = both(EAST).then(|| lines.row(i, j));
            open[k][NORTH] = (both(NORTH) && !crosses).then(|| lines.avenue(i, j));
        }
    }
    open
}

/// The lattice while streets are taken out of it.
struct Grid<'a> {
    lines: &'a Lines,
    places: &'a [(f64, f64)],
    open: Vec<[Option<Class>; 2]>,
}

impl Grid<'_> {
    /// Where the class of a street that leaves a place is noted.
    fn slot(&self, (i, j): (usize, usize), way: usize) -> Option<(usize, usize)> {
        let (a, b) = if way == EAST || way == NORTH { (i, j) } else { self.lines.next(i, j, way)? };
        Some((self.lines.index(a, b), way % 2))
    }

    /// The class of the street that leaves a place.
    fn class(&self, place: (usize, usize), way: usize) -> Option<Class> {
        self.slot(place, way).and_then(|(k, w)| self.open[k][w])
    }

    /// Takes a street out.
    fn close(&mut self, place: (usize, usize), way: usize) {
        if let Some((k, w)) = self.slot(place, way) {
            self.open[k][w] = None;
        }
    }

    /// Streets at a place.
    fn degree(&self, place: (usize, usize)) -> usize {
        (0..4).filter(|&way| self.class(place, way).is_some()).count()
    }

    /// Decides where local streets cross arterials: with signals where they would be far apart, else they are closed or
    /// have right turns only. The outermost keep their signals: a right turn there leads out of the city for good.
    fn meet_arterials(&mut self, right_turns: &mut [bool], dice: Dice) {
        let main: Vec<_> = (0..self.lines.columns).map(|i| (i, self.lines.main)).collect();
        self.meet(&main, NORTH, right_turns, dice);
        for bridge in self.lines.bridges {
            let avenue: Vec<_> = (0..self.lines.rows).map(|j| (bridge, j)).collect();
            self.meet(&avenue, EAST, right_turns, dice);
        }
    }

    /// The same along one arterial whose side streets leave by `side` and the opposite way.
    fn meet(&mut self, line: &[(usize, usize)], side: usize, right_turns: &mut [bool], dice: Dice) {
        let at = |p: (usize, usize)| self.places[self.lines.index(p.0, p.1)];
        let apart = |p, q| {
            let ((x, y), (u, v)) = (at(p), at(q));
            libm::hypot(x - u, y - v)
        };
        let sides = [side, side + 2];
        let is_local = |grid: &Self, p| {
            let classes: Vec<Class> = sides.iter().filter_map(|&w| grid.class(p, w)).collect();
            !classes.is_empty() && classes.iter().all(|&c| c == Class::Local)
        };
        let fixed: Vec<usize> = (0..line.len()).filter(|&n| !is_local(self, line[n])).collect();
        let mut quiet: Vec<(usize, bool)> = Vec::new();
        for pair in fixed.windows(2).filter(|w| w[1] - w[0] > 1) {
            let middle = (pair[0] + pair[1]) / 2;
            let far = pair[1] - pair[0] > 1 && apart(line[pair[0]], line[pair[1]]) > FAR;
            quiet.extend((pair[0] + 1..pair[1]).map(|n| (n, far && n == middle)));
        }
        for (n, signal) in quiet {
            let place = line[n];
            let k = self.lines.index(place.0, place.1);
            if signal || !is_local(self, place) {
                continue;
            }
            if dice.unit("right turns only", k) < 0.5 {
                right_turns[k] = true;
            } else {
                sides.iter().for_each(|&way| self.close(place, way));
            }
        }
    }

    /// Takes out some local streets, so that blocks become larger and irregular. No place loses more than one, and
    /// none is cut off.
    fn build_over(&mut self, dice: Dice) {
        let mut touched = vec![false; self.places.len()];
        for j in 0..self.lines.rows {
            for i in 0..self.lines.columns {
                for way in [EAST, NORTH] {
                    let k = self.lines.index(i, j);
                    let Some((a, b)) = self.lines.next(i, j, way) else { continue };
                    let far = self.lines.index(a, b);
                    let chance = dice.unit("built over", 2 * k + way);
                    if self.class((i, j), way) != Some(Class::Local)
                        || chance >= BUILT_OVER
                        || touched[k]
                        || touched[far]
                    {
                        continue;
                    }
                    if self.degree((i, j)) > 3 && self.degree((a, b)) > 3 {
                        self.close((i, j), way);
                        (touched[k], touched[far]) = (true, true);
                    }
                }
            }
        }
        self.drop_ends();
    }

    /// Takes out streets that end blindly.
    fn drop_ends(&mut self) {
        loop {
            let all = (0..self.lines.rows).flat_map(|j| (0..self.lines.columns).map(move |i| (i, j)));
            let Some(end) = all.into_iter().find(|&p| self.degree(p) == 1 && !self.leads_out(p)) else { break };
            (0..4).for_each(|way| self.close(end, way));
        }
    }

    /// Whether a street leads out of the city here.
    fn leads_out(&self, place: (usize, usize)) -> bool {
        gateways(self.lines).iter().any(|&(p, _)| p == place)
    }

    /// The streets; places where nothing but one street of a class goes straight through become bends of it.
    fn edges(&self) -> (Vec<Edge>, Vec<[Option<usize>; 4]>) {
        let bend = |p: (usize, usize), way: usize| {
            let straight = self.class(p, way).is_some() && self.class(p, way) == self.class(p, (way + 2) % 4);
            straight && self.degree(p) == 2 && !self.leads_out(p)
        };
        let (mut edges, mut at) = (Vec::new(), vec![[None; 4]; self.places.len()]);
        for j in 0..self.lines.rows {
            for i in 0..self.lines.columns {
                for way in [EAST, NORTH] {
                    let Some(class) = self.class((i, j), way).filter(|_| !bend((i, j), way)) else { continue };
                    let (mut through, mut to) = (Vec::new(), self.lines.next(i, j, way));
                    while let Some(p) = to.filter(|&p| bend(p, way)) {
                        through.push(p);
                        to = self.lines.next(p.0, p.1, way);
                    }
                    let Some(to) = to else { continue };
                    let mut edge = Edge { ends: [(i, j), to], ways: [way, way + 2], class, through };
                    if class == Class::OneWay && j == self.lines.one_way + 1 {
                        edge.ends.reverse();
                        edge.ways.reverse();
                        edge.through.reverse();
                    }
                    for (p, w) in edge.ends.iter().zip(edge.ways) {
                        at[self.lines.index(p.0, p.1)][w] = Some(edges.len());
                    }
                    edges.push(edge);
                }
            }
        }
        (edges, at)
    }
}

/// Where streets lead out of the city: the place they leave and the way.
pub(super) fn gateways(lines: &Lines) -> Vec<((usize, usize), usize)> {
    let row = |j: usize, way: usize| {
        let mut all = (0..lines.columns).filter(|&i| inside(lines, i, j));
        let i = if way == WEST { all.next() } else { all.next_back() };
        i.map(|i| ((i, j), way))
    };
    let avenue = |i: usize, way: usize| {
        let mut all = (0..lines.rows).filter(|&j| inside(lines, i, j));
        let j = if way == SOUTH { all.next() } else { all.next_back() };
        j.map(|j| ((i, j), way))
    };
    let [west, east] = lines.bridges;
    [
        row(lines.main, WEST),
        row(lines.main, EAST),
        avenue(west, NORTH),
        avenue(west, SOUTH),
        avenue(east, NORTH),
        avenue(east, SOUTH),
        avenue(lines.middle, NORTH),
        avenue(lines.middle, SOUTH),
        row(lines.river, WEST),
        row(lines.river + 1, EAST),
        row(lines.one_way, WEST),
        row(lines.one_way, EAST),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What regulates a place.
fn rule(lines: &Lines, k: usize, edges: &[Edge], at: &[Option<usize>; 4], right_turns: bool) -> Rule {
    let place = (k % lines.columns, k / lines.columns);
    let out = gateways(lines).into_iter().filter(|g| g.0 == place).map(|(p, way)| match way {
        EAST | WEST => lines.row(p.0, p.1),
        _ => lines.avenue(p.0, p.1),
    });
    let mut classes: Vec<Class> = at.iter().flatten().map(|&e| edges[e].class).chain(out).collect();
    classes.sort();
    let (Some(&least), Some(&most)) = (classes.first(), classes.last()) else { return Rule::RightBeforeLeft };
    // Lamps divide time between streets that arrive side by side: who faces nobody but the other end of his own street
    // needs none.
    let arrives = |way: usize| {
        let edge = at[way].map(|e| &edges[e]);
        edge.is_some_and(|e| e.class != Class::OneWay || e.ends[1] == place) || gateways(lines).contains(&(place, way))
    };
    let sides = [EAST, NORTH].map(|way| arrives(way) || arrives(way + 2));
    let crossing = classes.len() > 2 && sides == [true, true];
    match most {
        Class::Local => Rule::RightBeforeLeft,
        Class::Arterial if right_turns => Rule::RightTurnsOnly,
        Class::Arterial if crossing => Rule::Signal,
        Class::OneWay if crossing => Rule::Signal,
        Class::Collector if crossing && least > Class::Local => Rule::Signal,
        Class::Collector if crossing && classes[classes.len() - 3] > Class::Local => Rule::Signal,
        _ => Rule::Priority,
    }
}

/// Makes roundabouts of crossings of collectors whose streets are long enough.
fn roundabouts(places: &[(f64, f64)], edges: &[Edge], at: &[[Option<usize>; 4]], rules: &mut [Rule], dice: Dice) {
    let suits = |k: &usize| {
        let all: Vec<&Edge> = at[*k].iter().flatten().map(|&e| &edges[e]).collect();
        rules[*k] == Rule::Signal && all.len() >= 3 && all.iter().all(|e| e.class <= Class::Collector)
    };
    let mut candidates: Vec<usize> = (0..places.len()).filter(suits).collect();
    candidates.sort_by(|&a, &b| dice.unit("roundabout", a).total_cmp(&dice.unit("roundabout", b)));
    for k in candidates.into_iter().take(ROUNDABOUTS) {
        rules[k] = Rule::Roundabout;
    }
}
