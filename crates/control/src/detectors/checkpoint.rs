//! State of a bank of detectors.

use alloc::vec::Vec;

use super::{
    Detector, DetectorBank, NOT_YET, Record,
    between::{self, Between, Counted},
    health::{Health, Measures, Minute},
    mates::{LEARNED, MATES, Pair, Share},
    presence::Green,
    sections::{Balance, Passed},
};
use crate::{Millis, StateError, StateReader, state};

const VERSION: u8 = 8;

impl DetectorBank {
    /// Appends its state.
    pub fn save(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        state::put_count(out, self.detectors.len());
        state::put_optional_millis(out, self.next);
        state::put_millis(out, self.began);
        state::put_count(out, self.counts.len());
        self.counts.iter().for_each(|count| out.extend_from_slice(&count.to_le_bytes()));
        state::put_count(out, self.greens.len());
        self.greens.iter().for_each(|green| put_green(out, green));
        let strands = self.passed.iter().flat_map(|section| &section.strands);
        state::put_count(out, strands.clone().count());
        strands.for_each(|count| out.extend_from_slice(&count.to_le_bytes()));
        out.extend(self.passed.iter().map(|section| u8::from(section.blind)));
        self.balances.iter().flatten().for_each(|balance| put_balance(out, balance));
        self.tallied.iter().for_each(|count| out.extend_from_slice(&count.to_le_bytes()));
        state::put_optional_millis(out, self.draws);
        for (i, d) in self.detectors.iter().enumerate() {
            put(out, d, self.on_times[i], &self.measured[i]);
        }
    }

    /// Reads the state of a bank of as many detectors as this one.
    ///
    /// # Errors
    /// If the bytes are no such state. The bank stays as it was.
    pub fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), StateError> {
        reader.version("detector bank", VERSION)?;
        let same = |count: u32, own: usize, what| {
            if count as usize == own { Ok(()) } else { Err(StateError::Mismatch { what }) }
        };
        same(reader.u32()?, self.detectors.len(), "number of detectors")?;
        let (next, began) = (reader.optional_millis()?, reader.millis()?);
        if next.is_some() && self.limits.is_empty() {
            return Err(StateError::Mismatch { what: "plan: its detectors mean nothing" });
        }
        same(reader.u32()?, self.counts.len(), "number of approaches with detectors")?;
        let counts = (0..self.counts.len()).map(|_| reader.u32()).collect::<Result<Vec<_>, _>>()?;
        same(reader.u32()?, self.greens.len(), "number of lanes with detectors")?;
        let greens = (0..self.greens.len()).map(|_| read_green(reader)).collect::<Result<Vec<_>, _>>()?;
        let strands = || self.passed.iter().map(|section| section.strands.len()).sum();
        same(reader.u32()?, strands(), "number of strands of roads with detectors")?;
        let counts_of = |section: &Passed| (0..section.strands.len()).map(|_| reader.u32()).collect();
        let passed = self.passed.iter().map(counts_of).collect::<Result<Vec<Vec<u32>>, _>>()?;
        let passed = passed.into_iter().map(|strands| Ok(Passed::saved(strands, reader.flag()?)));
        let passed = passed.collect::<Result<Vec<_>, StateError>>()?;
        let mut balances = self.balances.clone();
        for balance in balances.iter_mut().flatten() {
            *balance = read_balance(reader)?;
        }
        let tallied = (0..self.tallied.len()).map(|_| reader.u32()).collect::<Result<Vec<_>, _>>()?;
        let draws = reader.optional_millis()?;
        if draws.is_some() != (next.is_some() && !passed.is_empty()) {
            return Err(StateError::Mismatch { what: "plan: its sections of roads" });
        }
        let detectors = (0..self.detectors.len()).map(|_| read(reader)).collect::<Result<Vec<_>, _>>()?;
        (self.next, self.began, self.counts, self.greens) = (next, began, counts, greens);
        for (i, (detector, on_time, measured)) in detectors.into_iter().enumerate() {
            // The limit is the plan's.
            self.detectors[i] = Detector { short_pulse_ms: self.detectors[i].short_pulse_ms, ..detector };
            (self.on_times[i], self.measured[i]) = (on_time, measured);
        }
        (self.passed, self.balances) = (passed, balances);
        (self.tallied, self.draws) = (tallied, draws);
        self.find_due();
        self.news.clear();
        self.forgotten.clear();
        Ok(())
    }
}

fn put_green(out: &mut Vec<u8>, green: &Green) {
    state::put_optional_millis(out, green.open);
    state::put_optional_millis(out, green.closed);
    state::put_optional_millis(out, green.before);
    out.extend_from_slice(&[green.zone_free.into(), green.count_free.into(), green.count_sure.into()]);
    let Between { since, then, forgiven, came, wrong, stood, stay, gaps } = green.between;
    out.extend_from_slice(&[stood.into(), stay, gaps]);
    let forgiven = forgiven.cast_unsigned();
    let counts = [green.counted, since.came, since.left, then.came, then.left, forgiven, came.into(), wrong.into()];
    counts.iter().for_each(|count| out.extend_from_slice(&count.to_le_bytes()));
}

