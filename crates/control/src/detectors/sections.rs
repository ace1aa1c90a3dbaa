//! Who came over the cross sections of a road.
//!
//! Terms
//! - **section**: the loops of one kind that together [cover](crate::plan::RoadSection) all lanes of a road. Nobody passes it
//!   by, whatever lane he takes.
//! - **strand** of a section: its loops that cover the same lanes. Where lanes fork behind them there are several of these:
//!   every vehicle goes over all of them, and the first that is believed counts for all.
//! - **witness** of a section: another one on the same way, upstream or downstream.
//! - **balance** of a loop by a witness: those who came over the witness since the loop was on last, less those who came
//!   meanwhile over the other strands of its own section. They came over the loop, but for those who are still between the
//!   two.
//!
//! Balances are drawn [every so often](EVERY), by what the loops have counted until then: at each edge that would cost more than
//! all else that is done with it.
//!
//! So a balance tells what the [mates](super::mates) of a lane do not: how many change lanes, or come here though their lane
//! begins further down. How far it rises by itself, as a queue between two sections comes and goes, is learned like what is
//! missed of a mate. If other strands have seen nobody for about as long, it is shared out: by what they usually count, and by
//! what the mates of each have seen meanwhile; with strands that are not to be believed by what they usually count. While a strand of
//! the witness is not to be believed it tells nothing.
//!
//! What is expected of a loop is what the two largest of its two balances and of its mates' verdict agree on: the larger
//! one, at most twice the other. A balance alone may be wrong: where few use a lane, those add up whom no loop has
//! seen, since they changed lanes beside it. What mates tell alone is wrong where the drivers choose other lanes than usual.

use alloc::{string::String, vec, vec::Vec};

use super::{DetectorBank, Health, health, mates::Pair};
use crate::{
    Millis,
    plan::{DetectorKind, DetectorLimits, DetectorUse},
};

/// How often balances are drawn. Meanwhile a busy lane sees two or three.
pub(super) const EVERY: Millis = Millis(10_000);

/// So many other sections are witnesses of one: the usual road has three.
pub(super) const WITNESSES: usize = 2;

/// One of so many who come over one section is not seen at another one, at most: he changes lanes beside a loop, or parks.
const UNSEEN: u32 = 20;

/// A balance that has risen by a smaller part of the limit than one in so many counts as none.
const FAR: u32 = 4;

/// Of a new loop so many are supposed to have come: it may be used as well as another one.
const NEW: u64 = 20;

/// What a loop has of a witness.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Balance {
    /// What the witness had counted when the loop was last seen to have been on, and that less what the other strands had.
    pub came: u32,
    pub since: u32,
    /// The highest since, while the loop was off.
    pub most: u16,
    /// How high it rises until the loop goes on.
    pub pair: Pair,
    /// What it expects of the loop, in thousandths of a vehicle; none: it tells nothing.
    pub expected: Option<u32>,
}

/// A section.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Section {
    /// Its loops, by strand.
    pub strands: Vec<Vec<u16>>,
    /// Its witnesses.
    pub witnesses: Vec<u16>,
    /// The loops of the sections whose witness it is, and which of theirs it is.
    tells: Vec<(u16, u8)>,
}

/// Where a loop is among sections.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Strand {
    pub section: u16,
    pub number: u16,
}

/// The sections of a plan.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Sections {
    pub all: Vec<Section>,
    /// By detector.
    at: Vec<Option<Strand>>,
}

/// What a section has counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Passed {
    /// By strand.
    pub strands: Vec<u32>,
    /// Whether there is a strand of which no loop is to be believed.
    pub blind: bool,
}

impl Passed {
    fn all(&self) -> u32 {
        self.strands.iter().fold(0, |sum, &n| sum.wrapping_add(n))
    }
}

/// A loop that may be part of a section.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate<'a> {
    road: &'a str,
    kind: DetectorKind,
    /// The lanes that it covers, as bits.
    lanes: u32,
    channel: u16,
    /// How many lanes the road has.
    of: u8,
    /// The lane that leads to the line.
    way: &'a str,
}

