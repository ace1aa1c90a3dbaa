//! A pattern for the phases of rings from a fixed program: what is green there when, as splits.
//!
//! A phase begins where its longest green does. A section lasts from the begin of its first phase to that of the next
//! section's, and its phases share it: each from its own begin to the next one's, in whichever order the program has them.
//! Where the program gives a phase less than it needs, a left turn for instance that begins together with its through
//! traffic, the others of its ring and section give it up. The cycle begins with the first section.

use alloc::{format, string::String, vec, vec::Vec};

use crate::{
    Millis, Program,
    plan::{Pattern, PhaseSplit, Plan, Rings, bit},
};

/// The pattern of a plan's program.
///
/// # Errors
/// Says why there is none.
pub(super) fn pattern(plan: &Plan) -> Result<Pattern, String> {
    let program = plan.program().ok_or("the plan has no program")?;
    let rings = plan.rings().ok_or("the plan has no rings")?;
    let times = Times { plan, program, rings };
    let begins = times.sections()?;
    let cycle = program.cycle();
    let mut phases = Vec::new();
    for (s, &begin) in begins.iter().enumerate() {
        let next = begins[(s + 1) % begins.len()];
        let length = if begins.len() == 1 { cycle } else { modulo(next - begin, cycle) };
        for ring in &rings.rings {
            times.share(ring.get(s).map_or(&[], Vec::as_slice), begin, length, &mut phases)?;
        }
    }
    phases.sort_unstable_by_key(|p: &PhaseSplit| p.phase);
    // Offsets are made for those with whom a program begins.
    let first = (0..begins.len()).min_by_key(|&s| modulo(Millis(0) - begins[s], cycle)).unwrap_or(0);
    let pattern = Pattern {
        name: program.id().into(),
        cycle,
        offset: modulo(program.offset() + begins[0], cycle),
        stages: Vec::new(),
        coordinated: coordinated(rings, first, &phases),
        phases,
        coordination: Default::default(),
    };
    let mut spec = plan.spec().clone();
    spec.patterns = vec![pattern.clone()];
    spec.calendar = Default::default();
    match Plan::imported(spec, plan.waivers().to_vec()) {
        Ok(_) => Ok(pattern),
        Err(errors) => Err(errors.0.first().map_or_else(String::new, |e| format!("{e}"))),
    }
}

fn modulo(time: Millis, cycle: Millis) -> Millis {
    Millis(time.0.rem_euclid(cycle.0.max(1)))
}

/// One phase of each ring in a section, with an even number (straight on) if there is one: those with the longest splits, of equals
/// 2 and 6.
fn coordinated(rings: &Rings, section: usize, splits: &[PhaseSplit]) -> Vec<u8> {
    let split = |n: &u8| splits.iter().find(|s| s.phase == *n).map_or(Millis(0), |s| s.split);
    let weight = |n: &u8| (n.is_multiple_of(2), split(n), matches!(n, 2 | 6), u8::MAX - n);
    let best = |ring: &Vec<Vec<u8>>| ring.get(section)?.iter().max_by_key(|n| weight(n)).copied();
    rings.rings.iter().filter_map(best).collect()
}

/// What the program gives the phases.
struct Times<'a> {
    plan: &'a Plan,
    program: &'a Program,
    rings: &'a Rings,
}

impl Times<'_> {
    /// When a phase begins in the program's cycle: its longest green.
    fn begin(&self, number: u8) -> Result<Millis, String> {
        let own = self.rings.phases.iter().filter(|p| p.number == number).flat_map(|p| p.groups.iter().copied());
        let follow = self.rings.overlaps.iter().filter(|o| o.phases & bit(number) != 0).map(|o| o.group);
        let groups: Vec<u16> = own.chain(follow).collect();
        let steps = self.program.steps();
        let open = |i: usize| groups.iter().any(|&g| steps[i].lamps.get(usize::from(g)).is_some_and(|l| l.is_green()));
        let mut found: Option<(Millis, Millis)> = None;
        let mut at = Millis(0);
        for i in 0..steps.len() {
            if open(i) && !open((i + steps.len() - 1) % steps.len()) {
                let run = (0..steps.len()).map(|k| (i + k) % steps.len()).take_while(|&k| open(k));
                let length = run.fold(Millis(0), |sum, k| sum + steps[k].duration);
                if found.is_none_or(|(longest, _)| length > longest) {
                    found = Some((length, at));
                }
            }
            at += steps[i].duration;
        }
        found.map(|f| f.1).ok_or_else(|| format!("the program does not begin and end phase {number}"))
    }

    /// When the sections begin.
    fn sections(&self) -> Result<Vec<Millis>, String> {
        let count = self.rings.rings.iter().map(Vec::len).max().unwrap_or(0);
        let mut begins: Vec<(Millis, usize)> = Vec::new();
        for ring in &self.rings.rings {
            for (s, section) in ring.iter().enumerate() {
                for &number in section {
                    begins.push((self.begin(number)?, s));
                }
            }
        }
        begins.sort_unstable();
        let before = |i: usize| begins[(i + begins.len() - 1) % begins.len()].1;
        let mut first: Vec<Option<Millis>> = vec![None; count];
        let mut order = Vec::new();
        for (i, &(at, s)) in begins.iter().enumerate() {
            if before(i) != s || count == 1 && i == 0 {
                if first[s].replace(at).is_some() {
                    return Err(String::from("the program serves phases of different sections in turn"));
                }
                order.push(s);
            }
        }
        let start = order.iter().position(|&s| s == 0).unwrap_or(0);
        let in_order = order.len() == count && (0..count).all(|s| order[(start + s) % count] == s);
        if !in_order {
            return Err(String::from("the program serves the sections of the rings in another order"));
        }
        first.into_iter().map(|at| at.ok_or_else(|| String::from("a section has no phases"))).collect()
    }

    /// Shares a section of a ring out among its phases.
    fn share(&self, list: &[u8], begin: Millis, length: Millis, to: &mut Vec<PhaseSplit>) -> Result<(), String> {
        let cycle = self.program.cycle();
        let mut starts: Vec<(Millis, u8)> = Vec::new();
        for &number in list {
            starts.push((modulo(self.begin(number)? - begin, cycle), number));
        }
        starts.sort_unstable();
        let mut splits: Vec<PhaseSplit> = Vec::new();
        for (i, &(start, phase)) in starts.iter().enumerate() {
            let from = if i == 0 { Millis(0) } else { start };
            let until = starts.get(i + 1).map_or(length, |next| next.0);
            splits.push(PhaseSplit { phase, split: until - from });
        }
        let need = |phase: u8| self.rings.find(phase).map_or(Millis(0), |p| self.plan.least_split(p));
        for i in 0..splits.len() {
            while splits[i].split < need(splits[i].phase) {
                let missing = need(splits[i].phase) - splits[i].split;
                let spare = |s: &PhaseSplit| s.split - need(s.phase);
                let richest = (0..splits.len()).filter(|&k| k != i).max_by_key(|&k| spare(&splits[k]));
                let Some(k) = richest.filter(|&k| spare(&splits[k]) > Millis(0)) else {
                    let (phase, given) = (splits[i].phase, splits[i].split.seconds());
                    let need = need(phase).seconds();
                    return Err(format!(
                        "phase {phase} needs {need} s with its clearance; the program has {given} s for it"
                    ));
                };
                let moved = spare(&splits[k]).min(missing);
                splits[k].split = splits[k].split - moved;
                splits[i].split += moved;
            }
        }
        to.append(&mut splits);
        Ok(())
    }
}
