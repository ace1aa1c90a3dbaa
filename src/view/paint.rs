//! Colours: a table for each theme, ramps for numbers.

use crate::network::VehicleClass;

/// A colour, sRGB, opaque.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// From a number such as `0x3a7bd5`.
    pub const fn hex(rgb: u32) -> Self {
        Self((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
    }

    /// The colour a share of the way to another one.
    pub fn mix(self, other: Self, share: f32) -> Self {
        let part = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share.clamp(0.0, 1.0)).round() as u8;
        Self(part(self.0, other.0), part(self.1, other.1), part(self.2, other.2))
    }

    /// As a number of the graphics card: red in the lowest byte.
    pub const fn packed(self) -> u32 {
        u32::from_le_bytes([self.0, self.1, self.2, 255])
    }
}

/// Things that have one colour each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Paint {
    /// Borders of roads.
    Border,
    /// Junction areas.
    Junction,
    /// Lines between lanes.
    LaneLine,
    /// Lines beside roads.
    EdgeLine,
    /// Lines across lanes.
    StopLine,
    /// Arrows.
    Arrow,
}

impl Paint {
    /// How many there are; lanes have the paints after these.
    pub const COUNT: u32 = 6;

    /// Its place in the table.
    pub const fn index(self) -> u32 {
        self as u32
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark ground.
    #[default]
    Dark,
    /// Light ground.
    Light,
}

/// Colours of a theme.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    /// Where there is nothing.
    pub ground: Colour,
    /// Borders of roads.
    pub border: Colour,
    /// Roads.
    pub road: Colour,
    /// Junction areas.
    pub junction: Colour,
    /// Footways.
    pub footway: Colour,
    /// Lanes for bicycles.
    pub cycle: Colour,
    /// Lanes for buses.
    pub bus: Colour,
    /// Tracks.
    pub rail: Colour,
    /// Closed lanes.
    pub closed: Colour,
    /// Lines between lanes, and arrows.
    pub line: Colour,
    /// Lines beside roads.
    pub edge: Colour,
    /// Lines across lanes.
    pub stop: Colour,
    /// Loops nobody is over.
    pub sensor: Colour,
    /// Loops somebody is over.
    pub occupied: Colour,
    /// Text on the ground, and what is selected.
    pub ink: Colour,
    /// What is selected.
    pub accent: Colour,
}

impl Theme {
    /// Its colours.
    pub const fn scheme(self) -> Scheme {
        match self {
            Self::Dark => Scheme {
                ground: Colour::hex(0x12_16_1c),
                border: Colour::hex(0x66_71_7e),
                road: Colour::hex(0x3a_42_4c),
                junction: Colour::hex(0x3e_46_51),
                footway: Colour::hex(0x2a_2f_36),
                cycle: Colour::hex(0x4c_42_5c),
                bus: Colour::hex(0x59_43_3f),
                rail: Colour::hex(0x4a_46_3e),
                closed: Colour::hex(0x7a_2c_33),
                line: Colour::hex(0xd6_dd_e4),
                edge: Colour::hex(0xa3_ad_b8),
                stop: Colour::hex(0xf0_f3_f6),
                sensor: Colour::hex(0x76_9e_cc),
                occupied: Colour::hex(0x6a_d0_ff),
                ink: Colour::hex(0xe6_ea_ef),
                accent: Colour::hex(0x4d_c4_ff),
            },
            Self::Light => Scheme {
                ground: Colour::hex(0xee_ec_e6),
                border: Colour::hex(0x9c_9d_9a),
                road: Colour::hex(0x6b_71_78),
                junction: Colour::hex(0x70_76_7d),
                footway: Colour::hex(0xd4_d0_c6),
                cycle: Colour::hex(0x86_76_94),
                bus: Colour::hex(0x8f_6f_68),
                rail: Colour::hex(0x8c_87_7d),
                closed: Colour::hex(0xa8_5a_5a),
                line: Colour::hex(0xf2_f4_f2),
                edge: Colour::hex(0xd8_dc_da),
                stop: Colour::hex(0xff_ff_ff),
                sensor: Colour::hex(0xa9_c8_e4),
                occupied: Colour::hex(0x14_b8_ff),
                ink: Colour::hex(0x20_26_2d),
                accent: Colour::hex(0x00_6f_c4),
            },
        }
    }
}

