//! Each green of a lane, and what it says of its detectors: see [`presence`](super::presence).

use super::{
    DetectorBank, Health, is_stuck,
    mates::{Pair, Place},
    presence::{Green, QUEUE, QUIET, SHORTEST, Whole},
};
use crate::{Millis, group_set::GroupSet};

impl DetectorBank {
    /// Lamps have changed at `at`: these groups are open.
    pub(crate) fn look(&mut self, at: Millis, open: &GroupSet) {
        for lane in 0..self.greens.len() {
            let is_open = self.layout.groups.share(lane, open);
            match self.greens[lane].open {
                None if is_open => self.begin_green(lane, at),
                Some(opened) if !is_open => self.end_green(lane, opened, at),
                _ => {}
            }
        }
    }

    /// What the loop that counts a lane has counted.
    pub(super) fn counted(&self, lane: usize) -> u32 {
        self.layout.lanes[lane].count.map_or(0, |loop_at| self.count(loop_at))
    }

    /// What the advance loop of a lane nearest to the line has counted.
    pub(super) fn entered(&self, lane: usize) -> u32 {
        self.layout.lanes[lane].advance.map_or(0, |loop_at| self.count(loop_at))
    }

    /// A minute ends: greens that last are cut, and before closed lines zones may be dead.
    pub(super) fn look_at_lanes(&mut self, at: Millis) {
        for lane in 0..self.greens.len() {
            match self.greens[lane].open {
                Some(opened) if at - opened >= SHORTEST => {
                    self.end_green(lane, opened, at);
                    self.begin_green(lane, at);
                }
                Some(_) => {}
                None => {
                    self.look_for_queue(lane, at);
                    if self.is_forgotten(lane, at) {
                        self.forgotten.push(lane as u16);
                    }
                }
            }
        }
    }

    /// Whether somebody came over an advance loop of a closed lane, and nobody has been seen at its line since.
    fn is_forgotten(&self, lane: usize, at: Millis) -> bool {
        let of = &self.layout.lanes[lane];
        let Some(zone) = of.zone.filter(|&zone| !self.occupied(zone)) else { return false };
        let since = self.since(zone).max(self.greens[lane].closed.unwrap_or(self.began));
        let came = |&d: &u16| {
            let upstream = self.layout.places[usize::from(d)].is_some_and(|p| !p.is_at_line());
            let last = self.last_on(d).filter(|&on| on > since && at - on >= QUEUE);
            upstream && last.is_some() && self.health(d).is_good() && self.comes(zone, d).is_close()
        };
        of.detectors.iter().any(came)
    }

    /// Of a lane in which somebody was forgotten since this was asked for last: the groups that let him go.
    pub(crate) fn take_forgotten(&mut self) -> Option<&GroupSet> {
        let lane = self.forgotten.pop()?;
        self.layout.lanes.get(usize::from(lane)).map(|of| &of.groups)
    }

    /// Whether somebody stands in the queue of a closed lane whose zone has seen nobody since he came.
    fn look_for_queue(&mut self, lane: usize, at: Millis) {
        let of = &self.layout.lanes[lane];
        let Some(zone) = of.zone.filter(|&zone| !self.occupied(zone) && self.health(zone).is_good()) else { return };
        let last = self.since(zone);
        let stands = |&d: &u16| {
            let upstream = of.zone != Some(d) && of.count != Some(d);
            upstream
                && self.occupied(d)
                && self.health(d).is_good()
                && self.since(d) >= last
                && at - self.since(d) >= QUEUE
        };
        if of.detectors.iter().any(stands) && self.limits[usize::from(zone)].expected > 0 {
            self.find(zone, Health::NoActivity);
        }
    }

    /// A lane opens, or its green goes on after a cut.
    fn begin_green(&mut self, lane: usize, at: Millis) {
        self.greens[lane] = Green { open: Some(at), counted: self.counted(lane), ..Green::default() };
    }

    /// The green of a lane ends: those of its detectors that were on all the time may be stuck.
    fn end_green(&mut self, lane: usize, opened: Millis, at: Millis) {
        let of = &self.layout.lanes[lane];
        let mut green = self.greens[lane];
        for line in [of.zone, of.count].into_iter().flatten().filter(|&d| !self.occupied(d)) {
            green.look(of, line, self.since(line), at);
        }
        self.greens[lane] = Green { closed: Some(at), ..Green::default() };
        for i in 0..self.layout.lanes[lane].detectors.len() {
            let of = &self.layout.lanes[lane];
            let number = of.detectors[i];
            let d = &self.detectors[usize::from(number)];
            let Some(place) = self.layout.places[usize::from(number)].filter(|_| d.occupied && d.since <= opened)
            else {
                continue;
            };
            if self.whole(lane, number, place, (opened, at), &green).contradicts() {
                let (d, limits) = (&mut self.detectors[usize::from(number)], &self.limits[usize::from(number)]);
                d.contradicted = d.contradicted.saturating_add(1);
                if is_stuck(d, limits) && d.health.is_good() {
                    self.find(number, Health::MaxPresence);
                }
            }
        }
    }

    /// What others of its lane say of a detector that was on in a whole green.
    fn whole(&self, lane: usize, number: u16, place: Place, (opened, at): (Millis, Millis), green: &Green) -> Whole {
        let of = &self.layout.lanes[lane];
        let believed = |d: &u16| *d != number && self.health(*d).is_good();
        // Of an advance loop the line knows only if most who come over it come there.
        let speaks = |by: &u16| believed(by) && (place.is_at_line() || self.comes(*by, number).is_close());
        let entrance = of.advance.filter(|a| believed(a) && !self.occupied(*a));
        let entered = self.entered(lane).wrapping_sub(self.records[usize::from(number)].entered);
        let most = entrance.and_then(|a| self.layout.places[usize::from(a)]).map(|entrance| entrance.at_most());
        let counted = self.counted(lane);
        // The other one at the line knows better, unless it is on all the time, too.
        let other = if of.zone == Some(number) { of.count.filter(|_| of.count_covers) } else { of.zone };
        let knows = other.is_some_and(|o| self.health(o).is_good() && !(self.occupied(o) && self.since(o) <= opened));
        Whole {
            place,
            zone_free: of.zone.filter(speaks).map(|_| green.zone_free),
            count_free: of.count.filter(|c| speaks(c) && of.count_covers).map(|_| green.count_free),
            left: !of.count.is_some_and(|c| believed(&c)) || counted != green.counted,
            left_since: counted.wrapping_sub(self.records[usize::from(number)].counted),
            too_many: entrance.zip(most).map(|(a, most)| self.comes(number, a).of_those(entered) >= most),
            quiet: entrance.filter(|_| !knows).map(|a| at - self.since(a).max(self.began) >= QUIET),
            lasted: at - opened,
        }
    }

    /// What a detector has of one of its mates: how many of those who come there come to it.
    fn comes(&self, number: u16, mate: u16) -> Pair {
        let i = usize::from(number);
        let place = self.layout.mates[i].iter().position(|&m| m == mate);
        place.map_or(Pair::default(), |place| self.records[i].pairs[place])
    }

    /// Until when others have kept a zone on: those who leave over the loop that counts beside it.
    pub(super) fn kept_on(&self, number: u16) -> Millis {
        let lane = self.layout.places[usize::from(number)].map(|p| &self.layout.lanes[usize::from(p.lane)]);
        let beside = lane.filter(|of| of.zone == Some(number)).and_then(|of| of.count);
        beside.filter(|&c| self.health(c).is_good()).map_or(Millis(i64::MIN), |c| self.since(c))
    }
}
