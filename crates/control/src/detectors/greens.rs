//! Each green of a lane, and what it says of its detectors: see [`presence`](super::presence).

use super::{
    DetectorBank, Health,
    between::Counted,
    mates::{Pair, Place},
    presence::{COUNT_FREE, Green, OVER_ZONE, QUEUE, QUIET, SETS_OFF, SHORTEST, Whole, ZONE_FREE},
};
use crate::{Lamp, Millis, Plan, group_set::GroupSet, plan::DetectorKind};

impl DetectorBank {
    /// Lamps of a plan have changed at `at`; what each group shows.
    pub fn show(&mut self, at: Millis, plan: &Plan, lamps: &[Lamp]) {
        let groups = plan.groups();
        self.look(at, &GroupSet::of(groups.len(), |g| lamps.get(g).is_some_and(|&lamp| groups[g].shows_open(lamp))));
    }

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

    /// A minute ends: greens that last are cut, and before closed lines somebody may be forgotten.
    pub(super) fn look_at_lanes(&mut self, at: Millis) {
        for lane in 0..self.greens.len() {
            match self.greens[lane].open {
                Some(opened) if at - opened >= SHORTEST => {
                    self.end_green(lane, opened, at);
                    self.begin_green(lane, at);
                }
                Some(_) => {}
                None if self.is_forgotten(lane, at) => self.forgotten.push(lane as u16),
                None => {}
            }
        }
    }

    /// Whether somebody came over an advance loop of a closed lane, or stands there, and nobody has been seen at its line since.
    fn is_forgotten(&self, lane: usize, at: Millis) -> bool {
        let (of, green) = (&self.layout.lanes[lane], &self.greens[lane]);
        let Some(zone) = of.zone.filter(|&zone| !self.occupied(zone)) else { return false };
        let came = |&d: &u16| {
            let upstream = self.layout.places[usize::from(d)].is_some_and(|p| !p.is_at_line());
            // Whom a whole green has not moved another one does not help.
            let last = if self.occupied(d) { green.before } else { green.closed };
            let since = self.since(zone).max(last.unwrap_or(self.began));
            let came = self.last_on(d).is_some_and(|on| on > since && at - on >= QUEUE);
            upstream && came && self.health(d).is_good() && self.comes(zone, d).is_close()
        };
        of.detectors.iter().any(came)
    }

    /// Of a lane in which somebody was forgotten since this was asked for last: the groups that let him go.
    pub(crate) fn take_forgotten(&mut self) -> Option<&GroupSet> {
        let lane = self.forgotten.pop()?;
        self.layout.lanes.get(usize::from(lane)).map(|of| &of.groups)
    }

    /// A detector goes off at `at`; it was on since `since`. Who has stood on an advance loop before a closed line, and moves now
    /// that it is open, has stood in a queue: a zone that has seen nobody meanwhile is dead.
    pub(super) fn let_go(&mut self, number: u16, since: Millis, at: Millis) {
        // Mostly nobody has stood there for so long.
        if at - since < QUEUE {
            return;
        }
        let Some(place) = self.layout.places[usize::from(number)].filter(|p| !p.is_at_line()) else { return };
        let lane = usize::from(place.lane);
        let moves = self.greens[lane].open.is_some_and(|opened| since < opened);
        let of = &self.layout.lanes[lane];
        let Some(zone) = of.zone.filter(|_| moves) else { return };
        // Unless those before him have left it is another lane's queue.
        let left = |count: u16| !self.health(count).is_good() || self.since(count) > since;
        let moves = of.count.is_none_or(left);
        let unseen = moves && !self.occupied(zone) && self.since(zone) <= since;
        let believed = self.health(number).is_good() && self.health(zone).is_good();
        let comes = self.comes(zone, number);
        if unseen && believed && comes.is_learned() && comes.is_close() && self.limits[usize::from(zone)].expected > 0 {
            self.find(zone, Health::NoActivity);
        }
    }

