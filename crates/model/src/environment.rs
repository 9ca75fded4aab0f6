//! Environments: any number, each of one of two kinds.

use serde::{Deserialize, Serialize};

/// Whether an environment moves real money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentKind {
    Test,
    Live,
}

impl EnvironmentKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}
