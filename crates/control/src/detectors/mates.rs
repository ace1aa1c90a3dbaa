//! How many vehicles a detector should have seen, by what others have seen.
//!
//! Terms
//! - **mate** of a detector: another one of its lane. Mostly the same vehicles pass both.
//! - **missed** by a detector: actuations of a mate since the detector was on last, and while it was off.
//! - **ratio** of a detector to a mate: its own actuations by those that it missed of the mate before they came, as was
//!   learned, at most 1; to a zone, over which several go on once, at most [`SEVERAL`].
//! - **burst**: several missed one after the other, as where drivers change lanes in front of a queue.
//! - **expected** of a detector: what it missed of a mate, times the ratio, and a third more (so that no more than are wanted
//!   are missed before it is found); less, while the ratio is known from few
//!   vehicles: somebody whom most pass by on another way is no dead detector; and less where it misses them in bursts.
//! - **approach**: the lanes from which common groups let vehicles go.
//!
//! One mate alone may be wrong: it chatters, or its vehicles turn off before they come here, which they do today and not
//! yesterday. So what a detector should have seen is what two believed mates agree on: the mean of the two that expect most,
//! at most twice the lesser; while nothing much is learned, the lesser. A queue that stands moves over no mate, a quiet night
//! is quiet for all of them, and a lane that nobody uses for an hour is used by nobody at its mates either. Where fewer
//! believed mates are left, more is asked for:
//! - one mate: half of what is expected by it; all if one of the two lies in the other, a loop that counts in its zone: nobody
//!   turns off in between;
//! - several of which only one sees anybody, and most of whose vehicles usually come here: a third (the others are broken
//!   and not found yet);
//! - of a lane before the line of which nobody was ever seen: a quarter of what advance loops tell, for nobody uses it;
//! - none: half of its usual share of what its approach counts, or of all that the cabinet counts where the lane is alone
//!   in its approach. How demand is shared among lanes changes within a day by itself.
//!
//! An advance loop that has never seen anybody is told from one that everybody passes by only where its mates, above and
//! below, count about the same; or by the [sections](super::sections) of its road. A mate from which nobody is expected (a bus lane) tells nothing.

use alloc::{vec, vec::Vec};

use super::{presence::COVERS_M, sections::Sections};
use crate::{
    Millis, Plan,
    group_set::GroupSet,
    lists::Sets,
    plan::{DetectorKind, DetectorLimits, DetectorPlace, DetectorUse},
};

/// So many mates of a detector are listened to: the usual layout has four detectors a lane.
pub(super) const MATES: usize = 3;

/// What is supposed before anything was learned: ten of twelve vehicles at a mate come here.
const PRIOR: (u64, u64) = (10, 12);

/// What is learned is of the last so many actuations, or about half as many.
pub(super) const LEARNED: u16 = 256;

/// So many actuations tell what the usual share of a detector is.
const USUAL: u32 = 30;

/// From so few nothing is known yet.
const FEW: u16 = 10;

/// From so many the ratio is known well enough.
const KNOWN: u16 = 20;

/// So often at most a detector is expected to go on for once that a mate did: over a zone several who follow each other go on once.
const SEVERAL: u64 = 3;

/// A detector is to be alarmed by the time that so many were expected as its limit says, not about then, though what is expected
/// scatters: so much more is reckoned. Of one that has seen nobody yet still more, and without doubt, as of one that is known:
/// it is mistaken once at most. (Of those that fail in a day of a city 99 % are alarmed by then;
/// `benches/detector_alarms.py`.)
const SOONER: (u64, u64) = (4, 3);
const SOONEST: (u64, u64) = (3, 2);

/// Where nobody is missed in bursts runs are shorter than by chance: their mean is reckoned as this share of it.
const EVENLY: (u64, u64) = (3, 4);

/// A vehicle, in the unit in which expectations are reckoned.
pub(super) const VEHICLE: u64 = 1000;

/// What a detector has learned of one of its mates: own actuations, those that were missed before they came, and the sum of
/// the squares of these.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Pair {
    pub own: u16,
    pub of: u16,
    pub squares: u32,
}

impl Pair {
    /// The detector is on again, after it has missed so many.
    pub fn learn(&mut self, missed: u32) {
        // No more than are learned from are counted: far less than the numbers hold.
        let missed = missed.min(u32::from(LEARNED)) as u16;
        self.own += 1;
        self.of += missed;
        self.squares += u32::from(missed) * u32::from(missed);
        if self.own.max(self.of) >= LEARNED {
            (self.own, self.of, self.squares) = (self.own / 2, self.of / 2, self.squares / 2);
        }
    }

