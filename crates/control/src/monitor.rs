//! The conflict monitor: it watches the lamps and nothing else, and trips when they endanger somebody.
//!
//! ```text
//!  handle_lamp      ──▶ commanded lamps ─┐
//!                                        ├─▶ one picture per millisecond ──▶ conflicts, order, yellow, clearance
//!  handle_read_back ──▶ what burns ──────┘                              └──▶ dual, dark, uncommanded    │
//!  kick             ──▶ the control loop is alive ─────────────────────────▶ stall                      ▼
//!                                                                                        trip (latched), alarms
//! ```
//!
//! It shares no code with plans, programs or the safety kernel, and its [`Permissives`] are authored apart from them:
//! a monitor that reads the plan file fails with it. Whoever runs it forces flash when it trips. It is no certified
//! device: keep a hardware monitor on any real street.
//!
//! Terms
//! - **trip**: the first fault that reached its limit. It latches until the manual reset.
//! - **alarm**: a lamp fault that endangers nobody at once.
//! - **moment**: one millisecond. All inputs of a moment are one picture; their order does not matter.
//! - **standing**: of a fault, that it is there now, be its limit reached or not.
//!
//! The other terms stand in the modules for permissives, conflicts and channels.
//!
//! # Calling contract
//! Inputs, then [`advance`](Monitor::advance), then [`trip`](Monitor::trip) and [`poll_at`](Monitor::poll_at). A trip
//! carries the exact time at which its limit was reached, and does not depend on how often time advances, as long as
//! all inputs of a moment are handed in before time advances to it. A late input counts at the time reached: time never
//! runs backwards. [`Millis::NEVER`] is no moment; an input at it is dropped.
//!
//! When the signal is put to flash, tell the monitor so (as commanded lamps): a signal that is still commanded green
//! cannot be reset.

use alloc::{vec, vec::Vec};

use crate::{Lamp, Millis};

mod channel;
mod checkpoint;
mod clearances;
mod conflicts;
#[cfg(feature = "serde")]
mod file;
mod limits;
mod pairs;
mod permissives;
mod trip;

pub use limits::{Limits, LimitsError};
pub use permissives::{Channel, ChannelKind, LONGEST_TIME, Permissives, PermissivesError, Relation};
pub use trip::{Alarm, AlarmKind, Lit, Trip, TripKind};

use channel::{ALARMS, State, TRIPS};
use clearances::Clearances;
use conflicts::Conflicts;
use pairs::Set;

/// Watches the lamps of one signal.
///
/// ```
/// use intergreen_control::{Lamp, Limits, Millis, Monitor, Permissives, TripKind};
///
/// let mut monitor = Monitor::new(Permissives::none(2), Limits::default().with_stall(Millis::NEVER)?);
/// monitor.handle_lamp(Millis(0), 0, Lamp::Green);
/// monitor.handle_lamp(Millis(0), 1, Lamp::Red);
/// monitor.handle_lamp(Millis(5_000), 1, Lamp::Green); // while channel 0 is green
/// monitor.advance(Millis(5_299));
/// assert_eq!(monitor.trip(), None);
/// monitor.advance(Millis(8_000)); // late: the trip has its own time all the same
/// let trip = monitor.trip().expect("a conflict of 300 ms");
/// assert_eq!((trip.kind, trip.channel, trip.other, trip.at), (TripKind::Conflict, Some(0), Some(1), Millis(5_300)));
/// assert!(monitor.reset(Millis(8_000)).is_err()); // both are still green
/// # Ok::<(), intergreen_control::LimitsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Monitor {
    permissives: Permissives,
    limits: Limits,
    clearances: Clearances,
    /// The flashing arrows: their flashing depends on whether the whole signal flashes.
    arrows: Set,
    channels: Vec<State>,
    conflicts: Conflicts,
    /// Channels with inputs of the moment reached, and whether there are any.
    fresh: Set,
    is_fresh: bool,
    /// Channels on which a condition stands.
    attention: Set,
    /// Channels that opened, and that went to full green, in the moment being settled; empty between.
    opened: Set,
    filled: Set,
    /// How many channels are commanded to flash or to be dark, or not commanded yet.
    resting: usize,
    /// Whether the whole signal was off when last settled.
    off: bool,
    /// The time reached; `None` before the first input.
    now: Option<Millis>,
    /// The last kick, or the first input.
    kicked: Millis,
    /// The next deadline.
    next: Millis,
    trip: Option<Trip>,
    /// What was shown when it tripped.
    picture: Vec<Lamp>,
}

