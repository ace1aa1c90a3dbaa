//! One channel as the monitor sees it.
//!
//! Terms
//! - **command**: the lamp that the controller asked for.
//! - **lit**: what really burns; unknown in a cabinet without read-back, where the command stands for it.
//! - **shown**: the lamp the street sees. It is always one that was commanded, but follows the command only when the
//!   lamps do: a green that burns on is still green. Colour order, yellow and clearance are judged by it, so that a
//!   flicker of the read-back is no illegal sequence; what burns without command has time limits of its own.
//! - **open**: shown green, or a flashing arrow. Not: a signal that is off.
//! - **asleep**: a flashing arrow that flashes because the whole signal does. It is then off like the others.
//! - **condition**: a fault that stands at present and trips, or raises an alarm, when it has lasted for its limit.

use super::{
    permissives::{Channel, ChannelKind},
    trip::{AlarmKind, Lit, TripKind},
};
use crate::{Lamp, Millis};

/// Conditions as bits: first those that trip, then those that raise an alarm.
pub(super) const TRIPS: [TripKind; 4] = [TripKind::Dual, TripKind::MissingRed, TripKind::Dark, TripKind::Uncommanded];
pub(super) const ALARMS: [AlarmKind; 4] =
    [AlarmKind::YellowDark, AlarmKind::GreenDark, AlarmKind::RedUncommanded, AlarmKind::YellowUncommanded];

/// What is remembered of a channel: first, in one cache line, what every change of its lamp asks for; then, since when
/// conditions stand, which only a read-back brings about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C, align(64))]
pub(super) struct State {
    /// Since when it shows what it shows.
    pub(super) since: Millis,
    /// When it was open last, and on full green, if it was and is no more.
    pub(super) closed: Option<Millis>,
    pub(super) full_ended: Option<Millis>,
    pub(super) command: Option<Lamp>,
    pub(super) lit: Option<Lit>,
    pub(super) shown: Option<Lamp>,
    pub(super) asleep: bool,
    /// A yellow that followed green, and so has to last.
    pub(super) after_green: bool,
    /// Conditions, trips in the low half.
    pub(super) standing: u8,
    /// Alarms.
    pub(super) raised: u8,
    /// Since when each condition stands, and since when those of alarms stood.
    pub(super) stands_since: [Millis; 8],
    pub(super) raised_since: [Millis; 4],
}

/// What a settled moment changed.
pub(super) struct Step {
    /// Counts in conflicts with conflicting channels.
    pub(super) active: bool,
    /// Counts in conflicts with yielding channels.
    pub(super) full: bool,
    /// It opened, or went to full green.
    pub(super) opened: bool,
    pub(super) filled: bool,
    /// A fault of the change itself, and since when.
    pub(super) fault: Option<(TripKind, Millis)>,
}

impl State {
    /// Open to its traffic.
    pub(super) fn is_open(&self) -> bool {
        match self.shown {
            Some(Lamp::Green | Lamp::GreenMinor) => true,
            // Only arrows are ever awake.
            Some(Lamp::Flashing) => !self.asleep,
            _ => false,
        }
    }

    /// Whether an alarm's condition stands and the alarm is not raised yet.
    pub(super) const fn alarm_stands(&self, bit: usize) -> bool {
        self.standing >> (TRIPS.len() + bit) & 1 == 1 && self.raised >> bit & 1 == 0
    }

    /// On full green.
    pub(super) fn is_full(&self) -> bool {
        self.shown == Some(Lamp::Green)
    }

    /// Takes the inputs of the moment `at` as one picture. `off`: the whole signal is flashing or dark.
    pub(super) fn settle(&mut self, what: &Channel, off: bool, yellow_conflicts: bool, at: Millis) -> Step {
        let before = *self;
        let shown = self.follow(what.kind);
        self.shown = shown;
        self.asleep = shown == Some(Lamp::Flashing)
            && (what.kind != ChannelKind::FlashingArrow
                || off
                // Commanded away but still flashing: as it was.
                || (self.command != Some(Lamp::Flashing) && before.asleep));
        let mut fault = None;
        if let (Some(from), Some(to)) = (before.shown, shown)
            && from != to
        {
            fault = before.judge(from, to, self.rests(), off, what.yellow_floor, at);
        }
        if before.shown != shown {
            self.since = at;
            self.after_green = shown == Some(Lamp::Yellow) && before.is_open();
        }
        if before.is_open() && !self.is_open() {
            self.closed = Some(at);
        }
        if before.is_full() && !self.is_full() {
            self.full_ended = Some(at);
        }
        self.note_conditions(what, at);
        let (open, full, yellow) = self.burning(what.kind);
        Step {
            active: open || (yellow && yellow_conflicts),
            full,
            opened: !before.is_open() && self.is_open(),
            filled: !before.is_full() && self.is_full(),
            fault,
        }
    }

