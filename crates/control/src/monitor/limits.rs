//! How long a fault may last before the monitor acts.
//!
//! | limit | default | bounds | from |
//! |---|---|---|---|
//! | conflict | 300 ms | 200–450 ms | NEMA TS 2: must trip if longer than 450 ms, must not below 200 ms; EN 12675 practice 300 ms |
//! | dual | 300 ms | 200–450 ms | NEMA TS 2, dual indication |
//! | dark | 1000 ms | 800–1500 ms | NEMA TS 2, red failure; RSMP A0201 for the serious lamp fault |
//! | stall | 1000 ms | 100–10 000 ms, or never | NEMA TS 2, controller watchdog |
//! | lamp | 1000 ms | 200–10 000 ms, or never | RSMP A0202 (less serious lamp fault); relays and filaments need time |

use core::fmt;

use crate::Millis;

/// How long each kind of fault may last: it trips when it has lasted exactly so long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "LimitsFile"))]
pub struct Limits {
    conflict: Millis,
    dual: Millis,
    dark: Millis,
    stall: Millis,
    lamp: Millis,
}

/// Limits as they are written down; what is left out keeps its default.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(rename = "Limits", default, deny_unknown_fields)]
struct LimitsFile {
    conflict: Millis,
    dual: Millis,
    dark: Millis,
    stall: Millis,
    lamp: Millis,
}

#[cfg(feature = "serde")]
impl Default for LimitsFile {
    fn default() -> Self {
        let Limits { conflict, dual, dark, stall, lamp } = Limits::default();
        Self { conflict, dual, dark, stall, lamp }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<LimitsFile> for Limits {
    type Error = LimitsError;

    fn try_from(file: LimitsFile) -> Result<Self, LimitsError> {
        Self::default()
            .with_conflict(file.conflict)?
            .with_dual(file.dual)?
            .with_dark(file.dark)?
            .with_stall(file.stall)?
            .with_lamp(file.lamp)
    }
}

/// A limit out of its bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LimitsError {
    /// Which limit.
    pub what: &'static str,
    /// What was asked for.
    pub found: Millis,
    /// The least.
    pub least: Millis,
    /// The most.
    pub most: Millis,
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, found, least, most } = self;
        write!(f, "the {what} limit is {} ms; expected {} to {} ms", found.0, least.0, most.0)
    }
}

impl core::error::Error for LimitsError {}

impl Default for Limits {
    fn default() -> Self {
        Self { conflict: Millis(300), dual: Millis(300), dark: Millis(1000), stall: Millis(1000), lamp: Millis(1000) }
    }
}

fn within(what: &'static str, found: Millis, least: i64, most: i64) -> Result<Millis, LimitsError> {
    let (least, most) = (Millis(least), Millis(most));
    if (least..=most).contains(&found) { Ok(found) } else { Err(LimitsError { what, found, least, most }) }
}

fn within_or_never(what: &'static str, found: Millis, least: i64, most: i64) -> Result<Millis, LimitsError> {
    if found == Millis::NEVER { Ok(found) } else { within(what, found, least, most) }
}

impl Limits {
    /// With another conflict limit.
    ///
    /// # Errors
    /// If it is not 200 to 450 ms.
    pub fn with_conflict(self, conflict: Millis) -> Result<Self, LimitsError> {
        Ok(Self { conflict: within("conflict", conflict, 200, 450)?, ..self })
    }

    /// With another limit for dual indications.
    ///
    /// # Errors
    /// If it is not 200 to 450 ms.
    pub fn with_dual(self, dual: Millis) -> Result<Self, LimitsError> {
        Ok(Self { dual: within("dual indication", dual, 200, 450)?, ..self })
    }

    /// With another limit for a missing red and a dark channel.
    ///
    /// # Errors
    /// If it is not 800 to 1500 ms.
    pub fn with_dark(self, dark: Millis) -> Result<Self, LimitsError> {
        Ok(Self { dark: within("dark", dark, 800, 1500)?, ..self })
    }

    /// With another limit for the control loop; [`Millis::NEVER`]: not watched, as in a simulation.
    ///
    /// # Errors
    /// If it is not 100 ms to 10 s or never.
    pub fn with_stall(self, stall: Millis) -> Result<Self, LimitsError> {
        Ok(Self { stall: within_or_never("stall", stall, 100, 10_000)?, ..self })
    }

    /// With another limit for lamps that do not do what they are told: alarms, and a green that nobody commanded;
    /// [`Millis::NEVER`]: neither.
    ///
    /// # Errors
    /// If it is not 200 ms to 10 s or never.
    pub fn with_lamp(self, lamp: Millis) -> Result<Self, LimitsError> {
        Ok(Self { lamp: within_or_never("lamp", lamp, 200, 10_000)?, ..self })
    }

    /// How long a conflict may last.
    pub const fn conflict(&self) -> Millis {
        self.conflict
    }

    /// How long a dual indication may last.
    pub const fn dual(&self) -> Millis {
        self.dual
    }

    /// How long a red may be missing, or a channel dark.
    pub const fn dark(&self) -> Millis {
        self.dark
    }

    /// How long the control loop may be silent.
    pub const fn stall(&self) -> Millis {
        self.stall
    }

    /// How long a lamp may differ from its command.
    pub const fn lamp(&self) -> Millis {
        self.lamp
    }
}
