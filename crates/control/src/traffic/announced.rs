//! Who comes from neighbours upstream, beyond the loops of the own lanes.
//!
//! Terms
//! - **departure**: a vehicle that has passed the stop line of a feeder.
//! - **share**: of a feeder's vehicles those who come to an approach lane here. It is learned: who passes the input loop of a
//!   lane comes from the feeders that let somebody go a drive before, each as likely as it usually is, or from elsewhere (an
//!   expectation and a maximisation step at each vehicle; Dempster, Laird and Rubin 1977, J. Royal Statistical Society B 39, 1).
//! - **silent**: a neighbour that has not been heard of for a while. It is not known who comes from there: a mean flow.
//!
//! A platoon disperses on its way: who is announced for a second arrives some seconds before or after it.

use alloc::vec::Vec;

use super::reports::DepartureReport;
use crate::{Approaches, Lead, Millis, StateError, StateReader, state};

/// Who is announced is told by slots so long, s.
pub const SLOT_S: f32 = 2.0;

/// Departures are kept for so many seconds: the longest drive to a line.
const KEPT: usize = 64;

/// Who has not been heard of for so long is silent.
const SILENT: Millis = Millis(3500);

/// No more leave a lane in that time; a larger number is no number of vehicles.
const MOST: u16 = 32;

/// A driver comes up to so many seconds before or after his time.
const SPREAD_S: i64 = 3;

/// Who starts up at a line arrives so much later than who drove through, s (from 0 to 14 m/s at 2.5 m/s²).
const STARTS_UP_S: f32 = 2.0;

/// What is known before counts as much as so many vehicles.
const PRIOR: f32 = 4.0;

/// Of so many vehicles half are forgotten.
const FORGET: f32 = 80.0;

/// Nobody is sure that nobody comes from elsewhere.
const LEAST_ELSEWHERE: f32 = 0.02;

/// What a neighbour upstream tells of a lane.
#[derive(Clone, PartialEq, Debug)]
struct Feeding {
    /// When the last report was sent; none: nothing was heard.
    sent: Option<Millis>,
    /// Its vehicles so far, modulo 2¹⁶.
    left: u16,
    /// Vehicles by the second in which they left, modulo [`KEPT`], up to that of the last report.
    gone: [u8; KEPT],
    /// By lead.
    learned: Vec<Learned>,
}

/// How many came, of how many who left.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Learned {
    came: f32,
    left: f32,
}

impl Learned {
    fn forget(&mut self) {
        if self.left > FORGET {
            (self.came, self.left) = (0.5 * self.came, 0.5 * self.left);
        }
    }
}

/// What is told of all lanes.
#[derive(Clone, Debug, Default)]
pub(super) struct Announced {
    feeders: Vec<Feeding>,
    /// By approach lane, the leads to it: feeder, and place among its leads.
    leads: Vec<Vec<(u16, u16)>>,
    /// By approach lane, those whom nobody has announced, of all.
    elsewhere: Vec<Learned>,
}

impl Feeding {
    fn new(leads: usize) -> Self {
        let learned = alloc::vec![Learned::default(); leads];
        Self { sent: None, left: 0, gone: [0; KEPT], learned }
    }

    /// How many left in a second; 0 if that is not known.
    fn gone(&self, second: i64) -> f32 {
        let last = self.sent.map_or(i64::MIN, |sent| sent.0.div_euclid(1000));
        let known = second <= last && last - second < KEPT as i64;
        if known { f32::from(self.gone[place(second)]) } else { 0.0 }
    }

    fn share(&self, lead: usize, of: &Lead) -> f32 {
        let Learned { came, left } = self.learned[lead];
        // In the mean: a single one may be noted as come before he is noted as due.
        ((came + PRIOR * of.share) / (left + PRIOR)).min(1.0)
    }

    /// Takes a report in, unless it was overtaken. Returns the second of the last one before, and its own.
    fn hear(&mut self, report: &DepartureReport) -> Option<(i64, i64)> {
        let sent = report.at - Millis(i64::from(report.age_ms));
        let second = sent.0.div_euclid(1000);
        let last = self.sent.map_or(second, |before| before.0.div_euclid(1000));
        let new = match self.sent {
            // One that was overtaken.
            Some(before) if before >= sent => return None,
            // Of those who left while nobody told when, the time is not known; nor is it if the neighbour has begun to count anew.
            Some(before) if sent - before <= SILENT => {
                Some(report.left.wrapping_sub(self.left)).filter(|&new| new <= MOST).unwrap_or(0)
            }
            _ => 0,
        };
        (last + 1..=second).rev().take(KEPT).for_each(|s| self.gone[place(s)] = 0);
        let here = &mut self.gone[place(second)];
        *here = here.saturating_add(u8::try_from(new).unwrap_or(u8::MAX));
        (self.sent, self.left) = (Some(sent), report.left);
        Some((last, second))
    }
}

