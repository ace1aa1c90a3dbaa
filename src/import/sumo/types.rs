//! Vehicle types: `<vType>` and `<vTypeDistribution>`.

use std::collections::HashMap;
use std::path::Path;

use crate::demand::{FollowingModel, SpeedFactor, TypeId, VehicleType};
use crate::emission::EmissionClass;
use crate::import::xml::Element;
use crate::import::{ImportError, Report};
use crate::network::VehicleClass;

/// The type of a vehicle that names none.
pub const DEFAULT_TYPE: &str = "DEFAULT_VEHTYPE";

/// Types that exist in every scenario and may be redefined.
const IMPLICIT_TYPES: &[(&str, VehicleClass)] = &[
    (DEFAULT_TYPE, VehicleClass::Passenger),
    ("DEFAULT_BIKETYPE", VehicleClass::Bicycle),
    ("DEFAULT_PEDTYPE", VehicleClass::Pedestrian),
    ("DEFAULT_TAXITYPE", VehicleClass::Taxi),
    ("DEFAULT_RAILTYPE", VehicleClass::Rail),
];

/// Attributes that are read.
const READ: &[&str] = &[
    "id",
    "refId",
    "vClass",
    "emissionClass",
    "length",
    "width",
    "minGap",
    "maxSpeed",
    "speedFactor",
    "speedDev",
    "accel",
    "decel",
    "emergencyDecel",
    "apparentDecel",
    "tau",
    "sigma",
    "carFollowModel",
    "impatience",
    "lcStrategic",
    "lcCooperative",
    "lcSpeedGain",
    "lcKeepRight",
    "lcAssertive",
    "probability",
];

/// Attributes that change nothing about how a vehicle drives here, passed over in silence.
const COSMETIC: &[&str] = &[
    "color",
    "guiShape",
    "imgFile",
    "osgFile",
    "height",
    "mass",
    "personCapacity",
    "containerCapacity",
    "boardingDuration",
    "loadingDuration",
    "parkingBadges",
];

/// What drawing from one name can give, with weights.
pub type Choice = Vec<(TypeId, f64)>;

/// Most members of a distribution.
const MOST_MEMBERS: usize = 100_000;

/// The types of a scenario, by name; a distribution is a name for several.
pub struct TypeBook {
    /// By [`TypeId`].
    pub types: Vec<VehicleType>,
    names: HashMap<String, Choice>,
    /// Names that a file has defined, as against the implicit ones.
    defined: HashMap<String, String>,
}

impl Default for TypeBook {
    fn default() -> Self {
        let types: Vec<VehicleType> = IMPLICIT_TYPES.iter().map(|&(id, class)| VehicleType::sumo(id, class)).collect();
        let names = types.iter().enumerate().map(|(i, t)| (t.id.clone(), vec![(TypeId::new(i), 1.0)])).collect();
        Self { types, names, defined: HashMap::new() }
    }
}

impl TypeBook {
    /// What a name stands for.
    pub fn find(&self, name: &str) -> Option<&Choice> {
        self.names.get(name)
    }

    /// Takes in a `<vType>`; returns its id and its weight in a distribution around it.
    ///
    /// # Errors
    /// If the name is taken or a value is impossible.
    pub fn add_type(
        &mut self,
        file: &Path,
        element: &Element,
        report: &mut Report,
    ) -> Result<(TypeId, f64), ImportError> {
        let id = element.need(file, "id")?;
        let kind = vehicle_type(file, element, report)?;
        let weight = weight(file, element)?;
        self.define(file, element, id)?;
        // Redefining an implicit type keeps its place, so that whoever has drawn it already gets the new one.
        let place = match IMPLICIT_TYPES.iter().position(|(name, _)| *name == id) {
            Some(place) => {
                self.types[place] = kind;
                TypeId::new(place)
            }
            None => {
                self.types.push(kind);
                TypeId::new(self.types.len() - 1)
            }
        };
        self.names.insert(id.to_owned(), vec![(place, 1.0)]);
        Ok((place, weight))
    }

