//! The configuration: defaults, then the file, then the environment, then flags.
//!
//! `config.default.toml` is the reference page: every key with its default stands there. What is
//! read is checked at once and as a whole, and an unknown key is an error, because a misspelt one
//! would otherwise be a setting that silently is not in force.

mod check;
mod environment;
mod layers;
pub mod log;
mod secret;
mod setup;
pub mod show;
mod span;

pub use environment::EnvironmentConfig;
pub use layers::{Flag, Layers};

use log::LogConfig;
use model::{Problem, Secret};
use schemars::JsonSchema;
use serde::Deserialize;
use span::{Size, Span};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use store::Limits;
use vault::MasterKey;

/// The reference page.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// Everything that can be configured.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: ServerConfig,
    pub store: StoreConfig,
    pub vault: VaultConfig,
    pub engine: EngineConfig,
    pub log: LogConfig,
    #[serde(default)]
    pub environments: BTreeMap<String, EnvironmentConfig>,
}

/// `[server]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    #[schemars(with = "Option<String>")]
    api_token: Option<Secret>,
    api_token_file: Option<PathBuf>,
}

/// `[store]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    pub sqlite: PathBuf,
    #[schemars(with = "Option<String>")]
    postgres_url: Option<Secret>,
    postgres_url_file: Option<PathBuf>,
    max_size: Option<Size>,
}

/// `[vault]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VaultConfig {
    pub master_key_file: PathBuf,
    #[schemars(with = "Option<String>")]
    master_key: Option<Secret>,
}

/// `[engine]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineConfig {
    in_flight: usize,
    retry_first: Span,
    retry_longest: Span,
    retry_span: Span,
    quiet: Span,
    probe_every: Span,
    poll_every: Option<Span>,
    read_back_every: Span,
    sweep_every: Span,
    deposits_open_for: Span,
    keep_calls: KeepCalls,
}

/// Which calls are kept with what was asked and answered.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum KeepCalls {
    All,
    Failed,
}

/// The process's environment variables, as far as they are text.
pub fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, text)| Some((name.into_string().ok()?, text.into_string().ok()?)))
}

/// Pages of the SQLite file.
const PAGE_BYTES: u64 = 8 << 10;

impl Config {
    /// The token that API callers show, if there is one.
    pub fn api_token(&self) -> Result<Option<Secret>, Problem> {
        let server = &self.server;
        secret::read(
            "server.api_token",
            server.api_token.as_ref(),
            server.api_token_file.as_deref(),
        )
    }

    /// Which store, with its limits.
    pub fn store(&self) -> Result<store::Settings, Problem> {
        let store = &self.store;
        let url = secret::read(
            "store.postgres_url",
            store.postgres_url.as_ref(),
            store.postgres_url_file.as_deref(),
        )?;
        let pages = store
            .max_size
            .map(|s| u32::try_from(s.0 / PAGE_BYTES).unwrap_or(u32::MAX));
        let limits = Limits {
            max_pages: pages,
            ..Limits::default()
        };
        let settings = match url {
            Some(url) => store::Settings::Postgres { url, limits },
            None => store::Settings::Sqlite {
                path: store.sqlite.clone(),
                limits,
            },
        };
        Ok(settings)
    }

    /// The master key: the configured one, or that of the file, which is made if it is not there.
    pub fn master_key(&self) -> Result<MasterKey, Problem> {
        let (path, key) = match &self.vault.master_key {
            Some(text) => ("vault.master_key", MasterKey::from_text(text)),
            None => {
                let file = &self.vault.master_key_file;
                ("vault.master_key_file", MasterKey::from_file_or_new(file))
            }
        };
        key.map_err(|error| {
            let cure = "it is 32 bytes in base 64; without it nothing stored can be read";
            Problem::error(path, "master_key", error.to_string(), cure)
        })
    }

    /// Whether the master key comes from a file.
    pub const fn has_master_key_file(&self) -> bool {
        self.vault.master_key.is_none()
    }

    /// How the engine works.
    pub fn options(&self) -> engine::Options {
        let engine = &self.engine;
        engine::Options {
            retry: engine::RetryPolicy {
                first: engine.retry_first.0,
                longest: engine.retry_longest.0,
                span: engine.retry_span.0,
            },
            in_flight: engine.in_flight,
            quiet: engine.quiet.0,
            probe_every: engine.probe_every.0,
            poll_every: engine.poll_every.map(|s| s.0),
            read_back_every: engine.read_back_every.0,
            sweep_every: engine.sweep_every.0,
            deposits_open_for: engine.deposits_open_for.0,
            keep_calls: match engine.keep_calls {
                KeepCalls::All => engine::KeepCalls::All,
                KeepCalls::Failed => engine::KeepCalls::Failed,
            },
            ..engine::Options::default()
        }
    }
}
