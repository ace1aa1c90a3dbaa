//! The summary that a person reads.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::findings::Findings;
use super::intersections::{self, Control, Intersection};
use super::outcome::Outcome;
use super::run::{Finished, Stop};
use super::tables;
use crate::detectors::Tier;
use crate::network::{LaneId, SignalId};

/// Places, findings and signals listed without `-v`.
const SHORT: usize = 5;
/// Width of the first column.
const LABEL: usize = 20;

/// The whole text.
pub fn text(run: &Finished<'_>, o: &Outcome) -> String {
    let mut s = String::new();
    // Writing to a String cannot fail.
    let _ = header(&mut s, run, o);
    let _ = trips(&mut s, run, o);
    let _ = burnt(&mut s, o);
    let _ = defects(&mut s, run, o);
    let intersections = intersections::all(run);
    let _ = signals(&mut s, run, &intersections);
    let _ = levels(&mut s, run, &intersections);
    let _ = fallbacks(&mut s, o);
    let _ = remarks(&mut s, o);
    let _ = programs(&mut s, run, o);
    let _ = Findings::of(&run.loaded.report).summarise(&mut s, run.args.verbose);
    let _ = cost(&mut s, run, o);
    s
}

/// What ran, and why it stopped.
fn header(s: &mut String, run: &Finished<'_>, o: &Outcome) -> std::fmt::Result {
    let scene = run.sim.scene();
    let (begin, now) = (scene.setup.begin.seconds(), run.sim.now().seconds());
    let why = match run.stop {
        Stop::End => "",
        Stop::Empty => ", the last vehicle has left",
        Stop::Gridlock => ", stopped by a GRIDLOCK",
        Stop::Unserved => ", stopped: nobody who is left can move because LANES ARE CLOSED",
        Stop::Stuck => ", stopped: NOTHING HAS MOVED for an hour and nobody is to come",
        Stop::Interrupted => ", INTERRUPTED",
    };
    let routes = match o.routes {
        "once" => ", trips routed once",
        "at_departure" => ", trips routed at departure",
        _ => "",
    };
    // Loops are usual.
    let tier = scene.setup.sensing.tier;
    let told = if tier == Tier::Loops { String::new() } else { format!(" from {} sensors", tier.name()) };
    let setup =
        format!("{}{told}, {} drivers{routes}, {} s steps, seed {}", o.controller, o.behaviour, o.step_s, o.seed);
    line(s, "Scenario", &format!("{} ({setup})", plain(&o.scenario)))?;
    line(s, "Simulated", &format!("{} s (clock {begin} to {now} s{why})", thousands(o.simulated_s, 1)))
}

/// Counts and means.
fn trips(s: &mut String, run: &Finished<'_>, o: &Outcome) -> std::fmt::Result {
    let v = &o.vehicles;
    writeln!(
        s,
        "\n{:LABEL$}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "Vehicles", "loaded", "inserted", "arrived", "running", "waiting"
    )?;
    let count = |n: usize| thousands(n as f64, 0);
    let counts = [v.loaded, v.inserted, v.arrived, v.running, v.waiting].map(count);
    writeln!(s, "{:LABEL$}{:>10}{:>10}{:>10}{:>10}{:>10}", "", counts[0], counts[1], counts[2], counts[3], counts[4])?;
    if v.unserved > 0 {
        line(s, "  unserved", &format!("{} of them: no way left while lanes are closed", count(v.unserved)))?;
    }
    let warm = if o.warm_up_s > 0.0 {
        format!(" ({} that departed after a warm-up of {} s)", count(o.measured), thousands(o.warm_up_s, 0))
    } else {
        String::new()
    };
    writeln!(s, "\nMeans per trip{warm}")?;
    let mut mean = |label: &str, value: Option<f64>, unit: &str| {
        let value = value.map_or("–".to_owned(), |v| thousands(v, 1));
        writeln!(s, "  {label:w$}{value:>10} {unit}", w = LABEL - 2)
    };
    let speed = run.sim.measures().means(run.sim.scene()).map(|m| m.route_length / m.duration.max(1e-9) * 3.6);
    mean("duration", o.mean_duration_s, "s")?;
    mean("  90th percentile", o.p90_duration_s, "s")?;
    mean("waiting", o.mean_waiting_s, "s")?;
    mean("time loss", o.mean_time_loss_s, "s")?;
    mean("depart delay", o.mean_depart_delay_s, "s")?;
    mean("route length", o.mean_route_length_m, "m")?;
    mean("speed", speed, "km/h")?;
    if o.resco_delay_s.is_some() {
        mean("delay, all loaded", o.resco_delay_s, "s (time loss + depart delay, at the scenario's end)")?;
    }
    Ok(())
}