impl Sections {
    /// `uses`: the first use of each channel.
    pub fn new<'a>(uses: impl Iterator<Item = (u16, &'a DetectorUse)>, limits: &[DetectorLimits]) -> Self {
        let candidate = |(channel, used): (u16, &'a DetectorUse)| {
            let (section, place) = (used.section.as_ref()?, used.place.as_ref()?);
            let counts = place.kind != DetectorKind::StopBar && limits[usize::from(channel)].expected > 0;
            let lanes = section.lanes.iter().fold(0, |all, &lane| all | 1u32.wrapping_shl(lane.into()));
            let (road, way): (&String, &String) = (&section.road, &place.lane);
            counts.then_some(Candidate { road, kind: place.kind, lanes, channel, of: section.of, way })
        };
        let mut found: Vec<Candidate<'a>> = uses.filter_map(candidate).collect();
        found.sort_unstable();
        let mut sections = Self { all: Vec::new(), at: vec![None; limits.len()] };
        let mut ways: Vec<Vec<&str>> = Vec::new();
        for of in found.chunk_by(|a, b| (a.road, a.kind) == (b.road, b.kind)) {
            let strands: Vec<&[Candidate<'_>]> = of.chunk_by(|a, b| a.lanes == b.lanes).collect();
            let covered = strands.iter().fold(0, |all, strand| all | strand[0].lanes);
            let widths: u32 = strands.iter().map(|strand| strand[0].lanes.count_ones()).sum();
            // All lanes, and none twice.
            if covered.count_ones() != widths || widths != u32::from(of[0].of) {
                continue;
            }
            let section = sections.all.len() as u16;
            for (number, strand) in (0..).zip(&strands) {
                strand.iter().for_each(|l| sections.at[usize::from(l.channel)] = Some(Strand { section, number }));
            }
            let strands = strands.iter().map(|strand| strand.iter().map(|l| l.channel).collect()).collect();
            sections.all.push(Section { strands, ..Section::default() });
            ways.push(of.iter().map(|l| l.way).collect());
        }
        for own in 0..sections.all.len() {
            let other = |&s: &usize| s != own && ways[s].iter().any(|way| ways[own].contains(way));
            let loops: Vec<u16> = sections.all[own].strands.iter().flatten().copied().collect();
            for (place, witness) in (0..).zip((0..sections.all.len()).filter(other).take(WITNESSES)) {
                sections.all[own].witnesses.push(witness as u16);
                sections.all[witness].tells.extend(loops.iter().map(|&d| (d, place)));
            }
        }
        sections
    }

    /// Nothing counted yet.
    pub fn passed(&self) -> Vec<Passed> {
        self.all.iter().map(|s| Passed { strands: vec![0; s.strands.len()], blind: false }).collect()
    }

    fn at(&self, number: u16) -> Option<Strand> {
        self.at.get(usize::from(number)).copied().flatten()
    }
}

impl DetectorBank {
    /// Draws all balances.
    pub(super) fn balance(&mut self) {
        for section in 0..self.passed.len() {
            self.count_passed(section);
        }
        for number in (0..u16::MAX).take(self.detectors.len()) {
            if let Some(at) = self.layout.sections.at(number) {
                self.draw(number, at);
            }
        }
        for number in (0..u16::MAX).take(self.detectors.len()) {
            self.tallied[usize::from(number)] = self.count(number);
            self.judge_balances(number);
        }
    }

    /// Adds up who has come over the strands of a section: what the first loop of each that is believed has counted.
    fn count_passed(&mut self, section: usize) {
        let (passed, strands) = (&mut self.passed[section].strands, &self.layout.sections.all[section].strands);
        for (passed, strand) in passed.iter_mut().zip(strands) {
            let believed = strand.iter().map(|&d| usize::from(d)).find(|&d| self.detectors[d].health.is_good());
            let more = believed.map_or(0, |d| self.detectors[d].count.saturating_sub(self.tallied[d]));
            *passed = passed.wrapping_add(more);
        }
    }

    /// Draws the balances of a loop, and begins them anew if it has been on.
    fn draw(&mut self, number: u16, at: Strand) {
        let (occupied, good) = (self.occupied(number), self.health(number).is_good());
        let was_on = self.count(number) != self.tallied[usize::from(number)];
        let whole = self.speaks(at.section);
        for place in 0..self.layout.sections.all[usize::from(at.section)].witnesses.len() {
            let witness = self.layout.sections.all[usize::from(at.section)].witnesses[place];
            let speaks = self.speaks(witness);
            let now = self.difference(at, witness);
            let balance = &mut self.balances[usize::from(number)][place];
            if was_on {
                if good && whole && speaks {
                    balance.pair.learn(balance.most.into());
                }
                self.begin_balance(number, place);
            } else if good && whole && speaks && !occupied {
                let rise = now.wrapping_sub(balance.since).cast_signed();
                balance.most = balance.most.max(rise.clamp(0, u16::MAX.into()) as u16);
            }
        }
    }

    /// Works out what its balances expect of a loop, and whether it is broken by that.
    fn judge_balances(&mut self, number: u16) {
        let expected = self.by_balance(number);
        let balances = self.balances[usize::from(number)].iter_mut().zip(expected);
        balances.for_each(|(balance, expected)| balance.expected = expected);
        let (limits, good) = (self.limits[usize::from(number)], self.health(number).is_good());
        let is_reached = |of: &Option<u32>| of.is_some_and(|of| u64::from(of) >= health::limit(&limits));
        if !good || limits.expected == 0 || !expected.iter().any(is_reached) {
            return;
        }
        if !self.occupied(number) {
            self.suspect(number);
        } else if limits.max_presence.0 > 0 && expected.iter().all(is_reached) {
            // So many cannot have come over it without a gap between them.
            self.find(number, Health::MaxPresence);
        }
    }

