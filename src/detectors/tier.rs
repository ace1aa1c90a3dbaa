//! How much controllers are told.

use intergreen_control::Millis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What tells controllers of vehicles. Strategies that look at groups only know loops alone in every tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Loops in the road.
    #[default]
    Loops,
    /// Loops, and reports of some vehicles once a second: where they were, with noise and late.
    LoopsProbe,
    /// Loops, and reports of all vehicles once a second: where they are.
    Perfect,
}

impl Tier {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Loops, Self::LoopsProbe, Self::Perfect];

    /// Its name in options and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loops => "loops",
            Self::LoopsProbe => "loops+probe",
            Self::Perfect => "perfect",
        }
    }
}

/// Vehicles that report in the tier `loops+probe`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probes {
    /// Their share of all vehicles, 0–1.
    pub share: f64,
    /// Standard deviation of the positions that they report, m, ≥ 0.
    pub noise_m: f64,
    /// How late their reports arrive, ≥ 0, at most [`Probes::LATEST`].
    pub latency: Millis,
}

impl Probes {
    /// The greatest latency.
    pub const LATEST: Millis = Millis(60_000);
}

impl Default for Probes {
    /// Of Bluetooth and connected vehicles 3–10 % are known, to 5–20 m, after 1–10 s: the better end of each range.
    fn default() -> Self {
        Self { share: 0.1, noise_m: 5.0, latency: Millis(1000) }
    }
}

/// What controllers are told besides edges of loops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sensing {
    /// The tier.
    pub tier: Tier,
    /// Those who report in the tier that has some.
    pub probes: Probes,
}
