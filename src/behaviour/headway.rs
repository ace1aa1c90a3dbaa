//! Which headways of a stream that goes first a driver enters: gap acceptance as the Highway Capacity Manual has it.
//!
//! Terms
//! - **headway**: time between two vehicles of a stream that goes first, front to front at their line.
//! - **critical headway**: the shortest headway that a driver enters. It differs from driver to driver, and each keeps
//!   to his own: log-normal, with the manual's value as its mean.
//! - **follow-up headway**: what each further driver out of a queue takes in the same headway.
//! - **lag**: what is left of a headway when a driver crosses his line.
//! - **start**: what of a headway has passed by then if he was waiting for it: the first of a headway's two vehicles has to
//!   be out of the way, and he has to move off. A driver enters lags of his critical headway less the start.
//!
//! Base values: Highway Capacity Manual, 7th edition, chapters 20 (two-way stop), 22 (roundabouts), 31 (permissive turns).

use super::gap::{MARGIN, Passage, speed_after, unsafe_merge};
use super::{Bounds, Driver};

/// How a movement gives way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Manner {
    /// Left turn from a street that goes first, through the oncoming stream.
    MajorLeft,
    /// Right turn from a street that gives way.
    MinorRight,
    /// Straight on from a street that gives way.
    MinorThrough,
    /// Left turn from a street that gives way.
    MinorLeft,
    /// Into a roundabout, from the kerb lane or another.
    Ring {
        /// Whether it is the kerb lane.
        kerb: bool,
    },
    /// Left turn at a signal through the oncoming stream.
    PermissiveLeft,
    /// Right turn at a signal that merges.
    SignalRight,
}

/// What a movement asks of those who give way on it; all 0 where another rule holds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Headways {
    /// Critical headway, s.
    pub critical: f32,
    /// Follow-up headway, s; 0 where nothing but the vehicle ahead holds a driver up.
    pub follow_up: f32,
    /// Start, s.
    pub start: f32,
    /// What trucks and buses add to the critical headway, s.
    pub heavy: f32,
}

impl Headways {
    /// What a driver adds to the follow-up headway who drives a truck or bus, s (HCM: 0.9 on two lanes, 1.0 on more).
    const HEAVY_FOLLOW_UP: f32 = 0.9;

    /// The base values of a movement that gives way to roads of at most so many lanes in their direction, at least 1.
    pub fn of(manner: Manner, lanes: usize) -> Self {
        let by_lanes = |values: [f32; 3]| values[lanes.clamp(1, 3) - 1];
        let (critical, follow_up) = match manner {
            Manner::MajorLeft => (by_lanes([4.1, 4.1, 5.3]), by_lanes([2.2, 2.2, 3.1])),
            Manner::MinorRight => (by_lanes([6.2, 6.9, 7.1]), by_lanes([3.3, 3.3, 3.9])),
            Manner::MinorThrough => (6.5, 4.0),
            Manner::MinorLeft => (by_lanes([7.1, 7.5, 6.4]), by_lanes([3.5, 3.5, 3.8])),
            Manner::Ring { .. } if lanes <= 1 => (4.98, 2.61),
            Manner::Ring { kerb: true } => (4.33, 2.54),
            Manner::Ring { kerb: false } => (4.65, 2.67),
            Manner::PermissiveLeft => (4.5, 2.5),
            Manner::SignalRight => (by_lanes([6.2, 6.9, 7.1]), 0.0),
        };
        // Fitted on seeds 1001 to 1006: with them the validation suite (C11, C12, C15) finds the manual's capacities on seeds of
        // its own. On a left turn and at a roundabout they are longer than what passes: a queue takes more than the
        // follow-up headway when it starts from a stand, and what circulates keeps its distance, where the manual's formula
        // has headways at random.
        let start = match manner {
            Manner::MajorLeft => 2.3,
            Manner::MinorRight | Manner::SignalRight => 2.2,
            Manner::MinorThrough => 0.6,
            Manner::MinorLeft => 1.3,
            Manner::Ring { .. } => 5.2,
            Manner::PermissiveLeft => 4.5,
        };
        Self { critical, follow_up, start, heavy: if lanes <= 1 { 1.0 } else { 2.0 } }
    }

    /// Whether they hold.
    #[inline]
    pub fn hold(&self) -> bool {
        self.critical > 0.0
    }