    /// A detector at a line goes off at `at`: that of a zone says that nobody stands there; one that counts may have counted
    /// the last.
    pub(super) fn leave(&mut self, number: u16, lane: usize, at: Millis) {
        let of = &self.layout.lanes[lane];
        let Some((upstream, drive)) = of.upstream else { return };
        let mut now = Counted { came: self.count(upstream), left: self.counted(lane) };
        if of.count == Some(number) {
            self.greens[lane].between.then = now;
        } else if of.zone == Some(number) && of.count.is_some() {
            // Who is on his way to the zone is not there yet.
            let on_way = self.last_on(upstream).is_some_and(|on| at - on <= drive);
            now.came = now.came.wrapping_sub(on_way.into());
            self.greens[lane].between.learn(now);
        }
    }

    /// A lane opens, or its green goes on after a cut.
    fn begin_green(&mut self, lane: usize, at: Millis) {
        let counted = self.counted(lane);
        let green = &mut self.greens[lane];
        *green = Green { open: Some(at), counted, zone_free: false, count_free: false, count_sure: false, ..*green };
    }

    /// A detector at the line was off from `since` to `at`: whoever stood somewhere in its lane meanwhile would have come there.
    /// (Who comes to it now has left, as far as is counted: he drove there, unless he stood back for all that time.)
    pub(super) fn deny(&mut self, lane: usize, number: u16, since: Millis, at: Millis) {
        let of = &self.layout.lanes[lane];
        let since = self.greens[lane].closed.map_or(since, |closed| since.max(closed)).max(self.began);
        if of.zone == Some(number) {
            for number in of.detectors.iter().map(|&d| usize::from(d)) {
                let (d, place) = (&mut self.detectors[number], &self.layout.places[number]);
                if !d.occupied {
                    continue;
                }
                let needs = place.as_ref().map(|place| match place.kind {
                    DetectorKind::StopBar => Millis::NEVER,
                    DetectorKind::Count => OVER_ZONE,
                    DetectorKind::X | DetectorKind::In => place.drive + SETS_OFF + ZONE_FREE,
                });
                d.denied |= needs.is_some_and(|needs| at - since.max(d.since) >= needs);
            }
        } else if let (Some(zone), true, true) = (of.zone, of.count == Some(number), of.count_covers) {
            let d = &self.detectors[usize::from(zone)];
            if !d.occupied || at - since.max(d.since) < COUNT_FREE {
                return;
            }
            let upstream = of.upstream.filter(|&(d, _)| self.health(d).is_good());
            let (between, left) = (&self.greens[lane].between, self.counted(lane));
            let nobody = upstream.is_some_and(|(d, _)| between.nobody(Counted { came: self.count(d), left }));
            self.detectors[usize::from(zone)].denied |= nobody;
        }
    }

    /// The green of a lane ends: those of its detectors that were on all the time may be stuck.
    fn end_green(&mut self, lane: usize, opened: Millis, at: Millis) {
        let of = &self.layout.lanes[lane];
        let mut green = self.greens[lane];
        for line in [of.zone, of.count].into_iter().flatten().filter(|&d| !self.occupied(d)) {
            let tells = || of.upstream.is_some_and(|(d, _)| self.health(d).is_good());
            green.look(of, line, (self.last_on(line), self.since(line)), at, tells);
        }
        let [zone, count] = [of.zone, of.count].map(|line| line.filter(|&d| !self.occupied(d)));
        zone.into_iter().chain(count).for_each(|line| self.deny(lane, line, self.since(line), at));
        self.greens[lane] = Green { open: None, closed: Some(at), before: Some(opened), ..green };
        for i in 0..self.layout.lanes[lane].detectors.len() {
            let of = &self.layout.lanes[lane];
            let number = of.detectors[i];
            let d = &self.detectors[usize::from(number)];
            if !d.occupied || d.since > opened {
                continue;
            }
            let Some(place) = self.layout.places[usize::from(number)] else { continue };
            let whole = self.whole(lane, number, place, (opened, at), &green);
            let counts =
                u8::from(whole.contradicts()) * (1 + u8::from(green.count_sure && whole.count_free == Some(true)));
            let (i, d) = (usize::from(number), &mut self.detectors[usize::from(number)]);
            (d.greens, d.denied) = (d.greens.saturating_add(1), false);
            d.contradicted = d.contradicted.saturating_add(counts);
            if self.is_stuck(i, &self.limits[i]) && self.health(number).is_good() {
                self.find(number, Health::MaxPresence);
            }
        }
    }