const fn is_rest(lamp: Lamp) -> bool {
    matches!(lamp, Lamp::Flashing | Lamp::Off)
}

/// When a limit is reached; a limit of never is not.
fn deadline(since: Millis, limit: Millis) -> Millis {
    if limit == Millis::NEVER { limit } else { since + limit }
}

/// Of two faults the one that comes first: by time, kind, channels.
fn first(a: Option<Trip>, b: Option<Trip>) -> Option<Trip> {
    let key = |t: &Trip| (t.at, t.kind, t.channel, t.other);
    a.into_iter().chain(b).min_by_key(key)
}

impl Monitor {
    /// A monitor that has seen nothing yet. It starts with its first input.
    pub fn new(permissives: Permissives, limits: Limits) -> Self {
        let channels = permissives.len();
        let mut arrows = Set::new(channels);
        for (i, channel) in permissives.channels.iter().enumerate() {
            arrows.set(i, channel.kind == ChannelKind::FlashingArrow);
        }
        let mut monitor = Self {
            clearances: Clearances::new(&permissives),
            conflicts: Conflicts::new(&permissives),
            arrows,
            channels: vec![State::default(); channels],
            fresh: Set::new(channels),
            is_fresh: false,
            attention: Set::new(channels),
            opened: Set::new(channels),
            filled: Set::new(channels),
            resting: channels,
            off: false,
            now: None,
            kicked: Millis(0),
            next: Millis::NEVER,
            trip: None,
            picture: vec![Lamp::Off; channels],
            permissives,
            limits,
        };
        monitor.off = monitor.is_off();
        monitor
    }

    /// A channel is commanded to show a lamp. Returns whether there is such a channel (and moment).
    pub fn handle_lamp(&mut self, at: Millis, channel: u16, lamp: Lamp) -> bool {
        let i = usize::from(channel);
        if i >= self.channels.len() || !self.reach(at) {
            return false;
        }
        let before = self.channels[i].command.replace(lamp);
        self.resting -= usize::from(before.is_none_or(is_rest));
        self.resting += usize::from(is_rest(lamp));
        self.touch(i, before != Some(lamp));
        true
    }

    /// These lamps of a channel burn. A channel of which this is never said is taken to show what is commanded.
    /// Returns whether there is such a channel (and moment).
    pub fn handle_read_back(&mut self, at: Millis, channel: u16, lit: Lit) -> bool {
        let i = usize::from(channel);
        if i >= self.channels.len() || !self.reach(at) {
            return false;
        }
        let before = self.channels[i].lit.replace(lit);
        self.touch(i, before != Some(lit));
        true
    }

    /// The control loop is alive. A monitor that is never kicked takes its first input for a kick.
    pub fn kick(&mut self, at: Millis) {
        if self.reach(at) {
            self.kicked = self.kicked.max(at);
            self.schedule();
        }
    }

    /// Lets time reach `now`: what is due up to and including `now` happens, each at its own time. An earlier time than
    /// the one reached only settles what was handed in since.
    pub fn advance(&mut self, now: Millis) {
        self.reach(now);
        self.settle();
    }

    /// When to advance at the latest, unless an input comes first: the next deadline of a standing fault or of the
    /// control loop. [`Millis::NEVER`] before the first input.
    pub fn poll_at(&self) -> Millis {
        match self.now {
            None => Millis::NEVER,
            Some(now) if self.is_fresh => now,
            Some(now) => self.next.max(now),
        }
    }