    /// The lag that a driver enters, s: `share` of the mean driver's critical headway; impatience, 0 to 1, makes do with
    /// less. A driver decides at the begin of a step about all that happens in it: half a step late.
    #[inline]
    pub fn lag(&self, d: &Driver, share: f32, impatience: f32) -> f32 {
        let critical = (self.critical + if d.heavy { self.heavy } else { 0.0 }) * share;
        critical * (1.0 - IMPATIENT * impatience) - self.start - 0.5 * d.dt
    }

    /// How long a driver leaves between himself and whoever crossed the line before him, s. A driver decides at the begin
    /// of a step, and sees at its end that another has crossed: each half a step late.
    #[inline]
    pub fn between(&self, d: &Driver) -> f32 {
        self.follow_up + if d.heavy && self.follow_up > 0.0 { Self::HEAVY_FOLLOW_UP } else { 0.0 } - d.dt
    }
}

/// How hard one counts on somebody who comes to brake, as a share of its comfortable deceleration.
const BRAKING: f32 = 1.0;

/// Time between one vehicle leaving a crossing and another reaching it, s; a step more, since who leaves may have to
/// brake meanwhile.
pub const CLEAR: f32 = 0.5;

/// How much later than it seems one who chooses reckons to come to his line, as a share of the time until then, and of a
/// step: near his speed a driver gathers less of it, and he need not change his mind when he sees that.
const LATE: (f32, f32) = (0.2, 0.5);

/// The share of his critical headway that a driver forgoes who has become wholly impatient.
const IMPATIENT: f32 = 0.3;

/// Drivers of a type differ in as many ways.
const DRIVERS: usize = 64;

/// The critical headways of a type's drivers, as multiples of their mean: equally likely values of a log-normal
/// distribution with mean 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread([f32; DRIVERS]);

impl Spread {
    /// With a coefficient of variation, ≥ 0.
    pub fn new(variation: f64) -> Self {
        let sigma = libm::sqrt(libm::log(1.0 + variation * variation));
        let mut values: [f64; DRIVERS] =
            core::array::from_fn(|i| libm::exp(sigma * normal_quantile((i as f64 + 0.5) / DRIVERS as f64)));
        let mean = values.iter().sum::<f64>() / DRIVERS as f64;
        values.iter_mut().for_each(|v| *v /= mean);
        Self(values.map(|v| v as f32))
    }

    /// That of the driver with these random bits.
    #[inline]
    pub fn of(&self, bits: u64) -> f32 {
        self.0[(bits >> 58) as usize]
    }
}

/// The value that a standard normal variable stays below with probability `p`, 0 < p < 1, by bisection.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-9.0, 9.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        let below = 0.5 * libm::erfc(-middle / core::f64::consts::SQRT_2);
        if below < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Where the ways of two movements meet, from their lines.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Meeting {
    /// Distance at which one's own front reaches the other's way, or the lane both lead to, m.
    pub start: f32,
    /// Distance at which one's own front leaves the other's way, or is on the lane both lead to, m.
    pub end: f32,
    /// Distance at which the other's front reaches one's own way, or the lane both lead to, m; infinite if they do not
    /// meet.
    pub foe_start: f32,
    /// What is left of the other's way through the junction beyond one's own, m.
    pub foe_rest: f32,
    /// Whether both lead to one lane.
    pub merge: bool,
}

impl Meeting {
    /// Ways that do not meet.
    pub const NONE: Self = Self { start: 0.0, end: 0.0, foe_start: f32::INFINITY, foe_rest: 0.0, merge: false };
}

/// What a driver wants of those who go first.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Demand {
    /// Least lag, s.
    pub lag: f32,
    /// Hardest braking he counts on, as a share of their comfortable deceleration.
    pub braking: f32,
    /// How much later than he thinks he may come to his line: a share of the time until then, and of a step.
    pub late: (f32, f32),
}

impl Demand {
    /// Of a driver who can wait as well.
    pub fn of_a_choice(lag: f32) -> Self {
        Self { lag, braking: BRAKING, late: LATE }
    }

    /// Of a driver who can no longer stop comfortably: he has decided, and rather has others brake hard than himself.
    pub const DECIDED: Self = Self { lag: f32::NEG_INFINITY, braking: 2.0 * BRAKING, late: (0.0, 0.0) };
}

