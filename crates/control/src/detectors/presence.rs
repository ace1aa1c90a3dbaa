//! Whether somebody can be where a detector says that somebody is.
//!
//! Terms
//! - **own green** of a detector: from when a group of its lane opens until none is open any more.
//! - **free line**: nobody is before the stop line for a while, as another detector there says.
//! - **contradiction**: the detector was on in a whole own green, though whoever stood there must have left in it; or it was on
//!   then and at some time since the green before ended nobody can have been there: the detector is *denied*.
//!
//! Who stands before an open line leaves unless something holds him up: a queue before him, nobody letting him through, or
//! traffic that backs up from downstream. Then he stands at the line, and with him the first of the queue: the line is not
//! free. So a detector is stuck on if in two own greens, without an edge between, it was on from begin to end and in one of
//! them it was contradicted (a zone in both, for what tells of a zone may be wrong, or in one in which nobody was over the loop that
//! counts for [`SURE`], or [`ALONE_FREE`] where it tells alone). It is contradicted if
//! - it is an advance loop: somebody left in the green (as far as that is counted), though he must have driven over it, and
//!   the zone at the line was free for [`ZONE_FREE`] (where there is no zone to be believed, the loop that counts was, for [`COUNT_FREE`]); or since it
//!   went on more have come over a loop downstream than stand between the two, and half as many who came from beside; or
//!   the line knows nothing, and more of those who come over a loop upstream must have come to it than stand between them;
//!   or at any time, open or closed, the zone was free for longer than somebody who stood there takes to it ([`SETS_OFF`]), and [`ZONE_FREE`];
//! - it is the loop that counts: the zone around it was free for [`OVER_ZONE`], open or closed; or since it went on more of those who come
//!   over a loop upstream must have come to it than stand between the two;
//! - it is the zone: nobody was over the loop that counts for [`COUNT_FREE`], and as many had left as [came](super::between) (where
//!   that is not known: for [`ALONE_FREE`]), open or closed; or that one knows nothing, and in a green of at
//!   least [`LONG`] nobody has come over the nearest loop upstream that knows something for [`QUIET`], nor stands there, while
//!   before more came over one than stand between it and the line: those were no vehicle that waits alone.
//!
//! A detector that is not to be believed, or is on all the time, too, **knows nothing**: of a lane in which all but one are
//! stuck, that one tells.
//!
//! How many of those who come over one loop come to another one is [learned](super::mates). A loop over which mostly others
//! come, because lanes share it or fork behind it, is not contradicted by this lane's line. Nor does a loop that counts say
//! that the line is free where the first of a queue may stand behind it or before it ([`COVERS_M`]).
//!
//! A green that lasts for a minute or more is cut every minute, each piece counts as one. Where nothing else lies in the lane, the greatest
//! presence is what finds it. A zone that is kept on by those who leave over the loop that counts is not present for long:
//! in a lane that is full all day no gap between them shows.
//!
//! Who came over an advance loop of a closed lane more than [`QUEUE`] ago, or stands there, while nobody has been seen at its
//! line since, is *forgotten*: perhaps he changed lanes, perhaps nothing sees him. His lane is called once, whatever is found
//! later. If he stood there for [`QUEUE`] and moves when it opens, he stood in a queue: a zone that has seen nobody
//! meanwhile is dead. If he does not, perhaps nobody stands there. (Too few may pass a dead zone for it to be found by their
//! number: nobody else calls its lane.)

use super::{
    between::Between,
    mates::{Lane, Place},
};
use crate::{Millis, plan::DetectorKind};

/// So long a zone is off before an open line when nobody stands there.
pub(super) const ZONE_FREE: Millis = Millis(3000);

/// For so long a zone that reaches over a loop is not off while somebody stands there.
pub(super) const OVER_ZONE: Millis = Millis(1000);

/// Who stands in a queue sets off so long after nobody is before him.
pub(super) const SETS_OFF: Millis = Millis(5000);

/// The same of a loop that counts: who starts from behind the line needs some seconds to it.
pub(super) const COUNT_FREE: Millis = Millis(5000);

/// The same of a loop that counts where nobody stands back from the line for so long, whatever two loops have counted.
const SURE: Millis = Millis(12_000);

/// The same where no loop upstream tells whether anybody is still to come: some stand back from the line for a while.
const ALONE_FREE: Millis = Millis(7000);

/// The first of a queue stands over a loop that begins and ends so far from the line, m: drivers stop 0 to 2 m before it, and
/// no car is shorter than 3 m.
pub(super) const COVERS_M: [f64; 2] = [3.0, 2.0];

/// So many more than stand before a loop must have left.
const ALLOWANCE: u32 = 5;