impl Scheme {
    /// The colour of a thing.
    pub const fn of(&self, paint: Paint) -> Colour {
        match paint {
            Paint::Border => self.border,
            Paint::Junction => self.junction,
            Paint::LaneLine | Paint::Arrow => self.line,
            Paint::EdgeLine => self.edge,
            Paint::StopLine => self.stop,
        }
    }

    /// All in the order of the table.
    pub fn table(&self) -> [Colour; Paint::COUNT as usize] {
        use Paint::{Arrow, Border, EdgeLine, Junction, LaneLine, StopLine};
        [Border, Junction, LaneLine, EdgeLine, StopLine, Arrow].map(|paint| self.of(paint))
    }
}

/// From standing to free flow; readable for most who are colour-blind, since lightness changes too.
const RAMP: [Colour; 5] = [
    Colour::hex(0xe0_3b_3b),
    Colour::hex(0xf2_8c_38),
    Colour::hex(0xf4_cf_4e),
    Colour::hex(0xa4_d6_5e),
    Colour::hex(0x3f_b9_6b),
];

/// The colour of a number from 0 (bad) to 1 (good).
pub fn ramp(t: f32) -> Colour {
    let place = t.clamp(0.0, 1.0) * (RAMP.len() - 1) as f32;
    let i = (place as usize).min(RAMP.len() - 2);
    RAMP[i].mix(RAMP[i + 1], place - i as f32)
}

/// The kinds of vehicles that have a colour each, and their names.
pub const KINDS: [(&str, Colour); 6] = [
    ("car", Colour::hex(0xf2_c1_4e)),
    ("heavy", Colour::hex(0xd9_7b_5f)),
    ("bus", Colour::hex(0x4f_a3_e3)),
    ("rail", Colour::hex(0xb8_8a_e0)),
    ("two wheels", Colour::hex(0x6f_d0_a8)),
    ("emergency", Colour::hex(0xff_5d_73)),
];

/// Which of them a class is.
pub const fn kind(class: VehicleClass) -> usize {
    use VehicleClass as C;
    match class {
        C::Truck | C::Trailer | C::Delivery | C::Container => 1,
        C::Bus | C::Coach => 2,
        C::Tram | C::RailUrban | C::Rail | C::RailElectric | C::RailFast | C::Subway | C::CableCar => 3,
        C::Motorcycle | C::Moped | C::Bicycle | C::Scooter => 4,
        C::Emergency | C::Authority | C::Army => 5,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_fit_their_places() {
        for theme in [Theme::Dark, Theme::Light] {
            let scheme = theme.scheme();
            let table = scheme.table();
            assert_eq!(table[Paint::Arrow.index() as usize], scheme.line);
            assert_eq!(table[Paint::Border.index() as usize], scheme.border);
            assert_eq!(Paint::Arrow.index() + 1, Paint::COUNT);
        }
    }

    #[test]
    fn ramps_go_from_end_to_end() {
        assert_eq!((ramp(-1.0), ramp(2.0)), (RAMP[0], RAMP[4]));
        assert_eq!(ramp(0.25), RAMP[1]);
        assert_eq!(Colour(0, 0, 0).mix(Colour(200, 100, 50), 0.5), Colour(100, 50, 25));
        assert_eq!(Colour(1, 2, 3).packed(), 0xff03_0201);
    }

    /// Lightness by eye, 0 to 1.
    fn luminance(Colour(r, g, b): Colour) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    #[test]
    fn what_lies_on_a_road_stands_out() {
        let contrast = |a: Colour, b: Colour| {
            let (a, b) = (luminance(a), luminance(b));
            (a.max(b) + 0.05) / (a.min(b) + 0.05)
        };
        for theme in [Theme::Dark, Theme::Light] {
            let s = theme.scheme();
            assert!(contrast(s.line, s.road) > 4.0, "{theme:?}: lines {}", contrast(s.line, s.road));
            assert!(contrast(s.ink, s.ground) > 7.0, "{theme:?}: text");
            for (name, colour) in KINDS {
                assert!(contrast(colour, s.road) > 1.3, "{theme:?}: {name} {}", contrast(colour, s.road));
            }
        }
    }
}
