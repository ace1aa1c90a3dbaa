//! Counter-based randomness: a draw is a pure function of (seed, key, purpose, counter).
//!
//! Nothing is shared and nothing has an order, so that a draw is the same for any number of threads and adding a
//! vehicle shifts nobody else's. The mixer is SplitMix64's finaliser (Steele, Lea, Flood 2014) applied to a
//! combination of the four numbers.

use rand::rand_core::{Infallible, TryRng};

/// What a draw is for: streams of different purposes are independent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Purpose {
    /// Desired speed of a driver.
    SpeedFactor = 1,
    /// Desired headway of a driver.
    Headway,
    /// Dawdling in a step.
    Dawdle,
    /// Departures of a flow.
    Flow,
    /// Type of a vehicle.
    Type,
    /// Route of a vehicle.
    Route,
    /// Lane, place or speed to enter with.
    Depart,
    /// Place to arrive at.
    Arrival,
    /// Generated scenarios.
    Generate,
    /// Demand scaling: which vehicles are dropped or doubled.
    Scale,
    /// Demand surges: which vehicles are left out or copied, and when copies depart.
    Surge,
    /// Values drawn anew by a bootstrap.
    Bootstrap,
    /// Critical headway of a driver.
    Gap,
    /// Whether a vehicle reports where it is.
    Probe,
    /// Errors of the positions that it reports.
    ProbeNoise,
    /// Faults of detectors.
    Fault,
    /// Messages between signals that are lost.
    Message,
}

/// Scrambles 64 bits: every input bit changes about half of the output bits.
#[inline(always)]
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// 64 random bits for (seed, key, purpose, counter).
#[inline(always)]
pub const fn bits(seed: u64, key: u64, purpose: Purpose, counter: u64) -> u64 {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let stream = mix(seed.wrapping_mul(GOLDEN) ^ key).wrapping_add((purpose as u64).wrapping_mul(GOLDEN));
    mix(stream.wrapping_add(counter.wrapping_mul(0xD134_2543_DE82_EF95)).wrapping_add(GOLDEN))
}

/// A number in [0, 1) with 24 random bits.
#[inline(always)]
pub const fn uniform(seed: u64, key: u64, purpose: Purpose, counter: u64) -> f32 {
    (bits(seed, key, purpose, counter) >> 40) as f32 * (1.0 / 16_777_216.0)
}

/// A standard normal number (Box–Muller, through `libm`), from the counters `2·counter` and `2·counter + 1`.
pub fn normal(seed: u64, key: u64, purpose: Purpose, counter: u64) -> f64 {
    let unit = |c| ((bits(seed, key, purpose, c) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0;
    let (u, v) = (unit(2 * counter), unit(2 * counter + 1));
    libm::sqrt(-2.0 * libm::log(u)) * libm::cos(core::f64::consts::TAU * v)
}

/// A key made from a name (FNV-1a, then mixed).
pub fn key_of(name: &str) -> u64 {
    mix(fnv(FNV_START, name.as_bytes()))
}

/// Where FNV-1a begins.
pub const FNV_START: u64 = 0xCBF2_9CE4_8422_2325;

/// FNV-1a, 64 bits, of what was hashed so far and some more bytes: the same everywhere, and a change of a single byte
/// always shows.
pub fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3))
}

/// A stream of draws for `rand`'s distributions: counter 0, 1, 2, …
#[derive(Clone, Debug)]
pub struct Stream {
    seed: u64,
    key: u64,
    purpose: Purpose,
    counter: u64,
}

impl Stream {
    /// The stream of (seed, key, purpose).
    pub const fn new(seed: u64, key: u64, purpose: Purpose) -> Self {
        Self { seed, key, purpose, counter: 0 }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|v| (v >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let v = bits(self.seed, self.key, self.purpose, self.counter);
        self.counter += 1;
        Ok(v)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(8) {
            let bytes = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}