    /// The manual reset: forgets trip and alarms. A standing lamp fault raises its alarm again.
    ///
    /// # Errors
    /// If a fault still stands that would trip again, which is given; its time may lie ahead. The trip stays.
    pub fn reset(&mut self, now: Millis) -> Result<(), Trip> {
        self.advance(now);
        if let (Some(now), Some(_)) = (self.now, self.trip) {
            let stall = self.stall().filter(|stall| stall.at <= now);
            if let Some(standing) = first(self.standing(), stall) {
                return Err(standing);
            }
            self.trip = None;
        }
        for state in &mut self.channels {
            state.raised = 0;
        }
        if let Some(now) = self.now {
            self.happen(now);
        }
        Ok(())
    }

    /// Lets time reach `at`, up to and including its deadlines but not its inputs. Returns whether it is a moment.
    fn reach(&mut self, at: Millis) -> bool {
        if at == Millis::NEVER {
            return false;
        }
        match self.now {
            None => {
                (self.now, self.kicked) = (Some(at), at);
                self.schedule();
            }
            Some(now) if at > now => {
                self.settle();
                if self.next <= at {
                    self.happen(at);
                }
                self.now = Some(at);
            }
            Some(_) => {}
        }
        true
    }

    fn touch(&mut self, channel: usize, changed: bool) {
        if changed {
            self.fresh.set(channel, true);
            self.is_fresh = true;
        }
    }

    /// All deadlines up to `at`: alarms, and the trip that comes first.
    fn happen(&mut self, at: Millis) {
        if self.trip.is_none()
            && let Some(trip) = first(self.standing(), self.stall()).filter(|trip| trip.at <= at)
        {
            self.latch(trip);
        }
        let limit = self.limits.lamp();
        let mut from = 0;
        while let Some(i) = self.attention.next(from) {
            from = i + 1;
            let state = &mut self.channels[i];
            for bit in 0..ALARMS.len() {
                let since = state.stands_since[TRIPS.len() + bit];
                if state.alarm_stands(bit) && deadline(since, limit) <= at {
                    state.raised |= 1 << bit;
                    state.raised_since[bit] = since;
                }
            }
        }
        self.schedule();
    }

    /// Takes all inputs of the moment reached as one picture.
    fn settle(&mut self) {
        let Some(at) = self.now else { return };
        if !self.is_fresh {
            return;
        }
        self.is_fresh = false;
        let off = self.is_off();
        if off != self.off {
            self.off = off;
            self.fresh.add(&self.arrows);
        }
        let mut fault = None;
        let mut from = 0;
        while let Some(i) = self.fresh.next(from) {
            from = i + 1;
            let state = &mut self.channels[i];
            let step = state.settle(&self.permissives.channels[i], off, self.permissives.yellow_conflicts, at);
            self.conflicts.update(i, step.active, step.full, at);
            self.attention.set(i, state.standing != 0);
            if step.opened {
                self.opened.set(i, true);
            }
            if step.filled {
                self.filled.set(i, true);
            }
            let excused = self.permissives.excused[i];
            if let Some((kind, since)) = step.fault {
                let silent = if kind == TripKind::Sequence { excused.sequence } else { excused.yellow };
                let trip = Trip { kind, channel: Some(i as u16), other: None, since, at };
                fault = first(fault, (!silent).then_some(trip));
            }
        }
        // Only now, when every channel has ended what it ends in this moment.
        for (set, full) in [(&self.opened, false), (&self.filled, true)] {
            let mut from = 0;
            while let Some(i) = set.next(from) {
                from = i + 1;
                fault = first(fault, self.clearances.check(i, full, &self.channels, at));
            }
        }
        self.fresh.clear();
        self.opened.clear();
        self.filled.clear();
        if let (None, Some(trip)) = (self.trip, fault) {
            self.latch(trip);
        }
        self.schedule();
    }

    /// Whether all channels are commanded to flash or to be dark. Arrows alone cannot tell: their flashing is a green.
    fn is_off(&self) -> bool {
        self.resting == self.channels.len()
            && self.permissives.channels.iter().any(|c| c.kind != ChannelKind::FlashingArrow)
    }

