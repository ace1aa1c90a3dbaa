//! A timeline: a plan, a text, and the controller that has to agree with it.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    panic::Location,
};

use intergreen_control::{
    Command, Controller, Decision, DetectorEvent, FixedTime, Input, Kept, Lamp, Latch, Millis, Mode, On, Output, Plan,
    PlanSpec, Registry, Request, StateError, Strategy, Timers, View,
    log::Event,
    plan::{GroupKind, Waiver, WallClock},
};

use crate::referee::{Allowed, Referee};

thread_local! {
    /// The reasons that occurred in this test, in words without names.
    pub static REASONS: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// What a strategy asks for.
#[derive(Clone, Debug)]
enum Ask {
    Stage(usize),
    Phases(u32, u32),
    Lamps(Vec<Lamp>),
}

/// Asks for what the text says.
#[derive(Debug)]
struct Script(Vec<(Millis, Ask)>);

impl Strategy for Script {
    fn name(&self) -> &'static str {
        "script"
    }

    fn decide(&mut self, now: Millis, _: &View<'_>) -> Decision<'_> {
        let count = self.0.partition_point(|(at, _)| *at <= now);
        let request = match self.0[..count].last() {
            Some((_, Ask::Stage(stage))) => Request::Stage(*stage),
            Some((_, Ask::Phases(phases, walks))) => Request::Phases { phases: *phases, walks: *walks },
            Some((_, Ask::Lamps(lamps))) => Request::Lamps(lamps),
            None => Request::Stage(usize::MAX),
        };
        Decision { request, next: self.0.get(count).map_or(Millis::NEVER, |(at, _)| *at) }
    }

    fn explain(&self) -> String {
        "script".into()
    }

    fn save(&self, _: &mut Vec<u8>) {}

    fn load(&mut self, _: &[u8]) -> Result<(), StateError> {
        Ok(())
    }
}

/// One line of a text.
struct Row<'a> {
    at: Millis,
    lamps: Vec<&'a str>,
    inputs: Vec<&'a str>,
    remark: Option<&'a str>,
}

pub struct Timeline {
    spec: PlanSpec,
    waivers: Vec<Waiver>,
    fixed_time: bool,
    strategy: Option<(&'static str, Vec<(String, String)>)>,
    restored: Option<Latch>,
    allowed: Allowed,
    spare: bool,
}

/// What came out of a timeline besides lamps.
pub struct Outcome {
    pub plan: Plan,
    pub events: Vec<Event>,
    /// What has to be stored, with seconds.
    pub latches: Vec<(f64, Latch)>,
    /// At each moment, what kept which group from becoming what was asked for.
    kept: BTreeMap<Millis, Vec<(u16, Kept)>>,
    /// At each moment, what the strategy was on.
    timers: BTreeMap<Millis, Vec<Timers>>,
}

impl Timeline {
    pub fn new(spec: PlanSpec) -> Self {
        Self {
            spec,
            waivers: Vec::new(),
            fixed_time: false,
            strategy: None,
            restored: None,
            allowed: Allowed::default(),
            spare: false,
        }
    }

    /// The strategy is `fixed_time` instead of the text's own requests.
    pub fn fixed_time(mut self) -> Self {
        self.fixed_time = true;
        self
    }

    /// The strategy of that name with parameters, instead of the text's own requests.
    pub fn strategy(mut self, name: &'static str, parameters: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.strategy = Some((name, parameters.iter().map(owned).collect()));
        self
    }

    /// What it falls back to takes over while it is blind.
    pub fn with_spare(mut self) -> Self {
        self.spare = true;
        self
    }

    /// A fault was stored before.
    pub fn restored(mut self, latch: Latch) -> Self {
        self.restored = Some(latch);
        self
    }

    pub fn waived(mut self, waivers: Vec<Waiver>) -> Self {
        self.waivers = waivers;
        self
    }

    /// What the referee lets pass.
    pub fn allowed(mut self, allowed: Allowed) -> Self {
        self.allowed = allowed;
        self
    }

