//! The conflict monitor as a signal engineer would try it on a test bench: rows of lamps in, one trip out.
//!
//! A row is a time in seconds and one word per channel: the commanded lamp as its SUMO letter (`.`: none yet), and
//! after a colon, if the cabinet has read-back, what burns (`r`, `y`, `g`; `-`: nothing). `G:gr` is a channel
//! commanded to green on which red burns too. Words left out stay as they were.

use intergreen_control::{
    Lamp, Millis, StateError,
    monitor::{
        Alarm, AlarmKind, Channel, ChannelKind, LONGEST_TIME, Limits, Lit, Monitor, Permissives, PermissivesError,
        Relation, Trip, TripKind,
    },
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};

// --- helpers ---------------------------------------------------------------------------------------------------------

/// Limits as they are by default, but nobody has to kick.
fn bench() -> Limits {
    Limits::default().with_stall(Millis::NEVER).expect("never is allowed")
}

fn monitor(permissives: &Permissives) -> Monitor {
    Monitor::new(permissives.clone(), bench())
}

fn lit(letters: &str) -> Lit {
    Lit { red: letters.contains('r'), yellow: letters.contains('y'), green: letters.contains('g') }
}

fn ms(seconds: &str) -> Millis {
    Millis::from_seconds(seconds.parse().expect("a time in seconds"))
}

/// Hands one row in. Returns its time.
fn row(monitor: &mut Monitor, row: &str) -> Millis {
    let mut words = row.split_whitespace();
    let at = ms(words.next().expect("a time"));
    for (channel, word) in (0..).zip(words) {
        let (command, burns) = word.split_once(':').map_or((word, None), |(c, b)| (c, Some(b)));
        if let Some(lamp) = command.chars().next().and_then(Lamp::from_letter) {
            assert!(monitor.handle_lamp(at, channel, lamp));
        }
        if let Some(burns) = burns {
            assert!(monitor.handle_read_back(at, channel, lit(burns)));
        }
    }
    at
}

fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

/// Plays rows, advances to the last one's time.
fn play(monitor: &mut Monitor, text: &str) {
    let last = rows(text).map(|line| row(monitor, line)).last().expect("a row");
    monitor.advance(last);
}

/// `Kind channels since at`, in seconds.
fn said(trip: Option<Trip>) -> String {
    let Some(Trip { kind, channel, other, since, at }) = trip else { return "nothing".into() };
    let channels: Vec<_> = channel.iter().chain(&other).map(u16::to_string).collect();
    format!("{kind:?} {} {} {}", channels.join("-"), since.seconds(), at.seconds())
}

fn saved(monitor: &Monitor) -> Vec<u8> {
    let mut bytes = Vec::new();
    monitor.save(&mut bytes);
    bytes
}

/// Plays rows in three ways, which must agree to the byte: time advances once at the end; every millisecond; to every
/// deadline (and then the trip is seen at its own time), with a save and load at each row. Returns the trip.
fn tried(permissives: &Permissives, limits: Limits, text: &str) -> String {
    let mut rarely = Monitor::new(permissives.clone(), limits);
    play(&mut rarely, text);
    let mut often = Monitor::new(permissives.clone(), limits);
    let mut wakes = Monitor::new(permissives.clone(), limits);
    let mut now = None;
    let time = |line: &str| ms(line.split_whitespace().next().expect("a time"));
    let mut lines = rows(text).peekable();
    while let Some(line) = lines.next() {
        let to = time(line);
        for t in now.unwrap_or(to.0)..to.0 {
            often.advance(Millis(t));
        }
        while now.is_some() && wakes.poll_at() < to {
            let (wake, before) = (wakes.poll_at(), wakes.trip());
            wakes.advance(wake);
            if before.is_none() && wakes.is_latched() {
                assert_eq!(wakes.trip().map(|t| t.at), Some(wake), "seen when it happens: {text}");
            }
        }
        row(&mut often, line);
        row(&mut wakes, line);
        let mut loaded = Monitor::new(permissives.clone(), limits);
        loaded.load(&saved(&wakes)).expect("its own state");
        wakes = loaded;
        // Not between two rows of one moment.
        if lines.peek().is_none_or(|next| time(next) > to) {
            often.advance(to);
            wakes.advance(to);
        }
        now = Some(to.0);
    }
    assert_eq!(said(often.trip()), said(rarely.trip()), "{text}");
    assert_eq!(said(wakes.trip()), said(rarely.trip()), "{text}");
    assert_eq!(saved(&often), saved(&rarely), "{text}");
    assert_eq!(saved(&wakes), saved(&rarely), "{text}");
    said(rarely.trip())
}

/// Plays cases of `(rows, trip)`.
fn check(permissives: &Permissives, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(tried(permissives, bench(), text), *expected, "{text}");
    }
}

/// Channels that all conflict, of which green may end as it likes.
fn no_yellow(channels: u16) -> Permissives {
    let mut p = Permissives::none(channels);
    for channel in 0..channels {
        p.set_channel(channel, Channel::vehicle().with_floor(Millis(0))).expect("a channel");
    }
    p
}

fn with(
    mut permissives: Permissives,
    change: impl FnOnce(&mut Permissives) -> Result<(), PermissivesError>,
) -> Permissives {
    change(&mut permissives).expect("fits");
    permissives
}

// --- conflicts -------------------------------------------------------------------------------------------------------

#[test]
fn two_conflicting_greens_trip_at_their_limit_and_not_before() {
    check(
        &no_yellow(2),
        &[
            ("0 G r\n 5 G G\n 5.199 G r\n 9", "nothing"), // below 200 ms: never
            ("0 G r\n 5 G G\n 5.299 r G\n 9", "nothing"),
            ("0 G r\n 5 G G\n 5.300 r G\n 9", "Conflict 0-1 5 5.3"),
            ("0 G r\n 5 G G\n 5.301 r G\n 9", "Conflict 0-1 5 5.3"),
            ("0 G r\n 5 G G\n 5.299", "nothing"),
            ("0 G r\n 5 G G\n 5.300", "Conflict 0-1 5 5.3"),
            ("0 g r\n 5 g g\n 9", "Conflict 0-1 5 5.3"), // giving way does not help conflicting ones
            ("0 G G\n 9", "Conflict 0-1 0 0.3"),         // from the first moment on
            ("0 G r\n 5 r G\n 9", "nothing"),            // one millisecond is one picture
            // Two conflicts of 200 ms with a gap of a millisecond are two; without one that is to be seen, one.
            ("0 G r\n 5 G G\n 5.200 G r\n 5.201 G G\n 5.400 G r\n 9", "nothing"),
            ("0 G r\n 5 G G\n 5.200 G r\n 5.200 G G\n 5.400 G r\n 9", "Conflict 0-1 5 5.3"),
            // `s` is red, `o` and `O` are off.
            ("0 G s\n 9", "nothing"),
            ("0 G o\n 9", "nothing"),
            ("0 G O\n 9", "nothing"),
            ("0 G u\n 9", "nothing"),
            ("0 G r\n 5 G u\n 6 G G\n 9", "Conflict 0-1 6 6.3"),
        ],
    );
}

#[test]
fn the_limit_can_be_set_within_what_the_standard_allows() {
    let text = "0 G r\n 5 G G\n 5.450 G r\n 9";
    for limit in [200, 300, 450] {
        let limits = bench().with_conflict(Millis(limit)).expect("within");
        let expected = format!("Conflict 0-1 5 {}", Millis(5000 + limit).seconds());
        assert_eq!(tried(&no_yellow(2), limits, text), expected);
    }
    for (limit, error) in [
        (bench().with_conflict(Millis(199)), "the conflict limit is 199 ms; expected 200 to 450 ms"),
        (bench().with_conflict(Millis(451)), "the conflict limit is 451 ms; expected 200 to 450 ms"),
        (bench().with_dual(Millis(199)), "the dual indication limit is 199 ms; expected 200 to 450 ms"),
        (
            bench().with_dual(Millis::NEVER),
            "the dual indication limit is 9223372036854775807 ms; expected 200 to 450 ms",
        ),
        (bench().with_dark(Millis(799)), "the dark limit is 799 ms; expected 800 to 1500 ms"),
        (bench().with_dark(Millis(1501)), "the dark limit is 1501 ms; expected 800 to 1500 ms"),
        (bench().with_stall(Millis(99)), "the stall limit is 99 ms; expected 100 to 10000 ms"),
        (bench().with_lamp(Millis(i64::MIN)), "the lamp limit is -9223372036854775808 ms; expected 200 to 10000 ms"),
    ] {
        assert_eq!(limit.expect_err("out of bounds").to_string(), error);
    }
}

#[test]
fn of_several_conflicts_the_first_is_reported() {
    check(
        &no_yellow(4),
        &[
            ("0 r r r r\n 1 G r r G\n 1.1 G G G G\n 9", "Conflict 0-3 1 1.3"),
            ("0 r r r r\n 1 r G G G\n 9", "Conflict 1-2 1 1.3"), // at one time: the lowest channels
        ],
    );
}

