//! How long people on foot wait.

use intergreen_control::Millis;

use super::Skipped;
use super::book::Book;
use super::event::{Event, code};
use super::flashing::Flashing;

/// Whether events of this code are about people on foot.
pub(super) fn concerns(event: u8) -> bool {
    matches!(event, code::WALK | code::CLEARANCE | code::DONT_WALK | code::PED_CALL)
}

/// Enters walks and delays: from the first call to the walk that serves it. `events`: of the phase, by time; `buttons`:
/// actuations of its push buttons. Who presses while walk is shown goes at once; how long somebody waited until the signal
/// flashed is not known.
pub(super) fn measure(
    events: &[Event],
    buttons: &[Millis],
    flashing: &Flashing,
    book: &mut Book,
    skipped: &mut Skipped,
) {
    let calls = buttons.iter().map(|&at| (at, code::BUTTON_ON));
    let mut all: Vec<(Millis, u8)> = events.iter().map(|e| (e.at, e.code)).filter(|e| concerns(e.1)).collect();
    all.extend(calls);
    all.sort_unstable();
    let (mut called, mut walks) = (None, false);
    for (at, event) in all {
        match event {
            code::WALK => {
                let waited = called.take().filter(|&since| flashing.between(since, at) == Millis(0));
                let delay: Option<Millis> = waited.map(|since| at - since);
                book.note(at, |t| {
                    t.walks += 1;
                    t.pedestrians.extend(delay);
                });
                walks = true;
            }
            code::CLEARANCE | code::DONT_WALK => walks = false,
            _ if !walks => {
                called.get_or_insert(at);
            }
            _ => {}
        }
    }
    if called.is_some() {
        *skipped.entry("calls on foot without a walk".into()).or_default() += 1;
    }
}
