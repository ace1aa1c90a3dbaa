//! Phases in rings, barriers, overlaps.

use alloc::{collections::BTreeMap, collections::BTreeSet, format, string::String, vec::Vec};

use super::Checks;
use crate::plan::{GroupKind, Overlap, Phase, Relation, Rings, bit};

impl Overlap {
    /// Whether it is open with a phase, giving way or not.
    pub(super) fn is_with(&self, phase: u8) -> bool {
        (self.phases | self.permissive) & bit(phase) != 0
    }
}

impl Rings {
    /// The groups that are open with a phase: its own, its walks, and the overlaps that follow it.
    pub(crate) fn set(&self, phase: &Phase) -> Vec<u16> {
        let overlaps = self.overlaps.iter().filter(|o| o.is_with(phase.number)).map(|o| o.group);
        let mut set: Vec<u16> = phase.groups.iter().chain(&phase.walks).copied().chain(overlaps).collect();
        set.sort_unstable();
        set.dedup();
        set
    }

    /// The phases of a section, ring by ring.
    fn section(&self, section: usize) -> impl Iterator<Item = (usize, &Phase)> {
        let rings = self.rings.iter().enumerate();
        rings
            .flat_map(move |(r, ring)| ring.get(section).into_iter().flatten().map(move |&p| (r, p)))
            .filter_map(|(r, p)| Some((r, self.find(p)?)))
    }
}