    /// Runs it: what comes out must be what the text says.
    #[track_caller]
    pub fn check(self, text: &str) -> Outcome {
        let place = Location::caller();
        let plan = Plan::imported(self.spec.clone(), self.waivers.clone()).unwrap_or_else(|e| panic!("{place}: {e}"));
        let rows = read(&plan, text);
        let (start, end) = (rows[0].at, rows[rows.len() - 1].at);
        let strategy: Box<dyn Strategy> = match &self.strategy {
            Some((name, parameters)) => Registry::default().make(name, parameters, &plan).expect("a strategy"),
            None if self.fixed_time => Box::<FixedTime>::default(),
            None => Box::new(Script(asks(&plan, &rows))),
        };
        let spare = self.spare.then(|| Registry::default().spare(&*strategy, &plan, false).expect("a spare"));
        let mut controller = Controller::new(plan.clone(), strategy, 16).with_spare(spare);
        controller.log_events(true);
        if let Some(latch) = self.restored {
            controller.restore(latch);
        }
        for row in &rows {
            for input in row.inputs.iter().filter_map(|words| input(&plan, row.at, words)) {
                controller.handle(input);
            }
        }
        controller.start(start);
        let mut outcome =
            Outcome { plan, events: Vec::new(), latches: Vec::new(), kept: BTreeMap::new(), timers: BTreeMap::new() };
        let mut referee = Referee::new(&self.spec, self.allowed, &vec![Lamp::Red; self.spec.groups.len()]);
        let mut shown = vec![Lamp::Off; self.spec.groups.len()];
        let mut by_time: BTreeMap<Millis, String> = BTreeMap::new();
        // To every moment at which something happens, so that the referee knows the mode in which it happened.
        let mut now = start;
        loop {
            let was_normal = controller.mode() == Mode::Normal;
            controller.advance(now);
            let flashing = !(was_normal && controller.mode() == Mode::Normal);
            let mut changes = BTreeMap::new();
            while let Some(output) = controller.poll_output() {
                match output {
                    Output::Lamp(change) => {
                        changes.insert(usize::from(change.group), change.lamp);
                    }
                    Output::Event(event) => outcome.events.push(event),
                    Output::Persist { at, latch } => outcome.latches.push((at.seconds(), latch)),
                }
            }
            changes.iter().for_each(|(&g, &lamp)| shown[g] = lamp);
            assert_eq!(shown, controller.lamps());
            if now == start {
                // Since when they are so nobody knows.
                referee.lamps.clone_from(&shown);
            }
            referee.watch(now, &changes, flashing);
            by_time.insert(now, letters(&self.spec, &shown));
            let kept = (0..).zip(controller.kept()).filter_map(|(g, kept)| Some((g, kept?)));
            outcome.kept.insert(now, kept.collect());
            outcome.timers.insert(now, controller.timers());
            if now >= end {
                break;
            }
            let second = Millis((now.0.div_euclid(1000) + 1) * 1000);
            let row = rows.iter().map(|r| r.at).find(|&at| at > now).unwrap_or(end);
            now = controller.poll_at().max(now + Millis(1)).min(second).min(row).min(end);
        }
        // Without a pattern `fixed_time` asks for nothing that exists.
        assert!(self.fixed_time || controller.refused() == 0, "{place}: a request did not fit the plan");
        REASONS.with_borrow_mut(|reasons| {
            let kind = |e: &Event| format!("{:?}", e.reason).split([' ', '(']).next().unwrap_or("").to_owned();
            reasons.extend(outcome.events.iter().map(kind));
        });
        compare(&self.spec, &rows, &by_time, place);
        outcome
    }
}

impl Outcome {
    /// The events with one of these codes: second, code, parameter.
    pub fn codes(&self, codes: &[u8]) -> Vec<(f64, u8, u16)> {
        let wanted = self.events.iter().filter(|e| codes.contains(&e.code));
        wanted.map(|e| (e.at.seconds(), e.code, e.parameter)).collect()
    }

    /// What the strategy was on at a second, and its times as whole seconds from then on: since when green, end of its least
    /// green, of its gap, and of its greatest.
    pub fn timers(&self, second: f64) -> Vec<(On, [Option<f64>; 4])> {
        let at = Millis::from_seconds(second);
        let away = |t: Millis| if t == Millis::NEVER { f64::INFINITY } else { (t - at).seconds().round() };
        self.timers[&at].iter().map(|t| (t.on, [t.green, t.least, t.gap, t.most].map(|t| t.map(away)))).collect()
    }

    /// What kept which group from becoming what was asked for at a second, in words.
    pub fn kept(&self, second: f64) -> Vec<String> {
        let at = Millis::from_seconds(second);
        let name = |g: u16| self.plan.groups()[usize::from(g)].name.as_str();
        self.kept[&at].iter().map(|&(g, kept)| format!("{} {}", name(g), kept.words(&self.plan, at))).collect()
    }

