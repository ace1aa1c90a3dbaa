//! `max_pressure` and `max_wave`: every few seconds the stage with most to gain, unless a change costs more.
//!
//! Terms
//! - **pressure of a lane**: vehicles on it less those on the lanes they lead to (their mean, where there are several).
//! - **pressure of a stage**: that of the lanes it serves, each by its saturation flow, which it can discharge.
//!
//! `max_pressure` sees the whole of each lane and what neighbours tell of theirs. Where the lanes they lead to have less
//! than `room`, its vehicles do not count (capacity-aware). `max_wave` sees only those who queue or are about to reach the
//! line, and nobody downstream.
//!
//! A stage that lets only some of a lane go, where another lets all of them go, discharges it more slowly: it has a share of its
//! pressure, so that it does not keep those from the whole of their lane who stand behind somebody who may not go. A lane of the
//! stage shown at whose line somebody stands and nobody leaves discharges nothing: if he gives way or may not go, another stage
//! may be better for him, else none is.
//!
//! A plain comparison of pressures ignores what a change costs: meanwhile those cannot go who are before the lines of the
//! present stage. So another one must have more by `ratio` of these and `margin` vehicles before it is shown (switching
//! hysteresis).
//!
//! Variants of `max_pressure`:
//! - `order=cyclic`: the stages come in the plan's order in a cycle of `cycle_s`, and pressures at its beginning share out
//!   what is left of it when all have had their least green: nobody is left out, and drivers know who is next.
//! - `weight=position`: a vehicle counts the more the nearer it is to the line, from 0 to 1; downstream the more the nearer
//!   it is to where the lane begins. So a full lane downstream holds up and an empty stretch does not.
//!
//! Varaiya's theorem, that it keeps queues bounded wherever that can be done, supposes that all of a queue is seen and that
//! streets have room without end. With perfect sensors and 600 m between signals it holds at 95 % of the load that a cycle of
//! 90 s can serve (`tests/it/stability.rs`); from loops, which do not see behind IN, or with 300 m, there it does not.
//!
//! Sources: Varaiya 2013 (Transportation Research C 36, 177); cyclic: Anderson, Pumir, Triantafyllos and Bayen 2018;
//! position-weighted: Li and Jabari 2019; max wave after Ault and Sharon 2021.

use alloc::{format, string::String, vec::Vec};

use super::{
    cycle::{Cycle, lost, turns},
    is_second, number, s, seconds, staged,
};
use crate::{
    Entry, Looks, Millis, Parameter, RegistryError, Serves, Setup, StateError, StateReader,
    stages::{Moment, Policy, Served, Wish},
    traffic::CAR_SPACE_M,
};

const SLOT: Parameter = Parameter { name: "slot_s", summary: "how often it chooses, s, 1 to 60", default: "2" };
const RATIO: Parameter = Parameter {
    name: "ratio",
    summary: "another stage must have more by this share of those before the lines of the present one, 0 to 2",
    default: "0.5",
};
const MARGIN: Parameter = Parameter { name: "margin", summary: "and so many vehicles more, 0 to 50", default: "1" };

pub(crate) const MAX_PRESSURE: Entry = Entry {
    name: "max_pressure",
    summary: "every few seconds the stage with most vehicles before it and fewest behind it",
    needs: "an IN or X loop, a count loop and a stop-bar loop a lane, or reports of all vehicles; what neighbours tell of their lanes",
    parameters: &[SLOT, RATIO, MARGIN, ROOM, WEIGHT, ORDER, CYCLE],
    source: "Varaiya 2013, Transportation Research C 36, 177; with a hysteresis and regard to room downstream; cyclic: Anderson and \
             others 2018; position-weighted: Li and Jabari 2019",
    serves: Serves::Stages,
    clearance: None,
    falls_back: Some("fixed_time"),
    make: |setup| staged(setup, || Pressure::read(setup, true)),
};

const ROOM: Parameter = Parameter {
    name: "room",
    summary: "with room for fewer vehicles than this a lane downstream is full, 0 to 50; 0: none ever is",
    default: "2",
};
const WEIGHT: Parameter = Parameter {
    name: "weight",
    summary: "vehicles: each counts as one; position: the more the nearer to the line, downstream to the beginning",
    default: "vehicles",
};
const ORDER: Parameter = Parameter {
    name: "order",
    summary: "free: any stage may be next; cyclic: in the plan's order, pressures share out the greens",
    default: "free",
};
const CYCLE: Parameter = Parameter { name: "cycle_s", summary: "if cyclic, its cycle, s, 20 to 300", default: "90" };
const AHEAD: Parameter =
    Parameter { name: "ahead_s", summary: "counts who reaches the line within so many seconds, 0 to 30", default: "4" };