impl Checks<'_> {
    /// Whether the plan has no rings, or such in which every phase has its place.
    pub(super) fn rings(&mut self) -> bool {
        let Some(rings) = self.plan.rings() else { return true };
        // Without it nothing else can be told, and there are at most 32 places to look at.
        if !self.places(rings) {
            return false;
        }
        self.phases(rings);
        self.overlaps(rings);
        self.all_served("the rings", |g| rings.phases.iter().any(|p| rings.set(p).contains(&g)));
        let sections = rings.rings.iter().map(Vec::len).max().unwrap_or(0);
        // Of an overlap that follows many phases, one finding is enough.
        let mut told = BTreeSet::new();
        for section in 0..sections {
            let phases: Vec<(usize, &Phase)> = rings.section(section).collect();
            for (i, &(ring, p)) in phases.iter().enumerate() {
                for &(other, q) in phases.iter().skip(i + 1).filter(|q| q.0 != ring) {
                    self.together(rings, (ring, p), (other, q), &mut told);
                }
            }
            self.ring_traps(rings, section, sections);
        }
        true
    }

    /// Every phase has exactly one place, and all rings have as many sections.
    fn places(&mut self, rings: &Rings) -> bool {
        let before = self.findings.count();
        let mut places: BTreeMap<u8, usize> = rings.phases.iter().map(|p| (p.number, 0)).collect();
        for phase in rings.rings.iter().flatten().flatten() {
            places.entry(*phase).and_modify(|n| *n += 1);
        }
        for (phase, places) in places {
            if places != 1 {
                self.add(format!("phase {phase}"), format!("has {places} places in the rings; expected one"));
            }
        }
        let expected = rings.rings.first().map_or(0, Vec::len);
        if expected == 0 {
            self.add("rings", "ring 1 has no section; expected at least one");
        }
        for (r, ring) in (1..).zip(&rings.rings) {
            let element = format!("ring {r}");
            if ring.len() != expected {
                let problem = format!("has {} sections; expected {expected} as in ring 1", ring.len());
                self.add(&*element, problem);
            }
        }
        // A ring may pause, but not all of them.
        for s in 0..expected {
            if rings.rings.iter().all(|ring| ring.get(s).is_none_or(Vec::is_empty)) {
                self.add("rings", format!("section {} has no phase in any ring; expected at least one", s + 1));
            }
        }
        self.findings.count() == before
    }

    /// What opens with one phase may be open together; nobody on foot is opened unasked.
    fn phases(&mut self, rings: &Rings) {
        for phase in &rings.phases {
            let element = format!("phase {}", phase.number);
            let set = rings.set(phase);
            if set.is_empty() {
                self.add(&*element, "opens no group; expected at least one");
            }
            for &group in &phase.groups {
                if self.plan.groups()[usize::from(group)].kind == GroupKind::FlashingYellowArrow {
                    let (name, number) = (self.name(group), phase.number);
                    let problem = format!(
                        "opens '{name}', a flashing yellow arrow, as its own; expected an overlap (group: \"{name}\", \
                         phases: [{number}], permissive: […]), permissive being the phase of the oncoming traffic"
                    );
                    self.add(&*element, problem);
                }
            }
            for &walk in &phase.walks {
                if !self.plan.groups()[usize::from(walk)].is_pedestrian() {
                    let problem =
                        format!("'{}' in walks is not for people on foot; expected it in groups", self.name(walk));
                    self.add(&*element, problem);
                }
                if phase.groups.contains(&walk) {
                    self.add(&*element, format!("'{}' is in groups and in walks; expected one", self.name(walk)));
                }
            }
            for (a, b) in self.forbidden_within(&set) {
                let problem = format!("opens '{}' and '{}', which are forbidden together", self.name(a), self.name(b));
                self.add(&*element, problem);
            }
            self.arrow_meets(rings, phase, phase);
        }
    }

    fn overlaps(&mut self, rings: &Rings) {
        let mut seen = BTreeSet::new();
        for overlap in &rings.overlaps {
            let element = format!("overlap '{}'", self.name(overlap.group));
            if !seen.insert(overlap.group) {
                self.add(&*element, "there are two of this group; expected one");
            }
            if overlap.phases | overlap.permissive == 0 {
                self.add(&*element, "follows no phase; expected at least one");
            }
            for phase in rings.phases.iter().filter(|p| overlap.phases & overlap.permissive & bit(p.number) != 0) {
                let problem = format!("phase {} is in phases and in permissive; expected one", phase.number);
                self.add(&*element, problem);
            }
            let own = |p: &&Phase| p.groups.contains(&overlap.group) || p.walks.contains(&overlap.group);
            for phase in rings.phases.iter().filter(own) {
                let problem = format!("phase {} opens the group as its own; expected one of the two", phase.number);
                self.add(&*element, problem);
            }
            self.range(&element, "lead", overlap.lead, 0, 30);
            self.range(&element, "trail", overlap.trail, 0, 30);
            if self.plan.groups()[usize::from(overlap.group)].kind == GroupKind::FlashingYellowArrow {
                self.flashes(rings, overlap, &element);
            }
        }
    }

    /// A flashing yellow arrow flashes with those to whom it gives way.
    fn flashes(&mut self, rings: &Rings, overlap: &Overlap, element: &str) {
        if overlap.permissive == 0 {
            self.add(element, "never flashes: permissive is empty; expected the phase of the oncoming traffic");
        }
        for phase in rings.phases.iter().filter(|p| overlap.permissive & bit(p.number) != 0) {
            let relation = |to: &u16| self.plan.matrix().relation(overlap.group, *to);
            if !rings.set(phase).iter().any(|to| relation(to) == Relation::YieldsToOncoming) {
                let problem = format!(
                    "flashes with phase {}, which opens nobody oncoming; expected the phase of the oncoming traffic",
                    phase.number
                );
                self.add(element, problem);
            }
        }
    }

    /// Two phases of different rings in one section may be open together.
    fn together(
        &mut self,
        rings: &Rings,
        (ring, p): (usize, &Phase),
        (other, q): (usize, &Phase),
        told: &mut BTreeSet<(u16, u16)>,
    ) {
        for &a in &rings.set(p) {
            for &b in &rings.set(q) {
                if self.forbidden(a, b) && told.insert((a.min(b), a.max(b))) {
                    let problem = format!(
                        "are forbidden together, but phase {} of ring {} opens '{}' and phase {} of ring {} opens '{}' \
                         in the same section",
                        p.number,
                        ring + 1,
                        self.name(a),
                        q.number,
                        other + 1,
                        self.name(b)
                    );
                    self.add(self.pair(a, b), problem);
                }
            }
        }
        self.arrow_meets(rings, p, q);
        self.arrow_meets(rings, q, p);
    }

    /// No green arrow of phase `p` meets anybody whom phase `q` opens.
    fn arrow_meets(&mut self, rings: &Rings, p: &Phase, q: &Phase) {
        let flashing = |g: u16| self.plan.groups()[usize::from(g)].kind == GroupKind::FlashingYellowArrow;
        let follows = rings.overlaps.iter().filter(|o| o.phases & bit(p.number) != 0).map(|o| o.group);
        let arrows: Vec<u16> = p.groups.iter().copied().chain(follows).filter(|&g| flashing(g)).collect();
        for arrow in arrows {
            for &to in rings.set(q).iter().filter(|&&to| self.plan.matrix().relation(arrow, to).yields()) {
                let problem = format!(
                    "the arrow of '{}' is green with phase {}, while phase {} opens '{}'; expected that phase in \
                     permissive, or not beside it",
                    self.name(arrow),
                    p.number,
                    q.number,
                    self.name(to)
                );
                self.add(self.pair(arrow, to), problem);
            }
        }
    }

    /// Nobody who waits for a gap in oncoming traffic loses the green before that traffic does.
    fn ring_traps(&mut self, rings: &Rings, section: usize, sections: usize) {
        let here: Vec<(usize, &Phase)> = rings.section(section).collect();
        let beyond: Vec<(usize, &Phase)> = rings.section((section + 1) % sections).collect();
        let sets: BTreeMap<u8, Vec<u16>> = here.iter().chain(&beyond).map(|(_, p)| (p.number, rings.set(p))).collect();
        let opens = |p: &Phase, group: u16| sets.get(&p.number).is_some_and(|set| set.binary_search(&group).is_ok());
        for &(who, to) in self.traps {
            let mut found: Option<String> = None;
            for (i, &(ring, p)) in here.iter().enumerate().filter(|(_, (_, p))| opens(p, who)) {
                let after = here.iter().skip(i + 1).find(|(r, n)| *r == ring && !opens(n, who));
                let Some(&(_, n)) = after else { continue };
                let stays = here.iter().find(|(r, q)| opens(q, to) && (*r != ring || opens(p, to) && opens(n, to)));
                // Somebody else may hold it open too.
                let held = here.iter().any(|(r, q)| *r != ring && opens(q, who));
                if let Some((_, q)) = stays.filter(|_| !held) {
                    found = Some(format!("phase {} ends for phase {} while phase {}", p.number, n.number, q.number));
                }
            }
            let both = |group| here.iter().any(|(_, p)| opens(p, group));
            // Beyond the barrier one phase of each ring is open: one that has the oncoming traffic, and others
            // without the left turn.
            let without = |ring: usize| beyond.iter().any(|(r, p)| *r == ring && !opens(p, who));
            let still = beyond.iter().find(|(ring, q)| {
                opens(q, to) && !opens(q, who) && (0..rings.rings.len()).all(|r| r == *ring || without(r))
            });
            if let Some((_, q)) = still.filter(|_| both(who) && both(to)) {
                found =
                    found.or(Some(format!("at the barrier after section {}, while phase {}", section + 1, q.number)));
            }
            if let Some(how) = found {
                let (name, oncoming) = (self.name(who), self.name(to));
                let problem = format!(
                    "yellow trap: '{name}' gives way to '{oncoming}' and ends ({how} keeps '{oncoming}' open); \
                     expected them to end together, or a flashing yellow arrow"
                );
                self.add(self.pair(who, to), problem);
            }
        }
    }
}