    /// The whole log in words.
    pub fn words(&self) -> String {
        let mut text = String::new();
        for e in &self.events {
            let _ = writeln!(text, "{:5.1}  {:3} {}  {}", e.at.seconds(), e.code, e.parameter, e.words(&self.plan));
        }
        text
    }
}

/// Compares text with text without regard to spaces.
#[track_caller]
pub fn same_text(expected: &str, found: &str) {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = |text: &str| -> Vec<String> { text.trim().lines().map(words).collect() };
    let (expected, found) = (lines(expected), lines(found));
    assert!(expected == found, "expected\n{}\nfound\n{}\n", expected.join("\n"), found.join("\n"));
}

fn letters(spec: &PlanSpec, lamps: &[Lamp]) -> String {
    let letter = |(lamp, kind): (&Lamp, GroupKind)| match (lamp, kind) {
        (Lamp::Green, GroupKind::Pedestrian) => 'W',
        (Lamp::Yellow, GroupKind::Pedestrian) => 'c',
        (lamp, _) => lamp.letter(),
    };
    lamps.iter().zip(spec.groups.iter().map(|g| g.kind)).map(letter).collect()
}

/// What is written, expanded to one row per second, against what came out.
fn compare(spec: &PlanSpec, rows: &[Row<'_>], by_time: &BTreeMap<Millis, String>, place: &Location<'_>) {
    let shown = |at: Millis| by_time.range(..=at).next_back().map_or("", |(_, letters)| letters.as_str());
    let widths: Vec<usize> = spec.groups.iter().map(|g| g.name.chars().count().max(1)).collect();
    let line = |at: Millis, letters: &[&str], row: Option<&Row<'_>>| {
        let mut line = format!("{:>5} ", at.seconds());
        for (letter, width) in letters.iter().zip(&widths) {
            let _ = write!(line, " {letter:<width$}");
        }
        if let Some(row) = row {
            let _ = write!(line, "  {}", row.inputs.join(", "));
            let _ = row.remark.map(|remark| write!(line, "  -- {remark}"));
        }
        line.trim_end().to_owned()
    };
    let (mut expected, mut found, mut diff, mut as_found) = (Vec::new(), Vec::new(), String::new(), String::new());
    let mut before = String::new();
    for (i, row) in rows.iter().enumerate() {
        let until = rows.get(i + 1).map_or(row.at + Millis(1), |next| next.at);
        let mut at = row.at;
        while at < until {
            let now = shown(at);
            let letters: Vec<String> = now.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            let notes = (at == row.at).then_some(row);
            let (e, f) = (line(at, &row.lamps, notes), line(at, &letters, notes));
            if e != f {
                let _ = writeln!(diff, "- {e}\n+ {f}");
            }
            let plain = notes.is_none_or(|row| row.inputs.is_empty() && row.remark.is_none());
            if plain && now == before && i + 1 < rows.len() {
                if !as_found.ends_with("...\n") {
                    as_found.push_str("      ...\n");
                }
            } else {
                let _ = writeln!(as_found, "{f}");
            }
            before = now.to_owned();
            expected.push(e);
            found.push(f);
            at += Millis(1000);
        }
    }
    let (expected, found) = (expected.join("\n"), found.join("\n"));
    assert!(expected == found, "{place}\nexpected (-), found (+):\n{diff}\nas found:\n{as_found}\n");
}

/// Reads a text.
fn read<'a>(plan: &Plan, text: &'a str) -> Vec<Row<'a>> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let header: Vec<&str> = lines.next().expect("a header").split_whitespace().collect();
    let names: Vec<&str> = plan.groups().iter().map(|g| g.name.as_str()).collect();
    assert_eq!(header, names, "the header names the groups");
    let (mut rows, mut continued): (Vec<Row<'a>>, bool) = (Vec::new(), false);
    for line in lines {
        if line == "..." {
            continued = true;
            continue;
        }
        let (line, remark) = line.split_once("--").map_or((line, None), |(l, r)| (l, Some(r.trim())));
        let mut words = line.trim().splitn(2, ' ');
        let at = words.next().and_then(|w| w.parse().ok()).map(Millis::from_seconds);
        let at = at.unwrap_or_else(|| panic!("a line begins with a second: {line}"));
        let mut rest = words.next().unwrap_or("").trim();
        let mut lamps = Vec::new();
        if rest == "?" || rest.starts_with("? ") {
            // What comes out, says the failure.
            (lamps, rest, continued) = (vec!["?"; names.len()], rest[1..].trim(), true);
        }
        while lamps.len() < names.len() {
            let (letter, after) = rest.split_once(' ').unwrap_or((rest, ""));
            lamps.push(letter);
            rest = after.trim();
        }
        if let Some(before) = rows.last() {
            let next_to_it = at > before.at && at <= before.at + Millis(1000);
            assert!(next_to_it || continued, "a line is missing before: {line}");
        }
        continued = false;
        let inputs = if rest.is_empty() { Vec::new() } else { rest.split(", ").collect() };
        rows.push(Row { at, lamps, inputs, remark });
    }
    rows
}