    /// Takes in a `<vTypeDistribution>`, given by names or by nested types.
    ///
    /// # Errors
    /// If the name is taken, a type is unknown or a weight is impossible.
    pub fn add_distribution(&mut self, file: &Path, element: &Element, report: &mut Report) -> Result<(), ImportError> {
        let id = element.need(file, "id")?;
        let mut choice = Choice::new();
        for (name, weight) in listed(file, element, "vTypes", "vType")? {
            let known = self.find(&name).ok_or_else(|| element.error(file, format!("type '{name}' is not known")))?;
            add_members(file, element, &mut choice, known, weight)?;
        }
        for child in &element.children {
            match (child.name.as_str(), child.get("refId")) {
                ("vType", None) => choice.push(self.add_type(file, child, report)?),
                ("vType", Some(name)) => {
                    let weight = weight(file, child)?;
                    let known = self.find(name);
                    let known = known.ok_or_else(|| child.error(file, format!("type '{name}' is not known")))?;
                    add_members(file, element, &mut choice, known, weight)?;
                }
                (other, _) => report.count(format!("<{other}> in <vTypeDistribution> not simulated"), || id.to_owned()),
            }
        }
        check_weights(file, element, &choice)?;
        self.define(file, element, id)?;
        self.names.insert(id.to_owned(), choice);
        Ok(())
    }

    /// Marks a name as taken.
    fn define(&mut self, file: &Path, element: &Element, id: &str) -> Result<(), ImportError> {
        let here = format!("{}:{}", file.display(), element.line);
        match self.defined.insert(id.to_owned(), here) {
            None => Ok(()),
            Some(before) => Err(element.error(file, format!("is defined twice; first at {before}"))),
        }
    }
}

/// The weight of an element in a distribution around it.
pub fn weight(file: &Path, element: &Element) -> Result<f64, ImportError> {
    match element.number(file, "probability")?.unwrap_or(1.0) {
        w if w >= 0.0 => Ok(w),
        w => Err(element.error(file, format!("probability is {w}; expected a number ≥ 0"))),
    }
}

/// Adds what a name stands for to a distribution: `known`, with a weight.
///
/// # Errors
/// If it has too many members then. Distributions of distributions double as often as somebody writes a line.
pub fn add_members<T: Copy>(
    file: &Path,
    owner: &Element,
    choice: &mut Vec<(T, f64)>,
    known: &[(T, f64)],
    weight: f64,
) -> Result<(), ImportError> {
    if choice.len() + known.len() > MOST_MEMBERS {
        let problem = format!("has more than {MOST_MEMBERS} members, members of members included; expected less");
        return Err(owner.error(file, problem));
    }
    choice.extend(known.iter().map(|&(member, share)| (member, share * weight)));
    Ok(())
}

/// Checks that something can be drawn.
pub fn check_weights<T>(file: &Path, element: &Element, choice: &[(T, f64)]) -> Result<(), ImportError> {
    let total: f64 = choice.iter().map(|(_, w)| w).sum();
    if total > 0.0 && total.is_finite() {
        return Ok(());
    }
    Err(element.error(file, "has nothing to draw from; expected at least one member with a probability > 0"))
}

/// The names and weights that a distribution gives in its attributes `list` and `probabilities`.
pub fn listed(file: &Path, element: &Element, list: &str, member: &str) -> Result<Vec<(String, f64)>, ImportError> {
    let names: Vec<&str> = element.get(list).unwrap_or_default().split_whitespace().collect();
    let Some(text) = element.get("probabilities") else {
        return Ok(names.into_iter().map(|n| (n.to_owned(), 1.0)).collect());
    };
    let weights: Vec<f64> = text
        .split_whitespace()
        .map(|w| w.parse().ok().filter(|w: &f64| w.is_finite() && *w >= 0.0))
        .collect::<Option<_>>()
        .ok_or_else(|| element.error(file, format!("probabilities=\"{text}\"; expected numbers ≥ 0")))?;
    if weights.len() != names.len() {
        let problem = format!("{} probabilities for {} {member}s; expected as many", weights.len(), names.len());
        return Err(element.error(file, problem));
    }
    Ok(names.into_iter().map(str::to_owned).zip(weights).collect())
}

