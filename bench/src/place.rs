//! Fresh stores, their tables made by the store itself, so that all programs write one schema.

use anyhow::Result;
use std::path::{Path, PathBuf};
use store::testing::Postgres;
use store::{Settings, Store};
use tempfile::TempDir;

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Where stores are made.
pub struct Ground {
    pub kind: Kind,
    folder: PathBuf,
    server: Option<Postgres>,
}

impl Ground {
    /// Starts PostgreSQL if it is needed.
    pub fn new(kind: Kind, folder: &Path) -> Self {
        let server = (kind == Kind::Postgres).then(Postgres::start);
        Self {
            kind,
            folder: folder.to_owned(),
            server,
        }
    }

    /// An empty store with its tables.
    pub async fn fresh(&self) -> Result<Place> {
        let folder = tempfile::tempdir_in(&self.folder)?;
        let store = match &self.server {
            Some(server) => server.fresh_database().await,
            None => folder.path().join("bench.db").display().to_string(),
        };
        let opened = Store::open(settings(&store)).await?;
        opened.close().await;
        Ok(Place { store, folder })
    }
}

/// A store for one program; deleted with its files when dropped.
pub struct Place {
    /// As `--store` takes it.
    pub store: String,
    folder: TempDir,
}

impl Place {
    /// Where the master key may be.
    pub fn key(&self) -> PathBuf {
        self.folder.path().join("master.key")
    }
}

/// The settings of a store, from what `--store` was given.
pub fn settings(store: &str) -> Settings {
    if store.starts_with("postgres:") {
        Settings::postgres(store)
    } else {
        Settings::sqlite(store)
    }
}