/// Fuel and CO₂.
fn burnt(s: &mut String, o: &Outcome) -> std::fmt::Result {
    let (Some(co2), Some(fuel)) = (o.co2_kg, o.fuel_l) else { return Ok(()) };
    let idle = o.co2_idle_share.map_or(String::new(), |share| format!(", {:.0} % of it while standing", share * 100.0));
    let text = format!("{} kg{idle} ({} L of fuel, {})", thousands(co2, 1), thousands(fuel, 1), o.emissions);
    writeln!(s)?;
    line(s, "CO₂", &text)
}

/// What must not happen, loudly if it did.
fn defects(s: &mut String, run: &Finished<'_>, o: &Outcome) -> std::fmt::Result {
    let names = Names(run);
    let most = if run.args.verbose { usize::MAX } else { SHORT };
    writeln!(s)?;
    let greens = format!("{} s conflicting greens", thousands(o.conflicting_greens, 1));
    let text =
        format!("{} gridlocks, {} collisions, {} red running, {greens}", o.gridlocks, o.collisions, o.red_running);
    line(s, "Defects", &text)?;
    if o.blockages > 0 {
        let what = "the first vehicle of a lane could go and did not move for 300 s";
        line(s, "Blockages", &format!("{} ({what})", o.blockages))?;
    }
    if let Some(e) = &o.encounters {
        let (a, b, c) = (e.ttc_following, e.ttc_converging, e.pet_below_1_5_s);
        // Whoever went on from a checkpoint has not seen those before.
        let begin = run.began.at;
        let since = if begin > run.sim.scene().setup.begin {
            format!(", from {} s on", begin.seconds())
        } else {
            String::new()
        };
        let text = format!("{a} following, {b} converging with TTC < 1.5 s; {c} with PET < 1.5 s{since}");
        line(s, "Encounters", &text)?;
    }
    for f in run.sim.gridlocks().found.iter().take(most) {
        let kind = if f.cycle { "GRIDLOCK" } else { "BLOCKAGE" };
        let at = run.sim.scene().setup.begin.seconds() + f.time_s;
        let lanes: Vec<String> = f.lanes.iter().take(12).map(|&l| names.lane(l)).collect();
        let more = if f.lanes.len() > 12 { " …" } else { "" };
        writeln!(s, "  {kind} at {at:.1} s: lanes {}{more}", lanes.join(" → "))?;
    }
    for &(at, lane, vehicles) in run.sim.measures().collided.iter().take(most) {
        let [a, b] = vehicles.map(|v| names.vehicle(v.0));
        writeln!(s, "  COLLISION at {} s: lane {}, vehicles {a} and {b}", at.seconds(), names.lane(lane))?;
    }
    for &(at, lane, id) in run.sim.measures().red_runs.iter().take(most) {
        let (lane, vehicle) = (names.lane(lane), names.vehicle(id.0));
        writeln!(s, "  RED RUNNING at {} s: lane {lane}, vehicle {vehicle}", at.seconds())?;
    }
    for (signal, (since, steps)) in run.sim.measures().conflicting.iter().take(most) {
        let id = plain(&run.sim.scene().network.signals[signal.index()].id);
        writeln!(s, "  CONFLICTING GREENS at signal {id}: first at {} s, in {steps} steps", since.seconds())?;
    }
    Ok(())
}