#[test]
fn pairs_that_are_allowed_or_yield_may_be_open_together() {
    let p = with(no_yellow(3), |p| p.allow(0, 1)?.allow_yielding(1, 2).map(|_| ()));
    check(
        &p,
        &[
            ("0 G G r\n 9", "nothing"),
            ("0 r G g\n 9", "nothing"),
            ("0 r g G\n 9", "nothing"),
            ("0 r g g\n 9", "nothing"),
            ("0 r G g\n 5 r G G\n 5.299 r G g\n 9", "nothing"),
            ("0 r G g\n 5 r G G\n 5.300 r G g\n 9", "Conflict 1-2 5 5.3"),
            ("0 g r g\n 9", "Conflict 0-2 0 0.3"),
        ],
    );
}

#[test]
fn whether_yellow_conflicts_is_a_choice() {
    let text = "0 G r\n 5 y r\n 6 y G\n 8 r G\n 9";
    let mut p = Permissives::none(2);
    assert_eq!(tried(&p, bench(), text), "nothing");
    p.set_yellow_conflicts(true);
    check(
        &p,
        &[
            (text, "Conflict 0-1 6 6.3"),
            ("0 G r\n 5 y r\n 6 y u\n 8 r G\n 9", "nothing"), // red-yellow is still red
            ("0 G r\n 5 y r\n 8 r G\n 9", "nothing"),
            ("0 y y\n 9", "Conflict 0-1 0 0.3"),
            ("0 y o\n 9", "nothing"), // off
        ],
    );
    // Of yielding pairs the full greens count, yellow or not.
    p.allow_yielding(0, 1).expect("two channels");
    check(&p, &[(text, "nothing")]);
}

#[test]
fn a_waived_conflict_is_counted_and_silent() {
    let text = "0 G r r\n 5 G G r\n 7.5 G r r\n 8 G r G\n 8.1 G r r\n 9";
    let waived = with(no_yellow(3), |p| p.waive_conflict(1, 0).map(|_| ()));
    let mut m = monitor(&waived);
    play(&mut m, text);
    assert_eq!((m.trip(), m.conflict_time()), (None, Millis(2600))); // 2.5 s waived, 0.1 s below the limit
    assert_eq!(tried(&waived, bench(), text), "nothing");
    assert_eq!(tried(&no_yellow(3), bench(), text), "Conflict 0-1 5 5.3");
    // The waiver is for that pair alone, and runs on while it is open.
    play(&mut m, "10 G G G");
    m.advance(Millis(10_300));
    assert_eq!((said(m.trip()).as_str(), m.conflict_time()), ("Conflict 0-2 10 10.3", Millis(2900)));
}

#[test]
fn many_channels_are_as_good_as_few() {
    // Across the words of the bit sets.
    for (a, b) in [(0, 63), (63, 64), (0, 64), (64, 127), (5, 129), (70, 128), (128, 129)] {
        let mut allowed = no_yellow(130);
        allowed.allow(b, a).expect("two channels");
        for (p, trip) in [(no_yellow(130), format!("Conflict {a}-{b} 1 1.3")), (allowed, "nothing".into())] {
            let mut m = monitor(&p);
            for channel in 0..130 {
                m.handle_lamp(Millis(0), channel, Lamp::Red);
            }
            for channel in [b, a] {
                m.handle_lamp(Millis(1000), channel, Lamp::Green);
            }
            m.advance(Millis(1300));
            assert_eq!((m.shown(a), m.shown(b)), (Some(Lamp::Green), Some(Lamp::Green)));
            assert_eq!(said(m.trip()), trip);
            assert_eq!(m.conflict_time(), Millis(if trip == "nothing" { 0 } else { 300 }));
        }
    }
}

// --- order of lamps, yellow, clearance -------------------------------------------------------------------------------