/// A `<vType>` on top of the defaults of its class. Old files put model parameters into a child element such as
/// `<carFollowing-Krauss …/>`; they count as if they stood in the type itself.
fn vehicle_type(file: &Path, element: &Element, report: &mut Report) -> Result<VehicleType, ImportError> {
    let element = &flattened(element, report);
    let id = element.need(file, "id")?;
    let class = match element.get("vClass") {
        None => {
            IMPLICIT_TYPES.iter().find(|(name, _)| *name == id).map_or(VehicleClass::Passenger, |(_, class)| *class)
        }
        Some(name) => VehicleClass::from_name(name)
            .ok_or_else(|| element.error(file, format!("vClass=\"{name}\" is not a vehicle class of SUMO")))?,
    };
    let mut kind = VehicleType::sumo(id, class);
    kind.model = model(element, report);
    kind.emission = emission(element, kind.emission, report);
    let above = |name: &str, default: f64| bounded(file, element, name, default, |v| v > 0.0, "a number > 0");
    let at_least = |name: &str, default: f64| bounded(file, element, name, default, |v| v >= 0.0, "a number ≥ 0");
    let share = |name: &str, default: f64| {
        bounded(file, element, name, default, |v| (0.0..=1.0).contains(&v), "a number from 0 to 1")
    };
    kind.length = above("length", kind.length)?;
    kind.width = above("width", kind.width)?;
    kind.min_gap = at_least("minGap", kind.min_gap)?;
    kind.max_speed = above("maxSpeed", kind.max_speed)?;
    kind.speed_factor = speed_factor(file, element, kind.speed_factor)?;
    kind.accel = above("accel", kind.accel)?;
    kind.decel = above("decel", kind.decel)?;
    kind.emergency_decel = above("emergencyDecel", kind.emergency_decel.max(kind.decel))?;
    if kind.emergency_decel < kind.decel {
        report.count("emergencyDecel below decel raised to decel", || element.label());
        kind.emergency_decel = kind.decel;
    }
    kind.apparent_decel = above("apparentDecel", kind.decel)?;
    kind.tau = above("tau", kind.tau)?;
    kind.sigma = share("sigma", kind.sigma)?;
    kind.impatience = match element.get("impatience") {
        // SUMO's way to say "never".
        Some("off") => f64::MIN,
        _ => bounded(file, element, "impatience", kind.impatience, |v| v <= 1.0, "a number ≤ 1 or \"off\"")?,
    };
    // A negative lcStrategic switches strategic changes off in SUMO; here the least eagerness stands for it.
    let strategic = bounded(file, element, "lcStrategic", kind.lc_strategic, |_| true, "a number")?;
    if strategic <= 0.0 {
        report.count("lcStrategic ≤ 0 driven as 0.001", || element.label());
    }
    kind.lc_strategic = strategic.max(0.001);
    kind.lc_cooperative = cooperation(file, element, kind.lc_cooperative, report)?;
    kind.lc_speed_gain = at_least("lcSpeedGain", kind.lc_speed_gain)?;
    kind.lc_keep_right = at_least("lcKeepRight", kind.lc_keep_right)?;
    kind.lc_assertive = above("lcAssertive", kind.lc_assertive)?;
    Ok(kind)
}

/// The element with the attributes of its `<carFollowing-…>` children; other attributes and children are counted.
fn flattened(element: &Element, report: &mut Report) -> Element {
    let mut flat = Element { children: Vec::new(), ..element.clone() };
    for child in &element.children {
        match child.name.strip_prefix("carFollowing-") {
            Some(model) => {
                flat.attributes.push(("carFollowModel".to_owned(), model.to_owned()));
                flat.attributes.extend(child.attributes.iter().cloned());
            }
            None if child.name == "param" => {}
            None => report.count(format!("<{}> in <vType> not simulated", child.name), || element.label()),
        }
    }
    for (name, _) in &flat.attributes {
        if !READ.contains(&name.as_str()) && !COSMETIC.contains(&name.as_str()) {
            report.count(format!("vType attribute '{name}' not simulated"), || element.label());
        }
    }
    flat
}

/// The car-following model; one that is not here is driven as SUMO's default.
fn model(element: &Element, report: &mut Report) -> FollowingModel {
    match element.get("carFollowModel").map(|m| m.strip_prefix("carFollowing-").unwrap_or(m)) {
        None | Some("Krauss") => FollowingModel::Krauss,
        Some("KraussOrig1") => FollowingModel::KraussOrig1,
        Some("IDM") => FollowingModel::Idm,
        Some(other) => {
            report.count(format!("carFollowModel '{other}' driven as Krauss"), || element.label());
            FollowingModel::Krauss
        }
    }
}

/// What a SUMO emission class burns here: kind of vehicle and whether it burns anything, of the families HBEFA, PHEMlight,
/// Energy and zero; Euro stages and their fuels are not told apart.
fn emission(element: &Element, default: EmissionClass, report: &mut Report) -> EmissionClass {
    let Some(name) = element.get("emissionClass") else { return default };
    let known = sumo_emission(name);
    let count = |what: String, report: &mut Report| report.count(what, || element.label());
    match known {
        None => count(format!("emissionClass '{name}' not known, burns as {}", default.name()), report),
        Some(EmissionClass::Car) if name.contains("diesel") || name.contains("_D_") => {
            count("emissionClass of diesel cars burns as gasoline cars".to_owned(), report);
        }
        Some(_) => {}
    }
    known.unwrap_or(default)
}

