//! What is asked.

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Which version is worked over which past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIfRequest {
    /// The flow's document.
    pub document: String,
    /// Its number, if it is a version that is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The events that were received from then on.
    pub from: Timestamp,
    /// And before then.
    pub to: Timestamp,
    #[serde(default)]
    pub lookups: LookupsAt,
}

/// At which revision lookup tables are met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookupsAt {
    /// At that of the run; tables that it did not meet, as they are now.
    #[default]
    Then,
    /// As they are now.
    Now,
}

impl LookupsAt {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Then => "then",
            Self::Now => "now",
        }
    }
}
