//! What one group shows.

/// What one group shows to its traffic (SUMO: link state).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[repr(u8)]
pub enum Lamp {
    /// Stop (`r`).
    Red,
    /// Red and yellow: green is next (`u`).
    RedYellow,
    /// Stop if you can (`y`).
    Yellow,
    /// Go, giving way as the right-of-way table says (`g`).
    GreenMinor,
    /// Go (`G`).
    Green,
    /// Red, but a turn is permitted after a stop (`s`).
    TurnOnRed,
    /// Flashing yellow: the signal is off, give way (`o`).
    Flashing,
    /// Dark: the signal is off, signs rule (`O`).
    Off,
}

impl Lamp {
    /// The lamp of a letter of a SUMO state string.
    pub const fn from_letter(letter: char) -> Option<Self> {
        Some(match letter {
            'r' => Self::Red,
            'u' => Self::RedYellow,
            'y' | 'Y' => Self::Yellow,
            'g' => Self::GreenMinor,
            'G' => Self::Green,
            's' => Self::TurnOnRed,
            'o' => Self::Flashing,
            'O' => Self::Off,
            _ => return None,
        })
    }

    /// Its letter in a SUMO state string.
    pub const fn letter(self) -> char {
        match self {
            Self::Red => 'r',
            Self::RedYellow => 'u',
            Self::Yellow => 'y',
            Self::GreenMinor => 'g',
            Self::Green => 'G',
            Self::TurnOnRed => 's',
            Self::Flashing => 'o',
            Self::Off => 'O',
        }
    }

    /// Whether traffic may go: green of either kind.
    pub const fn is_green(self) -> bool {
        matches!(self, Self::Green | Self::GreenMinor)
    }

    /// Whether traffic may go, be it behind others: green of either kind; of a flashing yellow `arrow` also flashing.
    pub(crate) const fn is_open(self, arrow: bool) -> bool {
        self.is_green() || arrow && matches!(self, Self::Flashing)
    }

    /// Whether traffic must stop: red or red-yellow.
    pub const fn is_red(self) -> bool {
        matches!(self, Self::Red | Self::RedYellow)
    }
}