/// The signals with the most delay.
fn signals(s: &mut String, run: &Finished<'_>, all: &[Intersection]) -> std::fmt::Result {
    let rows = tables::signals(&tables::lanes(run));
    if rows.is_empty() {
        return Ok(());
    }
    // Delay on the whole approaches, as by level of service below; the rest at the stop lines.
    let with_lamps = all.iter().filter(|i| i.control == Control::Signal);
    let delays: BTreeMap<&str, Option<f64>> = with_lamps.map(|i| (i.name.as_str(), i.delay)).collect();
    let network = &run.sim.scene().network;
    let delay = |signal: SignalId| delays.get(network.signals[signal.index()].id.as_str()).copied().flatten();
    let mut rows: Vec<_> = rows.into_iter().map(|(signal, f)| (signal, f, delay(signal))).collect();
    rows.sort_by(|a, b| b.2.unwrap_or(0.0).total_cmp(&a.2.unwrap_or(0.0)));
    let shown = if run.args.verbose { rows.len() } else { SHORT.min(rows.len()) };
    let title =
        if shown < rows.len() { format!("Worst {shown} of {} signals", rows.len()) } else { "Signals".to_owned() };
    let heads = ["delay", "flow", "mean queue", "longest", "green", "saturation"];
    let units = ["s/veh", "veh/h", "veh", "veh", "%", "%"];
    let row = |label: &str, c: [String; 6]| {
        format!("{label:<30}{:>8}{:>9}{:>12}{:>9}{:>7}{:>12}\n", c[0], c[1], c[2], c[3], c[4], c[5])
    };
    write!(s, "\n{}{}", row(&title, heads.map(str::to_owned)), row("", units.map(str::to_owned)))?;
    for (signal, f, delay) in rows.iter().take(shown) {
        let share = |v: Option<f64>| v.map_or("–".to_owned(), |v| thousands(v * 100.0, 0));
        let cells = [
            delay.map_or("–".to_owned(), |v| thousands(v, 1)),
            thousands(f.flow, 0),
            thousands(f.mean_queue, 1),
            f.max_queue.to_string(),
            share(f.green),
            share(f.saturation),
        ];
        let id: String = plain(&run.sim.scene().network.signals[signal.index()].id).chars().take(26).collect();
        s.push_str(&row(&format!("  {id}"), cells));
    }
    Ok(())
}

/// Delay and level of service by intersection.
fn levels(s: &mut String, run: &Finished<'_>, all: &[Intersection]) -> std::fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(s, "\n{:<30}{:>8}{:>6}{:>6}{:>6}{:>6}{:>6}", "Level of service", "A", "B", "C", "D", "E", "F")?;
    for control in [Control::Signal, Control::Roundabout, Control::Signs] {
        let of = || all.iter().filter(|i| i.control == control);
        if of().next().is_none() {
            continue;
        }
        let count = |level: char| of().filter(|i| i.level() == Some(level)).count();
        let [a, b, c, d, e, f] = ['A', 'B', 'C', 'D', 'E', 'F'].map(count);
        let name = format!("  {} {}", of().count(), control.plural());
        writeln!(s, "{name:<30}{a:>8}{b:>6}{c:>6}{d:>6}{e:>6}{f:>6}")?;
    }
    let shown = if run.args.verbose { all.len() } else { SHORT };
    for i in all.iter().filter(|i| i.delay.is_some()).take(shown) {
        let name: String = plain(&i.name).chars().take(26).collect();
        let (delay, level) = (i.delay.unwrap_or_default(), i.level().unwrap_or('–'));
        writeln!(
            s,
            "  {name:<28}{:>8} s/veh, level {level} ({}, {} vehicles)",
            thousands(delay, 1),
            i.control.name(),
            thousands(f64::from(i.vehicles), 0)
        )?;
    }
    Ok(())
}

/// More fallbacks are not listed.
const MOST_FALLBACKS: usize = 10;

/// Where another strategy runs than was asked for.
fn fallbacks(s: &mut String, o: &Outcome) -> std::fmt::Result {
    if o.fallbacks.is_empty() {
        return Ok(());
    }
    writeln!(s)?;
    line(s, "Fallbacks", "another strategy runs than was asked for, or took over:")?;
    for fallback in o.fallbacks.iter().take(MOST_FALLBACKS) {
        writeln!(s, "  {}", plain(fallback))?;
    }
    if o.fallbacks.len() > MOST_FALLBACKS {
        writeln!(s, "  and {} more (--json)", o.fallbacks.len() - MOST_FALLBACKS)?;
    }
    Ok(())
}

