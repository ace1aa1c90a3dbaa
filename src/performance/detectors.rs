//! Which detector is for what.

use std::collections::BTreeMap;

use intergreen_control::Millis;

/// What a detector tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Function {
    /// Whether somebody stands at the stop line.
    Presence,
    /// Who passes the stop line.
    Count,
    /// Who comes: far upstream.
    Advance,
    /// Who passes the stop line on yellow or red.
    YellowRed,
    /// Who wants to cross on foot.
    Pedestrian,
    /// Anything that no measure is made of, as who extends a green.
    Other,
}

/// One use of a detector.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Detector {
    /// The signal whose log it is in.
    pub signal: String,
    /// Its channel, from 1.
    pub channel: u16,
    /// The phase it is for, from 1.
    pub phase: u16,
    /// What for.
    pub function: Function,
    /// Time from there to the stop line.
    pub travel: Millis,
    /// Of one that counts: whether who passes it passes the stop line then, under a lamp that is the phase's. Others do not
    /// tell who passes on yellow or red: who drives over a loop farther upstream may still stop.
    pub judges: bool,
    /// The flashing yellow arrow that lets its drivers go too, as the log numbers it, from 1; none: they have none.
    pub arrow: Option<u16>,
}

/// Who passes a loop at most so far before the stop line passes the line, m: our own lie 1 m before it.
pub const AT_LINE_M: f64 = 2.0;

/// More uses of one channel than this are refused: each of its events is looked at for each of them.
const MOST_USES: usize = 32;

/// All detectors.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Detectors {
    by_signal: BTreeMap<String, Vec<Detector>>,
}

impl Detectors {
    /// From a list in any order.
    ///
    /// # Errors
    /// If one channel has more than 32 uses.
    pub fn new(mut list: Vec<Detector>) -> Result<Self, String> {
        list.sort_unstable();
        list.dedup();
        let mut by_signal: BTreeMap<String, Vec<Detector>> = BTreeMap::new();
        for uses in list.chunk_by(|a, b| (&a.signal, a.channel) == (&b.signal, b.channel)) {
            let first = &uses[0];
            if uses.len() > MOST_USES {
                let (signal, channel, n) = (&first.signal, first.channel, uses.len());
                return Err(format!("signal '{signal}': channel {channel} has {n} uses; expected at most {MOST_USES}"));
            }
            by_signal.entry(first.signal.clone()).or_default().extend_from_slice(uses);
        }
        Ok(Self { by_signal })
    }

    /// Those of a signal, ordered by channel.
    pub fn at(&self, signal: &str) -> &[Detector] {
        self.by_signal.get(signal).map_or(&[], Vec::as_slice)
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.by_signal.is_empty()
    }
}
