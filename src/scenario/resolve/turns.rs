//! Entries that find their way by turning shares or turning counts.

use std::collections::BTreeSet;

use super::flows::{Slice, Span, manner};
use super::{Resolver, Step, Wrong, steps, with, wrong};
use crate::demand::Route;
use crate::network::{Direction, LinkId};
use crate::scenario::format::{EnterFile, LeaveFile, ShareFile};

/// Routes that fewer vehicles than this share take are left out; the others take theirs.
const LEAST_SHARE: f64 = 1e-4;
/// Links of the longest route by turning shares.
const MOST_LINKS: usize = 100;
/// Most routes from one entry.
const MOST_ROUTES: usize = 5_000;

/// Most stretches of time between changes of turning shares, times links and entries of `turns`: for each stretch all are
/// gone through, and the shares of all are in memory together.
const MOST_SHARES: usize = 20_000_000;
/// Most links that are added to routes in all searches together.
const MOST_STEPS: usize = 20_000_000;

/// A way on at the end of a link: where to, and with which probability.
type Onward = (LinkId, f64);

/// How traffic divides at the end of every link, over a stretch of time.
struct Divided {
    span: Span,
    onward: Vec<Vec<Onward>>,
}

impl Resolver<'_> {
    /// All entries.
    pub(super) fn entries(&mut self) -> Result<(), Wrong> {
        let entries = &self.section.entries;
        if entries.is_empty() && self.section.turns.is_empty() {
            return Ok(());
        }
        let periods = self.periods()?;
        let (mut names, mut steps) = (BTreeSet::new(), 0);
        for (i, entry) in entries.iter().enumerate() {
            let at = steps!("demand", "entries", i);
            if !names.insert(&entry.street) {
                return wrong(with(&at, "street"), format!("'{}' is given twice; expected once", entry.street));
            }
            let link = self.streets.find(&entry.street, with(&at, "street"))?;
            let mix = self.mix(&at, &entry.vehicle, &[])?;
            let manner = manner(&EnterFile::default(), &LeaveFile::default());
            for (k, period) in periods.iter().enumerate() {
                let found = enumerate(&period.onward, link, &mut steps).or_else(|p| wrong(with(&at, "street"), p))?;
                let routes = found.into_iter().map(|(links, weight)| (self.add_route(Route::given(links)), weight));
                let routes: Vec<_> = routes.collect();
                let slices = self.slices(&at, entry.flow, entry.profile.as_deref(), period.span)?;
                for slice in slices {
                    let id = entry_name(&entry.street, &slice, (periods.len() > 1).then_some(k));
                    self.add(&at, &id, slice.timing(u64::MAX), (mix.clone(), routes.clone()), manner)?;
                }
            }
        }
        Ok(())
    }

    /// The stretches of time in which turning shares do not change, and how traffic divides in each.
    fn periods(&self) -> Result<Vec<Divided>, Wrong> {
        let whole = Span { begin: self.file.begin, end: self.file.end };
        let mut bounds = vec![whole.begin];
        for (i, t) in self.section.turns.iter().enumerate() {
            let span = self.span(t.begin, t.end, &steps!("demand", "turns", i))?;
            let inside = |b: &f64| *b > whole.begin && whole.end.is_none_or(|end| *b < end);
            bounds.extend(Some(span.begin).into_iter().chain(t.end).filter(inside));
        }
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        let each = self.network.links.len() + self.section.turns.len();
        if bounds.len().saturating_mul(each) > MOST_SHARES {
            let problem = format!("change at {} times; expected fewer, for so many turns and links", bounds.len());
            return wrong(steps!("demand", "turns"), problem);
        }
        let mut out = Vec::new();
        for (i, &begin) in bounds.iter().enumerate() {
            let end = bounds.get(i + 1).copied().or(whole.end);
            out.push(Divided { span: Span { begin, end }, onward: self.onward(begin)? });
        }
        Ok(out)
    }

    /// How traffic divides at the end of every link at a time.
    fn onward(&self, time: f64) -> Result<Vec<Vec<Onward>>, Wrong> {
        let network = self.network;
        let mut shares = vec![(self.section.default_shares, steps!("demand", "default_shares")); network.links.len()];
        let mut seen = BTreeSet::new();
        for (i, t) in self.section.turns.iter().enumerate() {
            let at = steps!("demand", "turns", i);
            let link = self.streets.find(&t.street, with(&at, "street"))?;
            let holds = t.begin.is_none_or(|b| b <= time) && t.end.is_none_or(|e| time < e);
            if !holds {
                continue;
            }
            if !seen.insert(link) {
                let problem = format!("the turns of '{}' are given twice for the same time; expected once", t.street);
                return wrong(with(&at, "street"), problem);
            }
            let share = ShareFile { left: t.left, straight: t.straight, right: t.right };
            shares[self.streets.stop_line(link).index()] = (share, at);
        }
        let each = |(i, (share, at)): (usize, (ShareFile, Vec<Step>))| {
            let link = LinkId::new(i);
            let onward = self.divide(link, &share);
            if onward.is_empty() && !self.streets.exits(link).is_empty() && !network.links[i].internal {
                let name = network.links[i].id.trim_end_matches(".bay");
                return wrong(at, format!("no share for any street that leaves at the end of '{name}'; expected one"));
            }
            Ok(onward)
        };
        shares.into_iter().enumerate().map(each).collect()
    }

    /// How traffic divides at the end of a link; exits of one direction share it evenly.
    fn divide(&self, link: LinkId, share: &ShareFile) -> Vec<Onward> {
        let exits = self.streets.exits(link);
        let alike = |d: Direction| exits.values().filter(|&&e| e == d).count() as f64;
        let part = |d: Direction| match d {
            Direction::Left | Direction::PartLeft => share.left / alike(d),
            Direction::Right | Direction::PartRight => share.right / alike(d),
            // Nobody turns round.
            Direction::UTurn => 0.0,
            _ => share.straight / alike(d),
        };
        // A bay's opening has one exit, which everybody takes.
        let part = |d: Direction| if exits.len() == 1 { 1.0 } else { part(d) };
        let total: f64 = exits.values().map(|&d| part(d)).sum();
        exits.iter().map(|(&l, &d)| (l, part(d) / total)).filter(|o| o.1 > 0.0).collect()
    }
}

