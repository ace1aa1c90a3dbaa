//! Good texts broken at random, token by token: what a fuzzer that knows bytes only would hardly find.

use intergreen::random::mix;

/// Values that nobody expects.
const VALUES: &[&str] = &[
    "",
    "-1",
    "0",
    "1",
    "2",
    "255",
    "256",
    "65536",
    "4294967295",
    "18446744073709551616",
    "1e300",
    "-1e300",
    "1e-300",
    "1e30",
    "0.001",
    "nan",
    "inf",
    "true",
    "none",
    "\"\"",
    "x",
    "a b",
    "()",
    "[]",
    "<a>",
    "&lt;",
    "\u{0}",
    "ü",
];

/// Random numbers.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `below`; 0 if that is 0.
    pub fn number(&mut self, below: usize) -> usize {
        self.0 = mix(self.0.wrapping_add(0x9E37_79B9_7F4A_7C15));
        (self.0 % below.max(1) as u64) as usize
    }
}

/// Words, numbers, and everything else letter by letter.
fn tokens(text: &str) -> Vec<&str> {
    let word = |c: char| c.is_alphanumeric() || "_.-".contains(c);
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if word(first) { rest.find(|c| !word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        out.push(&rest[..end]);
        rest = &rest[end..];
    }
    out
}

/// A file with a few things broken: tokens gone, doubled, exchanged, of other value or from another file, deep nests,
/// the end cut off, a bit flipped.
pub fn broken(text: &str, other: &str, dice: &mut Dice) -> Vec<u8> {
    let mut all = tokens(text);
    let others = tokens(other);
    let nest = ["(", "[", "{\"a\":", "<a>"][dice.number(4)].repeat([3, 20, 200, 20_000][dice.number(4)]);
    for _ in 0..=dice.number(3) {
        let (at, to) = (dice.number(all.len()), dice.number(all.len()));
        if all.is_empty() {
            break;
        }
        let span = at..(at + 1 + dice.number(8)).min(all.len());
        match dice.number(9) {
            0 => drop(all.drain(span)),
            1 => drop(all.splice(to..to, all[span].to_vec())),
            2 => all.swap(at, to),
            3 => all.truncate(at),
            4 => all.insert(at, &nest),
            5 => all[at] = others[dice.number(others.len())],
            // Numbers are what hurts most.
            _ => {
                let number = |t: &&str| t.starts_with(|c: char| c.is_ascii_digit() || c == '-');
                let at = (at..all.len()).find(|&i| number(&all[i])).unwrap_or(at);
                all[at] = VALUES[dice.number(VALUES.len())];
            }
        }
    }
    let mut bytes = all.concat().into_bytes();
    if dice.number(20) == 0 && !bytes.is_empty() {
        let at = dice.number(bytes.len());
        bytes[at] ^= 1 << dice.number(8);
    }
    bytes
}