pub(crate) const MAX_WAVE: Entry = Entry {
    name: "max_wave",
    summary: "every few seconds the stage with most vehicles at its lines or about to reach them",
    needs: "an IN or X loop, a count loop and a stop-bar loop a lane, or reports of all vehicles",
    parameters: &[SLOT, RATIO, MARGIN, AHEAD],
    source: "Ault and Sharon 2021 (RESCO) as a rule for loops, with a hysteresis",
    make: |setup| staged(setup, || Pressure::read(setup, false)),
    ..MAX_PRESSURE
};

/// The share of its saturation flow at which a lane discharges in a stage that lets only some of it go: until the first who
/// may not. `horizon` begins with the same one, 6 s instead of 1.9 s, and learns.
const LESSER: f32 = 0.3;

/// What a neighbour told counts for so long.
const OLD: Millis = Millis(10_000);

const ROOM_RANGE: &str = "a number of vehicles, 0 to 50";

#[derive(Clone, Debug)]
struct Pressure {
    /// Whether it looks downstream, and at whole lanes.
    downstream: bool,
    slot: Millis,
    ratio: f32,
    margin: f32,
    ahead: Millis,
    room: u16,
    by_position: bool,
    /// If it is cyclic: the cycle, and how long it is to last, s.
    cycle: Option<(Cycle, f32)>,
    /// Pressures at the last look: of the stage shown, and of the best.
    last: (f32, f32),
}

impl Pressure {
    fn read(setup: &Setup<'_>, downstream: bool) -> Result<Self, RegistryError> {
        let of_wave = |default| {
            if downstream {
                Ok(Millis(0))
            } else {
                seconds(setup, "ahead_s", default, (0.0, 30.0), "a number of seconds, 0 to 30")
            }
        };
        let by_position = downstream && is_second(setup, "weight", ["vehicles", "position"], "vehicles or position")?;
        let cyclic = downstream && is_second(setup, "order", ["free", "cyclic"], "free or cyclic")?;
        let room = if downstream { setup.value::<u16>("room", ROOM_RANGE)?.unwrap_or(2) } else { 0 };
        if room > 50 {
            return Err(setup.bad_value("room", &format!("{room}"), ROOM_RANGE));
        }
        let cycle = if cyclic {
            let length = seconds(setup, "cycle_s", 90.0, (20.0, 300.0), "a number of seconds, 20 to 300")?;
            Some((Cycle::new(setup.plan.stages().len()), s(length)))
        } else if downstream && let Some(found) = setup.value::<String>(CYCLE.name, "a number of seconds, 20 to 300")? {
            return Err(setup.bad_value(CYCLE.name, &found, "order=cyclic beside it: other orders have no cycle"));
        } else {
            None
        };
        Ok(Self {
            downstream,
            slot: seconds(setup, "slot_s", 2.0, (1.0, 60.0), "a number of seconds, 1 to 60")?,
            ratio: number(setup, "ratio", 0.5, (0.0, 2.0), "a number, 0 to 2")?,
            margin: number(setup, "margin", 1.0, (0.0, 50.0), "a number of vehicles, 0 to 50")?,
            ahead: of_wave(4.0)?,
            room,
            by_position,
            cycle,
            last: (0.0, 0.0),
        })
    }

    /// Pressure of a lane of a stage.
    fn lane(&self, m: &Moment<'_>, served: &Served) -> f32 {
        if !self.downstream {
            return self.discharge(m, served);
        }
        let heard = |&&e: &&usize| m.traffic.exits()[e].told.is_some_and(|told| m.now - told <= OLD);
        let exits = served.exits.iter().filter(heard).map(|&e| &m.traffic.exits()[e]);
        let (mut n, mut full, mut beyond) = (0_u16, 0_u16, 0.0);
        for exit in exits {
            n += 1;
            full += u16::from(exit.room < self.room);
            beyond += if self.by_position { of_exit(exit.queued, exit.room) } else { f32::from(exit.queued) };
        }
        if n > 0 && full == n {
            // Nobody could go.
            return 0.0;
        }
        self.discharge(m, served) - if n > 0 { flow(m, served) * beyond / f32::from(n) } else { 0.0 }
    }

