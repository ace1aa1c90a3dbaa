//! Blocks: what each controller came to, and how it differs from the baseline.

use std::collections::{BTreeMap, BTreeSet};

use super::comparable::{apart, comparable, unfinished};
use super::{BESIDE, Block, Difference, LEVEL, Row, UNFINISHED, Verdict};
use crate::batch::columns::{Better, COLUMNS, Column, Record};
use crate::batch::experiment::Experiment;
use crate::batch::settings;
use crate::batch::statistics::{Paired, Summary, holm, mean};

/// What tells blocks apart: scenario, settings, scale, behaviour, sensors.
type BlockKey<'a> = (&'a str, &'a str, u64, &'a str, &'a str);

/// All blocks, judged, in the experiment's order; and how many seeds of them have runs of several controllers.
pub fn blocks(experiment: &Experiment, names: &[&str], records: &[&Record]) -> (Vec<Block>, usize) {
    let Some(&column) = COLUMNS.iter().find(|c| c.name == experiment.measure) else { return (Vec::new(), 0) };
    let mut grouped: BTreeMap<BlockKey<'_>, Vec<&Record>> = BTreeMap::new();
    for r in records {
        let scale = r.number("scale").unwrap_or(1.0);
        let key = (r.text("scenario"), r.text("settings"), scale.to_bits(), r.text("behaviour"), r.text("sensors"));
        grouped.entry(key).or_default().push(r);
    }
    let texts: Vec<String> = settings(experiment).iter().map(|all| crate::batch::design::settings_text(all)).collect();
    let mut blocks: Vec<(BlockKey<'_>, Block)> =
        grouped.iter().map(|(&key, rs)| (key, block(experiment, column, key, rs))).collect();
    let scenarios = places(names.iter().copied());
    let texts = places(texts.iter().map(String::as_str));
    let scales = places(experiment.scales.iter().map(|s| s.to_bits()));
    let behaviours = places(experiment.behaviours.iter().map(String::as_str));
    let tiers = places(experiment.sensors.iter().map(String::as_str));
    blocks.sort_by_cached_key(|((name, settings, scale, behaviour, sensors), _)| {
        let key = (scenarios.get(name), texts.get(settings), scales.get(scale), behaviours.get(behaviour));
        (key.0.copied(), key.1.copied(), key.2.copied(), key.3.copied(), tiers.get(sensors).copied())
    });
    let mut blocks: Vec<Block> = blocks.into_iter().map(|(_, block)| block).collect();
    judge(&mut blocks, column.better != Some(Better::More));
    let paired = grouped.values().map(|rs| {
        let mut controllers: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
        rs.iter().for_each(|r| _ = controllers.entry(r.seed()).or_default().insert(r.text("controller")));
        controllers.values().filter(|all| all.len() > 1).count()
    });
    (blocks, paired.sum())
}

/// Where each entry of a list stands.
fn places<T: Ord>(list: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    list.enumerate().map(|(place, entry)| (entry, place)).collect()
}

/// A block of records.
fn block(experiment: &Experiment, column: Column, key: BlockKey<'_>, records: &[&Record]) -> Block {
    let less = column.better != Some(Better::More);
    let by_seed = |controller: &str| -> BTreeMap<u64, &Record> {
        records.iter().copied().filter(|r| r.text("controller") == controller).map(|r| (r.seed(), r)).collect()
    };
    let value = |r: &Record| r.number(&experiment.measure);
    let base = by_seed(experiment.baseline());
    let rows = experiment.controllers.iter().map(|controller| {
        let runs: Vec<&Record> = by_seed(controller).into_values().collect();
        let seeds: Vec<(u64, Option<f64>)> = runs.iter().map(|r| (r.seed(), value(r))).collect();
        let values: Vec<f64> = seeds.iter().filter_map(|s| s.1).collect();
        let summary = Summary::of(&values);
        let n = runs.len().max(1) as f64;
        let sum = |name: &str| runs.iter().filter_map(|r| r.number(name)).sum::<f64>();
        let gone = runs.iter().filter(|r| r.number("gridlocks").is_some_and(|g| g > 0.0)).count();
        let pairs = pairs(&runs, &base);
        let worse = |a: &f64, b: &f64| if less { a.total_cmp(b) } else { b.total_cmp(a) };
        Row {
            controller: controller.clone(),
            mean: summary.map(|s| s.mean),
            interval: summary.and_then(|s| s.t),
            bootstrap: summary.and_then(|s| s.bca),
            median: summary.map(|s| s.median),
            worst: seeds.iter().filter_map(|&(s, v)| Some((s, v?))).max_by(|a, b| worse(&a.1, &b.1)),
            gridlock_rate: gone as f64 / n,
            uninserted: sum("waiting") / n,
            unfinished: sum("running") / n,
            unfinished_share: unfinished(&runs),
            behind: false,
            defects: sum("collisions") + sum("red_running") + sum("conflicting_greens_s"),
            fallbacks: runs
                .iter()
                .flat_map(|r| r.text("fallbacks").split("; "))
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
                .collect(),
            beside: BESIDE
                .iter()
                .filter(|n| **n != experiment.measure)
                .map(|&name| (name, average(&runs, name)))
                .collect(),
            difference: (controller != experiment.baseline()).then(|| difference(column, &pairs)).flatten(),
            commands: runs.iter().map(|r| r.text("command").to_owned()).collect(),
            seeds,
        }
    });
    let mut rows: Vec<Row> = rows.filter(|row| !row.seeds.is_empty()).collect();
    // Behind is who left more than the one that left least, of those that have a value at all.
    let valued = rows.iter().filter(|row| row.mean.is_some());
    if let Some(least) = valued.min_by(|a, b| a.unfinished_share.total_cmp(&b.unfinished_share)) {
        let (share, first) = (least.unfinished_share, by_seed(&least.controller));
        let more = |row: &&mut Row| row.mean.is_some() && row.unfinished_share - share > UNFINISHED;
        for row in rows.iter_mut().filter(more) {
            row.behind =
                !comparable(column, &pairs(&by_seed(&row.controller).into_values().collect::<Vec<_>>(), &first));
        }
    }
    let mut hashes: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    records.iter().for_each(|r| _ = hashes.entry(r.seed()).or_default().insert(r.text("departures_hash")));
    let mut states: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for r in records {
        let (runs, states) = states.entry(r.text("controller")).or_default();
        *runs += 1;
        states.insert(r.text("state_hash"));
    }
    let certain = states.values().all(|(runs, states)| *runs > 1 && states.len() == 1);
    rows.iter_mut().filter(|_| certain).for_each(doubtless);
    Block {
        certain,
        scenario: key.0.to_owned(),
        scale: f64::from_bits(key.2),
        behaviour: key.3.to_owned(),
        sensors: key.4.to_owned(),
        settings: key.1.to_owned(),
        rows,
        unequal: hashes.into_iter().filter(|(_, h)| h.len() > 1).map(|(seed, _)| seed).collect(),
    }
}

/// Takes away what is said of chance.
fn doubtless(row: &mut Row) {
    (row.interval, row.bootstrap) = (None, None);
    let Some(d) = row.difference.as_mut().filter(|d| d.mean != 0.0) else { return };
    (d.interval, d.bootstrap, d.p) = (None, None, None);
    if d.verdict != Verdict::NotComparable {
        d.verdict = Verdict::Exact;
    }
}

/// Mean of a measure over runs that have it.
fn average(runs: &[&Record], name: &str) -> Option<f64> {
    let values: Vec<f64> = runs.iter().filter_map(|r| r.number(name)).collect();
    (!values.is_empty()).then(|| mean(&values))
}

/// Runs with those of the same seed.
fn pairs<'a>(runs: &[&'a Record], others: &BTreeMap<u64, &'a Record>) -> Vec<(&'a Record, &'a Record)> {
    runs.iter().filter_map(|r| Some((*r, *others.get(&r.seed())?))).collect()
}