/// The name of the source of an entry in a slice of its profile and a period of its turning shares.
fn entry_name(street: &str, slice: &Slice, period: Option<usize>) -> String {
    let name = slice.name(street);
    period.map_or(name.clone(), |k| format!("{name}/turns{k}"))
}

/// All routes from a link to where the network ends, with their probabilities.
fn enumerate(onward: &[Vec<Onward>], first: LinkId, steps: &mut usize) -> Result<Vec<(Vec<LinkId>, f64)>, String> {
    let mut open = vec![(vec![first], 1.0)];
    let mut routes = Vec::new();
    while let Some((links, probability)) = open.pop() {
        let Some(&last) = links.last() else { continue };
        let ways = &onward[last.index()];
        if ways.is_empty() {
            routes.push((links, probability));
            continue;
        }
        for &(next, share) in ways.iter().rev() {
            // Nobody drives in circles: a link is used once.
            if probability * share >= LEAST_SHARE && links.len() < MOST_LINKS && !links.contains(&next) {
                *steps += 1;
                let mut longer = links.clone();
                longer.push(next);
                open.push((longer, probability * share));
            }
        }
        if *steps > MOST_STEPS {
            return Err(
                "with all other entries and times, turning shares give too many routes; give 'flows' instead".into()
            );
        }
        if routes.len() + open.len() > MOST_ROUTES {
            return Err(format!("turning shares give more than {MOST_ROUTES} routes from here; give 'flows' instead"));
        }
    }
    if routes.is_empty() {
        return Err("no route by turning shares leaves the network from here; expected a dead_end ahead".into());
    }
    Ok(routes)
}
