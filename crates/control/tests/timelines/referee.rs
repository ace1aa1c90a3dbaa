//! Watches every lamp change. Reads the plan as it was written, not the kernel's numbers, and shares no code with it.

use std::collections::BTreeMap;

use intergreen_control::{
    Lamp, Millis,
    plan::{GroupKind, GroupSpec, IntergreenTime, PlanSpec},
};

/// What a timeline is allowed besides.
#[derive(Clone, Copy, Default)]
pub struct Allowed {
    /// A preemption cuts walks or clearances short.
    pub cuts: bool,
    /// The plan waives a yellow trap.
    pub trap: bool,
    /// The plan was made from a program, with that program's gaps.
    pub program: bool,
}

pub struct Referee<'a> {
    spec: &'a PlanSpec,
    allowed: Allowed,
    pub lamps: Vec<Lamp>,
    /// Since when each group shows what it shows; `None`: nobody knows.
    since: Vec<Option<Millis>>,
    /// When its green began and ended last.
    opened: Vec<Option<Millis>>,
    ended: Vec<Option<Millis>>,
    /// When its last red-yellow began, while that or the green after it lasts.
    began: Vec<Option<Millis>>,
}

impl<'a> Referee<'a> {
    pub fn new(spec: &'a PlanSpec, allowed: Allowed, lamps: &[Lamp]) -> Self {
        let unknown = vec![None; lamps.len()];
        let (since, opened, began) = (unknown.clone(), unknown.clone(), unknown.clone());
        Self { spec, allowed, lamps: lamps.to_vec(), since, opened, ended: unknown, began }
    }

    fn number(&self, name: &str) -> usize {
        self.spec.groups.iter().position(|g| g.name == name).expect("a group of the plan")
    }

    fn is_open(&self, g: usize) -> bool {
        let arrow = self.spec.groups[g].kind == GroupKind::FlashingYellowArrow;
        self.lamps[g].is_green() || arrow && self.lamps[g] == Lamp::Flashing
    }

    /// All changes of one moment. `flashing`: the unit flashes, starts up, or leaves it.
    pub fn watch(&mut self, at: Millis, changes: &BTreeMap<usize, Lamp>, flashing: bool) {
        let before: Vec<Lamp> = self.lamps.clone();
        let was_open: Vec<bool> = (0..before.len()).map(|g| self.is_open(g)).collect();
        for (&g, &lamp) in changes {
            self.lamps[g] = lamp;
        }
        for (&g, &to) in changes {
            let from = before[g];
            if from == to {
                continue;
            }
            self.course(at, g, from, to, flashing);
            match to {
                Lamp::RedYellow => self.began[g] = Some(at),
                Lamp::Red | Lamp::TurnOnRed => self.began[g] = None,
                _ => {}
            }
            match (was_open[g], self.is_open(g)) {
                (false, true) => {
                    self.cleared(at, g);
                    self.cleared_for_yielding(at, g);
                    self.opened[g] = Some(at);
                }
                (true, false) => {
                    if !flashing {
                        self.traps(at, g);
                    }
                    self.ended[g] = Some(at);
                }
                _ => {}
            }
            if !(was_open[g] && self.is_open(g)) {
                self.since[g] = Some(at);
            }
        }
        self.pairs(at);
    }