    /// Vehicles of a lane, by its saturation flow in a stage.
    fn discharge(&self, m: &Moment<'_>, served: &Served) -> f32 {
        flow(m, served) * self.before_line(m, served.lane)
    }

    /// Vehicles of a lane, as they count.
    fn before_line(&self, m: &Moment<'_>, lane: usize) -> f32 {
        if !self.downstream {
            return m.traffic.due_by(lane, m.now + self.ahead) as f32;
        }
        if !self.by_position {
            let (queued, coming) = m.traffic.count(lane, m.now);
            return queued + coming;
        }
        let speed = m.traffic.approaches().lanes[lane].speed_m_s;
        let length = m.traffic.sight_s(lane) * speed;
        let places = m.traffic.due(lane).enumerate();
        places.map(|(i, due)| of_place((CAR_SPACE_M * i as f32).max(s(due - m.now) * speed), length)).sum()
    }

    /// Works out the greens of a cycle.
    fn plan(&mut self, m: &Moment<'_>) {
        let Some((mut cycle, length)) = self.cycle.take() else { return };
        let (mut sum, mut least, mut count) = (0.0, 0.0, 0.0);
        for stage in turns(m) {
            count += 1.0;
            sum += self.stage(m, stage).max(0.0);
            least += self.least_green(m, stage);
        }
        let rest = (length - lost(m) - least).max(0.0);
        let share = |stage| if sum > 0.0 { self.stage(m, stage).max(0.0) / sum } else { 1.0 / count };
        cycle.set(m, length, |stage| self.least_green(m, stage) + rest * share(stage));
        self.cycle = Some((cycle, length));
    }

    /// The least green of a stage, s.
    fn least_green(&self, m: &Moment<'_>, stage: usize) -> f32 {
        s(m.stages.least[stage].max(self.least()))
    }

    /// Pressure of the stage that is shown, and its vehicles, as they count, who cannot go while it changes.
    fn shown(&self, m: &Moment<'_>) -> (f32, f32) {
        let moving = m.stages.served[m.stage].iter().filter(|served| !m.is_held_up(served.lane));
        moving.fold((0.0, 0.0), |(own, leave), of| (own + self.lane(m, of), leave + self.discharge(m, of)))
    }

    fn stage(&self, m: &Moment<'_>, stage: usize) -> f32 {
        let served = m.stages.served[stage].iter().filter(|served| !is_blocked(m, served.lane));
        served.map(|served| self.lane(m, served)).sum()
    }
}

impl Policy for Pressure {
    fn name(&self) -> &'static str {
        if self.downstream { MAX_PRESSURE.name } else { MAX_WAVE.name }
    }

    fn looks(&self) -> Looks {
        if self.downstream { Looks::Neighbours } else { Looks::Lanes }
    }

    fn choose(&mut self, m: &Moment<'_>) -> Wish {
        if self.cycle.as_mut().is_some_and(|(cycle, _)| cycle.begins(m)) {
            self.plan(m);
        }
        if let Some((cycle, _)) = &self.cycle {
            return cycle.wish(m);
        }
        let (own, leave) = self.shown(m);
        let mut best = (m.stage, own);
        // From the next one on: of equals the one that was served longest ago.
        for stage in m.others() {
            let pressure = self.stage(m, stage);
            if pressure > best.1 {
                best = (stage, pressure);
            }
        }
        self.last = (own, best.1);
        let changes = best.1 > own + self.ratio * leave + self.margin;
        Wish { stage: if changes { best.0 } else { m.stage }, next: m.now + self.slot }
    }

    fn why(&self) -> String {
        if let Some((cycle, _)) = &self.cycle {
            return cycle.why();
        }
        let what = if self.downstream { "pressure" } else { "wave" };
        let (own, best) = self.last;
        format!("at the last look its {what} was {own:.1}, the greatest {best:.1}")
    }

    fn save(&self, out: &mut Vec<u8>) {
        [self.last.0, self.last.1].iter().for_each(|f| out.extend_from_slice(&f.to_bits().to_le_bytes()));
        self.cycle.iter().for_each(|(cycle, _)| cycle.save(out));
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        self.last = (f32::from_bits(reader.u32()?), f32::from_bits(reader.u32()?));
        self.cycle.as_mut().map_or(Ok(()), |(cycle, _)| cycle.load(reader))
    }
}