    /// Expected by this mate, of which so many were missed, in thousandths of a vehicle. `most`: the ratio is no greater.
    ///
    /// If `own` were seen of `of`, nobody of `n` more is seen with probability (1 + n/of)^−own (Poisson, its mean known from
    /// what was seen): as if own · ln(1 + n/of) were expected, of which 2 · own · n / (2 · of + n) is no more. Of many this is
    /// their ratio. `of` is what was missed; or, if they were missed in bursts, half the run in which one of those missed finds
    /// himself in the mean, as often as anybody was seen: this is how fast the probability of longer runs falls (exactly, if
    /// it does so evenly). Then a third more is reckoned: see [`SOONER`].
    pub fn expected(&self, missed: u32, most: u64) -> u64 {
        let (own, of) = self.ratio();
        let bursts = u64::from(self.squares) * own / (2 * u64::from(self.of)).max(1);
        let of = (of * EVENLY.0 / EVENLY.1).max(bursts).max(own.div_ceil(most));
        let missed = u64::from(missed);
        let is_doubted = self.is_learned() && self.own.max(self.of) < KNOWN;
        let doubt = if is_doubted { missed } else { 0 };
        let sooner = if self.is_learned() { SOONER } else { SOONEST };
        2 * sooner.0 * VEHICLE * missed * own / (sooner.1 * (2 * of + doubt))
    }

    /// The same by what was supposed, with all doubt: of one mate alone that says so.
    fn supposed(&self, missed: u32) -> u64 {
        let ((own, of), missed) = (self.ratio(), u64::from(missed));
        2 * VEHICLE * missed * own / (2 * of + missed)
    }

    /// How many of so many at the mate must have come here.
    pub fn of_those(&self, many: u32) -> u32 {
        let (own, of) = self.ratio();
        (u64::from(many) * own.min(of) / of) as u32
    }

    /// Learned, with what was supposed before.
    fn ratio(&self) -> (u64, u64) {
        (u64::from(self.own) + PRIOR.0, u64::from(self.of) + PRIOR.1)
    }

    /// Whether somebody has come here.
    pub const fn is_learned(&self) -> bool {
        self.own > 0
    }

    /// Whether the ratio is known well enough.
    pub fn is_known(&self) -> bool {
        self.own.max(self.of) >= KNOWN
    }

    /// Whether most of the mate's vehicles come here.
    pub fn is_close(&self) -> bool {
        let (own, of) = self.ratio();
        2 * own >= of
    }
}

/// A believed mate of a detector.
pub(super) struct Witness<'a> {
    /// What the detector has learned of it.
    pub pair: &'a Pair,
    /// How many of its actuations the detector has missed.
    pub missed: u32,
    pub kind: DetectorKind,
    /// Whether it lies in the detector, or the detector in it: nobody can have turned off in between.
    pub here: bool,
}

/// No more are expected by mates of which no more than so many were missed, in thousandths of a vehicle.
pub(super) fn at_most(missed: u32) -> u64 {
    u64::from(missed) * VEHICLE * SEVERAL * SOONEST.0 / SOONEST.1
}

/// What is expected by some believed mates of a detector, of `all` that it has, in thousandths of a vehicle; none: there are none.
/// `passed_by`: the detector lies where who comes to the line may pass by.
pub(super) fn expected<'a>(believed: impl Iterator<Item = Witness<'a>>, all: usize, passed_by: bool) -> Option<u64> {
    let [mut first, mut second, mut close] = [0; 3];
    // Who came over the line, and over advance loops.
    let (mut line, mut advance) = (0, None);
    let (mut mates, mut advances, mut least, mut seen) = (0, 0, u16::MAX, 0);
    let mut here = false;
    for Witness { pair, missed, kind, here: is_here } in believed {
        mates += 1;
        here |= is_here;
        least = least.min(pair.own);
        seen = pair.own.max(seen);
        let expected = pair.expected(missed, if kind == DetectorKind::StopBar { SEVERAL } else { 1 });
        if pair.is_close() {
            close = (if pair.is_learned() { expected } else { pair.supposed(missed) }).max(close);
        }
        second = expected.min(first).max(second);
        first = expected.max(first);
        match kind {
            DetectorKind::StopBar | DetectorKind::Count => line = missed.max(line),
            DetectorKind::X | DetectorKind::In => {
                advance = advance.max(Some(missed));
                advances += 1;
            }
        }
    }
    let agree = |advance: u32| u64::from(line.max(advance)) <= 2 * u64::from(line.min(advance));
    let is_passed_by = passed_by && seen == 0 && all == MATES && !advance.is_some_and(agree);
    match mates {
        0 => None,
        // Nobody was ever seen: who comes by one of them perhaps comes to this lane further down, or the one that would tell is not
        // believed.
        _ if is_passed_by => Some(0),
        // Nor was anybody else at its line: nobody uses the lane, more likely than that two are broken.
        _ if seen == 0 && !passed_by && line == 0 => Some(if advances > 1 { second } else { first / 2 } / 4),
        1 if here => Some(first),
        1 => Some(first / 2),
        _ if least < FEW => Some(second.max(close / 3)),
        _ => Some(first.midpoint(second).min(2 * second).max(close / 3)),
    }
}