    /// One group's lamps follow each other, each for its time.
    fn course(&self, at: Millis, g: usize, from: Lamp, to: Lamp, flashing: bool) {
        let group = &self.spec.groups[g];
        let (name, kind) = (&group.name, group.kind);
        let arrow = kind == GroupKind::FlashingYellowArrow;
        let off = |lamp: Lamp| lamp == Lamp::Off || lamp == Lamp::Flashing && !arrow;
        if flashing || off(from) || off(to) {
            return;
        }
        let is_red = |lamp| matches!(lamp, Lamp::Red | Lamp::TurnOnRed);
        let lasted = self.since[g].map(|since| at - since);
        let least = |what: &str, need: Millis| {
            if let Some(lasted) = lasted {
                assert!(lasted >= need, "{at:?}: {what} of '{name}' lasted {lasted:?} of {need:?}");
            }
        };
        let on_foot = kind == GroupKind::Pedestrian;
        let yellow = if on_foot { group.clearance } else { group.yellow }.unwrap_or(Millis(0));
        let green = if on_foot { group.walk } else { group.min_green }.unwrap_or(Millis(0));
        let cut = self.allowed.cuts && on_foot;
        match from {
            Lamp::Green | Lamp::GreenMinor => {
                let goes_on = to.is_green();
                assert!(goes_on || to == Lamp::Yellow || yellow.0 == 0 || cut, "{at:?}: '{name}' {from:?} → {to:?}");
                if !goes_on && !cut {
                    least("green", green);
                }
            }
            Lamp::Flashing => {
                assert!(matches!(to, Lamp::Green | Lamp::Yellow), "{at:?}: '{name}' {from:?} → {to:?}");
            }
            Lamp::Yellow => {
                assert!(is_red(to), "{at:?}: '{name}' {from:?} → {to:?}");
                if !cut {
                    least("yellow", yellow);
                    let exact = self.allowed.program || lasted.is_none_or(|lasted| lasted == yellow);
                    assert!(exact, "{at:?}: yellow of '{name}' lasted {lasted:?}");
                }
            }
            Lamp::RedYellow => {
                assert!(to.is_green(), "{at:?}: '{name}' {from:?} → {to:?}");
                least("red-yellow", group.red_yellow.unwrap_or(Millis(0)));
            }
            Lamp::Red | Lamp::TurnOnRed => {
                let with_red_yellow = group.red_yellow.is_some_and(|t| t.0 > 0) && !self.allowed.program;
                let legal = is_red(to) || if with_red_yellow { to == Lamp::RedYellow } else { to != Lamp::Yellow };
                assert!(legal, "{at:?}: '{name}' {from:?} → {to:?}");
                if !is_red(to) {
                    least("red", group.red_revert.unwrap_or(Millis(1000)));
                }
            }
            Lamp::Off => {}
        }
    }

    /// Whoever opens has waited for everybody's intergreen.
    fn cleared(&self, at: Millis, g: usize) {
        let name = &self.spec.groups[g].name;
        for i in self.spec.intergreens.iter().filter(|i| i.to == *name) {
            let pair = |(a, b): &(String, String)| a == name && *b == i.from || *a == i.from && b == name;
            if !self.spec.forbidden.iter().any(pair) {
                continue;
            }
            let IntergreenTime::Given(time) = i.time else { continue };
            let from = self.number(&i.from);
            if self.allowed.cuts && self.spec.groups[from].kind == GroupKind::Pedestrian {
                continue;
            }
            if let Some(ended) = self.ended[from] {
                assert!(at - ended >= time, "{at:?}: '{name}' opens {:?} after '{}' of {time:?}", at - ended, i.from);
            }
        }
    }

    /// Of two of whom one gives way, whoever has ended clears before the other opens: for the time given, else for its
    /// yellow and red clearance. Who gives way to people on foot opens at any time, but not protected.
    fn cleared_for_yielding(&self, at: Millis, g: usize) {
        let name = &self.spec.groups[g].name;
        for y in &self.spec.yields {
            let other = match (&y.who == name, &y.to == name) {
                (true, _) => &y.to,
                (_, true) => &y.who,
                _ => continue,
            };
            let from = self.number(other);
            let group = &self.spec.groups[from];
            let on_foot = group.kind == GroupKind::Pedestrian;
            if self.is_open(from) || on_foot && (self.lamps[g] != Lamp::Green || self.allowed.cuts) {
                continue;
            }
            let given = self.spec.intergreens.iter().find(|i| i.from == *other && i.to == *name);
            let time = match given.map(|i| &i.time) {
                Some(IntergreenTime::Given(time)) => *time,
                Some(_) => continue,
                None => {
                    let (yellow, red) =
                        if on_foot { (group.clearance, group.buffer) } else { (group.yellow, group.red_clearance) };
                    yellow.unwrap_or(Millis(0)) + red.unwrap_or(Millis(0))
                }
            };
            // Red-yellow leads to green, whoever ended in between.
            let began = self.began[g].unwrap_or(at);
            if let Some(ended) = self.ended[from].filter(|&ended| ended <= began) {
                assert!(at - ended >= time, "{at:?}: '{name}' opens {:?} after '{other}' of {time:?}", at - ended);
            }
        }
    }