/// The difference of pairs (controller, baseline), not yet judged.
fn difference(column: Column, pairs: &[(&Record, &Record)]) -> Option<Difference> {
    let value = |r: &Record| r.number(column.name);
    let values: Vec<(f64, f64)> = pairs.iter().filter_map(|(a, b)| Some((value(a)?, value(b)?))).collect();
    let Paired { summary, p, .. } = Paired::of(&values)?;
    let base = values.iter().map(|p| p.1).sum::<f64>() / values.len() as f64;
    // Of all pairs: a run so stuck that it has no value is the most unlike the others.
    let (own, others): (Vec<&Record>, Vec<&Record>) = pairs.iter().copied().unzip();
    let comparable = comparable(column, pairs);
    let state = |r: &Record| r.text("state_hash").to_owned();
    Some(Difference {
        pairs: summary.n,
        mean: summary.mean,
        relative: (base != 0.0).then(|| summary.mean / base),
        interval: summary.t,
        bootstrap: summary.bca,
        median: summary.median,
        p: p.filter(|_| comparable),
        p_holm: None,
        same: pairs.iter().all(|(a, b)| !state(a).is_empty() && state(a) == state(b)),
        unfinished: (unfinished(&own), unfinished(&others)),
        apart: apart(column, pairs),
        verdict: match p {
            _ if !comparable => Verdict::NotComparable,
            None => Verdict::Untested,
            Some(_) => Verdict::NotSignificant,
        },
    })
}

/// Judges all differences together. Controllers that did the same are no part of the family: there is nothing to test.
fn judge(blocks: &mut [Block], less: bool) {
    let all = blocks.iter_mut().flat_map(|b| &mut b.rows).filter_map(|row| row.difference.as_mut());
    let (same, mut tested): (Vec<_>, Vec<_>) = all.filter(|d| d.p.is_some()).partition(|d| d.same);
    same.into_iter().for_each(|d| d.p_holm = d.p);
    let adjusted = holm(&tested.iter().filter_map(|d| d.p).collect::<Vec<_>>());
    for (d, p) in tested.iter_mut().zip(adjusted) {
        d.p_holm = Some(p);
        if p < LEVEL {
            d.verdict = if (d.mean < 0.0) == less { Verdict::Better } else { Verdict::Worse };
        }
    }
}