/// Whether a driver with passage `own`, who drives up to `top` m/s inside, where others are in his way until `clear`, must
/// wait for `foe`: it is not out of the way when he gets there, and comes sooner after him than he wants, or would have to
/// brake harder.
#[inline]
pub fn blocked(
    d: &Driver,
    own: &Passage,
    clear: f32,
    top: f32,
    foe: &Passage,
    meeting: &Meeting,
    demand: &Demand,
) -> bool {
    let top = top.at_least(own.arrival_speed);
    // Of two inside, the one goes first that came first.
    let enters_first = foe.arrival + d.dt < own.arrival;
    let there = own.arrival + time_over(meeting.start, own.arrival_speed, d.accel, top);
    let gone = foe.leave - meeting.foe_rest / foe.leave_speed.at_least(0.1);
    let margin = if meeting.merge { MARGIN } else { CLEAR + d.dt };
    if enters_first && gone + margin < there {
        return meeting.merge && unsafe_merge(foe.leave_speed, own.arrival_speed, foe.decel, own.decel);
    }
    let held = Passage { arrival: own.arrival.at_least(clear), ..*own };
    foe.arrival - own.arrival < demand.lag
        || braking(d, &held, top, foe, meeting, demand.late) > demand.braking * foe.decel
}

/// How hard somebody who comes later has to brake, m/s²: it does so when it has seen that one has crossed one's line, at
/// the end of that step.
fn braking(d: &Driver, own: &Passage, top: f32, foe: &Passage, meeting: &Meeting, late: (f32, f32)) -> f32 {
    let room = foe.distance + meeting.foe_start;
    if room == f32::INFINITY {
        return 0.0;
    }
    let way = meeting.end + if meeting.merge { 0.0 } else { d.length };
    let over = own.arrival + time_over(way, own.arrival_speed, d.accel, top);
    // As fast as it comes if it need not brake, gathering speed.
    let fastest = foe.top.at_least(foe.arrival_speed);
    let free = foe.arrival + time_over(meeting.foe_start, foe.arrival_speed, d.accel, fastest);
    let v = foe.now.at_least(room / free.at_least(0.1));
    let seen = ((own.arrival * (1.0 + late.0) / d.dt + late.1).floor() + 1.0) * d.dt;
    if foe.arrival < seen {
        // Inside together with it, or after it, one would give way to it there.
        return f32::INFINITY;
    }
    let (ahead, t) = (room - v * seen, (over - seen).at_least(0.0));
    if meeting.merge {
        // Behind one's rear, and no faster.
        let gap = ahead - v * t - d.length - d.min_gap;
        let faster = speed_after(meeting.foe_start, foe.arrival_speed, d.accel, fastest);
        let closing = (faster - speed_after(way, own.arrival_speed, d.accel, top)).at_least(0.0);
        if gap > 0.0 { closing * closing / (2.0 * gap) } else { f32::INFINITY }
    } else if v * (over - seen) <= ahead {
        0.0
    } else if ahead > 0.0 {
        let by_then = 2.0 * (v * t - ahead) / (t * t);
        // It stands before that.
        if by_then * t > v { v * v / (2.0 * ahead) } else { by_then }
    } else {
        f32::INFINITY
    }
}

