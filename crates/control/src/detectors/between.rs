//! Who came to a line and has not left: what two loops have counted.
//!
//! Over the loop that counts nobody may be for some seconds though somebody stands in the zone around it: he drives up slowly,
//! or stands back from the line because he lets others pass or wants to change lanes. Then he has come over the nearest loop
//! upstream, and fewer have left than came since the zone was off last.
//!
//! Some change lanes between the two, and some stop for good before the line. Where many do, the two tell nothing: this is
//! learned whenever the zone goes off. Where few do, each such gap in a green forgives one who came and did not leave; not
//! where mostly, as is seen when the zone goes off, somebody was there indeed: where one stands back in every green.

/// What two loops have counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Counted {
    /// Over the nearest loop upstream of a line.
    pub came: u32,
    /// Over the loop that counts there.
    pub left: u32,
}

/// What is learned is of the last so many who came, or about half as many.
pub(super) const LEARNED: u16 = 256;

/// One of so many who come changes lanes, at most, where the two loops tell who is between them.
const ONE_OF: u32 = 20;

/// Where one seems to be there in more gaps than these since the zone was off last, he is forgiven all the same: the zone may be
/// stuck on.
const MOST_GAPS: u8 = 15;

/// Where so many more of those whom a gap left behind were there than were not, nobody is forgiven; more are not counted.
const STAY: u8 = 3;
pub(super) const MOST_STAY: u8 = 15;

/// Those between a line and the nearest loop upstream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Between {
    /// When the zone was off last.
    pub since: Counted,
    /// When the loop that counts went off last.
    pub then: Counted,
    /// So many of those who have not left since the zone was off are not there; less than none: others left.
    pub forgiven: i32,
    /// Of how many who came it was learned, and how many of them did not leave, or left and had not come.
    pub came: u16,
    pub wrong: u16,
    /// Whether since the zone was off last somebody seemed to be there in a gap, and how often he was indeed, less how often not.
    pub stood: bool,
    pub stay: u8,
    /// In how many gaps since the zone was off last somebody seemed to be there; more than 255 are not counted.
    pub gaps: u8,
}

impl Between {
    /// Nobody is there.
    pub fn learn(&mut self, now: Counted) {
        let (came, left) = (now.came.wrapping_sub(self.since.came), now.left.wrapping_sub(self.since.left));
        if core::mem::take(&mut self.stood) {
            self.stay = if came == left { (self.stay + 1).min(MOST_STAY) } else { self.stay.saturating_sub(1) };
        }
        let most = u32::from(LEARNED);
        self.came += came.min(most) as u16;
        self.wrong += came.abs_diff(left).min(most) as u16;
        if self.came.max(self.wrong) >= LEARNED {
            (self.came, self.wrong) = (self.came / 2, self.wrong / 2);
        }
        (self.since, self.forgiven, self.gaps) = (now, 0, 0);
    }

    /// Whether as many have left by now as came, as far as it is known that the two loops tell.
    pub fn nobody(&self, now: Counted) -> bool {
        let came = now.came.wrapping_sub(self.since.came);
        let left = now.left.wrapping_sub(self.since.left);
        u32::from(self.came) >= ONE_OF && self.tells() && came == left
    }

    /// Whether few change lanes between the two.
    fn tells(&self) -> bool {
        u32::from(self.wrong) * ONE_OF <= u32::from(self.came) + ONE_OF
    }

    /// The loop that counts has been off for a while in a green. Returns whether anybody was there when it went off; none: the
    /// two loops do not tell.
    pub fn look(&mut self) -> Option<bool> {
        let came = self.then.came.wrapping_sub(self.since.came);
        let left = self.then.left.wrapping_sub(self.since.left);
        let remain = came.wrapping_sub(left).cast_signed();
        let anybody = remain > self.forgiven;
        self.stood |= anybody;
        self.gaps = self.gaps.saturating_add(anybody.into());
        let forgives = i32::from(self.stay < STAY || self.gaps > MOST_GAPS);
        self.forgiven = if anybody { self.forgiven.saturating_add(forgives) } else { remain };
        // Of few it is not known yet how many change lanes.
        (self.tells() && (u32::from(self.came) >= ONE_OF || !anybody)).then_some(anybody)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn who_came_and_did_not_leave_is_there() {
        let mut lane = Between::default();
        (1..40).for_each(|n| lane.learn(Counted { came: 3 * n, left: 3 * n }));
        let mut gap = |came: u32, left: u32| {
            lane.then = Counted { came: 117 + came, left: 117 + left };
            lane.look()
        };
        assert_eq!([gap(3, 1), gap(5, 4), gap(6, 6)], [Some(true), Some(false), Some(false)], "the first forgave one");
        assert_eq!([gap(8, 7), gap(9, 9)], [Some(true), Some(false)]);
    }

    #[test]
    fn where_one_stands_back_in_every_green_nobody_is_forgiven() {
        let mut lane = Between::default();
        let mut n = 0;
        // Of three who come in each green one stays for the next, until the zone is off and all have left.
        for _ in 0..30 {
            for behind in [1, 1, 0] {
                n += 3;
                lane.then = Counted { came: n, left: n - behind };
                lane.look();
            }
            lane.learn(Counted { came: n, left: n });
        }
        // But not for ever: the zone may be stuck on.
        let seen: Vec<_> = (0..30)
            .map(|_| {
                n += 3;
                lane.then = Counted { came: n, left: n - 1 };
                lane.look()
            })
            .collect();
        let denied = seen.iter().position(|&seen| seen == Some(false));
        assert_eq!(denied, Some(usize::from(MOST_GAPS) + 1), "{seen:?}");
    }

    #[test]
    fn where_many_change_lanes_two_loops_tell_nothing() {
        let mut lane = Between::default();
        (1..20).for_each(|n| lane.learn(Counted { came: 6 * n, left: 5 * n }));
        assert_eq!(lane.look(), None);
        // Later nobody does.
        (0..400).for_each(|n| lane.learn(Counted { came: 114 + 3 * n, left: 95 + 3 * n }));
        assert_eq!(lane.look(), Some(false));
    }
}
