//! Origin–destination matrices.

use std::collections::BTreeMap;

use super::flows::manner;
use super::{Resolver, Step, Wrong, expected_names, steps, with, wrong};
use crate::demand::{RouteId, TypeId};
use crate::network::LinkId;
use crate::scenario::format::{EnterFile, LeaveFile, MatrixFile, ZoneEndFile, ZoneFile};

/// Most ways from one zone to another.
const MOST_WAYS: usize = 100_000;

/// Streets with weights.
type Ends = Vec<(LinkId, f64)>;

/// A zone's streets.
struct Zone {
    from: Ends,
    to: Ends,
}

impl Resolver<'_> {
    /// All matrices.
    pub(super) fn matrices(&mut self) -> Result<(), Wrong> {
        let mut zones = BTreeMap::new();
        for (i, z) in self.section.zones.iter().enumerate() {
            let at = steps!("demand", "zones", i);
            if zones.insert(z.id.as_str(), self.zone(z, &at)?).is_some() {
                return wrong(with(&at, "id"), format!("'{}' is given twice; expected a name of its own", z.id));
            }
        }
        for (i, m) in self.section.matrices.iter().enumerate() {
            self.matrix(m, &zones, &steps!("demand", "matrices", i))?;
        }
        Ok(())
    }

    fn zone(&self, z: &ZoneFile, at: &[Step]) -> Result<Zone, Wrong> {
        let ends = |list: &[ZoneEndFile], field: &str| {
            let each = |(i, end): (usize, &ZoneEndFile)| {
                let mut place = with(at, field);
                place.extend(steps!(i, "street"));
                Ok((self.streets.find(&end.street, place)?, end.weight))
            };
            list.iter()
                .enumerate()
                .map(each)
                .filter(|end| !matches!(end, Ok((_, 0.0))))
                .collect::<Result<Ends, Wrong>>()
        };
        Ok(Zone { from: ends(&z.from, "from")?, to: ends(&z.to, "to")? })
    }

    /// A source for each cell and slice of time.
    fn matrix(&mut self, m: &MatrixFile, zones: &BTreeMap<&str, Zone>, at: &[Step]) -> Result<(), Wrong> {
        let mix = self.mix(at, &m.vehicle, &[])?;
        let span = self.span(m.begin, m.end, at)?;
        let manner = manner(&EnterFile::default(), &LeaveFile::default());
        for (i, cell) in m.cells.iter().enumerate() {
            let mut here = with(at, "cells");
            here.extend(steps!(i));
            let zone = |name: &str, field: &str| match zones.get(name) {
                Some(zone) => Ok(zone),
                None => {
                    let known = expected_names(name, zones.keys().copied());
                    wrong(with(&here, field), format!("no zone '{name}'; {known}"))
                }
            };
            let (from, to) = (&zone(&cell.from, "from")?.from, &zone(&cell.to, "to")?.to);
            for (ends, field, name) in [(from, "from", &cell.from), (to, "to", &cell.to)] {
                if ends.is_empty() {
                    return wrong(with(&here, field), format!("zone '{name}' has no street to go {field}"));
                }
            }
            let routes = self.pairs(&here, from, to, mix[0].0)?;
            for slice in self.slices(at, cell.flow, m.profile.as_deref(), span)? {
                let id = slice.name(&format!("{}:{}>{}", m.id, cell.from, cell.to));
                self.add(&here, &id, slice.timing(u64::MAX), (mix.clone(), routes.clone()), manner)?;
            }
        }
        Ok(())
    }

    /// The ways from every street of one zone to every street of another.
    fn pairs(&mut self, at: &[Step], from: &Ends, to: &Ends, kind: TypeId) -> Result<Vec<(RouteId, f64)>, Wrong> {
        let count = from.len().saturating_mul(to.len());
        if count > MOST_WAYS {
            return wrong(at.to_vec(), format!("has {count} ways between its streets; expected at most {MOST_WAYS}"));
        }
        let mut routes = Vec::new();
        for &(a, start) in from {
            for &(b, end) in to {
                routes.push((self.fastest(at, a, Vec::new(), b, kind)?, start * end));
            }
        }
        Ok(routes)
    }
}