    /// What a witness has counted, less what all other strands of a section have.
    fn difference(&self, at: Strand, witness: u16) -> u32 {
        let own = &self.passed[usize::from(at.section)];
        let others = own.all().wrapping_sub(own.strands[usize::from(at.number)]);
        self.passed[usize::from(witness)].all().wrapping_sub(others)
    }

    /// Whether each strand of a section is to be believed.
    fn speaks(&self, section: u16) -> bool {
        !self.passed[usize::from(section)].blind
    }

    /// All balances of a loop begin anew.
    fn begin_balances(&mut self, number: u16) {
        for place in 0..WITNESSES {
            self.begin_balance(number, place);
        }
    }

    /// The balance of a loop by one of its witnesses, if there is such a one, begins anew.
    fn begin_balance(&mut self, number: u16, place: usize) {
        let Some(at) = self.layout.sections.at(number) else { return };
        let Some(&witness) = self.layout.sections.all[usize::from(at.section)].witnesses.get(place) else { return };
        let (came, since) = (self.passed[usize::from(witness)].all(), self.difference(at, witness));
        let balance = &mut self.balances[usize::from(number)][place];
        *balance = Balance { came, since, most: 0, expected: None, ..*balance };
    }

    /// The health of a detector has changed: another loop may count for its strand from now on, or none, and until now perhaps none
    /// did.
    pub(super) fn look_at_section(&mut self, number: u16) {
        let Some(at) = self.layout.sections.at(number) else { return };
        let section = usize::from(at.section);
        self.find_blind(section);
        for strand in 0..self.layout.sections.all[section].strands.len() {
            for i in 0..self.layout.sections.all[section].strands[strand].len() {
                let number = self.layout.sections.all[section].strands[strand][i];
                self.tallied[usize::from(number)] = self.count(number);
                self.begin_balances(number);
            }
        }
        for told in 0..self.layout.sections.all[section].tells.len() {
            let (other, place) = self.layout.sections.all[section].tells[told];
            self.begin_balance(other, place.into());
        }
    }

    /// Finds whether a section has a strand of which no loop is to be believed.
    pub(super) fn find_blind(&mut self, section: usize) {
        let mut strands = self.layout.sections.all[section].strands.iter();
        self.passed[section].blind = strands.any(|strand| !strand.iter().any(|&d| self.health(d).is_good()));
    }

    /// How far the balance of a loop by one of its witnesses has risen.
    fn rise(&self, number: u16, at: Strand, place: usize) -> u32 {
        let witness = self.layout.sections.all[usize::from(at.section)].witnesses[place];
        let balance = &self.balances[usize::from(number)][place];
        let rise = self.difference(at, witness).wrapping_sub(balance.since).cast_signed().max(0).cast_unsigned();
        let came = self.passed[usize::from(witness)].all().wrapping_sub(balance.came);
        // It is not known yet how many are not seen.
        if balance.pair.is_known() { rise } else { rise.saturating_sub(came / UNSEEN) }
    }

    /// What a loop has counted in all.
    fn usual(&self, number: u16) -> u64 {
        u64::from(self.count(number)) + NEW
    }

    /// How likely a loop is the one that should have seen those whom nobody in its section has.
    fn weight(&self, number: u16) -> u64 {
        let missed = self.detectors[usize::from(number)].missed.into_iter().max().unwrap_or(0);
        self.usual(number).saturating_mul(u64::from(missed) + 1)
    }

    /// What each balance of a detector expects of it, in thousandths of a vehicle; none: it tells nothing.
    fn by_balance(&self, number: u16) -> [Option<u32>; WITNESSES] {
        let mut all = [None; WITNESSES];
        let Some(at) = self.layout.sections.at(number) else { return all };
        let section = &self.layout.sections.all[usize::from(at.section)];
        let limit = u32::from(self.limits[usize::from(number)].expected);
        for (place, _) in section.witnesses.iter().enumerate().filter(|(_, w)| self.speaks(**w)) {
            let rise = self.rise(number, at, place);
            if rise < limit / FAR {
                all[place] = Some(0);
                continue;
            }
            let own = self.weight(number);
            let mut weights = own;
            for (n, strand) in (0..).zip(&section.strands).filter(|(n, _)| *n != at.number) {
                let other = Strand { number: n, ..at };
                if !strand.iter().any(|&d| self.health(d).is_good()) {
                    // Nobody knows how many of them came there: as usual.
                    weights = weights.saturating_add(own.saturating_mul(self.usual(strand[0])) / self.usual(number));
                } else if strand.iter().all(|&d| 2 * self.rise(d, other, place) >= rise) {
                    weights = weights.saturating_add(self.weight(strand[0]));
                }
            }
            let expected = self.balances[usize::from(number)][place].pair.expected(rise, 1);
            all[place] = Some(u32::try_from(expected.saturating_mul(own) / weights).unwrap_or(u32::MAX));
        }
        all
    }
}