/// Every change of lamp: a row per lamp before, a column per lamp after. `.` legal, `S` sequence, `Y` short yellow.
/// Another channel is red all the time, so that the signal as a whole is not off.
fn check_changes(channel: Channel, table: &str) {
    const LETTERS: &str = "ruygGsoO";
    let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    assert_eq!(lines.next(), Some("r u y g G s o O"));
    for (before, line) in LETTERS.chars().zip(lines.by_ref()) {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some(before.to_string().as_str()));
        let cells: Vec<&str> = words.collect();
        assert_eq!(cells.len(), 8);
        for (after, cell) in LETTERS.chars().zip(cells) {
            let expected = match cell {
                "S" => "Sequence 1 10 10",
                "Y" => "ShortYellow 1 10 10",
                _ => "nothing",
            };
            let mut p = with(Permissives::all(2), |p| p.set_channel(1, channel).map(|_| ()));
            let text = format!("0 r {before}\n 10 r {after}\n 20");
            assert_eq!(tried(&p, bench(), &text), expected, "{channel:?} {before} to {after}");
            // Each waiver silences its own kind only.
            p.waive_sequence(1).expect("a channel");
            assert_eq!(tried(&p, bench(), &text), if cell == "S" { "nothing" } else { expected });
            let mut p = with(Permissives::all(2), |p| p.set_channel(1, channel).map(|_| ()));
            p.waive_yellow(1).expect("a channel");
            assert_eq!(tried(&p, bench(), &text), if cell == "Y" { "nothing" } else { expected });
        }
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn every_change_of_a_vehicle_head_is_judged() {
    check_changes(
        Channel::vehicle(),
        "
          r u y g G s o O
        r . . S . . . . .
        u S . S . . S . .
        y . S . S S . . .
        g Y S . . . Y Y Y
        G Y S . . . Y Y Y
        s . . S . . . . .
        o . S . S S . . .
        O . S . S S . . .
    ",
    );
}

#[test]
fn every_change_of_a_flashing_arrow_is_judged() {
    check_changes(
        Channel::flashing_arrow(),
        "
          r u y g G s o O
        r . . S . . . . .
        u S . S . . S . .
        y . S . S S . . .
        g Y S . . . Y Y Y
        G Y S . . . Y Y Y
        s . . S . . . . .
        o Y S . . . Y . Y
        O . S . S S . S .
    ",
    );
}

#[test]
fn every_change_of_a_pedestrian_head_is_judged() {
    // Its floor is 0: walk may end at once.
    check_changes(
        Channel::pedestrian(),
        "
          r u y g G s o O
        r . . S . . . . .
        u S . S . . S . .
        y . S . S S . . .
        g . S . . . . . .
        G . S . . . . . .
        s . . S . . . . .
        o . S . S S . . .
        O . S . S S . . .
    ",
    );
    check_changes(
        Channel::pedestrian().with_floor(Millis(5000)),
        "
          r u y g G s o O
        r . . S . . . . .
        u S . S . . S . .
        y . S . S S . . .
        g Y S . . . Y Y Y
        G Y S . . . Y Y Y
        s . . S . . . . .
        o . S . S S . . .
        O . S . S S . . .
    ",
    );
}

#[test]
fn yellow_after_green_lasts_for_its_floor() {
    let p = with(Permissives::all(3), |p| {
        p.set_channel(1, Channel::pedestrian().with_floor(Millis(6000)))?;
        p.set_channel(2, Channel::vehicle().with_floor(Millis(0))).map(|_| ())
    });
    check(
        &p,
        &[
            ("0 G r r\n 10 y r r\n 12.700 r r r\n 20", "nothing"),
            ("0 G r r\n 10 y r r\n 12.699 r r r\n 20", "ShortYellow 0 10 12.699"),
            ("0 g r r\n 10 y r r\n 12.699 s r r\n 20", "ShortYellow 0 10 12.699"),
            ("0 G r r\n 10 y r r\n 12.699 o r r\n 20", "ShortYellow 0 10 12.699"),
            ("0 G r r\n 8 g r r\n 10 y r r\n 12.700 r r r\n 20", "nothing"),
            ("0 G r r\n 10 r r r\n 20", "ShortYellow 0 10 10"),
            ("0 G r r\n 10 y r r\n 10 r r r\n 20", "ShortYellow 0 10 10"), // a yellow of no time is none
            ("0 o r r\n 10 y r r\n 11 r r r\n 20", "nothing"),             // the yellow of a start-up follows no green
            ("0 y r r\n 1 r r r\n 20", "nothing"), // nor need that which was there before the monitor
            ("0 r G r\n 10 r y r\n 15.999 r r r\n 20", "ShortYellow 1 10 15.999"),
            ("0 r G r\n 10 r y r\n 16 r r r\n 20", "nothing"),
            ("0 r r G\n 10 r r y\n 10.1 r r r\n 20", "nothing"), // not checked
            // Of one moment: short yellow before sequence, then the lowest channel.
            ("0 G y G\n 10 r G u\n 20", "ShortYellow 0 10 10"),
            ("0 G y G\n 10 y G u\n 20", "Sequence 1 10 10"),
        ],
    );
}

#[test]
fn the_whole_signal_may_flash_or_go_dark_at_any_time() {
    let p = with(Permissives::all(3), |p| p.set_channel(2, Channel::flashing_arrow()).map(|_| ()));
    check(
        &p,
        &[
            ("0 G y u\n 10 o o o\n 20", "nothing"),
            ("0 G G G\n 10 O O O\n 20", "nothing"),
            ("0 G y G\n 1 o O o\n 20", "nothing"),
            ("0 G r r\n 10 o o r\n 20", "ShortYellow 0 10 10"), // not whole
            // It is left through red, the arrow's flashing is then no permissive green that needs a yellow.
            ("0 o o o\n 10 r r r\n 20", "nothing"),
            ("0 o o o\n 10 y y y\n 13 r r r\n 20", "nothing"),
            ("0 o o o\n 10 r r G\n 20", "Sequence 2 10 10"),
            ("0 o o o\n 10 r G r\n 20", "Sequence 1 10 10"),
        ],
    );
}

#[test]
fn flashing_arrows_are_open_only_while_the_signal_works() {
    // Channel 0: opposing through, 1: left arrow, 2: cross street, 3: another arrow.
    let p = with(Permissives::none(4), |p| {
        p.set_channel(1, Channel::flashing_arrow())?.set_channel(3, Channel::flashing_arrow())?;
        p.allow_yielding(0, 1)?.allow(0, 3).map(|_| ())
    });
    check(
        &p,
        &[
            ("0 G o r r\n 20", "nothing"), // permissive
            ("0 G o r r\n 10 G G r r\n 20", "Conflict 0-1 10 10.3"),
            ("0 r o G r\n 20", "Conflict 1-2 0 0.3"), // flashing is open
            ("0 r o r r\n 10 r G r r\n 15 r y r r\n 18 r r r r\n 20", "nothing"), // no yellow to the green arrow
            ("0 r o r r\n 10 r y r r\n 12.7 r r r r\n 20", "nothing"),
            ("0 r o r r\n 10 r y r r\n 12.6 r r r r\n 20", "ShortYellow 1 10 12.6"),
            ("0 r G r r\n 10 r y r r\n 13 r o r r\n 20", "nothing"),
            ("0 r G r r\n 10 r y r r\n 12 r o r r\n 20", "ShortYellow 1 10 12"),
            // Both arrows flash: a conflict, but not when all flashes.
            ("0 r o r o\n 20", "Conflict 1-3 0 0.3"),
            ("0 o o o o\n 20", "nothing"),
            ("0 G r r r\n 10 o o o o\n 20", "nothing"),
            ("0 o o o o\n 10 r o r o\n 20", "Conflict 1-3 10 10.3"), // the signal works again
        ],
    );
    // Arrows alone never are a signal that is off: two that conflict would hide behind it.
    let only = with(Permissives::none(2), |p| {
        p.set_channel(0, Channel::flashing_arrow())?.set_channel(1, Channel::flashing_arrow()).map(|_| ())
    });
    check(&only, &[("0 o o\n 20", "Conflict 0-1 0 0.3"), ("0 o r\n 20", "nothing")]);
}

#[test]
fn clearances_are_kept_to_the_millisecond() {
    let p = with(no_yellow(4), |p| {
        p.set_clearance(0, 1, Millis(4000))?.set_clearance(2, 1, Millis(7000))?;
        p.allow_yielding(1, 3)?.set_clearance(1, 3, Millis(2000)).map(|_| ())
    });
    check(
        &p,
        &[
            ("0 G r r r\n 10 y r r r\n 14 r G r r\n 20", "nothing"),
            ("0 G r r r\n 10 y r r r\n 13.999 r G r r\n 20", "Clearance 1-0 10 13.999"),
            ("0 G r r r\n 10 y r r r\n 13.999 r g r r\n 20", "Clearance 1-0 10 13.999"),
            ("0 G r r r\n 10 y r r r\n 13.999 r u r r\n 14 r G r r\n 20", "nothing"),
            ("0 r G r r\n 10 G r r r\n 20", "nothing"), // the other way round there is none
            ("0 G r r r\n 10 r G r r\n 20", "Clearance 1-0 10 10"),
            ("0 G r r r\n 10 G G r r\n 20", "Clearance 1-0 10 10"), // still open
            // Every earlier end counts, not only the last.
            ("0 r r G r\n 5 r r r r\n 6 G r r r\n 7 r r r r\n 11.5 r G r r\n 20", "Clearance 1-2 5 11.5"),
            ("0 r r G r\n 5 r r r r\n 6 G r r r\n 7 r r r r\n 12 r G r r\n 20", "nothing"),
            // It is the start of green that counts: what is open already does not open.
            ("0 r g r r\n 1 r G r r\n 20", "nothing"),
            ("0 r r r r\n 5 r G r r\n 20 G G r r\n 20.1 r G r r\n 30", "nothing"),
            // The last end of each, not its first.
            ("0 G r r r\n 1 r r r r\n 2 G r r r\n 5 r r r r\n 8 r G r r\n 20", "Clearance 1-0 5 8"),
            // A channel that nobody has commanded before may not open too early either.
            ("0 G . r r\n 10 y . r r\n 13 r G r r\n 20", "Clearance 1-0 10 13"),
            ("0 G G r r\n 20", "Clearance 1-0 0 0"),
            // Of a yielding pair, from full green to full green.
            ("0 r G r r\n 10 r r r r\n 10.1 r r r g\n 12 r r r G\n 20", "nothing"),
            ("0 r G r r\n 10 r r r r\n 10.1 r r r g\n 11.999 r r r G\n 20", "Clearance 3-1 10 11.999"),
            ("0 r G r r\n 10 r g r r\n 11 r g r G\n 20", "Clearance 3-1 10 11"),
            ("0 r g r r\n 10 r r r G\n 20", "nothing"),
            ("0 r r r r\n 5 r r r G\n 20 r G r G\n 20.1 r r r G\n 30", "nothing"),
            ("0 r G r r\n 1 r r r r\n 2 r G r r\n 5 r r r r\n 6 r r r G\n 20", "Clearance 3-1 5 6"),
            ("0 r . r g\n 1 r G r g\n 10 r r r g\n 11 r r r G\n 20", "Clearance 3-1 10 11"),
        ],
    );
    let waived = with(p, |p| p.waive_clearance(0, 1).map(|_| ()));
    check(
        &waived,
        &[
            ("0 G r r r\n 10 y r r r\n 11 r G r r\n 20", "nothing"),
            ("0 r r G r\n 10 r r y r\n 11 r G r r\n 20", "Clearance 1-2 10 11"),
        ],
    );
}

// --- read-back -------------------------------------------------------------------------------------------------------

#[test]
fn what_burns_counts_and_not_what_was_commanded() {
    check(
        &Permissives::none(2),
        &[
            // A green that nobody commanded conflicts like any other; below the limit it is a flicker.
            ("0 G:g r:r\n 5 G:g r:g\n 5.299 G:g r:r\n 9", "nothing"),
            ("0 G:g r:r\n 5 G:g r:g\n 5.300 G:g r:r\n 9", "Conflict 0-1 5 5.3"),
            ("0 r:r r:r\n 5 r:r r:g\n 5.999 r:r r:r\n 9", "nothing"),
            ("0 r:r r:r\n 5 r:r r:g\n 6 r:r r:r\n 9", "MissingRed 1 5 6"), // and its red is missing as well
            ("0 r:r y:y\n 5 r:r y:g\n 6 r:r y:y\n 9", "Uncommanded 1 5 6"),
            ("0 .:g .:-\n 2", "Uncommanded 0 0 1"), // without any command
            // A green that is commanded but does not burn yet is not open.
            ("0 G:g r:r\n 5 y:y r:r\n 8 r:r G:r\n 8.9 r:r G:g\n 9", "nothing"),
            // A green that burns on after its end is: here into the other's.
            ("0 G:g r:r\n 5 y:g r:r\n 5.9 y:y G:g\n 7.9 y:y G:g\n 8.6 r:r G:g\n 9", "nothing"),
            ("0 G:g r:r\n 5 y:g r:r\n 5.6 y:g G:g\n 5.9 y:y G:g\n 8.6 r:r G:g\n 9", "Conflict 0-1 5.6 5.9"),
            // Its yellow is then as long as it was to be seen.
            ("0 G:g r:r\n 5 y:g r:r\n 5.9 y:y r:r\n 8.5 r:r r:r\n 9", "ShortYellow 0 5.9 8.5"),
        ],
    );
    let p = with(Permissives::none(2), |p| p.allow_yielding(0, 1).map(|_| ()));
    check(
        &p,
        &[
            ("0 G:g g:g\n 9", "nothing"), // the lamp does not tell, the command does
            ("0 G:g G:g\n 9", "Conflict 0-1 0 0.3"),
            ("0 G:g g:g\n 5 G:g y:g\n 5.9 G:g y:y\n 9", "nothing"), // burning on, it is what it was
            ("0 G:g g:g\n 5 G:g r:g\n 5.9 G:g r:r\n 9", "ShortYellow 1 5.9 5.9"),
        ],
    );
    // The clearance counts from the end that the street saw.
    let p = with(Permissives::none(2), |p| p.set_clearance(0, 1, Millis(4000)).map(|_| ()));
    check(
        &p,
        &[
            ("0 G:g r:r\n 5 y:y r:r\n 8 r:r r:r\n 9 r:r G:g\n 12", "nothing"),
            ("0 G:g r:r\n 5 y:g r:r\n 5.2 y:y r:r\n 8 r:r r:r\n 9 r:r G:g\n 12", "Clearance 1-0 5.2 9"),
            ("0 G:g r:r\n 5 y:g r:r\n 5.2 y:y r:r\n 8 r:r r:r\n 9 r:r G:r\n 9.2 r:r G:g\n 12", "nothing"),
        ],
    );
    // Yellow that burns counts where yellow conflicts.
    let p = with(Permissives::none(2), |p| {
        p.set_yellow_conflicts(true);
        Ok(())
    });
    check(
        &p,
        &[
            ("0 G:g r:r\n 5 G:g r:ry\n 9", "nothing"),
            ("0 G:g r:r\n 5 G:g r:y\n 5.3 G:g r:r\n 9", "Conflict 0-1 5 5.3"),
            ("0 G:g r:r\n 5 G:g r:y\n 5.299 G:g r:r\n 9", "nothing"),
            ("0 G:g o:y\n 9", "nothing"),
        ],
    );
}

#[test]
fn lamps_that_overlap_or_pause_while_they_change_are_no_fault() {
    check(
        &Permissives::none(1),
        &[
            // Red-yellow to green through yellow alone, yellow to red through both, green to yellow through dark.
            (
                "0 r:r\n 2 u:r\n 2.05 u:ry\n 3 G:ry\n 3.02 G:y\n 3.05 G:g\n 9 y:g\n 9.02 y:-\n 9.05 y:y\n 12 r:y\n 12.02 r:ry\n 12.05 r:r\n 20",
                "nothing",
            ),
            // One flicker of the read-back is no change.
            ("0 G:g\n 5 G:r\n 5.1 G:g\n 9", "nothing"),
            ("0 G:g\n 5 G:-\n 5.1 G:g\n 9", "nothing"),
            ("0 r:r\n 5 r:y\n 5.1 r:r\n 9", "nothing"),
            // A green that goes on burning through the whole yellow was no yellow.
            ("0 G:g\n 5 y:g\n 5.9 r:g\n 5.95 r:r\n 9", "ShortYellow 0 5.95 5.95"),
            ("0 G:g\n 5 y:g\n 9", "Uncommanded 0 5 6"),
        ],
    );
}

#[test]
fn dual_indications_trip_at_their_limit() {
    let p = with(Permissives::all(3), |p| {
        p.set_channel(1, Channel::pedestrian())?.set_channel(2, Channel::flashing_arrow()).map(|_| ())
    });
    check(
        &p,
        &[
            ("0 G:g r:r r:r\n 5 G:gr r:r r:r\n 5.299 G:g r:r r:r\n 9", "nothing"),
            ("0 G:g r:r r:r\n 5 G:gr r:r r:r\n 5.300 G:g r:r r:r\n 9", "Dual 0 5 5.3"),
            ("0 G:g r:r r:r\n 5 G:gy r:r r:r\n 5.199 G:g r:r r:r\n 9", "nothing"),
            ("0 G:g r:r r:r\n 5 G:gy r:r r:r\n 5.451 G:g r:r r:r\n 9", "Dual 0 5 5.3"),
            ("0 G:g r:r r:r\n 5 G:gy r:r r:r\n 5.2 G:gr r:r r:r\n 5.3 G:g r:r r:r\n 9", "Dual 0 5 5.3"), // one to the other
            ("0 r:r r:r r:r\n 5 u:ry r:r r:r\n 6 G:g r:r r:r\n 9", "nothing"),                           // legal
            ("0 r:r G:g r:r\n 5 r:r G:gr r:r\n 9", "Dual 1 5 5.3"),
            ("0 r:r G:g r:r\n 5 r:r y:gy r:r\n 5.9 r:r y:y r:r\n 6.9 r:r r:r r:r\n 9", "nothing"), // a display of two lenses
            ("0 r:r r:r o:y\n 5 r:r r:r o:gy\n 9", "Dual 2 5 5.3"),
        ],
    );
    let slow = bench().with_dual(Millis(450)).expect("within");
    assert_eq!(tried(&p, slow, "0 G:g r:r r:r\n 5 G:gr r:r r:r\n 9"), "Dual 0 5 5.45");
}

#[test]
fn missing_reds_and_dark_channels_trip_at_their_limit() {
    let p = with(Permissives::all(2), |p| p.set_channel(1, Channel::flashing_arrow()).map(|_| ()));
    check(
        &p,
        &[
            ("0 r:r r:r\n 5 r:- r:r\n 5.999 r:r r:r\n 9", "nothing"),
            ("0 r:r r:r\n 5 r:- r:r\n 6 r:r r:r\n 9", "MissingRed 0 5 6"),
            ("0 r:r r:r\n 5 s:- r:r\n 9", "MissingRed 0 5 6"),
            ("0 r:r r:r\n 5 u:y r:r\n 9", "MissingRed 0 5 6"),
            ("0 r:r r:r\n 5 r:y r:r\n 9", "MissingRed 0 5 6"),
            ("0 G:g r:r\n 5 G:- r:r\n 5.999 G:g r:r\n 9", "nothing"),
            ("0 G:g r:r\n 5 G:- r:r\n 6 G:g r:r\n 9", "Dark 0 5 6"),
            ("0 G:g r:r\n 5 y:- r:r\n 6 y:y r:r\n 9", "Dark 0 5 6"),
            ("0 y:y r:r\n 5 y:- r:r\n 5.9 r:- r:r\n 6 r:r r:r\n 9", "Dark 0 5 6"), // dark is dark, whatever it should be
            ("0 O:- O:-\n 9", "nothing"),
            ("0 o:- r:r\n 9", "nothing"), // a flashing head that is dark is off
            ("0 r:r o:y\n 1 r:r o:-\n 1.5 r:r o:y\n 2 r:r o:-\n 2.5 r:r o:y\n 3 r:r o:-\n 3.5 r:r o:y\n 4", "nothing"),
            ("0 r:r o:y\n 1 r:r o:-\n 9", "Dark 1 1 2"), // an arrow that is dark is missing
            ("0 o:- o:-\n 9", "nothing"),
        ],
    );
    for limit in [800, 1500] {
        let limits = bench().with_dark(Millis(limit)).expect("within");
        let expected = format!("MissingRed 0 5 {}", Millis(5000 + limit).seconds());
        assert_eq!(tried(&p, limits, "0 r:r r:r\n 5 r:- r:r\n 9"), expected);
    }
    // Where only reds are watched, a dark yellow or green is an alarm.
    let reds = with(Permissives::all(1), |p| {
        p.set_channel(0, Channel { dark_trips: false, ..Channel::vehicle() }).map(|_| ())
    });
    check(&reds, &[("0 G:-\n 5 y:-\n 8 r:r\n 9", "nothing"), ("0 r:-\n 9", "MissingRed 0 0 1")]);
}

#[test]
fn less_serious_lamp_faults_are_alarms() {
    use AlarmKind::{GreenDark, RedUncommanded, YellowDark, YellowUncommanded};
    let reds = with(Permissives::all(1), |p| {
        p.set_channel(0, Channel { dark_trips: false, ..Channel::vehicle().with_floor(Millis(0)) }).map(|_| ())
    });
    for (text, expected) in [
        ("0 G:g\n 5 G:-\n 5.999 G:g\n 6", None),
        ("0 G:g\n 5 G:-\n 5.999", None),
        ("0 G:g\n 5 G:-\n 6", Some((GreenDark, 5000))),
        ("0 G:g\n 5 G:-\n 6 y:y\n 9", Some((GreenDark, 5000))), // nobody has seen it repaired
        ("0 G:g\n 5 G:-\n 7 G:g\n 9", None),                    // repaired
        ("0 G:g\n 5 y:-\n 5.999 r:r\n 9", None),
        ("0 G:g\n 5 y:-\n 8 r:r\n 19", Some((YellowDark, 5000))),
        ("0 G:g\n 5 y:-\n 8 r:r\n 19 u:ry\n 20", None),
        ("0 r:r\n 5 u:r\n 6.5 G:g\n 9", Some((YellowDark, 5000))),
        ("0 y:y\n 5 y:yr\n 6 y:y\n 6", None), // repaired in the moment it is raised
        ("0 y:y\n 5 y:yr\n 6.1", Some((RedUncommanded, 5000))),
        ("0 y:y\n 5 y:yr\n 6.1 r:r\n 9", Some((RedUncommanded, 5000))),
        ("0 r:r\n 5 r:ry\n 6", Some((YellowUncommanded, 5000))),
        ("0 O:-\n 5 O:y\n 6", Some((YellowUncommanded, 5000))),
        ("0 o:y\n 5 o:-\n 5.5 o:y\n 6 o:-\n 6.5 o:y\n 9", None),
        ("0 o:y\n 5 o:-\n 9", Some((YellowDark, 5000))),
    ] {
        let mut m = monitor(&reds);
        play(&mut m, text);
        let alarm = |(kind, since)| Alarm { kind, channel: 0, since: Millis(since), at: Millis(since + 1000) };
        assert_eq!(m.alarms().collect::<Vec<_>>(), Vec::from_iter(expected.map(alarm)), "{text}");
        assert_eq!(tried(&reds, bench(), text), "nothing");
    }
    // How the clearance interval of a pedestrian head looks is not judged.
    let walk = with(Permissives::all(1), |p| p.set_channel(0, Channel::pedestrian()).map(|_| ()));
    for burns in ["r", "g", "y"] {
        let mut m = monitor(&walk);
        play(&mut m, &format!("0 G:g\n 5 y:{burns}\n 12 r:r\n 20"));
        assert_eq!((m.trip(), m.alarms().count()), (None, 0), "{burns}");
    }
    // Neither alarm nor uncommanded green if their limit is never.
    let never = bench().with_lamp(Millis::NEVER).expect("allowed");
    let mut m = Monitor::new(reds, never);
    play(&mut m, "-5 y:g\n 50");
    assert_eq!((m.trip(), m.alarms().count(), m.poll_at()), (None, 0, Millis::NEVER));
}

// --- loop, latch, reset ----------------------------------------------------------------------------------------------

fn kicked() -> Monitor {
    Monitor::new(no_yellow(2), Limits::default())
}

#[test]
fn a_loop_that_stands_still_trips() {
    let mut m = kicked();
    assert_eq!(m.poll_at(), Millis::NEVER); // nothing seen yet
    m.advance(Millis(5000));
    assert_eq!(m.poll_at(), Millis(6000));
    m.kick(Millis(5999)); // just in time
    m.advance(Millis(6998));
    assert_eq!((m.trip(), m.poll_at()), (None, Millis(6999)));
    m.advance(Millis(20_000));
    assert_eq!(said(m.trip()), "Stall  5.999 6.999");
    // A kick at the limit comes too late.
    let mut m = kicked();
    m.kick(Millis(0));
    m.kick(Millis(1000));
    assert_eq!(said(m.trip()), "Stall  0 1");
    // Lamps are no sign of life.
    let mut m = kicked();
    for t in 0..20 {
        m.handle_lamp(Millis(t * 100), 0, if t % 2 == 0 { Lamp::Red } else { Lamp::Green });
    }
    assert_eq!(said(m.trip()), "Stall  0 1");
    // A late kick counts with its own time, an older one not at all.
    let mut m = kicked();
    m.kick(Millis(0));
    m.advance(Millis(900));
    m.kick(Millis(800));
    m.kick(Millis(700));
    assert_eq!(m.poll_at(), Millis(1800));
}

#[test]
fn a_trip_latches_until_the_manual_reset() {
    let mut m = monitor(&no_yellow(3));
    play(&mut m, "0 G r r\n 5 G G r\n 5.3");
    let trip = m.trip().expect("a conflict");
    assert_eq!(trip.to_string(), "channels 0 and 1 open together since 5 s, tripped at 5.3 s");
    assert_eq!(m.lamps_at_trip(), Some([Lamp::Green, Lamp::Green, Lamp::Red].as_slice()));
    // Standing: refused, and what stands is named.
    assert_eq!(m.reset(Millis(6000)), Err(trip));
    // Another fault meanwhile neither replaces it nor resets it.
    play(&mut m, "7 G r G\n 8");
    assert_eq!(said(m.reset(Millis(8000)).err()), "Conflict 0-2 7 7.3");
    assert_eq!(m.trip(), Some(trip));
    assert_eq!(m.lamps_at_trip(), Some([Lamp::Green, Lamp::Green, Lamp::Red].as_slice()));
    // Gone: granted, once it is asked for.
    play(&mut m, "9 o o o\n 100");
    assert!(m.is_latched());
    assert_eq!(m.poll_at(), Millis::NEVER);
    assert_eq!(m.reset(Millis(100_000)), Ok(()));
    assert_eq!((m.trip(), m.is_latched(), m.lamps_at_trip()), (None, false, None));
    // And it watches on.
    play(&mut m, "110 r r r\n 120 r G G\n 121");
    assert_eq!(said(m.trip()), "Conflict 1-2 120 120.3");
    assert_eq!(m.conflict_time(), Millis(2000 + 2000 + 1000));
}

#[test]
fn a_reset_is_refused_while_any_fault_stands() {
    for (fault, standing) in [
        ("20 G:gr r:r", "Dual 0 20 20.3"),
        ("20 r:- r:r", "MissingRed 0 20 21"),
        ("20 y:- r:r", "Dark 0 20 21"),
        ("20 y:g r:r", "Uncommanded 0 20 21"),
    ] {
        let mut m = monitor(&no_yellow(2));
        play(&mut m, "0 y:y r:r\n 10 G:g r:r\n 11");
        let trip = m.trip();
        assert_eq!(said(trip), "Sequence 0 10 10"); // its cause is gone at once
        assert_eq!(m.clone().reset(Millis(11_000)), Ok(()));
        play(&mut m, fault);
        assert_eq!(said(m.reset(Millis(20_001)).err()), standing, "its limit not even reached");
        assert_eq!(m.trip(), trip);
    }
    let mut m = kicked();
    m.kick(Millis(0));
    m.advance(Millis(1000));
    assert_eq!(said(m.reset(Millis(2000)).err()), "Stall  0 1");
    m.kick(Millis(2500));
    assert_eq!(m.reset(Millis(2600)), Ok(()));
    assert_eq!((m.trip(), m.poll_at()), (None, Millis(3500)));
    // Before anything was seen, and without a trip, there is nothing to refuse.
    assert_eq!(kicked().reset(Millis(0)), Ok(()));
    assert_eq!(kicked().reset(Millis::NEVER), Ok(()));
}

#[test]
fn a_reset_forgets_alarms_but_not_what_still_burns_wrong() {
    let mut m = monitor(&Permissives::all(1));
    play(&mut m, "0 r:r\n 5 r:ry\n 7");
    let before: Vec<Alarm> = m.alarms().collect();
    assert_eq!(before.len(), 1);
    assert_eq!(m.reset(Millis(8000)), Ok(()));
    assert_eq!(m.alarms().collect::<Vec<_>>(), before); // still there
    assert_eq!(m.poll_at(), Millis::NEVER);
    let dark = with(Permissives::all(1), |p| {
        p.set_channel(0, Channel { dark_trips: false, ..Channel::vehicle() }).map(|_| ())
    });
    let mut m = monitor(&dark);
    play(&mut m, "0 G:g\n 5 y:-\n 8 r:r\n 9");
    assert_eq!(m.alarms().count(), 1);
    assert_eq!(m.reset(Millis(9000)), Ok(()));
    assert_eq!(m.alarms().count(), 0);
}

// --- hostile input ---------------------------------------------------------------------------------------------------

#[test]
fn time_never_runs_backwards() {
    let mut m = monitor(&no_yellow(2));
    play(&mut m, "10 G r\n 20");
    m.advance(Millis(5));
    m.advance(Millis(i64::MIN));
    assert_eq!(m.now(), Some(Millis(20_000)));
    // A late change counts from the time reached, and is seen although the clock stays behind.
    play(&mut m, "15 G G");
    assert_eq!((m.shown(1), m.poll_at()), (Some(Lamp::Green), Millis(20_300)));
    m.advance(Millis(20_300));
    assert_eq!(said(m.trip()), "Conflict 0-1 20 20.3");
    // The end of time is no moment: taken for one, it would stop the clock for good.
    let mut m = monitor(&no_yellow(2));
    assert!(!m.handle_lamp(Millis::NEVER, 0, Lamp::Green));
    assert!(!m.handle_read_back(Millis::NEVER, 0, Lit::DARK));
    m.kick(Millis::NEVER);
    m.advance(Millis::NEVER);
    assert_eq!((m.now(), m.shown(0)), (None, None));
}

#[test]
fn jumps_of_the_clock_do_not_overflow() {
    for (from, to) in [(i64::MIN, 0), (i64::MIN, i64::MAX - 1), (0, i64::MAX - 1)] {
        let mut m = monitor(&no_yellow(2));
        m.handle_lamp(Millis(from), 0, Lamp::Green);
        m.handle_lamp(Millis(from), 1, Lamp::Green);
        m.advance(Millis(to));
        let at = Millis(from.saturating_add(300));
        assert_eq!(m.trip().map(|t| (t.kind, t.since, t.at)), Some((TripKind::Conflict, Millis(from), at)));
        assert_eq!(m.conflict_time(), Millis(to.saturating_sub(from)));
        assert_eq!(saved(&m), {
            let mut loaded = monitor(&no_yellow(2));
            loaded.load(&saved(&m)).expect("its own state");
            saved(&loaded)
        });
    }
    // At the end of time no limit can be reached any more.
    let mut m = Monitor::new(no_yellow(2), Limits::default());
    play(&mut m, "0 r r");
    for channel in 0..2 {
        m.handle_lamp(Millis(i64::MAX - 1), channel, Lamp::Green);
    }
    assert_eq!(said(m.trip()), "Stall  0 1"); // but the jump itself is a loop that stood still
    m.advance(Millis(i64::MAX - 1));
}

#[test]
fn unknown_channels_are_refused() {
    let mut m = monitor(&no_yellow(2));
    for channel in [2, 3, 64, 1000, u16::MAX] {
        assert!(!m.handle_lamp(Millis(0), channel, Lamp::Green));
        assert!(!m.handle_read_back(Millis(0), channel, Lit::of(Lamp::Green)));
        assert_eq!(m.shown(channel), None);
    }
    assert_eq!(m.now(), None);
    let mut empty = Monitor::new(Permissives::none(0), Limits::default());
    assert!(empty.permissives().is_empty());
    assert!(!empty.handle_lamp(Millis(0), 0, Lamp::Green));
    empty.advance(Millis(0));
    empty.advance(Millis(1000));
    assert_eq!(said(empty.trip()), "Stall  0 1"); // it still watches the loop
}

// --- configuration ---------------------------------------------------------------------------------------------------

#[test]
fn permissives_say_what_was_said_last() {
    let mut p = Permissives::none(3);
    assert_eq!((p.len(), p.relation(0, 1), p.relation(1, 1)), (3, Relation::Conflicting, Relation::Together));
    p.set_clearance(0, 1, Millis(3000)).expect("conflicting");
    p.waive_clearance(1, 0).expect("conflicting").waive_conflict(1, 0).expect("conflicting");
    p.waive_yellow(2).expect("a channel").waive_sequence(1).expect("a channel");
    assert_eq!((p.clearance(0, 1), p.clearance(1, 0)), (Millis(3000), Millis(0)));
    assert_eq!((p.clearance_waived(1, 0), p.clearance_waived(0, 1)), (true, false));
    assert!(p.conflict_waived(0, 1) && p.conflict_waived(1, 0) && !p.conflict_waived(0, 2));
    assert_eq!([0, 1, 2, 3].map(|c| p.yellow_waived(c)), [false, false, true, false]);
    assert_eq!([0, 1, 2, 3].map(|c| p.sequence_waived(c)), [false, true, false, false]);
    assert_eq!(p.waivers(), 4);
    // A new relation starts afresh.
    p.allow_yielding(1, 0).expect("two channels");
    assert_eq!((p.relation(0, 1), p.clearance(0, 1), p.waivers()), (Relation::Yielding, Millis(0), 2));
    p.allow(0, 1).expect("two channels");
    assert_eq!(p.relation(1, 0), Relation::Together);
    p.forbid(0, 1).expect("two channels");
    assert_eq!(p, with(Permissives::none(3), |p| p.waive_yellow(2)?.waive_sequence(1).map(|_| ())));
    // Allowed is what conflicts with nothing; unknown channels conflict with all.
    let all = Permissives::all(3);
    assert_eq!([(0, 1), (2, 0), (1, 2)].map(|(a, b)| all.relation(a, b)), [Relation::Together; 3]);
    assert_eq!([(0, 3), (3, 3), (700, 1)].map(|(a, b)| all.relation(a, b)), [Relation::Conflicting; 3]);
    assert_eq!(all.channel(0).map(|c| (c.kind, c.yellow_floor)), Some((ChannelKind::Vehicle, Millis(2700))));
    assert_eq!(all.channel(3), None);
}

#[test]
fn what_cannot_be_permitted_is_refused_by_name() {
    let mut p = Permissives::none(3);
    p.allow(0, 1).expect("two channels");
    let before = p.clone();
    let long = LONGEST_TIME + Millis(1);
    for (error, expected) in [
        (p.allow(0, 3).err(), "channel 3 does not exist; expected one below 3"),
        (p.allow_yielding(9, 0).err(), "channel 9 does not exist; expected one below 3"),
        (p.forbid(1, 1).err(), "channel 1 is paired with itself; expected two channels"),
        (p.set_channel(3, Channel::vehicle()).err(), "channel 3 does not exist; expected one below 3"),
        (
            p.set_channel(2, Channel::vehicle().with_floor(Millis(-1))).err(),
            "channel 2 has a time of -1 ms; expected 0 to 600000 ms",
        ),
        (p.set_clearance(2, 0, long).err(), "channel 2 has a time of 600001 ms; expected 0 to 600000 ms"),
        (
            p.set_clearance(1, 0, Millis(1)).err(),
            "channels 1 and 0 may be open together; expected a pair that conflicts or yields",
        ),
        (
            p.waive_conflict(0, 1).err(),
            "channels 0 and 1 may be open together; expected a pair that conflicts or yields",
        ),
        (p.waive_clearance(2, 2).err(), "channel 2 is paired with itself; expected two channels"),
        (p.waive_yellow(3).err(), "channel 3 does not exist; expected one below 3"),
        (p.waive_sequence(u16::MAX).err(), "channel 65535 does not exist; expected one below 3"),
    ] {
        assert_eq!(error.map(|e| e.to_string()).as_deref(), Some(expected));
    }
    assert_eq!(p, before);
}

#[cfg(feature = "serde")]
#[test]
fn files_are_checked_like_calls() {
    const FILE: &str = r#"{
        "channels": [
            { "kind": "vehicle", "yellow_floor": 2700 },
            { "kind": "pedestrian", "yellow_floor": 0, "dark_trips": false },
            { "kind": "flashing_arrow", "yellow_floor": 3000 }
        ],
        "yellow_conflicts": true,
        "together": [[0, 1]],
        "yielding": [[2, 0]],
        "clearances": [{ "from": 1, "to": 2, "ms": 5000 }],
        "waived": { "conflicts": [[1, 2]], "clearances": [[0, 2]], "yellows": [0], "sequences": [2] }
    }"#;
    let expected = with(Permissives::none(3), |p| {
        p.set_channel(1, Channel { dark_trips: false, ..Channel::pedestrian() })?;
        p.set_channel(2, Channel::flashing_arrow().with_floor(Millis(3000)))?;
        p.set_yellow_conflicts(true).allow(0, 1)?.allow_yielding(0, 2)?.set_clearance(1, 2, Millis(5000))?;
        p.waive_conflict(1, 2)?.waive_clearance(0, 2)?.waive_yellow(0)?.waive_sequence(2).map(|_| ())
    });
    let read: Permissives = serde_json::from_str(FILE).expect("a good file");
    assert_eq!(read, expected);
    let again = serde_json::to_string(&read).expect("a file");
    assert_eq!(serde_json::from_str::<Permissives>(&again).expect("its own file"), expected);
    for (from, to, error) in [
        ("[[0, 1]]", "[[0, 3]]", "channel 3 does not exist"),
        ("[[0, 1]]", "[[1, 1]]", "channel 1 is paired with itself"),
        ("[[0, 1]]", "[[0, 1], [1, 0]]", "channels 1 and 0 are listed twice"),
        ("[[0, 1]]", "[[0, 2]]", "channels 2 and 0 are listed twice"),
        ("\"from\": 1, \"to\": 2", "\"from\": 1, \"to\": 0", "channels 1 and 0 may be open together"),
        ("5000", "-5", "channel 1 has a time of -5 ms"),
        ("3000", "9000000", "channel 2 has a time of 9000000 ms"),
        ("[0]", "[7]", "channel 7 does not exist"),
        ("[0]", "[0, 0]", "channel 0 is listed twice"),
        ("yielding", "yeilding", "unknown field `yeilding`"),
        ("dark_trips", "dark", "unknown field `dark`"),
        ("pedestrian", "tram", "unknown variant `tram`"),
    ] {
        assert!(FILE.contains(from));
        let found = serde_json::from_str::<Permissives>(&FILE.replacen(from, to, 1)).expect_err(to).to_string();
        assert!(found.contains(error), "{to}: {found}");
    }
    let many = |n: usize| {
        let channels = vec![r#"{"kind":"vehicle","yellow_floor":0}"#; n].join(",");
        serde_json::from_str::<Permissives>(&format!("{{\"channels\":[{channels}]}}")).map(|p| p.len())
    };
    assert_eq!(many(1024).expect("the most"), 1024);
    assert!(many(1025).expect_err("too many").to_string().contains("there are 1025 channels"));

    let limits: Limits = serde_json::from_str(r#"{ "conflict": 450, "stall": 9223372036854775807 }"#).expect("good");
    assert_eq!(limits, bench().with_conflict(Millis(450)).expect("within"));
    let text = serde_json::to_string(&limits).expect("a file");
    assert_eq!(serde_json::from_str::<Limits>(&text).expect("its own file"), limits);
    for bad in [r#"{ "conflict": 451 }"#, r#"{ "dark": 0 }"#, r#"{ "dual": -1 }"#, r#"{ "konflict": 300 }"#] {
        serde_json::from_str::<Limits>(bad).expect_err(bad);
    }
}

// --- against a simpler monitor, in time, and as bytes ----------------------------------------------------------------

/// One input: a gap before it, a channel, a lamp, and what burns (or the command alone).
type Input = (i64, u16, Lamp, Option<Lit>);

const CHANNELS: u16 = 5;

fn lamps() -> impl Strategy<Value = Lamp> {
    prop::sample::select("rrruyygGGso O".chars().filter_map(Lamp::from_letter).collect::<Vec<_>>())
}

fn read_back() -> impl Strategy<Value = Lit> {
    any::<[bool; 3]>().prop_map(|[red, yellow, green]| Lit { red, yellow, green })
}

fn inputs() -> impl Strategy<Value = Vec<Input>> {
    let gap = prop_oneof![3 => Just(0), 3 => 1..400_i64, 1 => 400..3000_i64];
    prop::collection::vec((gap, 0..CHANNELS, lamps(), prop::option::weighted(0.3, read_back())), 1..60)
}

/// A signal with a bit of everything; `strict`: order, yellow and clearance are watched too.
fn mixed(strict: bool, yellow_conflicts: bool) -> Permissives {
    with(Permissives::none(CHANNELS), |p| {
        p.set_channel(1, Channel::pedestrian())?.set_channel(4, Channel::flashing_arrow())?;
        p.allow(0, 1)?.allow_yielding(0, 4)?.allow_yielding(1, 2)?.waive_conflict(2, 3)?;
        p.set_clearance(0, 2, Millis(500))?.set_clearance(4, 0, Millis(300))?.set_yellow_conflicts(yellow_conflicts);
        if !strict {
            p.waive_clearance(0, 2)?.waive_clearance(4, 0)?;
            for channel in 0..CHANNELS {
                p.waive_sequence(channel)?.waive_yellow(channel)?;
            }
        }
        Ok(())
    })
}

/// Groups inputs by moment, with their times.
fn moments(inputs: &[Input]) -> Vec<(Millis, Vec<Input>)> {
    let mut moments: Vec<(Millis, Vec<Input>)> = Vec::new();
    let mut now = Millis(-2000);
    for &input in inputs {
        now += Millis(input.0);
        match moments.last_mut().filter(|(at, _)| *at == now) {
            Some((_, inputs)) => inputs.push(input),
            None => moments.push((now, vec![input])),
        }
    }
    moments
}

fn hand_in(monitor: &mut Monitor, at: Millis, &(_, channel, lamp, lit): &Input) {
    match lit {
        None => monitor.handle_lamp(at, channel, lamp),
        Some(lit) => monitor.handle_read_back(at, channel, lit),
    };
}

const SEED: u64 = 0x1202;

fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(SEED), failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(2000))]

    /// However often time advances, and in whatever order one moment's inputs come: the same trip, alarms and bytes.
    #[test]
    fn the_trip_does_not_depend_on_how_time_advances(
        inputs in inputs(),
        advances in prop::collection::vec((any::<prop::sample::Index>(), 0..3000_i64), 0..20),
        save_at in any::<prop::sample::Index>(),
        strict in any::<bool>(),
        yellow_conflicts in any::<bool>(),
    ) {
        let p = mixed(strict, yellow_conflicts);
        let mut moments = moments(&inputs);
        for (_, inputs) in &mut moments {
            // One input of a kind for each channel: of two, the later counts.
            let mut seen = Vec::new();
            inputs.retain(|&(_, channel, _, lit)| {
                let new = !seen.contains(&(channel, lit.is_some()));
                seen.push((channel, lit.is_some()));
                new
            });
        }
        let end = moments.last().expect("an input").0 + Millis(5000);

        let mut rarely = monitor(&p);
        let mut often = monitor(&p);
        let mut wakes = monitor(&p);
        let save_at = save_at.index(moments.len());
        let mut before: Option<Millis> = None;
        for (i, (at, inputs)) in moments.iter().enumerate() {
            if let Some(before) = before {
                for (_, offset) in advances.iter().filter(|(index, _)| index.index(moments.len()) == i) {
                    often.advance((before + Millis(*offset)).min(*at - Millis(1)));
                }
                while wakes.poll_at() < *at {
                    wakes.advance(wakes.poll_at());
                    prop_assert!(wakes.poll_at() > wakes.now().expect("started"), "no progress");
                }
            }
            for input in inputs {
                hand_in(&mut rarely, *at, input);
                hand_in(&mut wakes, *at, input);
            }
            for input in inputs.iter().rev() {
                hand_in(&mut often, *at, input);
            }
            if i == save_at {
                let mut loaded = monitor(&p);
                prop_assert_eq!(loaded.load(&saved(&often)), Ok(()));
                prop_assert_eq!(saved(&loaded), saved(&often));
                often = loaded;
            }
            before = Some(*at);
        }
        for monitor in [&mut rarely, &mut often, &mut wakes] {
            monitor.advance(end);
        }
        prop_assert_eq!(often.trip(), rarely.trip());
        prop_assert_eq!(wakes.trip(), rarely.trip());
        prop_assert!(often.alarms().eq(rarely.alarms()));
        prop_assert_eq!(often.conflict_time(), rarely.conflict_time());
        prop_assert_eq!(saved(&often), saved(&rarely));
        prop_assert_eq!(saved(&wakes), saved(&rarely));
    }

    /// The same as a monitor that looks at every millisecond and keeps a counter for everything.
    #[test]
    fn it_agrees_with_a_monitor_of_counters(inputs in inputs(), yellow_conflicts in any::<bool>()) {
        let p = mixed(false, yellow_conflicts);
        let mut ours = monitor(&p);
        let mut simple = Simple::new(&p);
        let moments = moments(&inputs);
        let end = moments.last().expect("an input").0 + Millis(3000);
        let mut next = moments.iter().peekable();
        let mut t = moments[0].0;
        while t <= end {
            if let Some((at, inputs)) = next.next_if(|(at, _)| *at == t) {
                for input in inputs {
                    hand_in(&mut ours, *at, input);
                    simple.hand_in(input);
                }
            }
            simple.millisecond(t);
            t += Millis(1);
        }
        ours.advance(end);
        prop_assert_eq!(said(ours.trip()), said(simple.trip));
        prop_assert_eq!(ours.conflict_time(), Millis(simple.conflict_ms));
        prop_assert!(ours.alarms().eq(simple.alarms()), "{:?}\n{:?}", ours.alarms().collect::<Vec<_>>(), simple.alarms().collect::<Vec<_>>());
    }

    /// Whatever comes, nothing panics; and what latches stays.
    #[test]
    fn hostile_inputs_do_not_panic(
        inputs in prop::collection::vec((any::<i64>(), any::<u8>(), 0..CHANNELS + 2, lamps(), read_back()), 0..60),
        close in any::<bool>(),
    ) {
        let mut m = Monitor::new(mixed(true, true), Limits::default());
        let mut trip = None;
        for (time, what, channel, lamp, lit) in inputs {
            // Either anywhere in time, or within a few seconds around its very ends.
            let at = Millis(if close { (time % 3000).wrapping_add(if time % 2 == 0 { i64::MAX } else { i64::MIN }) } else { time });
            match what % 8 {
                0..3 => { m.handle_lamp(at, channel, lamp); }
                3..5 => { m.handle_read_back(at, channel, lit); }
                5 => m.kick(at),
                6 => m.advance(at),
                _ => if m.reset(at).is_ok() { trip = None; },
            }
            if let Some(trip) = trip {
                prop_assert_eq!(m.trip(), Some(trip));
            }
            trip = m.trip();
            prop_assert!(m.poll_at() >= m.now().unwrap_or(Millis::NEVER));
            prop_assert!(m.conflict_time() >= Millis(0));
            let mut loaded = Monitor::new(mixed(true, true), Limits::default());
            prop_assert_eq!(loaded.load(&saved(&m)), Ok(()));
            prop_assert_eq!(saved(&loaded), saved(&m));
        }
    }

    /// Broken bytes are refused, or are another state that runs on; never a panic.
    #[test]
    fn broken_bytes_do_not_panic(
        inputs in inputs(),
        broken in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        later in self::inputs(),
    ) {
        let p = mixed(true, true);
        let mut m = monitor(&p);
        for (at, inputs) in moments(&inputs) {
            inputs.iter().for_each(|input| hand_in(&mut m, at, input));
        }
        let good = saved(&m);
        let mut bytes = good.clone();
        for (index, value) in broken {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        match m.load(&bytes) {
            Err(_) => prop_assert_eq!(saved(&m), good),
            Ok(()) => {
                prop_assert_eq!(saved(&m), bytes, "one state has one spelling");
                for (at, inputs) in moments(&later) {
                    inputs.iter().for_each(|input| hand_in(&mut m, at + Millis(100_000), input));
                    let _ = m.reset(at + Millis(100_000));
                }
            }
        }
    }
}

