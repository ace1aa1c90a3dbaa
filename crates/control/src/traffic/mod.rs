//! What sensors tell of the traffic in each approach lane: how many vehicles there are, and when they reach the line.
//!
//! Terms
//! - **due**: when a vehicle would reach the stop line if nobody held it up. Who is due and has not left is *queued*.
//! - **input loop**: the loop of a lane furthest upstream (IN, else X): counts who comes.
//! - **check loop**: the advance loop of a lane nearest to its line, if it has another upstream: counts again, where drivers
//!   have chosen their lanes.
//! - **output loop**: the loop at the stop line: counts who leaves.
//! - **room**: how many more vehicles fit into a lane, as its reach is long.
//! - **tier**: what tells of vehicles: loops alone; loops and reports of some vehicles; reports of all of them.
//!
//! From loops a lane is a line of people with numbered tickets: the input loop adds one who is due when a car drives from
//! there to the line, the output loop takes the first away. Errors of counting do not add up: when the lane is open and
//! its stop-bar zone is free, whoever was due is gone; when it is closed and its zone stays empty, whoever was due is not
//! there; while the zone is occupied, somebody is there; who has not passed the check loop in time goes by another lane, who
//! passes it without a ticket comes from one; and who stands on an advance loop stands behind a queue that reaches it.
//! Sources: store and forward with resets, and Liu and others 2009 (Transportation Research C 17, 412) for the queue over a
//! loop.
//!
//! Where some vehicles report, they correct the line: a ticket takes the time at which the vehicle that has it says to be
//! due; who reports between the input loop and the line without a ticket gets one; and before a closed line, whoever stands
//! stands behind a queue that reaches it. How many there are altogether a share of them cannot tell.
//!
//! Where the input loop lies before the place where lanes part, one loop counts for several of them, and each of these lanes
//! has tickets of all: then one of which nothing closer tells counts as much as the lane's share of those who have left lately.
//!
//! A loop that is broken is left out: another of its lane does its work, or it is [stood in](stand_in) for.
//!
//! The same picture is drawn from reports of all vehicles (perfect sensors), so that a strategy need not know which it
//! looks at.

mod announced;
mod lane;
mod lost;
mod reports;
mod stand_in;
mod wires;

#[cfg(test)]
mod tests;

use alloc::{sync::Arc, vec::Vec};

use self::announced::Announced;
use self::lane::Check;
pub use self::lane::LaneTraffic;
pub(crate) use self::lane::MOST as MOST_IN_LANE;
pub use self::reports::{DepartureReport, NeighbourReport, Seen, VehicleReport};
use self::wires::{Role, Wires};
use crate::{ApproachLane, Approaches, Lamp, Millis, Plan, StateError, StateReader, state};

/// Room that a standing car takes, m.
pub const CAR_SPACE_M: f32 = 7.5;

const VERSION: u8 = 10;

/// Of lanes behind one loop each has let so many go before anybody was seen.
const PRIOR: f32 = 1.0;

/// What an intersection upstream hears of an exit.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct ExitTraffic {
    /// When what is known was sent; none: nothing was told yet.
    pub told: Option<Millis>,
    /// Vehicles that queue there.
    pub queued: u16,
    /// Vehicles that fit in still.
    pub room: u16,
}

/// The picture of all approach lanes of an intersection.
#[derive(Clone, Debug)]
pub struct Traffic {
    approaches: Arc<Approaches>,
    wires: Wires,
    lanes: Vec<LaneTraffic>,
    exits: Vec<ExitTraffic>,
    announced: Announced,
}

impl Traffic {
    /// How long the slots are in which those are told whom neighbours announce, s.
    pub const SLOT_S: f32 = announced::SLOT_S;

    /// Of an intersection that nobody has told anything of.
    pub fn new(plan: &Plan, approaches: Arc<Approaches>) -> Self {
        let wires = Wires::new(plan, &approaches);
        let lanes = wires.loops().iter().map(|&loops| LaneTraffic::new(loops)).collect();
        let exits = alloc::vec![ExitTraffic::default(); approaches.exits.len()];
        Self { wires, lanes, exits, announced: Announced::new(&approaches), approaches }
    }

    /// What it is the picture of.
    pub fn approaches(&self) -> &Approaches {
        &self.approaches
    }

    /// The same, for another picture of it.
    pub(crate) fn surroundings(&self) -> Arc<Approaches> {
        self.approaches.clone()
    }