/// The class of ours that a SUMO emission class is nearest to.
fn sumo_emission(name: &str) -> Option<EmissionClass> {
    let (family, kind) = name.split_once('/').unwrap_or(("", name));
    let electric = |kind: &str| kind.contains("BEV") || kind.contains("lectric") || kind.ends_with("_El");
    if matches!(family, "Energy" | "MMPEVEM" | "Zero") || kind.eq_ignore_ascii_case("zero") || electric(kind) {
        return Some(EmissionClass::None);
    }
    // The longer beginnings first.
    const KINDS: [(&str, EmissionClass); 17] = [
        ("HDV_TT", EmissionClass::Trailer),
        ("HDV_CO", EmissionClass::Coach),
        ("HDV_CB", EmissionClass::Bus),
        ("HDV", EmissionClass::Truck),
        ("HGV", EmissionClass::Truck),
        ("PC", EmissionClass::Car),
        ("PKW", EmissionClass::Car),
        ("LDV", EmissionClass::Van),
        ("LCV", EmissionClass::Van),
        ("LNF", EmissionClass::Van),
        ("MC", EmissionClass::Motorcycle),
        ("RT", EmissionClass::Truck),
        ("SNF", EmissionClass::Truck),
        ("TT", EmissionClass::Trailer),
        ("LSZ", EmissionClass::Trailer),
        ("Coach", EmissionClass::Coach),
        ("Bus", EmissionClass::Bus),
    ];
    let kind = kind.strip_prefix("U").filter(|k| k.starts_with("Bus")).unwrap_or(kind);
    KINDS.iter().find(|(start, _)| kind.starts_with(start)).map(|(_, class)| *class)
}

/// SUMO's −1 ("never help, whatever happens") is 0 here.
fn cooperation(file: &Path, element: &Element, default: f64, report: &mut Report) -> Result<f64, ImportError> {
    let v = bounded(file, element, "lcCooperative", default, |v| (-1.0..=1.0).contains(&v), "a number from -1 to 1")?;
    if v < 0.0 {
        report.count("lcCooperative < 0 driven as 0", || element.label());
    }
    Ok(v.max(0.0))
}

/// A number within bounds, or its default.
fn bounded(
    file: &Path,
    element: &Element,
    name: &str,
    default: f64,
    fits: impl Fn(f64) -> bool,
    expected: &str,
) -> Result<f64, ImportError> {
    match element.number(file, name)? {
        None => Ok(default),
        Some(v) if fits(v) => Ok(v),
        Some(v) => Err(element.error(file, format!("{name} is {v}; expected {expected}"))),
    }
}

/// `speedFactor` — a number, `norm(mean,deviation)` or `normc(mean,deviation,min,max)` — and `speedDev`.
fn speed_factor(file: &Path, element: &Element, default: SpeedFactor) -> Result<SpeedFactor, ImportError> {
    let mut factor = default;
    if let Some(text) = element.get("speedFactor") {
        factor = parse_factor(text, default).ok_or_else(|| {
            element.error(
                file,
                format!("speedFactor=\"{text}\"; expected a number, norm(mean,dev) or normc(mean,dev,min,max)"),
            )
        })?;
    }
    if element.get("speedDev").is_some() {
        factor.deviation = bounded(file, element, "speedDev", 0.0, |v| v >= 0.0, "a number ≥ 0")?;
    }
    if factor.mean > 0.0 && factor.deviation >= 0.0 && factor.min <= factor.mean && factor.mean <= factor.max {
        return Ok(factor);
    }
    Err(element.error(
        file,
        format!(
            "the speed factor has mean {}, deviation {} and bounds {}–{}; expected a mean > 0 inside the bounds",
            factor.mean, factor.deviation, factor.min, factor.max
        ),
    ))
}

/// Nobody drives at less than this share of the limit, or at more than this multiple, if a file gives no bounds.
const LOOSE_BOUNDS: (f64, f64) = (0.05, 10.0);

fn parse_factor(text: &str, default: SpeedFactor) -> Option<SpeedFactor> {
    let text = text.trim();
    let number = |t: &str| t.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    let Some((name, rest)) = text.split_once('(') else {
        // A plain number moves the mean and leaves deviation and bounds as they are.
        return Some(SpeedFactor { mean: number(text)?, ..default });
    };
    let values: Vec<f64> = rest.strip_suffix(')')?.split(',').map(number).collect::<Option<_>>()?;
    match (name.trim(), values.as_slice()) {
        ("norm" | "normc", &[mean, deviation]) => {
            Some(SpeedFactor { mean, deviation, min: LOOSE_BOUNDS.0, max: LOOSE_BOUNDS.1 })
        }
        ("normc", &[mean, deviation, min, max]) => Some(SpeedFactor { mean, deviation, min, max }),
        _ => None,
    }
}

#[cfg(test)]
#[path = "types_tests.rs"]
mod tests;
