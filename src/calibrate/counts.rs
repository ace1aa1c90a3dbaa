//! Files of counts: a table (CSV), or SUMO's edge data.
//!
//! A table has a header and a line for each count, in any order of columns:
//! `site,from,to,count`, where the site is the name of an edge (or street) or of a detector, and times are in s or as
//! HH:MM or HH:MM:SS. Edge data is `<interval begin end><edge id entered|left|count/></interval>`; where there are both,
//! `entered` counts, and `departed` with it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::import::{ImportError, xml};
use crate::instruments::Instruments;
use crate::network::{LinkId, Network};

/// Where somebody counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// Vehicles that leave an edge over its end.
    End(LinkId),
    /// Vehicles that come onto an edge over its beginning or depart on it.
    Start(LinkId),
    /// The detector with this number in the scenario's list of induction loops.
    Loop(usize),
}

/// A count.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    /// Its site as the file names it.
    pub name: String,
    /// Its site.
    pub site: Site,
    /// From when, s on the scenario's clock.
    pub from: f64,
    /// Until when, s; after `from`.
    pub to: f64,
    /// Vehicles.
    pub vehicles: f64,
}

impl Count {
    /// Length of the interval, h.
    pub fn hours(&self) -> f64 {
        (self.to - self.from) / 3600.0
    }
}

/// Most counts of a file.
const MOST: usize = 1_000_000;
/// Names of the columns, with others that mean the same.
const COLUMNS: [(&str, &[&str]); 4] = [
    ("site", &["edge", "detector", "link", "id", "street"]),
    ("from", &["begin", "start"]),
    ("to", &["end", "until"]),
    ("count", &["counted", "vehicles", "volume"]),
];

/// The sites of a scenario by name.
struct Sites<'a> {
    edges: BTreeMap<&'a str, LinkId>,
    loops: BTreeMap<&'a str, usize>,
}

impl<'a> Sites<'a> {
    fn new(network: &'a Network, instruments: &'a Instruments) -> Self {
        let edges = network.links.iter().enumerate().filter(|(_, l)| !l.internal);
        Self {
            edges: edges.map(|(i, l)| (l.id.as_str(), LinkId::new(i))).collect(),
            loops: instruments.loops.iter().enumerate().map(|(i, l)| (l.instrument.id.as_str(), i)).collect(),
        }
    }

    fn find(&self, name: &str) -> Result<Site, String> {
        let edge = self.edges.get(name).map(|&l| Site::End(l));
        edge.or_else(|| self.loops.get(name).map(|&i| Site::Loop(i))).ok_or_else(|| {
            let known = self.edges.keys().chain(self.loops.keys()).copied();
            let nearest = known.max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
            let hint = nearest.map_or(String::new(), |n| format!(" such as '{n}'"));
            format!("'{name}' is neither an edge nor a detector; expected the name of one{hint}")
        })
    }
}

/// Reads a table of counts; `file` stands for it in messages.
///
/// # Errors
/// Says in which line what is wrong and what was expected.
pub fn of_csv(
    text: &str,
    file: &Path,
    network: &Network,
    instruments: &Instruments,
) -> Result<Vec<Count>, ImportError> {
    let sites = Sites::new(network, instruments);
    let mut counts = Vec::new();
    for_each_line(text, file, &COLUMNS, |line, cells| {
        let wrong = |problem: String| ImportError::at(file, line, problem);
        let time = |k: usize| {
            clock(cells[k]).ok_or_else(|| wrong(format!("{} '{}'; expected seconds or HH:MM", COLUMNS[k].0, cells[k])))
        };
        let (from, to) = (time(1)?, time(2)?);
        let vehicles = number(cells[3])
            .ok_or_else(|| wrong(format!("count '{}'; expected a number of vehicles ≥ 0", cells[3])))?;
        if to <= from {
            return Err(wrong(format!("from {from} to {to} s; expected an end after the beginning")));
        }
        let site = sites.find(cells[0]).map_err(wrong)?;
        counts.push(Count { name: cells[0].to_owned(), site, from, to, vehicles });
        if counts.len() > MOST {
            Err(wrong(format!("is one too many; expected at most {MOST} counts")))
        } else {
            Ok(())
        }
    })?;
    if counts.is_empty() {
        return Err(ImportError::at(file, 1, "holds no count; expected a line for each below the header".to_owned()));
    }
    Ok(counts)
}

