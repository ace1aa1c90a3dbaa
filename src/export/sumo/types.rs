//! Vehicle types.
//!
//! Every parameter is written out, so that nothing depends on the defaults of a version. What has no counterpart:
//!
//! - the *calibrated* model: written as IDM, the model that it extends, with the same acceleration, deceleration and
//!   headway; SUMO's IDM starts sooner, and reacts to leaders that brake for a moment as if they braked for good;
//! - the start-up delay of the first in a queue: SUMO's `startupDelay` delays everybody in it;
//! - the emissions of a moped, for other classes than mopeds: left out;
//! - headways that differ from driver to driver: everybody gets the mean.

use std::collections::BTreeSet;
use std::io::Result;

use super::names::Names;
use super::xml::{Tag, Xml};
use super::{Notes, is_replaced};
use crate::demand::{Departure, FollowingModel, SpeedFactor, TypeId, VehicleType, emission_class};
use crate::emission::EmissionClass;
use crate::network::VehicleClass;

/// Notes what SUMO does not have of the types that are driven.
pub fn note(types: &[VehicleType], departures: &[Departure], notes: &mut Notes) {
    for kind in driven(departures) {
        let kind = &types[kind.index()];
        let name = || format!("'{}'", kind.id);
        if is_replaced(kind) {
            notes.count("calibrated drivers written as IDM with the same parameters", name);
        }
        if kind.emission == EmissionClass::Moped && kind.class != VehicleClass::Moped {
            notes.count("emissions of a moped left out", name);
        }
        if kind.start_delay > 0.0 {
            notes.count("start-up delay of the first in a queue left out", name);
        }
        if kind.gap_variation > 0.0 {
            notes.count("critical headways of gaps left out: SUMO's drivers judge gaps by its own rule", name);
        }
        if kind.tau_variation > 0.0 {
            notes.count("headways that differ from driver to driver written as their mean", name);
        }
    }
}

/// The types that somebody drives.
fn driven(departures: &[Departure]) -> BTreeSet<TypeId> {
    departures.iter().map(|d| d.kind).collect()
}

/// Writes the types: those that are driven, and all others that SUMO does not have anyway.
pub fn write(types: &[VehicleType], departures: &[Departure], names: &Names, xml: &mut Xml<'_>) -> Result<()> {
    let driven = driven(departures);
    if driven.iter().any(|t| is_replaced(&types[t.index()])) {
        xml.remark("SUMO has no calibrated model: these drivers are IDM with the same parameters")?;
    }
    for (i, kind) in types.iter().enumerate() {
        // SUMO's own types exist in every scenario, whether somebody drives them or not.
        if driven.contains(&TypeId::new(i)) || !kind.id.starts_with("DEFAULT_") {
            xml.leaf(tag(kind, &names.types[i]))?;
        }
    }
    Ok(())
}

/// One type.
fn tag(kind: &VehicleType, name: &str) -> Tag {
    let tag = Tag::new("vType").with("id", name).with("vClass", kind.class.name());
    let tag = tag.maybe("emissionClass", emission(kind));
    let tag = tag.with("length", kind.length).with("width", kind.width).with("minGap", kind.min_gap);
    let tag = tag.with("maxSpeed", kind.max_speed).with("speedFactor", speed_factor(kind.speed_factor));
    let tag = tag.with("carFollowModel", model(kind.model));
    let tag = tag.with("accel", kind.accel).with("decel", kind.decel).with("emergencyDecel", kind.emergency_decel);
    let tag = tag.with("apparentDecel", kind.apparent_decel).with("tau", kind.tau);
    let tag = match kind.model {
        FollowingModel::Krauss | FollowingModel::KraussOrig1 => tag.with("sigma", kind.sigma),
        FollowingModel::Idm | FollowingModel::IdmPlus | FollowingModel::Gipps | FollowingModel::Calibrated => tag,
    };
    let tag = match kind.impatience {
        i if i.is_finite() && i > f64::MIN => tag.with("impatience", i),
        _ => tag.with("impatience", "off"),
    };
    let tag = tag.with("lcStrategic", kind.lc_strategic).with("lcCooperative", kind.lc_cooperative);
    let tag = tag.with("lcSpeedGain", kind.lc_speed_gain).with("lcKeepRight", kind.lc_keep_right);
    tag.with("lcAssertive", kind.lc_assertive)
}

/// SUMO's nearest emission class, where a type's is not that of its vehicle class.
fn emission(kind: &VehicleType) -> Option<&'static str> {
    if kind.emission == emission_class(kind.class) {
        return None;
    }
    match kind.emission {
        EmissionClass::Car => Some("HBEFA3/PC_G_EU4"),
        EmissionClass::Van => Some("HBEFA3/LDV_D_EU4"),
        EmissionClass::Motorcycle => Some("HBEFA4/MC_4S_gt250cc_Euro-3"),
        EmissionClass::Moped => None,
        EmissionClass::Truck => Some("HBEFA3/HDV_D_EU4"),
        EmissionClass::Trailer => Some("HBEFA4/TT_AT_gt34-40t_Euro-VI_A-C"),
        EmissionClass::Bus => Some("HBEFA3/Bus"),
        EmissionClass::Coach => Some("HBEFA3/Coach"),
        EmissionClass::None => Some("zero"),
    }
}

/// SUMO's name of a model.
fn model(model: FollowingModel) -> &'static str {
    match model {
        FollowingModel::Krauss => "Krauss",
        FollowingModel::KraussOrig1 => "KraussOrig1",
        FollowingModel::Idm | FollowingModel::IdmPlus | FollowingModel::Gipps | FollowingModel::Calibrated => "IDM",
    }
}

/// The distribution of the speed factor, cut off as ours.
fn speed_factor(f: SpeedFactor) -> String {
    format!("normc({},{},{},{})", f.mean, f.deviation, f.min, f.max)
}
