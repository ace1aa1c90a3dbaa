//! Who came over the cross sections of a road.
//!
//! Terms
//! - **section**: the loops of one kind that together [cover](crate::plan::RoadSection) all lanes of a road. Nobody passes it
//!   by, whatever lane he takes.
//! - **strand** of a section: its loops that cover the same lanes. Where lanes fork behind them there are several of these:
//!   every vehicle goes over all of them, and the first that is believed counts for all.
//! - **witness** of a section: another one on the same way, upstream or downstream.
//! - **balance** of a loop by a witness: those who came over the witness since the loop was last found to have been on, less
//!   those who came meanwhile over the other strands of its own section. They came over the loop, but for those who are still between the
//!   two.
//!
//! Balances are drawn [every so often](EVERY), by what the loops have counted until then: at each edge that would cost more than
//! all else that is done with it.
//!
//! So a balance tells what the [mates](super::mates) of a lane do not: how many change lanes, or come here though their lane
//! begins further down. How far it rises by itself, as a queue between two sections comes and goes, is learned like what is
//! missed of a mate. If other strands have seen nobody for about as long, it is shared out: by what they usually count, and by
//! what the mates of each have seen meanwhile; with strands that are not to be believed by what they usually count, and then
//! the mates have to agree: drivers choose other lanes than usual. While a strand of the witness is not to be believed it tells
//! nothing, and when all of a section are again all balances with it begin anew. A section that hardly anybody drives over lies
//! beside the way, whatever the plan says.
//!
//! What is expected of a loop is what the two largest of its two balances and of its mates' verdict agree on: the larger
//! one, at most twice the other. A balance alone may be wrong: where few use a lane, those add up whom no loop has
//! seen, since they changed lanes beside it or came out of a driveway; so mates have to tell of one in five at least. What mates tell alone is wrong where the drivers choose other lanes than usual.

use alloc::{vec, vec::Vec};

use super::{DetectorBank, Health, health, mates::Pair, presence::STUCK};
use crate::{
    Millis,
    plan::{DetectorKind, DetectorLimits, DetectorUse},
};

/// How often balances are drawn. Meanwhile a busy lane sees four or five; twice as often would cost half a per cent of a run and
/// find 0.2 % more of broken loops in time.
pub(super) const EVERY: Millis = Millis(20_000);

/// So many other sections are witnesses of one: the usual road has three.
pub(super) const WITNESSES: usize = 2;

/// One of so many who come over one section is not seen at another one, at most: he changes lanes beside a loop, or parks.
const UNSEEN: u32 = 20;

/// A loop whose balances have risen by a smaller part of its limit is not looked at.
const FAR: u32 = 4;

/// A section of several strands has seen one of so many at least of those whom its witnesses have.
const WHOLE: u64 = 4;

/// Of a new loop so many are supposed to have come: it may be used as well as another one.
const NEW: u64 = 20;

/// What a loop has of a witness.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Balance {
    /// What the witness had counted when the loop was last seen to have been on, and that less what the other strands had.
    pub came: u32,
    pub since: u32,
    /// The highest since, while the loop was off.
    pub most: u32,
    /// How far it had risen when it was drawn.
    pub rise: u32,
    /// How high it rises until the loop goes on.
    pub pair: Pair,
    /// What it expects of the loop, in thousandths of a vehicle; none: it tells nothing.
    pub expected: Option<u32>,
}

/// A section.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Section {
    /// Its loops, by strand.
    strands: Vec<Vec<u16>>,
    /// Its witnesses: who comes over them does so over it, too.
    witnesses: Vec<u16>,
}

/// Where a loop is among sections.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Strand {
    section: u16,
    number: u16,
    /// When a balance of the loop has risen so far, it is looked at.
    far: u32,
}

/// The sections of a plan.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Sections {
    all: Vec<Section>,
    /// By detector.
    at: Vec<Option<Strand>>,
}

/// What a section has counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Passed {
    /// By strand.
    pub strands: Vec<u32>,
    /// By all of them.
    all: u32,
    /// Whether there is a strand of which no loop is to be believed; and whether there was one when balances were drawn last.
    pub blind: bool,
    was_blind: bool,
}

impl Passed {
    /// What was saved.
    pub fn saved(strands: Vec<u32>, blind: bool) -> Self {
        let all = strands.iter().fold(0, |sum: u32, &n| sum.wrapping_add(n));
        Self { strands, all, blind, was_blind: blind }
    }

    /// Whether all strands are to be believed again.
    const fn is_back(&self) -> bool {
        self.was_blind && !self.blind
    }
}