/// A monitor as one would write it first: looks at every millisecond, keeps a table of pairs, knows no deadlines. Edges
/// (order, yellow, clearance) are not its business.
struct Simple {
    p: Permissives,
    command: Vec<Option<Lamp>>,
    shown: Vec<Option<Lamp>>,
    lit: Vec<Option<Lit>>,
    asleep: Vec<bool>,
    /// Since when each pair, and each condition of each channel, holds.
    pairs: Vec<Vec<Option<Millis>>>,
    conditions: Vec<[Option<Millis>; 8]>,
    raised: Vec<[Option<Millis>; 4]>,
    conflict_ms: i64,
    conflicted: bool,
    trip: Option<Trip>,
}

impl Simple {
    fn new(p: &Permissives) -> Self {
        let n = p.len();
        Self {
            p: p.clone(),
            command: vec![None; n],
            shown: vec![None; n],
            lit: vec![None; n],
            asleep: vec![false; n],
            pairs: vec![vec![None; n]; n],
            conditions: vec![[None; 8]; n],
            raised: vec![[None; 4]; n],
            conflict_ms: 0,
            conflicted: false,
            trip: None,
        }
    }

    fn hand_in(&mut self, &(_, channel, lamp, lit): &Input) {
        match lit {
            None => self.command[usize::from(channel)] = Some(lamp),
            Some(lit) => self.lit[usize::from(channel)] = Some(lit),
        }
    }