/// The requests in a text.
fn asks(plan: &Plan, rows: &[Row<'_>]) -> Vec<(Millis, Ask)> {
    let ask = |words: &str| {
        let (what, rest) = words.split_once(' ')?;
        Some(match what {
            "stage" => Ask::Stage(plan.stages().iter().position(|s| s.name == rest).expect("a stage")),
            "phases" => {
                let (phases, walks) = rest.split_once(" walks ").unwrap_or((rest, ""));
                let mask = |list: &str| {
                    list.split_whitespace().fold(0, |m, n| m | 1 << (n.parse::<u32>().expect("a phase") - 1))
                };
                Ask::Phases(mask(phases), mask(walks))
            }
            "lamps" => Ask::Lamps(rest.chars().filter_map(Lamp::from_letter).collect()),
            _ => return None,
        })
    };
    rows.iter().flat_map(|r| r.inputs.iter().filter_map(|w| ask(w)).map(|a| (r.at, a))).collect()
}

/// The command or edge that some words mean; `None` for a request.
fn input(plan: &Plan, at: Millis, words: &str) -> Option<Input> {
    let group = |name: &str| plan.find_group(name).unwrap_or_else(|| panic!("a group: {words}"));
    let (on, words) = words.strip_prefix("end ").map_or((true, words), |rest| (false, rest));
    let list: Vec<&str> = words.split_whitespace().collect();
    let command = match list[..] {
        ["stage" | "phases" | "lamps", ..] => return None,
        ["detector", channel, edge] => {
            let detector = channel.parse().expect("a channel");
            return Some(Input::Detector(DetectorEvent { detector, at, on: edge == "on" }));
        }
        ["lost", channel] => {
            return Some(Input::Channel { at, detector: channel.parse().expect("a channel"), up: !on });
        }
        ["flash"] => Command::Flash(on),
        ["hold", name] => Command::Hold { group: group(name), on },
        ["force", name] => {
            let stage = plan.stages().iter().position(|s| s.name == name).expect("a stage");
            Command::Stage { stage: stage as u16, on }
        }
        ["omit", name] => Command::Omit { group: group(name), on },
        ["force-off", name] => Command::ForceOff { group: group(name) },
        ["call", name] => Command::Call { group: group(name) },
        ["preempt", name] => {
            let preempt = plan.spec().preempts.iter().position(|p| p.name == name).expect("a preemption");
            Command::Preempt { preempt: preempt as u16, on }
        }
        ["pattern", name] => {
            Command::Pattern(plan.spec().patterns.iter().position(|p| p.name == name).expect("a pattern") as u16)
        }
        ["free"] => Command::Free,
        ["calendar"] => Command::Calendar,
        ["clock", day, time] => Command::Clock(clock(day, time)),
        ["self-check", result] => Command::SelfCheck { passed: result == "passed" },
        ["fault"] => Command::Fault,
        ["reset"] => Command::Reset,
        _ => panic!("what is meant: {words}"),
    };
    Some(Input::Command { at, command })
}

/// A weekday of the week of Monday, 3 August 2026, and a time.
fn clock(day: &str, time: &str) -> WallClock {
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let weekday = days.iter().position(|d| *d == day).expect("a weekday") as u8;
    let time = time.split(':').fold(0, |sum, n| sum * 60 + n.parse::<i64>().expect("a number"));
    WallClock { year: 2026, month: 8, day: 3 + weekday, weekday, time: Millis(time * 1000) }
}