/// The usual share of a detector in what its approach counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Share {
    /// Its own actuations.
    pub own: u32,
    /// All of the approach when it was seen on last.
    pub all: u32,
}

impl Share {
    /// What is to be expected of it since it was seen last, now that there are `all` in the approach, in thousandths.
    pub fn expected(&self, all: u32) -> u64 {
        let since = u64::from(all.saturating_sub(self.all));
        if self.own < USUAL || self.all == 0 {
            return 0;
        }
        since.saturating_mul(u64::from(self.own) * VEHICLE) / u64::from(self.all) / 2
    }

    /// What was long ago counts half.
    pub const fn halve(&mut self) {
        (self.own, self.all) = (self.own / 2, self.all / 2);
    }
}

/// A lane with detectors. What edges ask stands first, in one cache line.
#[derive(Clone, PartialEq, Eq, Debug)]
#[repr(C, align(64))]
pub(super) struct Lane {
    /// Its first zone at the line, and its first loop that counts there.
    pub zone: Option<u16>,
    pub count: Option<u16>,
    /// Whether the first of a queue surely stands over the loop that counts.
    pub count_covers: bool,
    /// The nearest loop upstream of the line, and how long somebody drives from there to the zone at most if nothing holds him up.
    pub upstream: Option<(u16, Millis)>,
    /// The groups that let vehicles out of it.
    pub groups: GroupSet,
    /// Its detectors, from the stop line upstream.
    pub detectors: Vec<u16>,
}

/// Where a detector lies, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// Its lane: the place in [`Layout::lanes`].
    pub lane: u16,
    pub kind: DetectorKind,
    /// So many vehicles stand between it and the stop line.
    pub ahead: u32,
    /// How long somebody drives from there to the zone at the line at the usual speed.
    pub drive: Millis,
}

/// A detector is a mate of another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Tells {
    pub other: u16,
    /// Which of the other one's mates it is.
    pub place: u8,
    /// When the other one has missed so many, it is looked at more closely.
    pub expected: u16,
}

/// What an edge of a detector asks of the layout, close together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Links {
    /// Its approach; 0: the whole cabinet.
    pub approach: u16,
    /// Its lane: the place in [`Layout::lanes`].
    pub lane: Option<u16>,
    /// Whether it is the zone of the lane, or the loop that counts.
    pub at_line: bool,
    /// Its mates: the first so many.
    mates: [u16; MATES],
    many: u8,
    /// Of whom it is a mate: from where to where in [`Layout::tells`].
    pub tells: (u32, u32),
}

impl Links {
    /// Its mates.
    pub fn mates(&self) -> &[u16] {
        &self.mates[..usize::from(self.many)]
    }
}

/// Which detectors see the same vehicles. It follows from the plan.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Layout {
    pub lanes: Vec<Lane>,
    /// By lane, its groups.
    pub groups: Sets,
    /// By detector; none: nobody knows where it lies.
    pub places: Vec<Option<Place>>,
    pub links: Vec<Links>,
    /// Of whom detectors are mates, detector by detector.
    pub tells: Vec<Tells>,
    pub sections: Sections,
}

/// So much longer than at the usual speed somebody drives from one loop to the next.
const SLOWER: Millis = Millis(1000);

/// A car and the gap to the next one in a queue, m.
const CAR_SPACE_M: f64 = 7.5;