/// Who stands before a closed line for so long stands in a queue.
pub(super) const QUEUE: Millis = Millis(60_000);

/// When nobody has come for so long in a green, everybody has left.
pub(super) const QUIET: Millis = Millis(20_000);

/// A green in which a zone full of vehicles empties.
pub(super) const LONG: Millis = Millis(10_000);

/// A green that lasts is cut into pieces no shorter than this.
pub(super) const SHORTEST: Millis = Millis(60_000);

/// In so many own greens a detector is contradicted before it is stuck.
pub(super) const STUCK: u8 = 2;

/// The present green of a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Green {
    /// Since when; none: it is closed.
    pub open: Option<Millis>,
    /// When the one before ended, and when it began; none: there was none.
    pub closed: Option<Millis>,
    pub before: Option<Millis>,
    /// Whether its zone, and its loop that counts, have been free for long enough in it.
    pub zone_free: bool,
    pub count_free: bool,
    /// Whether the loop that counts has been for so long that this green alone tells.
    pub count_sure: bool,
    /// What the loop that counts had counted at its begin.
    pub counted: u32,
    /// Who came to its line and has not left.
    pub between: Between,
}

impl Green {
    /// A detector at the line goes on, or the green ends, at `at`; it was off since `since`, and before on since `on`, if ever.
    /// `tells`: whether the loop upstream is to be believed.
    pub fn look(
        &mut self,
        lane: &Lane,
        detector: u16,
        (on, since): (Option<Millis>, Millis),
        at: Millis,
        tells: impl FnOnce() -> bool,
    ) {
        let Some(open) = self.open else { return };
        let off = at - since.max(open);
        // In a queue that crawls gaps last long, too, but no longer than it takes a vehicle to pass, in greens.
        let in_green = |on: Millis, from: Millis, until: Millis| (since.min(until) - on.max(from)).max(Millis(0));
        let before = self.before.zip(self.closed);
        let passed = on.map_or(Millis(0), |on| {
            in_green(on, open, at) + before.map_or(Millis(0), |(opened, closed)| in_green(on, opened, closed))
        });
        self.zone_free |= lane.zone == Some(detector) && off >= ZONE_FREE;
        if lane.count == Some(detector) && off >= COUNT_FREE.max(passed) {
            let anybody = self.between.look().filter(|_| tells());
            let surely = off >= if anybody.is_some() { SURE } else { ALONE_FREE };
            self.count_sure |= surely && anybody != Some(true);
            self.count_free |= anybody.map_or(off >= ALONE_FREE, |anybody| !anybody);
        }
    }
}

impl Place {
    /// Whether it shows who stands at the line.
    pub const fn is_at_line(&self) -> bool {
        matches!(self.kind, DetectorKind::StopBar | DetectorKind::Count)
    }

    /// More do not stand between it and another place of its lane, those who come from beside among them.
    pub const fn at_most(&self, other: &Self) -> u32 {
        let between = self.ahead.abs_diff(other.ahead);
        between + between / 2 + ALLOWANCE
    }
}

/// What there is to say of a detector that was on in the whole green that ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    pub place: Place,
    /// Whether another detector that is believed says that the line was free: the zone, and the loop that counts; none:
    /// there is no such detector.
    pub zone_free: Option<bool>,
    pub count_free: Option<bool>,
    /// Whether the line was free for so long that nobody can be at the detector.
    pub denied: bool,
    /// Whether somebody has left in the green; so, if the loop that counts them is not to be believed.
    pub left: bool,
    /// Whether over a loop downstream more have come since the detector went on than stand between the two.
    pub passed: bool,
    /// Whether more of those who came over a loop upstream since then must have come to the detector than stand between the
    /// two.
    pub too_many: bool,
    /// Whether nobody came over the nearest believed loop upstream for a while though the line was open, nor stands there.
    pub quiet: bool,
    /// Whether the detectors at the line tell who leaves: a zone is told by the loop that counts, others by both.
    pub known: bool,
    /// How long the green lasted.
    pub lasted: Millis,
}

impl Whole {
    /// Whether whoever stood there must have left.
    pub fn contradicts(&self) -> bool {
        let free = |line: Option<bool>| line == Some(true);
        match self.place.kind {
            DetectorKind::StopBar => {
                self.denied
                    || free(self.count_free)
                    || !self.known && self.quiet && self.too_many && self.lasted >= LONG
            }
            DetectorKind::Count => self.denied || self.too_many,
            DetectorKind::X | DetectorKind::In => {
                let free = free(self.zone_free.or(self.count_free));
                self.denied || self.left && free || self.passed || !self.known && self.too_many
            }
        }
    }
}