fn read_green(reader: &mut StateReader<'_>) -> Result<Green, StateError> {
    let [open, closed, before] = read_all(|| reader.optional_millis())?;
    let (zone_free, count_free, count_sure) = (reader.flag()?, reader.flag()?, reader.flag()?);
    let (stood, stay, gaps) = (reader.flag()?, reader.u8()?, reader.u8()?);
    if stay > between::MOST_STAY {
        return Err(StateError::Invalid { what: "who stands back from a line", expected: "0 to 15" });
    }
    let [counted, since_came, since_left, then_came, then_left, forgiven] = read_all(|| reader.u32())?;
    let [since, then] = [(since_came, since_left), (then_came, then_left)].map(|(came, left)| Counted { came, left });
    let wrong = StateError::Invalid { what: "who came and left", expected: "of as many as are learned from" };
    let mut learned = || u16::try_from(reader.u32()?).ok().filter(|&n| n < between::LEARNED).ok_or(wrong);
    let forgiven = forgiven.cast_signed();
    let between = Between { since, then, forgiven, came: learned()?, wrong: learned()?, stood, stay, gaps };
    Ok(Green { open, closed, before, zone_free, count_free, count_sure, counted, between })
}

fn put(out: &mut Vec<u8>, d: &Detector, on_time: Millis, measured: &Measures) {
    out.extend_from_slice(&[d.occupied.into(), d.health as u8, d.greens, d.contradicted, d.denied.into()]);
    let Record { minute: m, pairs, share } = &d.record;
    for time in [d.finished, d.since, m.headways, on_time, measured.on] {
        state::put_millis(out, time);
    }
    for time in [d.last_on(), measured.headway] {
        state::put_optional_millis(out, time);
    }
    let of_minutes = [m.count, m.short, m.pairs, measured.volume];
    let counts = [d.count].into_iter().chain(of_minutes).chain([share.own, share.all]).chain(d.counted);
    let pairs = d.missed.iter().zip(pairs);
    let pairs = pairs.flat_map(|(&missed, pair)| [missed].into_iter().chain(numbers(pair)));
    counts.chain(pairs).for_each(|count| out.extend_from_slice(&count.to_le_bytes()));
}

fn put_balance(out: &mut Vec<u8>, of: &Balance) {
    let counts = [of.came, of.since, of.rise, of.most].into_iter().chain(numbers(&of.pair));
    counts.for_each(|count| out.extend_from_slice(&count.to_le_bytes()));
    state::put_optional(out, of.expected, |out, expected| out.extend_from_slice(&expected.to_le_bytes()));
}

fn read_balance(reader: &mut StateReader<'_>) -> Result<Balance, StateError> {
    let [came, since, rise, most] = read_all(|| reader.u32())?;
    let pair = read_pair(reader)?;
    let expected = if reader.flag()? { Some(reader.u32()?) } else { None };
    Ok(Balance { came, since, most, rise, pair, expected })
}

/// What was learned of a pair, as numbers.
fn numbers(pair: &Pair) -> [u32; 3] {
    [pair.own.into(), pair.of.into(), pair.squares]
}

fn read_pair(reader: &mut StateReader<'_>) -> Result<Pair, StateError> {
    let wrong = StateError::Invalid { what: "ratio of detectors", expected: "of as many as are learned from" };
    let mut learned = || u16::try_from(reader.u32()?).ok().filter(|&n| n < 2 * LEARNED).ok_or(wrong);
    let (own, of) = (learned()?, learned()?);
    let squares = reader.u32()?;
    if squares > 2 * u32::from(LEARNED) * u32::from(LEARNED) {
        return Err(wrong);
    }
    Ok(Pair { own, of, squares })
}

/// Reads a detector as it is saved.
fn read(reader: &mut StateReader<'_>) -> Result<(Detector, Millis, Measures), StateError> {
    let (occupied, health, greens) = (reader.flag()?, usize::from(reader.u8()?), reader.u8()?);
    let (contradicted, denied) = (reader.u8()?, reader.flag()?);
    let wrong = StateError::Invalid { what: "health of a detector", expected: "0 to 5" };
    let health = *Health::ALL.get(health).ok_or(wrong)?;
    let [finished, since, headways, on_time, on] = read_all(|| reader.millis())?;
    let (last_on, headway) = (reader.optional_millis()?, reader.optional_millis()?);
    let [count, in_minute, short, of_headways, volume, own, all] = read_all(|| reader.u32())?;
    let counted = read_all(|| reader.u32())?;
    let (mut missed, mut pairs) = ([0; MATES], [Pair::default(); MATES]);
    for (missed, pair) in missed.iter_mut().zip(&mut pairs) {
        *missed = reader.u32()?;
        *pair = read_pair(reader)?;
    }
    let minute = Minute { count: in_minute, short, headways, pairs: of_headways };
    let share = Share { own, all };
    Ok((
        Detector {
            occupied,
            health,
            greens,
            contradicted,
            denied,
            count,
            finished,
            since,
            last_on: last_on.unwrap_or(NOT_YET),
            missed,
            counted,
            record: Record { minute, pairs, share },
            ..Detector::default()
        },
        on_time,
        Measures { volume, on, headway },
    ))
}

/// So many values of one kind.
fn read_all<T: Copy + Default, const N: usize>(
    mut next: impl FnMut() -> Result<T, StateError>,
) -> Result<[T; N], StateError> {
    let mut all = [T::default(); N];
    for value in &mut all {
        *value = next()?;
    }
    Ok(all)
}