/// Time over a distance from speed `v`, accelerating up to `top`, s.
#[inline]
pub fn time_over(distance: f32, v: f32, accel: f32, top: f32) -> f32 {
    let reached = speed_after(distance, v, accel, top);
    let way = (reached * reached - v * v) / (2.0 * accel);
    (reached - v) / accel + (distance - way).at_least(0.0) / reached.at_least(0.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand::VehicleType;

    #[test]
    fn drivers_differ_around_a_mean_of_one() {
        let Spread(alike) = Spread::new(0.0);
        assert!(alike.iter().all(|v| (v - 1.0).abs() < 1e-6));
        let Spread(values) = Spread::new(0.2);
        let n = values.len() as f32;
        let mean = values.iter().sum::<f32>() / n;
        let deviation = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / n).sqrt();
        // Middles of 64 equally likely parts lack the ends of the tails: a little less than 0.2.
        assert!((mean - 1.0).abs() < 1e-5 && (0.19..0.2).contains(&deviation), "{mean} {deviation}");
        // The median of a log-normal distribution is below its mean: 1/√(1 + 0.2²).
        assert!((values[31] * values[32] - 1.0 / 1.04).abs() < 2e-3);
        let spread = Spread(values);
        assert_eq!((spread.of(0), spread.of(u64::MAX)), (values[0], values[63]));
    }

    /// A car 0.5 m before its line, standing, that has 16 m to go inside.
    fn waiting(d: &Driver) -> Passage {
        super::super::gap::passage(d, 0.5, 0.0, speed_after(0.5, 0.0, d.accel, 14.0), 16.0, 8.0)
    }

    /// A car at 14 m/s, `distance` metres before its line.
    fn coming(d: &Driver, distance: f32) -> Passage {
        let mut p = super::super::gap::passage(d, distance, 14.0, 14.0, 16.0, 14.0);
        p.now = 14.0;
        p
    }

    #[test]
    fn a_lag_is_entered_that_is_long_enough() {
        let d = Driver::new(&VehicleType::calibrated("car"), 0.5);
        let own = waiting(&d);
        let meeting = Meeting { start: 5.0, end: 12.0, foe_start: 8.0, foe_rest: 4.0, merge: false };
        let is_blocked = |lag: f32, wanted: f32| {
            let foe = coming(&d, (own.arrival + lag) * 14.0);
            blocked(&d, &own, 0.0, 8.0, &foe, &meeting, &Demand::of_a_choice(wanted))
        };
        assert!(!is_blocked(5.1, 5.0) && is_blocked(4.9, 5.0));
        // However bold a driver is, he does not go where a collision would follow.
        assert!(is_blocked(0.5, 0.0) && !is_blocked(4.0, 0.0));
    }

    const CROSSING: Meeting = Meeting { start: 5.0, end: 12.0, foe_start: 8.0, foe_rest: 4.0, merge: false };

    #[test]
    fn nobody_relies_on_those_who_cannot_see_him_in_time() {
        let d = Driver::new(&VehicleType::calibrated("car"), 0.5);
        let own = waiting(&d);
        // Who enters in the step in which one crosses sees nobody inside, however far it has to go.
        assert!((0.5..1.0).contains(&own.arrival), "{}", own.arrival);
        let far = Meeting { foe_start: 60.0, ..CROSSING };
        for merge in [false, true] {
            let meeting = Meeting { merge, ..far };
            let is_blocked = |arrival: f32| {
                let foe = coming(&d, arrival * 14.0);
                blocked(&d, &own, 0.0, 8.0, &foe, &meeting, &Demand::of_a_choice(-5.0))
            };
            assert!(is_blocked(0.9) && !is_blocked(1.6), "merge: {merge}");
        }
    }

    #[test]
    fn whoever_is_held_up_inside_takes_longer() {
        let d = Driver::new(&VehicleType::calibrated("car"), 0.5);
        let (own, foe) = (waiting(&d), coming(&d, 42.0));
        let is_blocked = |clear: f32| blocked(&d, &own, clear, 8.0, &foe, &CROSSING, &Demand::of_a_choice(2.0));
        assert!(!is_blocked(0.0) && is_blocked(1.8));
    }

    #[test]
    fn whoever_has_decided_has_others_brake_harder() {
        let d = Driver::new(&VehicleType::calibrated("car"), 0.5);
        let own = waiting(&d);
        let needs = |demand: Demand| {
            // The nearest of those who come, a metre apart, for whom one need not wait.
            (15..80).find(|&m| !blocked(&d, &own, 0.0, 8.0, &coming(&d, m as f32), &CROSSING, &demand)).unwrap()
        };
        let (chooses, decided) = (needs(Demand::of_a_choice(0.0)), needs(Demand::DECIDED));
        assert!(decided < chooses, "{decided} m, {chooses} m");
    }

    #[test]
    fn heavy_and_impatient_drivers() {
        let car = Driver::new(&VehicleType::calibrated("car"), 0.5);
        let truck = Driver { heavy: true, ..car.clone() };
        let h = Headways::of(Manner::MinorThrough, 2);
        assert_eq!(h.lag(&truck, 1.0, 0.0) - h.lag(&car, 1.0, 0.0), 2.0);
        assert!((h.lag(&car, 1.0, 0.0) - h.lag(&car, 1.0, 1.0) - 0.3 * 6.5).abs() < 1e-5);
        assert!((h.between(&truck) - h.between(&car) - 0.9).abs() < 1e-6);
    }
}
