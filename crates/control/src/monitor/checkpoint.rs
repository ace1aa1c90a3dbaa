//! The whole state of a monitor as bytes. A latched trip survives in them: it ends by the manual reset alone.
//!
//! Permissives and limits are not in them, only a fingerprint: a monitor is made anew from its own configuration
//! before it loads.

use alloc::vec::Vec;

use super::{
    Monitor, Trip, TripKind,
    channel::{ALARMS, State, TRIPS},
    permissives::ChannelKind,
    trip::Lit,
};
use crate::{Lamp, Millis, StateError, StateReader, state};

const VERSION: u8 = 1;

/// All kinds, by the number they are saved as.
const KINDS: [TripKind; 9] = [
    TripKind::Conflict,
    TripKind::Dual,
    TripKind::MissingRed,
    TripKind::Dark,
    TripKind::Uncommanded,
    TripKind::Stall,
    TripKind::ShortYellow,
    TripKind::Sequence,
    TripKind::Clearance,
];

const ASLEEP: u8 = 1;
const AFTER_GREEN: u8 = 2;
const FRESH: u8 = 4;
const KNOWN: u8 = 8;

impl Monitor {
    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(&self.fingerprint().to_le_bytes());
        state::put_optional_millis(out, self.now);
        if self.now.is_none() {
            return; // it has seen nothing
        }
        put(out, self.kicked);
        out.push(self.off.into());
        out.push(self.trip.is_some().into());
        if let Some(trip) = self.trip {
            out.push(KINDS.iter().position(|&kind| kind == trip.kind).unwrap_or_default() as u8);
            for channel in [trip.channel, trip.other] {
                out.push(channel.is_some().into());
                out.extend_from_slice(&channel.unwrap_or_default().to_le_bytes());
            }
            put(out, trip.since);
            put(out, trip.at);
            for &lamp in &self.picture {
                state::put_lamp(out, lamp);
            }
        }
        let (total, since) = self.conflicts.sums();
        put(out, total);
        state::put_optional_millis(out, since);
        for (i, channel) in self.channels.iter().enumerate() {
            channel.save(self.fresh.contains(i), out);
            for since in self.conflicts.of(i) {
                state::put_optional_millis(out, since);
            }
        }
    }

    /// Becomes what was saved by a monitor of the same permissives and limits.
    ///
    /// # Errors
    /// If the bytes are no such state. The monitor stays as it was.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let mut reader = StateReader::new(bytes);
        reader.version("monitor", VERSION)?;
        if reader.u64()? != self.fingerprint() {
            return Err(StateError::Mismatch { what: "monitor configuration" });
        }
        let mut new = Self::new(self.permissives.clone(), self.limits);
        if let Some(now) = reader.optional_millis()? {
            new.now = Some(now);
            new.load_rest(&mut reader, now)?;
        }
        reader.end()?;
        *self = new;
        Ok(())
    }

    fn load_rest(&mut self, reader: &mut StateReader<'_>, now: Millis) -> Result<(), StateError> {
        self.kicked = past(reader.millis()?, now)?;
        self.off = reader.flag()?;
        if reader.flag()? {
            self.trip = Some(read_trip(reader, self.channels.len(), now)?);
            for lamp in &mut self.picture {
                *lamp = reader.lamp()?;
            }
        }
        let total = reader.millis()?;
        let open_since = reader.optional_millis()?.map(|since| past(since, now)).transpose()?;
        let mut sinces = Vec::with_capacity(self.channels.len());
        for i in 0..self.channels.len() {
            let (state, fresh) = State::load(reader, now, self.permissives.channels[i].kind)?;
            self.resting -= usize::from(state.command.is_some_and(|lamp| !super::is_rest(lamp)));
            self.attention.set(i, state.standing != 0);
            self.touch(i, fresh);
            self.channels[i] = state;
            let mut since = [None; 2];
            for since in &mut since {
                *since = reader.optional_millis()?.map(|since| past(since, now)).transpose()?;
            }
            sinces.push(since);
        }
        self.conflicts
            .restore(&sinces, total, open_since)
            .filter(|()| total >= Millis(0))
            .ok_or(StateError::Invalid { what: "conflict time", expected: "one that fits the open channels" })?;
        self.schedule();
        Ok(())
    }

    /// Tells one configuration from another. Not [`state`]'s: the monitor shares no code with what it watches.
    fn fingerprint(&self) -> u64 {
        let p = &self.permissives;
        let mut fnv = 0xcbf2_9ce4_8422_2325_u64;
        let mut fold = |value: i64| {
            for byte in value.to_le_bytes() {
                fnv = (fnv ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        };
        let l = self.limits;
        for limit in [l.conflict(), l.dual(), l.dark(), l.stall(), l.lamp()] {
            fold(limit.0);
        }
        fold(p.yellow_conflicts.into());
        fold(p.channels.len() as i64);
        for (channel, excused) in p.channels.iter().zip(&p.excused) {
            fold(channel.kind as i64);
            fold(channel.yellow_floor.0);
            for flag in [channel.dark_trips, excused.yellow, excused.sequence] {
                fold(flag.into());
            }
        }
        for (a, b) in p.pairs() {
            fold(p.relation(a, b) as i64);
            fold(p.conflict_waived(a, b).into());
        }
        for (&(from, to), &ms) in &p.clearances {
            [from.into(), to.into(), ms.0].into_iter().for_each(&mut fold);
        }
        fold(-1); // the end of one list and the start of the next
        for &(from, to) in &p.waived_clearances {
            [from.into(), to.into()].into_iter().for_each(&mut fold);
        }
        fnv
    }
}

impl State {
    fn save(&self, fresh: bool, out: &mut Vec<u8>) {
        for lamp in [self.command, self.shown] {
            out.push(lamp.is_some().into());
            if let Some(lamp) = lamp {
                state::put_lamp(out, lamp);
            }
        }
        let lit = self.lit.unwrap_or_default();
        let flag = |is: bool, bit: u8| if is { bit } else { 0 };
        out.push(flag(lit.red, 1) | flag(lit.yellow, 2) | flag(lit.green, 4) | flag(self.lit.is_some(), KNOWN));
        out.push(flag(self.asleep, ASLEEP) | flag(self.after_green, AFTER_GREEN) | flag(fresh, FRESH));
        if self.shown.is_some() {
            put(out, self.since);
        }
        state::put_optional_millis(out, self.closed);
        state::put_optional_millis(out, self.full_ended);
        out.push(self.standing);
        for (bit, &since) in self.stands_since.iter().enumerate() {
            if self.standing >> bit & 1 == 1 {
                put(out, since);
            }
        }
        out.push(self.raised);
        for (bit, &since) in self.raised_since.iter().enumerate() {
            if self.raised >> bit & 1 == 1 {
                put(out, since);
            }
        }
    }

    fn load(reader: &mut StateReader<'_>, now: Millis, kind: ChannelKind) -> Result<(Self, bool), StateError> {
        let mut lamps: [Option<Lamp>; 2] = [None; 2];
        for lamp in &mut lamps {
            *lamp = if reader.flag()? { Some(reader.lamp()?) } else { None };
        }
        let [command, shown] = lamps;
        let lit = match reader.u8()? {
            0 => None,
            bits @ KNOWN..=15 => Some(Lit { red: bits & 1 != 0, yellow: bits & 2 != 0, green: bits & 4 != 0 }),
            _ => return Err(StateError::Invalid { what: "read-back", expected: "three lamps" }),
        };
        let flags = reader.u8()?;
        let (asleep, after_green) = (flags & ASLEEP != 0, flags & AFTER_GREEN != 0);
        let flashing = shown == Some(Lamp::Flashing);
        // What is not an arrow is never awake.
        let impossible = flags > (ASLEEP | AFTER_GREEN | FRESH)
            || (asleep && !flashing)
            || (flashing && !asleep && kind != ChannelKind::FlashingArrow)
            || (after_green && shown != Some(Lamp::Yellow));
        if impossible {
            return Err(StateError::Invalid { what: "channel", expected: "flags that fit its lamp" });
        }
        let since = if shown.is_some() { past(reader.millis()?, now)? } else { Millis(0) };
        let mut ended = [None; 2];
        for ended in &mut ended {
            *ended = reader.optional_millis()?.map(|ended| past(ended, now)).transpose()?;
        }
        let [closed, full_ended] = ended;
        let mut state = Self { command, lit, shown, since, asleep, after_green, closed, full_ended, ..Self::default() };
        state.standing = reader.u8()?;
        for bit in 0..TRIPS.len() + ALARMS.len() {
            if state.standing >> bit & 1 == 1 {
                state.stands_since[bit] = past(reader.millis()?, now)?;
            }
        }
        state.raised = reader.u8()?;
        if state.raised >> ALARMS.len() != 0 {
            return Err(StateError::Invalid { what: "alarm", expected: "one of four kinds" });
        }
        for bit in 0..ALARMS.len() {
            if state.raised >> bit & 1 == 1 {
                state.raised_since[bit] = past(reader.millis()?, now)?;
            }
        }
        Ok((state, flags & FRESH != 0))
    }
}

fn read_trip(reader: &mut StateReader<'_>, channels: usize, now: Millis) -> Result<Trip, StateError> {
    let invalid = StateError::Invalid { what: "trip", expected: "a known kind and channels of the signal" };
    let kind = *KINDS.get(usize::from(reader.u8()?)).ok_or(invalid)?;
    let mut concerned = [None; 2];
    for concerned in &mut concerned {
        let (is, channel) = (reader.flag()?, reader.u16()?);
        if usize::from(channel) >= channels.max(1) || (!is && channel != 0) {
            return Err(invalid);
        }
        *concerned = is.then_some(channel);
    }
    let [channel, other] = concerned;
    let expected = match kind {
        TripKind::Conflict | TripKind::Clearance => (true, true),
        TripKind::Stall => (false, false),
        _ => (true, false),
    };
    if expected != (channel.is_some(), other.is_some()) {
        return Err(invalid);
    }
    Ok(Trip { kind, channel, other, since: past(reader.millis()?, now)?, at: past(reader.millis()?, now)? })
}

fn past(time: Millis, now: Millis) -> Result<Millis, StateError> {
    let expected = "one up to the time reached";
    if time <= now { Ok(time) } else { Err(StateError::Invalid { what: "time", expected }) }
}

fn put(out: &mut Vec<u8>, time: Millis) {
    out.extend_from_slice(&time.0.to_le_bytes());
}
