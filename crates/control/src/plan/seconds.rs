//! Times in plan files: seconds, as people write them, kept as whole milliseconds.

use serde::{Deserialize, Deserializer, Serializer, de};

use crate::Millis;

/// A year: more is a typing error, and sums of a few thousand stay far from overflow.
const MOST_S: f64 = 366.0 * 86_400.0;

pub(super) fn serialize<S: Serializer>(time: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.seconds())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Millis, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    if !(-MOST_S..=MOST_S).contains(&seconds) {
        return Err(de::Error::custom(format_args!("{seconds} is no time; expected a number of seconds")));
    }
    let time = Millis::from_seconds(seconds);
    // What is written must be what is kept: a plan that is written again and read gives the same plan.
    if (time.seconds() - seconds).abs() > 1e-6 {
        return Err(de::Error::custom(format_args!("{seconds} s is finer than a millisecond")));
    }
    Ok(time)
}

pub(super) mod option {
    //! The same for a time that may be left out.
    use super::{Deserialize, Deserializer, Millis, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(time: &Option<Millis>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.serialize_some(&time.seconds()),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Millis>, D::Error> {
        // Transparent: in RON a wrapper would ask for parentheses around the number.
        #[derive(Deserialize)]
        #[serde(transparent)]
        struct Seconds(#[serde(with = "super")] Millis);
        Ok(Option::<Seconds>::deserialize(deserializer)?.map(|s| s.0))
    }
}
