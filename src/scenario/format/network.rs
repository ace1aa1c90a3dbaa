//! Where the network comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_default;
use crate::generate::arterial::Arterial;
use crate::generate::grid::Grid;
use crate::generate::roundabouts::Roundabouts;
use crate::network::compose::StreetPlan;
use crate::network::parts::NetworkParts;

/// Where the network comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", rename = "Network")]
pub enum NetworkFile {
    /// A street plan in the file itself.
    Inline(StreetPlan),
    /// A grid of streets, made from a few numbers. A file without demand gets the traffic that belongs to it; so for the
    /// next two.
    Grid(Grid),
    /// A main street with signals.
    Arterial(Arterial),
    /// A main street with roundabouts.
    Roundabouts(Roundabouts),
    /// All lanes and movements of a network, as `intergreen import` writes them.
    Lanes(NetworkParts),
    /// Another RON file, beside this one, that holds one of the two above.
    File(String),
    /// A SUMO network.
    Sumo(SumoNetFile),
}

/// A SUMO network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename = "SumoNetwork")]
pub struct SumoNetFile {
    /// The `.net.xml`, relative to this file.
    pub net: String,
    /// Additional files with signal programs, relative to this file.
    #[serde(default, skip_serializing_if = "is_default")]
    pub additional: Vec<String>,
}