impl Layout {
    pub fn new(plan: &Plan, limits: &[DetectorLimits]) -> Self {
        let detectors = u16::try_from(limits.len()).unwrap_or(u16::MAX);
        let uses = &plan.spec().detectors;
        let first = |channel: u16| uses.iter().find(|d| d.channel == channel);
        let placed = |channel: u16| Some((channel, first(channel)?, first(channel)?.place.as_ref()?));
        let sections = Sections::new((0..detectors).filter_map(|d| Some((d, first(d)?))), limits);
        let mut known: Vec<(u16, &DetectorUse, &DetectorPlace)> = (0..detectors).filter_map(placed).collect();
        known.sort_by(|a, b| a.2.lane.cmp(&b.2.lane).then(a.2.distance_m.total_cmp(&b.2.distance_m)));
        let n = usize::from(detectors);
        let mut layout = Self { places: vec![None; n], links: vec![Links::default(); n], sections, ..Self::default() };
        let mut tells = vec![Vec::new(); n];
        let groups = plan.groups().len();
        for lane in known.chunk_by(|a, b| a.2.lane == b.2.lane) {
            let this = u16::try_from(layout.lanes.len()).unwrap_or(u16::MAX);
            let groups_of_lane = GroupSet::new(groups);
            let mut of = Lane {
                groups: groups_of_lane,
                detectors: Vec::new(),
                zone: None,
                count: None,
                count_covers: false,
                upstream: None,
            };
            let zone_m = lane.iter().filter(|d| d.2.kind == DetectorKind::StopBar).map(|d| d.2.length_m).next();
            for &(channel, used, place) in lane {
                let numbers: Vec<u16> = used.groups.iter().filter_map(|g| plan.find_group(g)).collect();
                of.groups.join(&GroupSet::listed(groups, &numbers));
                of.detectors.push(channel);
                let drive = (place.distance_m - zone_m.unwrap_or(0.0)).max(0.0) / place.speed_m_s;
                let drive = Millis::from_seconds(drive);
                match place.kind {
                    DetectorKind::StopBar => of.zone = of.zone.or(Some(channel)),
                    DetectorKind::Count if of.count.is_none() => {
                        of.count = Some(channel);
                        let far = place.distance_m + place.length_m;
                        of.count_covers = place.distance_m <= COVERS_M[0] && far >= COVERS_M[1];
                    }
                    DetectorKind::Count => {}
                    DetectorKind::X | DetectorKind::In => {
                        of.upstream = of.upstream.or(Some((channel, drive + SLOWER)));
                    }
                }
                let ahead = (place.distance_m / CAR_SPACE_M) as u32;
                layout.places[usize::from(channel)] = Some(Place { lane: this, kind: place.kind, ahead, drive });
            }
            for &own in &of.detectors {
                let others = of.detectors.iter().copied().filter(|&d| d != own).take(MATES);
                let links = &mut layout.links[usize::from(own)];
                for (place, mate) in (0u8..).zip(others) {
                    (links.mates[usize::from(place)], links.many) = (mate, place + 1);
                    let expected = limits[usize::from(own)].expected;
                    tells[usize::from(mate)].push(Tells { other: own, place, expected });
                }
                links.at_line = of.zone == Some(own) || of.count == Some(own);
                links.lane = Some(this);
            }
            layout.lanes.push(of);
        }
        layout.groups = Sets::new(layout.lanes.iter().map(|lane| &lane.groups));
        for (links, tells) in layout.links.iter_mut().zip(tells) {
            let first = layout.tells.len() as u32;
            layout.tells.extend(tells);
            links.tells = (first, layout.tells.len() as u32);
        }
        layout.find_approaches();
        layout
    }

    /// Gives lanes that share groups a number, those that share none 0.
    fn find_approaches(&mut self) {
        let mut numbers = vec![0u16; self.lanes.len()];
        let mut next = 1;
        for lane in 0..self.lanes.len() {
            for other in 0..lane {
                if self.lanes[lane].groups.shares(&self.lanes[other].groups) {
                    // What was apart until now may be one approach by this lane.
                    let (mine, its) = (numbers[lane], numbers[other]);
                    let number = if its > 0 {
                        its
                    } else if mine > 0 {
                        mine
                    } else {
                        next
                    };
                    next += u16::from(number == next);
                    numbers.iter_mut().filter(|n| mine > 0 && **n == mine).for_each(|n| *n = number);
                    (numbers[lane], numbers[other]) = (number, number);
                }
            }
        }
        for links in &mut self.links {
            links.approach = links.lane.map_or(0, |lane| numbers[usize::from(lane)]);
        }
    }