    fn latch(&mut self, trip: Trip) {
        self.trip = Some(trip);
        for (lamp, state) in self.picture.iter_mut().zip(&self.channels) {
            *lamp = state.shown.unwrap_or(Lamp::Off);
        }
    }

    /// The standing fault that reaches, or has reached, its limit first; not the stall.
    fn standing(&self) -> Option<Trip> {
        let mut fault = self.conflicts.earliest().map(|(since, a, b)| Trip {
            kind: TripKind::Conflict,
            channel: Some(a as u16),
            other: Some(b as u16),
            since,
            at: deadline(since, self.limits.conflict()),
        });
        let mut from = 0;
        while let Some(i) = self.attention.next(from) {
            from = i + 1;
            let state = &self.channels[i];
            for (bit, kind) in TRIPS.into_iter().enumerate().filter(|(bit, _)| state.standing >> bit & 1 == 1) {
                let since = state.stands_since[bit];
                let limit = match kind {
                    TripKind::Dual => self.limits.dual(),
                    TripKind::Uncommanded => self.limits.lamp(),
                    _ => self.limits.dark(),
                };
                let at = deadline(since, limit);
                fault = first(fault, Some(Trip { kind, channel: Some(i as u16), other: None, since, at }));
            }
        }
        fault
    }

    fn stall(&self) -> Option<Trip> {
        let since = self.kicked;
        let at = deadline(since, self.limits.stall());
        Some(Trip { kind: TripKind::Stall, channel: None, other: None, since, at }).filter(|t| t.at != Millis::NEVER)
    }

    /// Finds the next deadline.
    fn schedule(&mut self) {
        self.next = Millis::NEVER;
        if self.trip.is_none()
            && let Some(trip) = first(self.standing(), self.stall())
        {
            self.next = trip.at;
        }
        let mut from = 0;
        while let Some(i) = self.attention.next(from) {
            from = i + 1;
            let state = &self.channels[i];
            for bit in (0..ALARMS.len()).filter(|&bit| state.alarm_stands(bit)) {
                self.next = self.next.min(deadline(state.stands_since[TRIPS.len() + bit], self.limits.lamp()));
            }
        }
    }
}

/// Getters. All speak of the time reached; inputs of that moment count once it is settled, by [`advance`](Self::advance)
/// or a later input.
impl Monitor {
    /// The first fault that reached its limit since the last reset.
    pub const fn trip(&self) -> Option<Trip> {
        self.trip
    }

    /// Whether it has tripped and was not reset.
    pub const fn is_latched(&self) -> bool {
        self.trip.is_some()
    }

    /// What every channel showed when it tripped.
    pub fn lamps_at_trip(&self) -> Option<&[Lamp]> {
        self.trip.map(|_| self.picture.as_slice())
    }

    /// The lamp faults that endanger nobody at once, by channel.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm> {
        (0..u16::MAX).zip(&self.channels).flat_map(move |(channel, state)| {
            let raised = (0..ALARMS.len()).filter(|bit| state.raised >> bit & 1 == 1);
            raised.map(move |bit| {
                let since = state.raised_since[bit];
                Alarm { kind: ALARMS[bit], channel, since, at: deadline(since, self.limits.lamp()) }
            })
        })
    }

    /// How long in all at least one pair was open that may not be, waived pairs included.
    pub fn conflict_time(&self) -> Millis {
        self.now.map_or(Millis(0), |now| self.conflicts.time(now))
    }

    /// Whether a pair is open now that may not be, waived pairs included.
    pub const fn is_in_conflict(&self) -> bool {
        self.conflicts.is_open()
    }

    /// The lamp that a channel shows to the street: the command, but of a lamp that burns on the one before. `None`
    /// before its first command.
    pub fn shown(&self, channel: u16) -> Option<Lamp> {
        self.channels.get(usize::from(channel)).and_then(|state| state.shown)
    }

    /// The time reached; `None` before the first input.
    pub const fn now(&self) -> Option<Millis> {
        self.now
    }

    /// What it permits.
    pub const fn permissives(&self) -> &Permissives {
        &self.permissives
    }

    /// How long faults may last.
    pub const fn limits(&self) -> Limits {
        self.limits
    }
}