/// How long it takes to the input loop of a lane, which lies `input_m` before its line, s.
fn drive_s(approaches: &Approaches, of: &Lead, input_m: f32) -> i64 {
    let speed = approaches.lanes[usize::from(of.lane)].speed_m_s;
    ((of.distance_m - input_m).max(0.0) / speed + STARTS_UP_S).min(KEPT as f32) as i64
}

/// Where a second is kept.
const fn place(second: i64) -> usize {
    second.rem_euclid(KEPT as i64) as usize
}

impl Announced {
    pub fn new(approaches: &Approaches) -> Self {
        let mut leads = alloc::vec![Vec::new(); approaches.lanes.len()];
        for (number, feeder) in (0..).zip(&approaches.feeders) {
            for (place, lead) in (0..).zip(&feeder.leads) {
                leads[usize::from(lead.lane)].push((number, place));
            }
        }
        let feeders = approaches.feeders.iter().map(|feeder| Feeding::new(feeder.leads.len())).collect();
        Self { feeders, leads, elsewhere: alloc::vec![Learned::default(); approaches.lanes.len()] }
    }

    /// Takes a report in. Of a feeder that nobody knows it is dropped.
    ///
    /// `input_m`: from the input loop of a lane to its line, m.
    pub fn hear(&mut self, approaches: &Approaches, report: &DepartureReport, input_m: impl Fn(u16) -> f32) {
        let number = usize::from(report.feeder);
        let Some((feeding, of)) = self.feeders.get_mut(number).zip(approaches.feeders.get(number)) else { return };
        let Some((last, second)) = feeding.hear(report) else { return };
        for (place, lead) in of.leads.iter().enumerate() {
            let input_m = input_m(lead.lane);
            // Who comes is noted by an input loop, and while all neighbours are heard of; so is who should have come.
            if input_m <= 0.0 || !self.hears(usize::from(lead.lane), report.at) {
                continue;
            }
            let drive = drive_s(approaches, lead, input_m);
            let feeding = &mut self.feeders[number];
            // Whoever is on the way has not failed to come.
            let due: f32 = (last + 1..=second).rev().take(KEPT).map(|s| feeding.gone(s - drive)).sum();
            feeding.learned[place].left += due;
            feeding.learned[place].forget();
        }
    }

    /// Whether all neighbours from which somebody comes to a lane are heard of; not if there are none.
    pub fn hears(&self, lane: usize, now: Millis) -> bool {
        let is_heard =
            |&(feeder, _): &(u16, u16)| self.feeders[usize::from(feeder)].sent.is_some_and(|sent| now - sent <= SILENT);
        self.leads.get(lane).is_some_and(|leads| !leads.is_empty() && leads.iter().all(is_heard))
    }

    /// Somebody passes the input loop of a lane, which lies `input_m` before its line, and counts as so many; `flow`: the lane's,
    /// vehicles per second.
    pub fn come(
        &mut self,
        approaches: &Approaches,
        (lane, as_many): (usize, f32),
        at: Millis,
        input_m: f32,
        flow: f32,
    ) {
        if !self.hears(lane, at) {
            return;
        }
        let second = at.0.div_euclid(1000);
        let likely = |feeders: &[Feeding], (feeder, place): (u16, u16)| {
            let of = &approaches.feeders[usize::from(feeder)].leads[usize::from(place)];
            let drive = drive_s(approaches, of, input_m);
            let feeding = &feeders[usize::from(feeder)];
            let gone: f32 = (-SPREAD_S..=SPREAD_S).map(|off| feeding.gone(second - drive + off)).sum();
            gone * feeding.share(usize::from(place), of)
        };
        let elsewhere = &mut self.elsewhere[lane];
        let share = (elsewhere.came / elsewhere.left.max(PRIOR)).max(LEAST_ELSEWHERE);
        let unannounced = (share * flow * (2 * SPREAD_S + 1) as f32).max(f32::MIN_POSITIVE);
        let all = unannounced + self.leads[lane].iter().map(|&lead| likely(&self.feeders, lead)).sum::<f32>();
        elsewhere.came += as_many * unannounced / all;
        elsewhere.left += as_many;
        elsewhere.forget();
        for &(feeder, place) in &self.leads[lane] {
            let came = as_many * likely(&self.feeders, (feeder, place)) / all;
            self.feeders[usize::from(feeder)].learned[usize::from(place)].came += came;
        }
    }