    /// Number of approaches, the whole cabinet among them.
    pub fn count(&self) -> usize {
        self.links.iter().map(|links| links.approach).max().map_or(1, |most| usize::from(most) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pair that has learned from such runs.
    fn pair(runs: impl Iterator<Item = u32>) -> Pair {
        let mut pair = Pair::default();
        runs.for_each(|run| pair.learn(run));
        pair
    }

    #[test]
    fn who_misses_some_in_bursts_is_expected_later() {
        // As recorded at a loop 111 m before the line, where drivers change lanes below it when the queue is long.
        let bursts = [5, 0, 0, 7, 3, 0, 4, 6, 0, 4, 1, 0, 0, 0, 0, 7, 0, 0, 2, 2];
        let in_bursts = pair(bursts.into_iter().cycle().take(100)).expected(30, 1);
        let evenly = pair(core::iter::repeat_n(2, 100)).expected(30, 1);
        assert!((15_000..17_000).contains(&in_bursts) && evenly >= 25_000, "{in_bursts}, {evenly}");
    }

    #[test]
    fn evenly_falling_runs_are_expected_as_seldom_as_they_are() {
        // Runs of a length of n or more with probability 2^−n: one of 20 is as rare as if 20 · ln 2 = 13.9 were expected.
        let halving = (0..8u32).flat_map(|n| core::iter::repeat_n(n, 1 << (7 - n)));
        let expected = pair(halving).expected(20, 1) * SOONER.1 / SOONER.0;
        assert!((13_000..14_500).contains(&expected), "{expected}");
    }

    #[test]
    fn of_those_at_a_mate_as_many_come_here_as_was_learned() {
        let half = pair(core::iter::repeat_n(2, 100));
        assert_eq!((half.of_those(20), half.is_close()), (10, true));
        let few = pair(core::iter::repeat_n(8, 25));
        assert_eq!((few.of_those(20), few.is_close()), (3, false));
        assert_eq!(Pair::default().of_those(12), 10, "nothing is learned yet");
    }

    /// What is expected by mates in such pairs, in whole vehicles.
    fn by(pairs: &[Pair], missed: &[u32], passed_by: bool) -> Option<u64> {
        let witness = |(pair, &missed)| Witness { pair, missed, kind: DetectorKind::X, here: false };
        expected(pairs.iter().zip(missed).map(witness), pairs.len(), passed_by).map(|expected| expected / VEHICLE)
    }

    #[test]
    fn what_is_known_is_not_doubted() {
        let known = pair(core::iter::repeat_n(1, 100));
        assert_eq!(known.expected(14, 1) / VEHICLE, 18, "four for three");
        assert_eq!(by(&[known; 2], &[15, 15], false), Some(20));
        // The other one goes on once for several: by itself it expects fewer.
        assert_eq!(by(&[known; 2], &[20, 9], false), Some(19));
        assert_eq!(by(&[known; 2], &[60, 5], false), Some(26), "it chatters, or only one sees anybody");
        assert_eq!(by(&[known; 1], &[28], false), Some(18));
        let few = pair(core::iter::repeat_n(1, 5));
        assert_eq!(by(&[few; 2], &[20, 9], false), Some(9));
    }

    #[test]
    fn a_loop_in_a_zone_is_not_doubted_alone() {
        let known = pair(core::iter::repeat_n(1, 100));
        let one = |here| {
            let witness = Witness { pair: &known, missed: 12, kind: DetectorKind::Count, here };
            expected(core::iter::once(witness), 1, false).map(|expected| expected / VEHICLE)
        };
        assert_eq!([one(false), one(true)], [Some(8), Some(16)]);
    }

    #[test]
    fn over_a_zone_several_go_on_once() {
        // Two and a half leave for each time that the zone goes on.
        let of_zone = Pair { own: 200, of: 80, squares: 80 };
        assert_eq!([1, SEVERAL].map(|most| of_zone.expected(6, most) / VEHICLE), [8, 16]);
    }

    #[test]
    fn where_all_pass_by_nobody_is_missed() {
        use DetectorKind::{Count, In, StopBar};
        let never = Pair::default();
        let by = |missed: &[(DetectorKind, u32)], passed_by| {
            let witness = |&(kind, missed)| Witness { pair: &never, missed, kind, here: false };
            expected(missed.iter().map(witness), MATES, passed_by).map(|expected| expected / VEHICLE)
        };
        // As recorded at a loop where a lane begins: those who leave over the line change lanes below it.
        let beside = [(StopBar, 35), (Count, 320), (In, 56)];
        assert_eq!(by(&beside, true), Some(0));
        // Nobody can pass by the line.
        assert_eq!(by(&beside, false), Some(84));
        let over = [(StopBar, 35), (Count, 60), (In, 56)];
        assert_eq!(by(&over, true), Some(84));
        // The one upstream is broken: at the line all come.
        assert_eq!(by(&over[..2], true), Some(0));
        assert_eq!(by(&over[1..], true), Some(84));
    }
}
