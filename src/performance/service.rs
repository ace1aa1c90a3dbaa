//! From events of a phase to its services.

use intergreen_control::Millis;

use super::event::{Event, code};

/// Why a green ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Termination {
    /// Nobody extended it.
    GapOut,
    /// Its greatest length was reached.
    MaxOut,
    /// The coordination or a fixed plan ended it.
    ForceOff,
}

impl Termination {
    /// What a code says.
    pub const fn of(event: u8) -> Option<Self> {
        match event {
            code::GAP_OUT => Some(Self::GapOut),
            code::MAX_OUT => Some(Self::MaxOut),
            code::FORCE_OFF => Some(Self::ForceOff),
            _ => None,
        }
    }
}

/// Codes of a service in the order in which they come.
const MARKS: [u8; 8] = [
    code::PHASE_ON,
    code::GREEN,
    code::GREEN_END,
    code::YELLOW,
    code::YELLOW_END,
    code::RED_CLEARANCE,
    code::RED_CLEARANCE_END,
    code::PHASE_OFF,
];

/// The place of a code among [`MARKS`].
fn rank(event: u8) -> Option<usize> {
    MARKS.iter().position(|&mark| mark == event)
}

/// Whether a code is about services of phases.
pub(super) fn concerns(event: u8) -> bool {
    rank(event).is_some() || Termination::of(event).is_some()
}

/// One green of a phase with what ends it; what the log does not tell is missing.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Service {
    /// When each of [`MARKS`] was logged.
    marks: [Option<Millis>; MARKS.len()],
    /// Why its green ended, if the log says so.
    pub ended_by: Option<Termination>,
}

impl Service {
    fn mark(&self, event: u8) -> Option<Millis> {
        rank(event).and_then(|rank| self.marks[rank])
    }

    /// The last mark that was logged.
    fn last(&self) -> Option<usize> {
        self.marks.iter().rposition(Option::is_some)
    }

    /// Begin of green.
    pub fn green(&self) -> Option<Millis> {
        self.mark(code::GREEN)
    }

    /// End of green: begin of yellow, or what comes nearest to it.
    pub fn green_end(&self) -> Option<Millis> {
        self.mark(code::YELLOW).or(self.mark(code::GREEN_END)).or_else(|| self.red())
    }

    /// Begin of red.
    pub fn red(&self) -> Option<Millis> {
        let marks = [code::RED_CLEARANCE, code::YELLOW_END, code::RED_CLEARANCE_END, code::PHASE_OFF];
        marks.into_iter().find_map(|mark| self.mark(mark))
    }

    /// End of the red clearance; without one, of the yellow. A clearance of which no end was logged has none.
    pub fn end(&self) -> Option<Millis> {
        let end = self.mark(code::RED_CLEARANCE_END).or(self.mark(code::PHASE_OFF));
        match self.mark(code::RED_CLEARANCE) {
            Some(_) => end,
            None => end.or(self.mark(code::YELLOW_END)),
        }
    }

    /// From the begin of yellow to its end.
    pub fn yellow_time(&self) -> Option<Millis> {
        Some(self.red()? - self.mark(code::YELLOW)?)
    }

    /// From the begin of red to the end of the red clearance; none: zero.
    pub fn clearance_time(&self) -> Option<Millis> {
        Some(self.end()? - self.red()?)
    }
}

/// The services of one phase, from its events in their order.
///
/// Marks of a service come in a fixed order: one that is not behind the last one belongs to the next service. Hence a
/// lost event spoils one service only.
pub(super) fn services(events: &[Event]) -> Vec<Service> {
    let mut list: Vec<Service> = Vec::new();
    for moment in events.chunk_by(|a, b| a.at == b.at) {
        for event in moment {
            if let (Some(why), Some(service)) = (Termination::of(event.code), list.last_mut()) {
                service.ended_by.get_or_insert(why);
            }
        }
        // The end of one service and the begin of the next may fall on the same moment: the end comes first.
        let last = list.last().and_then(Service::last);
        let ranked = || moment.iter().filter_map(|event| rank(event.code));
        let (ends, begins) = (ranked().filter(|&r| Some(r) > last), ranked().filter(|&r| Some(r) <= last));
        for rank in ends.chain(begins) {
            put(&mut list, rank, moment[0].at);
        }
    }
    list
}

/// Adds a mark to the last service, or begins one with it.
fn put(list: &mut Vec<Service>, rank: usize, at: Millis) {
    if list.last().and_then(Service::last).is_none_or(|last| rank <= last) {
        list.push(Service::default());
    }
    if let Some(service) = list.last_mut() {
        service.marks[rank] = Some(at);
    }
}