    /// What others of its lane say of a detector that was on in a whole green.
    fn whole(&self, lane: usize, number: u16, place: Place, (opened, at): (Millis, Millis), green: &Green) -> Whole {
        let of = &self.layout.lanes[lane];
        let believed = |d: &u16| *d != number && self.health(*d).is_good();
        // Of an advance loop the line knows only if most who come over it come there.
        // Over a zone several go on once: the loop that counts tells it as well, whatever it is worth now.
        let comes = |by: u16| self.comes(by, number).is_close();
        let most_come = place.is_at_line() || [of.zone, of.count].into_iter().flatten().any(comes);
        let speaks = |by: &u16| believed(by) && most_come;
        // Who has been on all the time, too, knows nothing.
        let knows = |d: &u16| believed(d) && !(self.occupied(*d) && self.since(*d) <= opened);
        let line =
            if of.zone == Some(number) { [of.count.filter(|_| of.count_covers), None] } else { [of.zone, of.count] };
        let i = usize::from(number);
        let (counted, pairs) = (&self.detectors[i].counted, &self.detectors[i].record.pairs);
        // Of each mate that knows something: where it lies, how many have come over it, and how many of them to this one.
        let mates = self.layout.links[i].mates().iter().zip(counted).zip(pairs).filter(|((mate, _), _)| knows(mate));
        let mates = mates.filter_map(|((&mate, &counted), pair)| {
            let came = self.count(mate).wrapping_sub(counted);
            Some((mate, self.layout.places[usize::from(mate)]?, came, pair.of_those(came)))
        });
        let upstream = mates.clone().filter(|m| !m.1.is_at_line() && m.1.ahead > place.ahead);
        let mut downstream = mates.filter(|m| of.zone != Some(m.0) && m.1.ahead < place.ahead);
        let quiet = |mate: u16| !self.occupied(mate) && at - self.since(mate).max(self.began) >= QUIET;
        let by = if of.zone == Some(number) { of.count } else { of.zone };
        Whole {
            place,
            denied: self.detectors[i].denied && by.is_some_and(|by| speaks(&by)),
            zone_free: of.zone.filter(speaks).map(|_| green.zone_free),
            count_free: of.count.filter(|c| speaks(c) && of.count_covers).map(|_| green.count_free),
            left: !of.count.is_some_and(|c| believed(&c)) || self.counted(lane) != green.counted,
            passed: downstream.any(|m| m.2 >= m.1.at_most(&place)),
            too_many: upstream.clone().any(|m| !self.occupied(m.0) && m.3 >= m.1.at_most(&place)),
            quiet: upstream.map(|m| m.0).next().is_some_and(quiet),
            known: line.iter().flatten().any(knows),
            lasted: at - opened,
        }
    }

    /// What a detector has of one of its mates: how many of those who come there come to it.
    fn comes(&self, number: u16, mate: u16) -> Pair {
        let i = usize::from(number);
        let place = self.layout.links[i].mates().iter().position(|&m| m == mate);
        place.map_or(Pair::default(), |place| self.detectors[i].record.pairs[place])
    }

    /// Until when others have kept a zone on: those who leave over the loop that counts beside it.
    pub(super) fn kept_on(&self, number: u16) -> Millis {
        let lane = self.layout.places[usize::from(number)].map(|p| &self.layout.lanes[usize::from(p.lane)]);
        let beside = lane.filter(|of| of.zone == Some(number)).and_then(|of| of.count);
        beside.filter(|&c| self.health(c).is_good()).map_or(Millis(i64::MIN), |c| self.since(c))
    }
}