    /// Green, full green, yellow, as it looks from the street.
    fn colours(&self, c: usize) -> [bool; 3] {
        let (command, shown) = (self.command[c], self.shown[c]);
        let arrow = shown == Some(Lamp::Flashing) && !self.asleep[c];
        let as_shown = [
            matches!(shown, Some(Lamp::Green | Lamp::GreenMinor)) || arrow,
            shown == Some(Lamp::Green),
            shown == Some(Lamp::Yellow),
        ];
        let Some(lit) = self.lit[c] else { return as_shown };
        if lit.green {
            let yields =
                command == Some(Lamp::GreenMinor) || (command != Some(Lamp::Green) && shown == Some(Lamp::GreenMinor));
            return [true, !yields, false];
        }
        if !lit.red && !lit.yellow {
            return as_shown;
        }
        let walking = c == 1 && shown == Some(Lamp::Yellow);
        let flashes = command == Some(Lamp::Flashing) || shown == Some(Lamp::Flashing);
        [arrow, false, walking || (lit.yellow && !lit.red && !flashes)]
    }

    fn millisecond(&mut self, t: Millis) {
        let n = self.command.len();
        // Deadlines first: what has lasted long enough at the start of this millisecond has.
        self.conflict_ms += i64::from(self.conflicted);
        for c in 0..n {
            for (alarm, raised) in self.raised[c].iter_mut().enumerate() {
                if let Some(since) = self.conditions[c][4 + alarm].filter(|since| t - *since >= Millis(1000)) {
                    raised.get_or_insert(since);
                }
            }
        }
        if self.trip.is_none() {
            self.trip = self.first_due(t);
        }
        // Then the picture of this millisecond.
        let off = self.command.iter().all(|lamp| lamp.is_none_or(|lamp| matches!(lamp, Lamp::Flashing | Lamp::Off)));
        for c in 0..n {
            self.shown[c] = match (self.command[c], self.shown[c], self.lit[c]) {
                (Some(command), Some(shown), Some(lit)) => {
                    let follows = lit == Lit::of(command) || lit == Lit::DARK || (c == 1 && command == Lamp::Yellow);
                    let old = lit == Lit::of(shown) || (shown.is_green() && lit.green && !command.is_green());
                    Some(if !follows && old { shown } else { command })
                }
                (command, ..) => command,
            };
            let flashing = self.shown[c] == Some(Lamp::Flashing);
            let commanded = self.command[c] == Some(Lamp::Flashing);
            self.asleep[c] = flashing && (c != 4 || off || (!commanded && self.asleep[c]));
        }
        self.conflicted = false;
        for a in 0..n {
            for b in a + 1..n {
                let ([a_green, a_full, a_yellow], [b_green, b_full, b_yellow]) = (self.colours(a), self.colours(b));
                let yellow = self.p.yellow_conflicts();
                let open = match self.p.relation(a as u16, b as u16) {
                    Relation::Together => false,
                    Relation::Yielding => a_full && b_full,
                    Relation::Conflicting => (a_green || (yellow && a_yellow)) && (b_green || (yellow && b_yellow)),
                };
                self.conflicted |= open;
                let since = &mut self.pairs[a][b];
                *since = if open { since.or(Some(t)) } else { None };
            }
            let Some(lit) = self.lit[a] else { continue };
            let command = self.command[a].unwrap_or(Lamp::Off);
            let (walk, letter) = (a == 1, command.letter());
            let clearing = walk && letter == 'y';
            let dark = lit == Lit::DARK;
            let green = "gG".contains(letter);
            let holds = [
                lit.green && (lit.red || (lit.yellow && !walk)),
                "rus".contains(letter) && !lit.red,
                dark && letter != 'O' && (letter != 'o' || (a == 4 && !self.asleep[a])),
                lit.green && !green && !clearing,
                "yuo".contains(letter) && !lit.yellow && !walk,
                green && !lit.green,
                lit.red && !"rus".contains(letter) && !clearing,
                lit.yellow && !"yuo".contains(letter),
            ];
            for (since, holds) in self.conditions[a].iter_mut().zip(holds) {
                *since = if holds { since.or(Some(t)) } else { None };
            }
            let well = [lit.yellow && "yuo".contains(letter), lit.green && green, !lit.red, !lit.yellow];
            for (raised, well) in self.raised[a].iter_mut().zip(well) {
                *raised = raised.filter(|_| !well);
            }
        }
    }

