//! Ways over the streets of a plan, and how many vehicles turn where.

use std::collections::BTreeMap;

use super::Flow;
use super::signals::TurnFlows;
use crate::network::compose::{Survey, SurveyedTurn};

/// Most streets of one ring that are tried for an exit.
const MOST_RING: usize = 8;

/// Which turns lead from a street to another.
pub(super) struct Turns<'a> {
    by_streets: BTreeMap<(&'a str, &'a str), &'a SurveyedTurn>,
    /// The turns that leave a street.
    leaving: BTreeMap<&'a str, Vec<&'a SurveyedTurn>>,
}

impl<'a> Turns<'a> {
    /// Those of all crossings.
    pub fn new(survey: &'a Survey) -> Self {
        let (mut by_streets, mut leaving) = (BTreeMap::new(), BTreeMap::<&str, Vec<_>>::new());
        for turn in survey.crossings().flat_map(|c| &c.turns) {
            by_streets.insert((turn.street.as_str(), turn.to.as_str()), turn);
            leaving.entry(turn.street.as_str()).or_default().push(turn);
        }
        Self { by_streets, leaving }
    }

    /// How many vehicles of all flows make each turn, veh/h.
    pub fn count(&self, flows: &[Flow]) -> TurnFlows {
        let mut counts = TurnFlows::new();
        for flow in flows {
            for pair in flow.streets.windows(2) {
                if let Some(turn) = self.by_streets.get(&(pair[0].as_str(), pair[1].as_str())) {
                    *counts.entry(turn.name.clone()).or_default() += flow.rate;
                }
            }
        }
        counts
    }

    /// A way with the streets of roundabouts put in where two streets of it meet at one.
    pub fn around(&self, way: &[String]) -> Vec<String> {
        let mut out: Vec<String> = way.first().cloned().into_iter().collect();
        for pair in way.windows(2) {
            let mut at = pair[0].as_str();
            for _ in 0..MOST_RING {
                if self.by_streets.contains_key(&(at, pair[1].as_str())) {
                    break;
                }
                // Who does not leave stays on the ring.
                let ring = self.leaving.get(at).and_then(|list| list.iter().find(|t| t.to.contains('.')));
                let Some(ring) = ring else { break };
                out.push(ring.to.clone());
                at = &ring.to;
            }
            out.push(pair[1].clone());
        }
        out
    }
}