    /// The lamp shown now.
    fn follow(&self, kind: ChannelKind) -> Option<Lamp> {
        let (Some(command), Some(shown), Some(lit)) = (self.command, self.shown, self.lit) else {
            return self.command;
        };
        // The walk may flash as the clearance interval: only the command tells them apart.
        let told_apart = kind != ChannelKind::Pedestrian || command != Lamp::Yellow;
        let wanted = lit == Lit::of(command) || lit.is_dark();
        let still_green = shown.is_green() && lit.green && !command.is_green();
        let unchanged = lit == Lit::of(shown);
        if told_apart && !wanted && (still_green || unchanged) { Some(shown) } else { Some(command) }
    }

    /// Off: dark, or flashing and no awake arrow.
    fn rests(&self) -> bool {
        match self.shown {
            Some(Lamp::Off) => true,
            Some(Lamp::Flashing) => self.asleep,
            _ => false,
        }
    }

    /// Whether a channel in this state may change from a lamp to another, and if not, why and since when.
    fn judge(
        &self,
        from: Lamp,
        to: Lamp,
        rests: bool,
        off: bool,
        floor: Millis,
        at: Millis,
    ) -> Option<(TripKind, Millis)> {
        use Lamp::{Flashing, Green, GreenMinor, Red, RedYellow, TurnOnRed, Yellow};
        let illegal = Some((TripKind::Sequence, at));
        if rests && off {
            // The whole signal goes to flash or dark: at any time, from anything.
            return None;
        }
        if self.rests() {
            // Flash and dark are left through red, or through yellow and red.
            return if rests || matches!(to, Red | TurnOnRed | Yellow) { None } else { illegal };
        }
        if self.is_open() {
            return match to {
                Yellow | Green | GreenMinor => None,
                RedYellow => illegal,
                _ => (floor > Millis(0)).then_some((TripKind::ShortYellow, at)),
            };
        }
        match (from, to) {
            (Yellow, Green | GreenMinor | RedYellow) => illegal,
            (Yellow, _) => (self.after_green && at - self.since < floor).then_some((TripKind::ShortYellow, self.since)),
            // Red-yellow commits to green.
            (RedYellow, Green | GreenMinor) => None,
            (RedYellow, Flashing) if !rests => None,
            (RedYellow, _) if !rests => illegal,
            (Red | TurnOnRed, Yellow) => illegal,
            _ => None,
        }
    }

    /// What counts in conflicts: open, on full green, yellow. By what burns, where that is known.
    fn burning(&self, kind: ChannelKind) -> (bool, bool, bool) {
        let flashing_arrow = self.shown == Some(Lamp::Flashing) && !self.asleep;
        match self.lit {
            Some(lit) if lit.green => {
                // The lamp does not tell a yielding green from a full one; the command does, and when it is gone, the
                // command before.
                let minor = self.command == Some(Lamp::GreenMinor)
                    || (self.shown == Some(Lamp::GreenMinor) && self.command != Some(Lamp::Green));
                (true, !minor, false)
            }
            Some(lit) if !lit.is_dark() => {
                let flashes = [self.command, self.shown].contains(&Some(Lamp::Flashing));
                let clearing = kind == ChannelKind::Pedestrian && self.shown == Some(Lamp::Yellow);
                (flashing_arrow, false, clearing || (lit.yellow && !lit.red && !flashes))
            }
            // Dark, or not known: as shown. A burnt-out green is still one to its controller.
            _ => (self.is_open(), self.is_full(), self.shown == Some(Lamp::Yellow)),
        }
    }

    fn note_conditions(&mut self, what: &Channel, at: Millis) {
        let Some(lit) = self.lit else { return };
        let command = self.command.unwrap_or(Lamp::Off);
        let wants = Lit::of(command);
        let pedestrian = what.kind == ChannelKind::Pedestrian;
        // How the clearance interval looks differs between countries: red or walk may flash or burn.
        let clearing = pedestrian && command == Lamp::Yellow;
        let off = command == Lamp::Off
            || (command == Lamp::Flashing && (what.kind != ChannelKind::FlashingArrow || self.asleep));
        let conditions = [
            lit.green && (lit.red || (lit.yellow && !pedestrian)),
            wants.red && !lit.red,
            lit.is_dark() && !off && what.dark_trips,
            lit.green && !wants.green && !clearing,
            wants.yellow && !lit.yellow && !pedestrian,
            wants.green && !lit.green,
            lit.red && !wants.red && !clearing,
            lit.yellow && !wants.yellow,
        ];
        for (bit, stands) in conditions.into_iter().enumerate() {
            let mask = 1 << bit;
            if stands && self.standing & mask == 0 {
                self.stands_since[bit] = at;
            }
            if stands { self.standing |= mask } else { self.standing &= !mask }
        }
        let repaired = [lit.yellow && wants.yellow, lit.green && wants.green, !lit.red, !lit.yellow];
        for (bit, repaired) in repaired.into_iter().enumerate() {
            if repaired {
                self.raised &= !(1 << bit);
            }
        }
    }
}