    fn first_due(&self, t: Millis) -> Option<Trip> {
        let due = |since: Option<Millis>, limit| since.filter(|since| t - *since >= Millis(limit));
        let channels = 0..self.command.len() as u16;
        for (a, b) in channels.clone().flat_map(|a| channels.clone().map(move |b| (a, b))) {
            let since = due(self.pairs[usize::from(a)][usize::from(b)], 300);
            if let Some(since) = since.filter(|_| !self.p.conflict_waived(a, b)) {
                return Some(Trip { kind: TripKind::Conflict, channel: Some(a), other: Some(b), since, at: t });
            }
        }
        let kinds = [(TripKind::Dual, 300), (TripKind::MissingRed, 1000), (TripKind::Dark, 1000)];
        for (i, (kind, limit)) in kinds.into_iter().chain([(TripKind::Uncommanded, 1000)]).enumerate() {
            for c in channels.clone() {
                if let Some(since) = due(self.conditions[usize::from(c)][i], limit) {
                    return Some(Trip { kind, channel: Some(c), other: None, since, at: t });
                }
            }
        }
        None
    }

    fn alarms(&self) -> impl Iterator<Item = Alarm> {
        use AlarmKind::{GreenDark, RedUncommanded, YellowDark, YellowUncommanded};
        let kinds = [YellowDark, GreenDark, RedUncommanded, YellowUncommanded];
        (0..).zip(&self.raised).flat_map(move |(channel, raised)| {
            kinds.into_iter().zip(raised).filter_map(move |(kind, since)| {
                since.map(|since| Alarm { kind, channel, since, at: since + Millis(1000) })
            })
        })
    }
}

