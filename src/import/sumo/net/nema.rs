//! Ring-barrier programs (SUMO: tlLogic of type NEMA): rings and barriers in `<param>`s, one `<phase>` for each phase.

use intergreen_control::{Millis, ProgramStep};

use crate::import::Report;
use crate::import::sumo::time;
use crate::import::xml::Element;
use crate::network::{NemaPhase, NemaSpec};

/// Keys that are read.
const KNOWN: &[&str] = &[
    "ring1",
    "ring2",
    "barrierPhases",
    "barrier2Phases",
    "coordinatePhases",
    "coordinate-mode",
    "total-cycle-length",
    "minRecall",
    "maxRecall",
    "fixForceOff",
    "controllerType",
    "latchingDetectors",
    // It tells SUMO to write a log of its own: every run here has one.
    "whetherOutputState",
];
/// With the number of a phase after it: that the detectors of another phase extend it.
const SWITCHING: &str = "crossPhaseSwitching:";
/// Most phases that can be numbered.
const MOST: u8 = 32;

/// Counts a `<param>` that is not read.
pub(super) fn count_unknown(param: &Element, report: &mut Report) {
    let key = param.get("key").unwrap_or("");
    if !KNOWN.contains(&key) && !key.starts_with(SWITCHING) {
        report.count(format!("<param> '{key}' of a NEMA tlLogic"), || param.label());
    }
}

/// The rings of a NEMA program; what cannot be used is counted.
pub(super) fn read(logic: &Element, steps: &[ProgramStep], report: &mut Report) -> Option<NemaSpec> {
    match rings(logic, steps) {
        Ok(spec) => Some(spec),
        Err(problem) => {
            report.count("NEMA rings not used", || format!("{}: {problem}", logic.label()));
            None
        }
    }
}

/// The value of a parameter; nothing written counts as not given.
fn param<'a>(logic: &'a Element, key: &str) -> Option<&'a str> {
    let given = logic.children.iter().filter(|c| c.name == "param" && c.get("key") == Some(key));
    given.filter_map(|c| c.get("value")).map(str::trim).rfind(|v| !v.is_empty())
}

/// A list of phase numbers; 0 stands for a phase that does not exist.
fn numbers(logic: &Element, key: &str) -> Result<Option<Vec<u8>>, String> {
    let Some(text) = param(logic, key) else { return Ok(None) };
    let one = |word: &str| {
        let number = word.trim().parse().ok().filter(|&n: &u8| n <= MOST);
        number.ok_or_else(|| format!("{key}=\"{text}\"; expected phase numbers up to {MOST} with commas between"))
    };
    text.split(',').map(one).collect::<Result<Vec<u8>, _>>().map(Some)
}

/// The same without the zeros.
fn phases(logic: &Element, key: &str) -> Result<Option<Vec<u8>>, String> {
    Ok(numbers(logic, key)?.map(|list| list.into_iter().filter(|&n| n > 0).collect()))
}

/// A switch, off unless it is given.
fn flag(logic: &Element, key: &str) -> Result<bool, String> {
    match param(logic, key) {
        None | Some("false" | "False" | "0" | "no" | "off") => Ok(false),
        Some("true" | "True" | "1" | "yes" | "on") => Ok(true),
        Some(other) => Err(format!("{key}=\"{other}\"; expected true or false")),
    }
}

/// Whether the offset is that of a Type 170 controller.
fn is_type_170(logic: &Element) -> Result<bool, String> {
    let Some(text) = param(logic, "controllerType") else { return Ok(false) };
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    match plain.as_str() {
        "ts2" => Ok(false),
        "type170" => Ok(true),
        _ => Err(format!("controllerType=\"{text}\"; expected TS2 or Type 170")),
    }
}

/// Phases whose green detectors of others extend: the phase, and the other.
fn switched(logic: &Element) -> Result<Vec<(u8, u8)>, String> {
    let mut found = Vec::new();
    for child in logic.children.iter().filter(|c| c.name == "param") {
        let Some(phase) = child.get("key").and_then(|key| key.strip_prefix(SWITCHING)) else { continue };
        let value = child.get("value").unwrap_or("").trim();
        let number = |text: &str| text.trim().parse::<u8>().ok().filter(|n| (1..=MOST).contains(n));
        match number(phase).zip(number(value)) {
            Some(pair) => found.push(pair),
            None => return Err(format!("{SWITCHING}{phase}=\"{value}\"; expected a phase number each")),
        }
    }
    Ok(found)
}