/// What was asked of strategies and has no effect, and which took over.
fn remarks(s: &mut String, o: &Outcome) -> std::fmt::Result {
    if o.remarks.is_empty() {
        return Ok(());
    }
    writeln!(s)?;
    line(s, "Remarks", "what strategies do not see, or do otherwise than asked, and which took over:")?;
    o.remarks.iter().try_for_each(|remark| writeln!(s, "  {}", plain(remark)))
}

/// What signal programs are allowed although plans of our own are not.
fn programs(s: &mut String, run: &Finished<'_>, o: &Outcome) -> std::fmt::Result {
    let count = o.waived.len();
    if count == 0 {
        return Ok(());
    }
    let (findings, hint) =
        (if count == 1 { "finding" } else { "findings" }, if run.args.verbose { ":" } else { " (-v shows all)" });
    writeln!(s)?;
    line(s, "Signal programs", &format!("{count} {findings} waived{hint}"))?;
    for finding in o.waived.iter().filter(|_| run.args.verbose) {
        writeln!(s, "  {}", plain(finding))?;
    }
    Ok(())
}

/// How fast it was.
fn cost(s: &mut String, run: &Finished<'_>, o: &Outcome) -> std::fmt::Result {
    writeln!(s)?;
    let real = (run.sim.now() - run.began.at).seconds() / o.wall_s.max(1e-9);
    let each =
        o.ns_per_vehicle_step.map_or(String::new(), |ns| format!(", {} ns per vehicle and step", thousands(ns, 0)));
    let threads = if o.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", o.threads) };
    line(s, "Speed", &format!("{} × real time{each} ({threads})", thousands(real, 0)))?;
    let memory = o.peak_rss_mb.map_or(String::new(), |mb| format!(", {} MB", thousands(mb, 0)));
    line(s, "Cost", &format!("{:.2} s CPU, {:.2} s wall, {:.2} s to load{memory}", o.cpu_s, o.wall_s, o.load_s))?;
    line(s, "State hash", &o.state_hash)?;
    if let Some(dir) = &run.args.out {
        line(s, "Results in", &dir.display().to_string())?;
    }
    if o.cpu_share.is_some() {
        let profile = run.sim.profile();
        writeln!(s, "\nProcessor time by stage ({} sampled steps), %", profile.steps)?;
        for (stage, share) in profile.shares() {
            writeln!(s, "  {stage:w$}{:>10.1}", share * 100.0, w = LABEL - 2)?;
        }
    }
    Ok(())
}

/// A line with a label.
fn line(s: &mut String, label: &str, value: &str) -> std::fmt::Result {
    writeln!(s, "{label:LABEL$}{value}")
}

/// Names of what reports speak of.
struct Names<'a>(&'a Finished<'a>);

impl Names<'_> {
    fn lane(&self, lane: LaneId) -> String {
        plain(&self.0.sim.scene().network.lane(lane).id)
    }

    fn vehicle(&self, vehicle: u32) -> String {
        self.0.sim.scene().departures.get(vehicle as usize).map_or_else(|| "?".into(), |d| plain(&d.id))
    }
}

/// A name as it can be shown on a terminal: control characters as escapes.
pub fn plain(name: &str) -> String {
    if name.chars().any(char::is_control) {
        name.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
    } else {
        name.to_owned()
    }
}

/// A number with commas between thousands (from 10,000 on) and so many decimals.
pub fn thousands(value: f64, decimals: usize) -> String {
    let plain = format!("{value:.decimals$}");
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |d| ("-", d));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    if whole.len() < 5 || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return plain;
    }
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::{plain, thousands};

    #[test]
    fn names_cannot_steer_a_terminal() {
        assert_eq!(plain("Mühlenweg 3"), "Mühlenweg 3");
        assert_eq!(plain("a\u{1b}[2J\nb"), "a\\u{1b}[2J\\nb");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(thousands(0.04, 1), "0.0");
        assert_eq!(thousands(1234.5, 1), "1234.5");
        assert_eq!(thousands(12345.67, 1), "12,345.7");
        assert_eq!(thousands(-1_234_567.0, 0), "-1,234,567");
        assert_eq!(thousands(f64::INFINITY, 0), "inf");
    }
}