// --- checkpoints -----------------------------------------------------------------------------------------------------

#[test]
fn a_latched_trip_survives_a_loss_of_power() {
    let p = no_yellow(2);
    let mut m = monitor(&p);
    play(&mut m, "0 G r\n 5 G G\n 6");
    let mut after = monitor(&p);
    after.load(&saved(&m)).expect("its own state");
    assert_eq!((after.trip(), after.conflict_time()), (m.trip(), Millis(1000)));
    assert_eq!(after.lamps_at_trip(), Some([Lamp::Green; 2].as_slice()));
    assert!(after.reset(Millis(6000)).is_err());
    play(&mut after, "7 r r\n 8");
    assert_eq!(after.reset(Millis(8000)), Ok(()));
}

/// One change of a configuration.
type Change = fn(&mut Permissives) -> Result<&mut Permissives, PermissivesError>;

#[test]
fn states_of_others_and_broken_ones_are_refused() {
    let p = with(no_yellow(2), |p| p.set_clearance(0, 1, Millis(1000)).map(|_| ()));
    let mut m = monitor(&p);
    play(&mut m, "0 G:g r:r\n 5 y:- o:y\n 6.5 G:gr G:g\n 9");
    let bytes = saved(&m);
    assert!(m.is_latched());
    // Any other configuration.
    let slow = bench().with_dark(Millis(1500)).expect("within");
    let mut others = vec![Monitor::new(p.clone(), slow), monitor(&no_yellow(2)), monitor(&no_yellow(3))];
    let changes: [Change; 9] = [
        |p| p.allow(0, 1),
        |p| p.allow_yielding(0, 1),
        |p| p.set_channel(1, Channel::vehicle()),
        |p| p.set_channel(1, Channel::pedestrian()),
        |p| p.waive_conflict(0, 1),
        |p| p.waive_clearance(0, 1),
        |p| p.waive_yellow(0),
        |p| p.waive_sequence(0),
        |p| Ok(p.set_yellow_conflicts(true)),
    ];
    others.extend(changes.map(|change| monitor(&with(p.clone(), |p| change(p).map(|_| ())))));
    for mut other in others {
        assert_eq!(other.load(&bytes), Err(StateError::Mismatch { what: "monitor configuration" }));
        assert_eq!(other.now(), None);
    }
    // Another version, a shorter or longer state.
    let before = saved(&monitor(&p));
    let mut fresh = monitor(&p);
    for length in 0..bytes.len() {
        fresh.load(&bytes[..length]).expect_err("too short");
    }
    assert_eq!(fresh.load(&[&bytes[..], &[0]].concat()), Err(StateError::Trailing { bytes: 1 }));
    let newer = [&[2], &bytes[1..]].concat();
    assert_eq!(fresh.load(&newer), Err(StateError::Version { of: "monitor", found: 2, expected: 1 }));
    assert_eq!(saved(&fresh), before);
    assert_eq!(fresh.load(&before), Ok(()));
}