/// What a witness tells a section.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// How many have come over it.
    came: u32,
    /// Whether anything is expected by it, whether anything is learned of it, and whether all balances with it begin anew.
    tells: bool,
    teaches: bool,
    is_back: bool,
}

impl Told {
    fn by(witness: &Passed, own: &Passed) -> Self {
        // Where most go by it is no section: several loops are hardly broken at once and found by nobody else.
        let whole = own.strands.len() == 1 || u64::from(own.all) * WHOLE >= u64::from(witness.all);
        let is_back = own.is_back() || witness.is_back();
        let teaches = !own.blind && !witness.blind && !is_back;
        Self { came: witness.all, tells: !witness.blind && whole, teaches, is_back }
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
            let (kind, of) = (place.kind, section.of);
            counts.then_some(Candidate { road: &section.road, kind, lanes, channel, of, way: &place.lane })
        };
        let mut found: Vec<Candidate<'a>> = uses.filter_map(candidate).collect();
        found.sort_unstable();
        let mut sections = Self { all: Vec::new(), at: vec![None; limits.len()] };
        // Of each section its first loop, and the lanes before the line to which all lead.
        let mut ways: Vec<(&Candidate<'_>, Vec<&str>)> = Vec::new();
        for of in found.chunk_by(|a, b| (a.road, a.kind) == (b.road, b.kind)) {
            let strands: Vec<&[Candidate<'_>]> = of.chunk_by(|a, b| a.lanes == b.lanes).collect();
            let covered = strands.iter().fold(0, |all, strand| all | strand[0].lanes);
            let widths: u32 = strands.iter().map(|strand| strand[0].lanes.count_ones()).sum();
            // All lanes, and none twice.
            if covered.count_ones() != widths || of.iter().any(|loops| widths != u32::from(loops.of)) {
                continue;
            }
            let section = sections.all.len() as u16;
            for (number, strand) in (0..).zip(&strands) {
                for i in strand.iter().map(|l| usize::from(l.channel)) {
                    sections.at[i] = Some(Strand { section, number, far: u32::from(limits[i].expected) / FAR });
                }
            }
            let strands = strands.iter().map(|strand| strand.iter().map(|l| l.channel).collect()).collect();
            sections.all.push(Section { strands, ..Section::default() });
            ways.push((&of[0], of.iter().map(|l| l.way).collect()));
        }
        for own in 0..ways.len() {
            let (first, leads_to) = &ways[own];
            let on_the_way = |&s: &usize| {
                let beside = |l: &&Candidate<'_>| l.kind == first.kind && l.road != first.road;
                // Where roads merge who comes over the one is not missed at the other.
                let merged = || found.iter().filter(beside).any(|l| ways[s].1.contains(&l.way));
                s != own && ways[s].1.iter().any(|way| leads_to.contains(way)) && !merged()
            };
            let witnesses = (0..ways.len()).filter(on_the_way).take(WITNESSES);
            sections.all[own].witnesses = witnesses.map(|s| s as u16).collect();
        }
        sections
    }

    /// Nothing counted yet.
    pub fn passed(&self) -> Vec<Passed> {
        self.all.iter().map(|s| Passed::saved(vec![0; s.strands.len()], false)).collect()
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
        for section in 0..self.passed.len() {
            self.draw(section);
        }
        for number in (0..u16::MAX).take(self.detectors.len()) {
            if let Some(at) = self.layout.sections.at(number).filter(|at| self.has_risen(number, at.far)) {
                self.judge_balances(number, at);
            }
        }
        self.passed.iter_mut().for_each(|passed| passed.was_blind = passed.blind);
    }

    /// Adds up who has come over the strands of a section: what the first loop of each that is believed has counted.
    fn count_passed(&mut self, section: usize) {
        let (passed, strands) = (&mut self.passed[section], &self.layout.sections.all[section].strands);
        passed.blind = false;
        for (sum, strand) in passed.strands.iter_mut().zip(strands) {
            match strand.iter().map(|&d| usize::from(d)).find(|&d| self.detectors[d].health.is_good()) {
                Some(d) => {
                    let more = self.detectors[d].count.saturating_sub(self.tallied[d]);
                    (*sum, passed.all) = (sum.wrapping_add(more), passed.all.wrapping_add(more));
                }
                None => passed.blind = true,
            }
        }
    }

    /// Draws the balances of a section's loops; those of one that has been on begin anew.
    fn draw(&mut self, section: usize) {
        let (own, Section { strands, witnesses }) = (&self.passed[section], &self.layout.sections.all[section]);
        let mut told = [Told::default(); WITNESSES];
        for (told, &witness) in told.iter_mut().zip(witnesses) {
            *told = Told::by(&self.passed[usize::from(witness)], own);
        }
        for (strand, &passed) in strands.iter().zip(&own.strands) {
            let others = own.all.wrapping_sub(passed);
            for &number in strand {
                let i = usize::from(number);
                let (d, balances) = (&self.detectors[i], self.balances[i].iter_mut().zip(&told));
                let was_on = core::mem::replace(&mut self.tallied[i], d.count) != d.count;
                for (balance, told) in balances.take(witnesses.len()) {
                    let (now, learns) = (told.came.wrapping_sub(others), told.teaches && d.health.is_good());
                    balance.expected = told.tells.then_some(0);
                    if was_on || told.is_back {
                        if learns {
                            balance.pair.learn(balance.most);
                        }
                        *balance = Balance { came: told.came, since: now, most: 0, rise: 0, ..*balance };
                        continue;
                    }
                    balance.rise = now.wrapping_sub(balance.since).cast_signed().max(0).cast_unsigned();
                    if learns && !d.occupied {
                        balance.most = balance.most.max(balance.rise);
                    }
                    if !balance.pair.is_known() {
                        // It is not known yet how many are not seen.
                        balance.rise = balance.rise.saturating_sub(told.came.wrapping_sub(balance.came) / UNSEEN);
                    }
                }
            }
        }
    }

    /// Whether a balance of a loop that tells something has risen so far.
    fn has_risen(&self, number: u16, far: u32) -> bool {
        self.balances[usize::from(number)].iter().any(|balance| balance.rise >= far && balance.expected.is_some())
    }

    /// Works out what its balances expect of a loop, and whether it is broken by that.
    fn judge_balances(&mut self, number: u16, at: Strand) {
        let limits = self.limits[usize::from(number)];
        let mut reached = 0;
        for place in 0..WITNESSES {
            let Some(0) = self.balances[usize::from(number)][place].expected else { continue };
            let expected = self.by_balance(number, at, place);
            self.balances[usize::from(number)][place].expected = Some(expected);
            reached += usize::from(u64::from(expected) >= health::limit(&limits));
        }
        if reached == 0 || !self.health(number).is_good() {
            return;
        }
        if !self.occupied(number) {
            self.suspect(number);
        } else if limits.max_presence.0 > 0 && reached == WITNESSES && !self.is_beside_blind(number) {
            // So many cannot have come over it without a gap between them: as if it had been on in too many greens.
            let d = &mut self.detectors[usize::from(number)];
            (d.greens, d.contradicted) = (STUCK, STUCK);
            self.find(number, Health::MaxPresence);
        }
    }

    /// Whether a strand of a loop's section is not to be believed.
    pub(super) fn is_beside_blind(&self, number: u16) -> bool {
        self.layout.sections.at(number).is_some_and(|at| self.passed[usize::from(at.section)].blind)
    }

    /// How much a loop is used, by what it has counted. See [`NEW`].
    fn usual(&self, number: u16) -> u64 {
        u64::from(self.count(number)) + NEW
    }

    /// How likely a loop is the one that should have seen those whom nobody in its section has.
    fn weight(&self, number: u16) -> u64 {
        let missed = self.detectors[usize::from(number)].missed.into_iter().max().unwrap_or(0);
        self.usual(number).saturating_mul(u64::from(missed) + 1)
    }

    /// What a balance of a loop expects of it, in thousandths of a vehicle.
    fn by_balance(&self, number: u16, at: Strand, place: usize) -> u32 {
        let section = &self.layout.sections.all[usize::from(at.section)];
        let balance = &self.balances[usize::from(number)][place];
        let own = self.weight(number);
        let mut weights = own;
        for (_, strand) in (0..).zip(&section.strands).filter(|(n, _)| *n != at.number) {
            let risen = |d: u16| 2 * u64::from(self.balances[usize::from(d)][place].rise) >= u64::from(balance.rise);
            if !strand.iter().any(|&d| self.health(d).is_good()) {
                // Nobody knows how many of them came there: as usual.
                weights = weights.saturating_add(own.saturating_mul(self.usual(strand[0])) / self.usual(number));
            } else if strand.iter().all(|&d| risen(d)) {
                weights = weights.saturating_add(self.weight(strand[0]));
            }
        }
        let expected = balance.pair.expected(balance.rise, 1);
        u32::try_from(expected.saturating_mul(own) / weights).unwrap_or(u32::MAX)
    }
}