    /// A left turn that gives way does not end before the traffic it gives way to, nor while that is in red-yellow.
    fn traps(&self, at: Millis, g: usize) {
        let group: &GroupSpec = &self.spec.groups[g];
        if self.allowed.trap || group.kind == GroupKind::FlashingYellowArrow {
            return;
        }
        for y in self.spec.yields.iter().filter(|y| y.oncoming && y.who == group.name) {
            let to = self.number(&y.to);
            assert!(!self.is_open(to), "{at:?}: '{}' is trapped by '{}'", y.who, y.to);
            let starts = self.lamps[to] == Lamp::RedYellow && self.began[to].is_some_and(|began| began < at);
            assert!(!starts, "{at:?}: '{}' ends while '{}' is in red-yellow", y.who, y.to);
        }
    }

    /// Who is open together.
    fn pairs(&self, at: Millis) {
        for (a, b) in &self.spec.forbidden {
            let [x, y] = [a, b].map(|name| self.number(name));
            let moves = |g: usize| self.is_open(g) || self.lamps[g] == Lamp::RedYellow;
            assert!(!(moves(x) && moves(y)), "{at:?}: '{a}' {:?} and '{b}' {:?}", self.lamps[x], self.lamps[y]);
            let yellow = |g: usize| self.lamps[g] == Lamp::Yellow;
            let strict = self.spec.yellow_conflicts;
            let caught = yellow(x) && self.is_open(y) || yellow(y) && self.is_open(x);
            assert!(!(strict && caught), "{at:?}: '{a}' {:?} and '{b}' {:?}", self.lamps[x], self.lamps[y]);
        }
        for y in &self.spec.yields {
            let [who, to] = [&y.who, &y.to].map(|name| self.lamps[self.number(name)]);
            assert!(who != Lamp::Green || to != Lamp::Green, "{at:?}: '{}' and '{}' both Green", y.who, y.to);
        }
    }
}

/// A second, a group, a letter.
type Change = (i64, usize, char);

/// What the referee says of some changes of a left L that gives way to O and meets X.
fn says(changes: &[Change]) -> String {
    let spec = PlanSpec::new("referee", ["L", "O", "X"].map(crate::vehicle).to_vec())
        .give_way("L", "O", true)
        .forbid("L", "X", (Millis(5000), Millis(5000)))
        .forbid("O", "X", (Millis(5000), Millis(5000)));
    let result = std::panic::catch_unwind(|| {
        let mut referee = Referee::new(&spec, Allowed::default(), &[Lamp::Red; 3]);
        for &(at, group, letter) in changes {
            let lamp = Lamp::from_letter(letter).expect("a letter");
            referee.watch(Millis(at * 1000), &BTreeMap::from([(group, lamp)]), false);
        }
    });
    result.err().and_then(|e| e.downcast::<String>().ok()).map_or_else(String::new, |message| *message)
}

#[test]
fn the_referee_sees_what_is_wrong() {
    let cases: [(&[Change], &str); 13] = [
        (&[(0, 1, 'G'), (9, 1, 'y'), (12, 1, 'r'), (14, 2, 'G')], ""),
        (&[(0, 1, 'G'), (9, 2, 'G')], "'O' Green and 'X' Green"),
        (&[(0, 1, 'G'), (9, 1, 'y'), (12, 1, 'r'), (13, 2, 'G')], "'X' opens Millis(4000) after 'O'"),
        (&[(0, 1, 'G'), (4, 1, 'y')], "green of 'O' lasted"),
        (&[(0, 1, 'G'), (9, 1, 'y'), (11, 1, 'r')], "yellow of 'O' lasted"),
        (&[(0, 1, 'G'), (9, 1, 'r')], "'O' Green → Red"),
        (&[(0, 1, 'G'), (1, 0, 'g'), (9, 0, 'y')], "'L' is trapped by 'O'"),
        (&[(0, 1, 'G'), (1, 0, 'G')], "'L' and 'O' both Green"),
        (&[(0, 0, 'G'), (9, 0, 'y'), (12, 0, 'r'), (12, 1, 'G')], ""),
        (&[(0, 0, 'G'), (9, 0, 'y'), (11, 1, 'G')], "'O' opens Millis(2000) after 'L'"),
        (&[(0, 0, 'g'), (9, 0, 'y'), (11, 1, 'G')], "'O' opens Millis(2000) after 'L'"),
        (&[(0, 1, 'G'), (9, 1, 'y'), (11, 0, 'g')], "'L' opens Millis(2000) after 'O'"),
        (&[(0, 0, 'g'), (8, 1, 'u'), (9, 0, 'y')], "'L' ends while 'O' is in red-yellow"),
    ];
    for (changes, expected) in cases {
        let found = says(changes);
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{expected:?}: {found:?}");
    }
}