/// Saturation flow of a lane in a stage, half a vehicle a second is 1.
fn flow(m: &Moment<'_>, served: &Served) -> f32 {
    let whole = 2.0 / m.traffic.lanes()[served.lane].headway_s();
    if served.lesser { LESSER * whole } else { whole }
}

/// Whether nobody leaves a lane though the stage shown lets all of it go before everybody else: no other stage would help.
fn is_blocked(m: &Moment<'_>, lane: usize) -> bool {
    let mut shown = m.stages.served[m.stage].iter();
    shown.any(|served| served.lane == lane && !served.partly && !served.yields) && m.is_held_up(lane)
}

/// How much a vehicle counts so far from the line of a lane of this length, m.
fn of_place(from_line: f32, length: f32) -> f32 {
    if length > 0.0 { (1.0 - from_line / length).clamp(0.0, 1.0) } else { 1.0 }
}

/// How much a queue counts in a lane downstream with room for so many more: each by how near it is to the lane's
/// beginning, those at the line next to nothing. Of K vehicles' length, ∫(1 − ξ/L) over the last q of it is q²/2K.
fn of_exit(queued: u16, room: u16) -> f32 {
    let (queued, all) = (f32::from(queued), f32::from(queued) + f32::from(room));
    if all > 0.0 { queued * queued / (2.0 * all) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::horizon::tests::{ARROW, MAIN, ONCOMING, WEST, World, ZONE};

    /// As by default.
    fn policies() -> [Pressure; 2] {
        [true, false].map(|downstream| Pressure {
            downstream,
            slot: Millis(2000),
            ratio: 0.5,
            margin: 1.0,
            ahead: Millis(4000),
            room: 2,
            by_position: false,
            cycle: None,
            last: (0.0, 0.0),
        })
    }

    /// Six who want to go straight on or left queue in one lane; somebody has left it a moment before the first of them came.
    fn queue(stage: usize) -> World {
        let mut world = World::new();
        world.stage = stage;
        world.leave(WEST, 1.0);
        for n in 0..6 {
            world.come(WEST, 2.0 + f64::from(n));
        }
        world.edge(WEST, ZONE, true, 11.0);
        world
    }

    #[test]
    fn a_lane_is_served_by_the_stage_that_lets_all_of_it_go() {
        // Under an arrow for left turns alone who goes straight on holds up everybody.
        let world = queue(ARROW);
        for mut policy in policies() {
            assert_eq!(policy.choose(&world.moment(13.0)).stage, MAIN, "{}", policy.name());
        }
    }

    #[test]
    fn a_lane_whose_first_cannot_go_does_not_keep_its_stage() {
        let mut world = queue(MAIN);
        for mut policy in policies() {
            assert_eq!(policy.choose(&world.moment(14.0)).stage, MAIN, "he has just come ({})", policy.name());
            assert_eq!(policy.choose(&world.moment(16.0)).stage, ARROW, "he waits for a gap ({})", policy.name());
        }
        // Somebody leaves: it moves again.
        world.leave(WEST, 17.0);
        for mut policy in policies() {
            assert_eq!(policy.choose(&world.moment(18.0)).stage, MAIN, "{}", policy.name());
        }
        // As long as the other way moves it is worth staying for.
        for n in 0..8 {
            world.come(ONCOMING, 18.0 + f64::from(n));
        }
        for mut policy in policies() {
            assert_eq!(policy.choose(&world.moment(27.0)).stage, MAIN, "{}", policy.name());
        }
    }

    #[test]
    fn weights_by_position() {
        // At the line a vehicle counts wholly, half way by half, beyond what is seen of the lane not at all.
        assert_eq!([0.0, 50.0, 100.0, 150.0].map(|x| of_place(x, 100.0)), [1.0, 0.5, 0.0, 0.0]);
        // Behind the line (it is overdue), and where nothing is known of the lane.
        assert_eq!([of_place(-5.0, 100.0), of_place(20.0, 0.0)], [1.0, 1.0]);
        // A full lane of 20 counts half of each on average, a queue over half of it a quarter of that; an empty one nothing.
        assert_eq!([of_exit(20, 0), of_exit(10, 10), of_exit(0, 20), of_exit(0, 0)], [10.0, 2.5, 0.0, 0.0]);
    }
}