    /// Who is expected at the line of a lane from `from_s` after `now` on, beyond whom nobody has been seen: vehicles by slots
    /// of [`SLOT_S`], added to `slots`. `flow`: the lane's. Returns until when that is known, s after `now`; none:
    /// nobody tells.
    pub fn expect(
        &self,
        approaches: &Approaches,
        lane: usize,
        now: Millis,
        from_s: f32,
        flow: f32,
        slots: &mut [f32],
    ) -> Option<f32> {
        if !self.hears(lane, now) {
            return None;
        }
        let speed = approaches.lanes[lane].speed_m_s;
        let width = SLOT_S;
        let mut until = from_s + width * slots.len() as f32;
        let mut add = |due: f32, vehicles: f32| {
            let slot = (due - from_s) / width;
            if slot >= 0.0
                && vehicles > 0.0
                && let Some(slot) = slots.get_mut(slot as usize)
            {
                *slot += vehicles;
            }
        };
        for &(feeder, place) in &self.leads[lane] {
            let feeding = &self.feeders[usize::from(feeder)];
            let of = &approaches.feeders[usize::from(feeder)].leads[usize::from(place)];
            let share = feeding.share(usize::from(place), of);
            let sent = feeding.sent.unwrap_or(now);
            let drive = of.distance_m / speed + STARTS_UP_S;
            let since = (now - sent).0 as f32 * 0.001;
            let last = sent.0.div_euclid(1000);
            // Who left before has passed the input loop.
            let oldest = (drive - from_s).clamp(0.0, (KEPT - 1) as f32) as i64 + 1;
            for ago in 0..oldest {
                add(drive - since - ago as f32, share * feeding.gone(last - ago));
            }
            until = until.min(drive - since);
        }
        if until <= from_s {
            return None;
        }
        let Learned { came, left } = self.elsewhere[lane];
        let unannounced = flow * came / left.max(PRIOR);
        let whole = ((until - from_s) / width) as usize;
        slots.iter_mut().take(whole).for_each(|slot| *slot += unannounced * width);
        Some(from_s + width * whole as f32)
    }

    pub fn save(&self, out: &mut Vec<u8>) {
        state::put_count(out, self.feeders.len());
        for feeder in &self.feeders {
            state::put_optional_millis(out, feeder.sent);
            if feeder.sent.is_none() {
                continue;
            }
            out.extend_from_slice(&feeder.left.to_le_bytes());
            out.extend_from_slice(&feeder.gone);
            feeder.learned.iter().for_each(|learned| learned.save(out));
        }
        if self.feeders.iter().any(|feeder| feeder.sent.is_some()) {
            self.elsewhere.iter().for_each(|learned| learned.save(out));
        }
    }

    /// What was saved of as many feeders and lanes.
    pub fn loaded(&self, reader: &mut StateReader<'_>) -> Result<Self, StateError> {
        let mut of = self.clone();
        if reader.u32()? as usize != of.feeders.len() {
            return Err(StateError::Mismatch { what: "number of feeders" });
        }
        for feeder in &mut of.feeders {
            *feeder = Feeding::new(feeder.learned.len());
            feeder.sent = reader.optional_millis()?;
            if feeder.sent.is_none() {
                continue;
            }
            feeder.left = reader.u16()?;
            for gone in &mut feeder.gone {
                *gone = reader.u8()?;
            }
            for learned in &mut feeder.learned {
                *learned = Learned::loaded(reader)?;
            }
        }
        let heard = of.feeders.iter().any(|feeder| feeder.sent.is_some());
        for learned in &mut of.elsewhere {
            *learned = if heard { Learned::loaded(reader)? } else { Learned::default() };
        }
        Ok(of)
    }
}

impl Learned {
    fn save(&self, out: &mut Vec<u8>) {
        [self.came, self.left].iter().for_each(|n| out.extend_from_slice(&n.to_bits().to_le_bytes()));
    }

    fn loaded(reader: &mut StateReader<'_>) -> Result<Self, StateError> {
        let of = Self { came: f32::from_bits(reader.u32()?), left: f32::from_bits(reader.u32()?) };
        let possible = |n: f32| (0.0..=1e6).contains(&n);
        if possible(of.came) && possible(of.left) {
            return Ok(of);
        }
        Err(StateError::Invalid { what: "share of a feeder", expected: "numbers of vehicles, at least 0" })
    }
}

#[cfg(test)]
mod tests;