/// Reads SUMO's edge data.
///
/// # Errors
/// As [`of_csv`].
pub fn of_edge_data(file: &Path, network: &Network) -> Result<Vec<Count>, ImportError> {
    let edges = Instruments::default();
    let sites = Sites::new(network, &edges);
    let mut counts = Vec::new();
    xml::read(file, &["meandata", "data", "edgedata", "additional"], |interval| {
        if interval.name != "interval" {
            return Ok(());
        }
        let (from, to) = (interval.need_number(file, "begin")?, interval.need_number(file, "end")?);
        if !(from >= 0.0 && to > from && to <= 1e9) {
            return Err(interval.error(file, format!("from {from} to {to} s; expected an end after the beginning")));
        }
        for edge in interval.children.iter().filter(|e| e.name == "edge") {
            let name = edge.need(file, "id")?;
            let counted = ["entered", "left", "count"].into_iter().find(|a| edge.get(a).is_some());
            let Some(counted) = counted else {
                return Err(edge.error(file, "has none of the attributes 'entered', 'left', 'count'; expected one"));
            };
            let mut vehicles = edge.need_number(file, counted)?;
            if counted == "entered" {
                // SUMO counts those who depart on an edge apart.
                vehicles += edge.number(file, "departed")?.unwrap_or(0.0);
            }
            if !(0.0..=1e9).contains(&vehicles) {
                return Err(edge.error(file, format!("{counted} is {vehicles}; expected a number of vehicles ≥ 0")));
            }
            let site = match sites.find(name).map_err(|problem| edge.error(file, problem))? {
                Site::End(link) if counted == "entered" => Site::Start(link),
                site => site,
            };
            counts.push(Count { name: name.to_owned(), site, from, to, vehicles });
            if counts.len() > MOST {
                return Err(edge.error(file, format!("is one too many; expected at most {MOST} counts")));
            }
        }
        Ok(())
    })?;
    if counts.is_empty() {
        return Err(ImportError::at(file, 1, "holds no count; expected <edge> in <interval>".to_owned()));
    }
    Ok(counts)
}

/// Hands each line below the header of a table to `each`, with the cells of the given columns; one that is optional has
/// a name that ends in `?` and an empty cell where it is left out.
pub(super) fn for_each_line(
    text: &str,
    file: &Path,
    columns: &[(&str, &[&str])],
    mut each: impl FnMut(usize, &[&str]) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let semicolons = text.lines().next().is_some_and(|l| l.contains(';') && !l.contains(','));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let malformed = |e: csv::Error| {
        let line = e.position().map_or(1, |p| p.line() as usize);
        ImportError::at(file, line, format!("is no line of the table: {e}"))
    };
    let header = reader.headers().map_err(malformed)?.clone();
    let names: Vec<&str> = columns.iter().map(|c| c.0.trim_end_matches('?')).collect();
    let mut places = Vec::new();
    for (column, others) in columns {
        let name = column.trim_end_matches('?');
        let is = |h: &str| h.eq_ignore_ascii_case(name) || others.iter().any(|o| h.eq_ignore_ascii_case(o));
        match header.iter().position(is) {
            None if !column.ends_with('?') => {
                let found: Vec<&str> = header.iter().collect();
                let problem = format!("the header '{}' has no '{name}'; expected {}", found.join(","), names.join(","));
                return Err(ImportError::at(file, 1, problem));
            }
            place => places.push(place),
        }
    }
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        let line = record.position().map_or(1, |p| p.line() as usize);
        let cells: Vec<&str> = places.iter().map(|p| p.and_then(|p| record.get(p)).unwrap_or("")).collect();
        each(line, &cells)?;
    }
    Ok(())
}

/// A number ≥ 0 of a sane size.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|v| (0.0..=1e9).contains(v))
}

/// A moment on the scenario's clock: s, or HH:MM or HH:MM:SS counted from midnight; hours may go on past 24.
pub fn clock(text: &str) -> Option<f64> {
    if !text.contains(':') {
        return number(text);
    }
    let parts: Vec<f64> = text.split(':').map(number).collect::<Option<_>>()?;
    let below_60 = parts[1..].iter().all(|&p| p < 60.0);
    match parts[..] {
        [h, m] if below_60 => Some(h * 3600.0 + m * 60.0),
        [h, m, s] if below_60 => Some(h * 3600.0 + m * 60.0 + s),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::compose::NodeKind;
    use crate::validation::world::road;

    fn read(text: &str) -> Result<Vec<Count>, String> {
        let network = road(NodeKind::Priority, 300.0, 300.0, 1).build();
        of_csv(text, Path::new("counts.csv"), &network, &Instruments::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn columns_may_come_in_any_order_and_times_as_clocks() {
        let counts = read("count;to;edge;from\n# by hand\n120;07:15;in;7:00\n7.5;900;out;0\n").expect("is read");
        let of = |c: &Count| (c.name.clone(), c.from, c.to, c.vehicles);
        assert_eq!(of(&counts[0]), ("in".into(), 25_200.0, 26_100.0, 120.0));
        assert_eq!(of(&counts[1]), ("out".into(), 0.0, 900.0, 7.5));
    }

    #[test]
    fn errors_say_the_line_and_what_was_expected() {
        for (text, expected) in [
            ("edge,from,to\nin,0,900\n", "has no 'count'; expected site,from,to,count"),
            (
                "edge,from,to,count\nin,0,900,5\nim,0,900,5\n",
                ":3: 'im' is neither an edge nor a detector; expected the name of one such as 'in'",
            ),
            ("edge,from,to,count\nin,900,0,5\n", ":2: from 900 to 0 s; expected an end after the beginning"),
            ("edge,from,to,count\nin,0,7:75,5\n", "to '7:75'; expected seconds or HH:MM"),
            ("edge,from,to,count\nin,0,900,-5\n", "count '-5'; expected a number of vehicles ≥ 0"),
            ("edge,from,to,count\nin,0,900\n", "counts.csv:2: is no line of the table"),
            ("edge,from,to,count\n", "holds no count"),
        ] {
            let said = read(text).expect_err(text);
            assert!(said.contains(expected), "{said}\nexpected: {expected}");
        }
    }
}