/// Reads and checks everything.
fn rings(logic: &Element, steps: &[ProgramStep]) -> Result<NemaSpec, String> {
    let need = |key: &str| phases(logic, key)?.ok_or_else(|| format!("has no {key}"));
    let rings = [need("ring1")?, need("ring2")?];
    let listed = list_phases(logic, steps)?;
    for (ring, list) in rings.iter().enumerate() {
        for (i, n) in list.iter().enumerate() {
            if !listed.iter().any(|p| p.number == *n) {
                return Err(format!("ring {} names phase {n}, but no <phase> has that name", ring + 1));
            }
            if list[..i].contains(n) {
                return Err(format!("ring {} names phase {n} twice", ring + 1));
            }
        }
    }
    let mut barriers = vec![barrier(logic, "barrierPhases")?];
    // SUMO takes the coordinated phases for the second barrier.
    let second = if param(logic, "barrier2Phases").is_some() { "barrier2Phases" } else { "coordinatePhases" };
    let second = barrier(logic, second)?;
    if second != barriers[0] {
        barriers.push(second);
    }
    let rings = sections(&rings, &barriers)?;
    let all: Vec<u8> = rings.iter().flatten().flatten().copied().collect();
    let served = |n: u8| all.contains(&n);
    let listed: Vec<NemaPhase> = listed.into_iter().filter(|p| served(p.number)).collect();
    let known = |list: Vec<u8>| list.into_iter().filter(|&n| served(n)).collect::<Vec<u8>>();
    let coordinated = if flag(logic, "coordinate-mode")? {
        let named = phases(logic, "coordinatePhases")?;
        known(named.unwrap_or_else(|| barriers.last().map_or_else(Vec::new, |b| b.to_vec())))
    } else {
        Vec::new()
    };
    Ok(NemaSpec {
        phases: listed,
        rings,
        coordinated,
        cycle: param(logic, "total-cycle-length").and_then(time::parse).filter(|c| c.0 > 0),
        min_recall: phases(logic, "minRecall")?.map(known),
        max_recall: known(phases(logic, "maxRecall")?.unwrap_or_default()),
        fixed_force_off: flag(logic, "fixForceOff")?,
        offset_at_yellow: is_type_170(logic)?,
        latching: known(phases(logic, "latchingDetectors")?.unwrap_or_default()),
        switched: switched(logic)?.into_iter().filter(|(a, b)| served(*a) && served(*b)).collect(),
    })
}

/// The phases that end together at a barrier, by ring.
fn barrier(logic: &Element, key: &str) -> Result<[u8; 2], String> {
    let list = phases(logic, key)?.ok_or_else(|| format!("has no {key}"))?;
    <[u8; 2]>::try_from(list).map_err(|_| format!("{key} does not name one phase of each ring"))
}

/// The phases as their elements have them, by their numbers.
fn list_phases(logic: &Element, steps: &[ProgramStep]) -> Result<Vec<NemaPhase>, String> {
    let mut found: Vec<NemaPhase> = Vec::new();
    let elements = logic.children.iter().filter(|c| c.name == "phase");
    for (element, step) in elements.zip(steps) {
        let name = element.get("name").unwrap_or("").trim();
        let number = name.parse().ok().filter(|n| (1..=MOST).contains(n));
        let number = number.ok_or_else(|| format!("a <phase> has the name \"{name}\"; expected 1 to {MOST}"))?;
        let read = |key: &str| match element.get(key) {
            None => Ok(None),
            Some(text) => match time::parse(text).filter(|t| t.0 >= 0) {
                Some(time) => Ok(Some(time)),
                None => Err(format!("phase {number}: {key}=\"{text}\" is not a time; expected seconds")),
            },
        };
        let passage: Option<Millis> = match read("vehext")? {
            None => read("vehExt")?,
            given => given,
        };
        found.push(NemaPhase {
            number,
            lamps: step.lamps.clone(),
            min_green: read("minDur")?,
            max_green: read("maxDur")?,
            passage,
            yellow: read("yellow")?,
            red: read("red")?,
        });
    }
    found.sort_by_key(|p| p.number);
    match found.windows(2).find(|w| w[0].number == w[1].number) {
        Some(twice) => Err(format!("two <phase>s have the name {}", twice[0].number)),
        None => Ok(found),
    }
}

/// Cuts both rings at the barriers. Each section of a ring ends with that ring's phase of a barrier and begins after
/// its phase of the barrier before; rings are cycles. A phase that stands in both rings is served by the first.
fn sections(rings: &[Vec<u8>; 2], barriers: &[[u8; 2]]) -> Result<Vec<Vec<Vec<u8>>>, String> {
    let place = |ring: usize, barrier: &[u8; 2]| {
        let found = rings[ring].iter().position(|&n| n == barrier[ring]);
        found.ok_or_else(|| format!("phase {} of a barrier is not in ring {}", barrier[ring], ring + 1))
    };
    // The barriers in the order in which the first ring reaches them.
    let mut order: Vec<(usize, [u8; 2])> =
        barriers.iter().map(|b| place(0, b).map(|i| (i, *b))).collect::<Result<_, _>>()?;
    order.sort_unstable();
    let mut cut = Vec::new();
    for (ring, list) in rings.iter().enumerate() {
        let mut parts = Vec::new();
        for (k, (_, barrier)) in order.iter().enumerate() {
            let before = order[(k + order.len() - 1) % order.len()].1;
            let (end, start) = (place(ring, barrier)?, place(ring, &before)? + 1);
            let length = (end + list.len() - start % list.len()) % list.len() + 1;
            parts.push((0..length).map(|i| list[(start + i) % list.len()]).collect::<Vec<u8>>());
        }
        if parts.iter().map(Vec::len).sum::<usize>() != list.len() {
            return Err(format!("ring {} does not reach the barriers in the order of ring 1", ring + 1));
        }
        cut.push(parts);
    }
    let (first, second) = cut.split_at_mut(1);
    for (a, b) in first[0].iter().zip(&mut second[0]) {
        b.retain(|n| !a.contains(n));
    }
    Ok(cut)
}