    /// Its lanes, as [`Approaches::lanes`].
    pub fn lanes(&self) -> &[LaneTraffic] {
        &self.lanes
    }

    /// What was heard of its exits, as [`Approaches::exits`].
    pub fn exits(&self) -> &[ExitTraffic] {
        &self.exits
    }

    /// Vehicles in a lane by whether they queue at `now`, both at least 0: those who do, and those who are still to come.
    pub fn count(&self, lane: usize, now: Millis) -> (f32, f32) {
        let everyone = self.approaches.everyone_reports;
        self.lanes.get(lane).map_or((0.0, 0.0), |l| if everyone { l.seen_count(now) } else { l.counted(now) })
    }

    /// When those in a lane are due, in the order in which they stand: who drives off may be due later than who stands behind.
    pub fn due(&self, lane: usize) -> impl Iterator<Item = Millis> + '_ {
        let (counted, seen) = match self.lanes.get(lane) {
            Some(lane) if self.approaches.everyone_reports => (None, Some(lane)),
            lane => (lane, None),
        };
        let counted = counted.into_iter().flat_map(LaneTraffic::due);
        counted.chain(seen.into_iter().flat_map(|lane| lane.seen().iter().map(|s| s.due)))
    }

    /// The same, each with how likely he is there: 1, or where one loop counts for several lanes the lane's share.
    pub fn likely(&self, lane: usize) -> impl Iterator<Item = (Millis, f32)> + '_ {
        let (sure, share) = (self.lanes.get(lane).map_or(0, |_| self.known(lane)), self.share(lane));
        self.due(lane).enumerate().map(move |(i, due)| (due, if i < sure { 1.0 } else { share }))
    }

    /// Mean flow into a lane, vehicles per second.
    pub fn flow(&self, lane: usize, now: Millis) -> f32 {
        self.counts_as(lane) * self.lanes.get(lane).map_or(0.0, |of| of.flow(now))
    }

    /// As how many whoever passes the input loop of a lane counts: those who go by another lane are found out at a check loop
    /// of its own.
    fn counts_as(&self, lane: usize) -> f32 {
        if self.is_checked(lane) { 1.0 } else { self.share(lane) }
    }

    /// Whether a lane finds out by itself who goes by another one: by a check loop of its own.
    fn is_checked(&self, lane: usize) -> bool {
        self.lanes.get(lane).is_some_and(|of| of.loops().check.is_some_and(|check| self.is_own(lane, &check)))
    }

    /// Whether a check loop lies where the lane has parted from all others.
    fn is_own(&self, lane: usize, check: &Check) -> bool {
        self.approaches.lanes[lane].shared.iter().all(|shared| check.distance_m < shared.from_m)
    }

    /// Whether the input loop of a lane counts for another one, too.
    fn is_shared(&self, lane: usize, other: usize) -> bool {
        let input = self.input_m(lane);
        self.approaches.lanes[lane].shared.iter().any(|of| usize::from(of.lane) == other && of.from_m <= input)
    }

    /// The share of a lane of those whom its input loop counts.
    fn share(&self, lane: usize) -> f32 {
        let Some(of) = self.approaches.lanes.get(lane) else { return 1.0 };
        let loops = self.lanes[lane].loops();
        // Who leaves must be counted: else the share of a lane would be none.
        if of.shared.is_empty() || self.approaches.everyone_reports || !loops.input || !loops.counted {
            return 1.0;
        }
        let lately = |lane: usize| self.lanes[lane].lately + PRIOR;
        lately(lane) / (lately(lane) + self.beside(lane).map(lately).sum::<f32>())
    }

    /// The lanes for which the input loop of a lane counts, too, as far as it is counted who leaves them.
    fn beside(&self, lane: usize) -> impl Iterator<Item = usize> + '_ {
        let counts = move |&other: &usize| self.is_shared(lane, other) && self.lanes[other].loops().counted;
        self.approaches.lanes[lane].shared.iter().map(|of| usize::from(of.lane)).filter(counts)
    }

    /// How many tickets of a lane, the first, are of somebody who is surely there: something closer has told of him, or he has
    /// none in the lanes beside any more.
    fn known(&self, lane: usize) -> usize {
        let unsure = |lane: usize| self.lanes[lane].due.len().saturating_sub(self.sure(lane));
        let both = self.beside(lane).map(unsure).max();
        self.sure(lane) + both.map_or(0, |both| unsure(lane).saturating_sub(both))
    }

    /// How many tickets of a lane, the first, something closer than a loop before several lanes has told of.
    fn sure(&self, lane: usize) -> usize {
        let of = &self.lanes[lane];
        if of.loops().check.as_ref().is_none_or(|check| self.is_own(lane, check)) {
            of.passed
        } else {
            of.passed.min(of.occupied().is_some().into())
        }
    }

    /// How many of those in a lane are due by a time.
    pub fn due_by(&self, lane: usize, until: Millis) -> usize {
        self.due(lane).filter(|&due| due <= until).count()
    }

    /// What is said where it [is blind](Self::is_blind).
    pub const BLIND: &'static str = "no approach lane has an IN or X loop: nobody is seen to come";

    /// Whether nothing tells who comes in any lane.
    pub fn is_blind(&self) -> bool {
        let mut lanes = 0..self.lanes.len();
        !self.approaches.everyone_reports && !lanes.is_empty() && lanes.all(|lane| self.input_m(lane) == 0.0)
    }

    /// From the input loop of a lane to its line, m; 0: it has none.
    pub fn input_m(&self, lane: usize) -> f32 {
        u16::try_from(lane).map_or(0.0, |lane| self.wires.input_m(lane))
    }

    /// How long before they are due those on a lane are known, s.
    pub fn sight_s(&self, lane: usize) -> f32 {
        let Some(of) = self.approaches.lanes.get(lane) else { return 0.0 };
        (if self.approaches.everyone_reports { of.reach_m } else { self.input_m(lane) }) / of.speed_m_s
    }

    /// How many more vehicles fit into a lane at `now`, in whole cars.
    pub fn room(&self, lane: usize, now: Millis) -> u16 {
        let (queued, coming) = self.count(lane, now);
        let reach = self.approaches.lanes.get(lane).map_or(0.0, |l| l.reach_m);
        // A negative number becomes 0.
        (reach / CAR_SPACE_M - queued - coming) as u16
    }

    /// What to tell intersections upstream of a lane.
    pub fn tell(&self, lane: usize, now: Millis) -> (u16, u16) {
        (self.count(lane, now).0 as u16, self.room(lane, now))
    }

    /// Takes an edge of a detector in. `lamps`: what each group shows.
    pub fn edge(&mut self, plan: &Plan, detector: u16, on: bool, at: Millis, lamps: &[Lamp]) {
        for wire in self.wires.of(detector) {
            let lane = usize::from(wire.lane);
            let open = is_open(&self.approaches.lanes[lane], plan, lamps);
            self.lanes[lane].edge(wire, on, at, open);
            // Who passes the own check loop here, or where there is none leaves, is in none of the lanes beside. Those that
            // have one themselves find that out.
            let told = if self.is_checked(lane) { (Role::Check, true) } else { (Role::Output, false) };
            if (wire.role, on) == told {
                for beside in self.approaches.lanes[lane].shared.iter().map(|of| usize::from(of.lane)) {
                    if self.is_shared(beside, lane) && !self.is_checked(beside) {
                        let sure = self.sure(beside);
                        self.lanes[beside].lose(sure);
                    }
                }
            }
            if on && wire.role == Role::Input {
                // Of those who go by several lanes each counts once in all of these.
                let as_many = self.share(lane);
                let flow = self.counts_as(lane) * self.lanes[lane].flow(at);
                self.announced.come(&self.approaches, (lane, as_many), at, wire.distance_m, flow);
            }
        }
    }

    /// A detector is to be believed from now on, or no longer.
    pub(crate) fn believe(&mut self, detector: u16, believed: bool) {
        let lanes = &mut self.lanes;
        self.wires.believe(detector, believed, |wire, loops| {
            let lane = &mut lanes[usize::from(wire.lane)];
            if !believed {
                lane.forget(wire);
            }
            lane.rely_on(*loops);
        });
    }

    /// Takes a vehicle's report in. One from a lane that nobody knows is dropped.
    pub fn see(&mut self, report: &VehicleReport) {
        if let Some(lane) = self.lanes.get_mut(usize::from(report.lane)) {
            let seen = lane.see(report, self.approaches.lanes[usize::from(report.lane)].speed_m_s);
            if !self.approaches.everyone_reports {
                lane.expect(seen, self.wires.input_m(report.lane));
            }
        }
    }

    /// Takes in what a neighbour tells. Of an exit that nobody knows it is dropped.
    pub fn hear(&mut self, report: &NeighbourReport) {
        let sent = report.at - Millis(i64::from(report.age_ms));
        // One that was overtaken tells nothing new.
        let exit = self.exits.get_mut(usize::from(report.exit));
        if let Some(exit) = exit.filter(|exit| exit.told.is_none_or(|told| told <= sent)) {
            *exit = ExitTraffic { told: Some(sent), queued: report.queued, room: report.room };
        }
    }

    /// Takes in whom a neighbour upstream lets go. Of a feeder that nobody knows it is dropped.
    pub fn announce(&mut self, report: &DepartureReport) {
        self.announced.hear(&self.approaches, report, |lane| self.wires.input_m(lane));
    }

    /// Whom neighbours upstream announce for a lane, behind those who are known: expected vehicles by slots of
    /// [`Traffic::SLOT_S`] from [`Traffic::sight_s`] after `now` on, into `slots`. Returns until when they are known, s after
    /// `now`; none: somebody from whose lanes vehicles come is silent, or nobody tells so far ahead.
    pub fn expected(&self, lane: usize, now: Millis, slots: &mut [f32]) -> Option<f32> {
        let flow = self.flow(lane, now);
        self.announced.expect(&self.approaches, lane, now, self.sight_s(lane), flow, slots)
    }

    /// Lets time reach `now`: reports grow old, and standing on a loop tells of a queue. `lamps`: what each group shows.
    pub fn advance(&mut self, plan: &Plan, now: Millis, lamps: &[Lamp]) {
        let everyone = self.approaches.everyone_reports;
        for (number, of) in self.approaches.lanes.iter().enumerate() {
            let open = is_open(of, plan, lamps);
            if !everyone && self.lanes[number].needs_stand_in() {
                let others = self.usual_flow(number, now);
                self.lanes[number].stand_in(now, open, others);
            }
            let lane = &mut self.lanes[number];
            lane.advance(now, of, open);
            if !everyone && !open {
                lane.line_up(now);
            }
        }
    }

    /// Mean flow of the lanes beside one whose loops count, vehicles per second; where there are none, of all that do.
    fn usual_flow(&self, lane: usize, now: Millis) -> f32 {
        let groups = &self.approaches.lanes[lane].groups;
        let mean = |beside: bool| {
            let all = self.lanes.iter().zip(&self.approaches.lanes).enumerate().filter(|(number, (other, of))| {
                let is_beside = of.groups.iter().any(|g| groups.contains(g));
                *number != lane && (other.loops().input || other.loops().output) && (is_beside || !beside)
            });
            let (sum, n) = all.fold((0.0, 0.0), |(sum, n), (_, (other, _))| (sum + other.flow(now), n + 1.0));
            (n > 0.0).then(|| sum / n)
        };
        mean(true).or_else(|| mean(false)).unwrap_or(0.0)
    }

    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.lanes.len());
        self.lanes.iter().for_each(|lane| lane.save(out));
        state::put_count(out, self.exits.len());
        for exit in &self.exits {
            state::put_optional_millis(out, exit.told);
            out.extend_from_slice(&exit.queued.to_le_bytes());
            out.extend_from_slice(&exit.room.to_le_bytes());
        }
        self.announced.save(out);
    }

    /// Reads the state of as many lanes and exits as these.
    ///
    /// # Errors
    /// If the bytes are no such state. All stays as it was.
    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.version("traffic", VERSION)?;
        if reader.u32()? as usize != self.lanes.len() {
            return Err(StateError::Mismatch { what: "number of approach lanes" });
        }
        let mut lanes = self.lanes.clone();
        for (number, lane) in (0..).zip(&mut lanes) {
            lane.load(reader, number)?;
        }
        if reader.u32()? as usize != self.exits.len() {
            return Err(StateError::Mismatch { what: "number of exits" });
        }
        let mut exits = self.exits.clone();
        for exit in &mut exits {
            *exit = ExitTraffic { told: reader.optional_millis()?, queued: reader.u16()?, room: reader.u16()? };
        }
        self.announced = self.announced.loaded(reader)?;
        (self.lanes, self.exits) = (lanes, exits);
        Ok(())
    }
}

/// Whether some group of a lane is open.
fn is_open(lane: &ApproachLane, plan: &Plan, lamps: &[Lamp]) -> bool {
    lane.groups.iter().any(|&g| {
        let (group, lamp) = (plan.groups().get(usize::from(g)), lamps.get(usize::from(g)));
        group.zip(lamp).is_some_and(|(group, &lamp)| group.shows_open(lamp))
    })
}
