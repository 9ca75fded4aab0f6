//! `[environments.<name>]`: companies, connections, flows.

use model::{Company, EnvironmentKind, Secret};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One environment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentConfig {
    pub kind: EnvironmentKind,
    pub company: Company,
    #[serde(default)]
    pub connections: BTreeMap<String, ConnectionConfig>,
    #[serde(default)]
    pub flows: FlowsConfig,
}

/// One connection.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionConfig {
    /// The connector's id.
    pub connector: String,
    /// The connector's own settings.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// The connector's secrets by name; `<name>_file` reads one from a file.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub credential: BTreeMap<String, Secret>,
    /// The secrets that will be in force next, while they are rotated.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub next_credential: Option<BTreeMap<String, Secret>>,
    /// Signing secrets of webhook endpoints, the current one first.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub webhook_secrets: Vec<Secret>,
    /// A file with one of them a line.
    pub webhook_secrets_file: Option<PathBuf>,
    /// An `.ionapi` file, for the connector `infor`: fills in settings and credential.
    pub ionapi_file: Option<PathBuf>,
    #[serde(default)]
    pub limits: LimitsConfig,
}

/// What a connection allows.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    pub per_second: Option<u32>,
    pub in_flight: Option<usize>,
}

/// Which flows are in force.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FlowsConfig {
    /// Ready-made flows by id.
    pub ready: Vec<String>,
    /// A folder with flows: `*.yaml`, and `flow.yaml` in folders of it.
    pub dir: Option<PathBuf>,
    /// Connection names by flow and connector, where there are several of one.
    pub bindings: BTreeMap<String, BTreeMap<String, String>>,
}
