//! Stores for tests of this crate and of those above: a SQLite file and a PostgreSQL database.
//!
//! PostgreSQL is one server per test process, started on the first call and stopped with the
//! process; every test gets a database of its own.

mod postgres;

use crate::settings::{Limits, Settings};
use crate::store::Store;
pub use postgres::{Postgres, is_left_out};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder that is deleted when it is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// # Panics
    /// If the system's folder for temporary files cannot be written.
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("towpath-{name}-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the folder for temporary files can be written");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be deleted is left to the system.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// What must live as long as a store of a test.
#[derive(Debug)]
pub enum Guard {
    Sqlite(Folder),
    Postgres(String),
}

impl Guard {
    /// Executes text past the store, to break what the store would never break.
    ///
    /// # Panics
    /// If the database refuses it.
    pub async fn execute(&self, text: &str) {
        match self {
            Self::Sqlite(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join(FILE));
                let done = connection.and_then(|connection| connection.execute_batch(text));
                done.expect("SQLite takes it");
            }
            Self::Postgres(url) => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                    .await
                    .expect("it runs");
                let driver = tokio::spawn(connection);
                client
                    .batch_execute(text)
                    .await
                    .expect("PostgreSQL takes it");
                drop(client);
                // The driver ends with its client.
                drop(driver.await);
            }
        }
    }

    /// The settings of the store that this guards.
    pub fn settings(&self) -> Settings {
        match self {
            Self::Sqlite(folder) => Settings::sqlite(folder.path().join(FILE)),
            Self::Postgres(url) => Settings::postgres(url.as_str()),
        }
    }
}

const FILE: &str = "towpath.db";

/// A SQLite store in a folder of its own.
///
/// # Panics
/// If it cannot be opened.
pub async fn sqlite() -> (Store, Guard) {
    let guard = Guard::Sqlite(Folder::new("store"));
    let store = Store::open(guard.settings()).await;
    (store.expect("a new file can be opened"), guard)
}

/// A PostgreSQL store in a database of its own.
///
/// # Panics
/// If PostgreSQL is not installed or does not start.
pub async fn postgres() -> (Store, Guard) {
    let server = tokio::task::spawn_blocking(Postgres::shared)
        .await
        .expect("the server starts");
    let guard = Guard::Postgres(server.fresh_database().await);
    let limits = Limits {
        readers: 2,
        ..Limits::default()
    };
    let store = Store::open(guard.settings().with_limits(limits)).await;
    (store.expect("a new database can be opened"), guard)
}

/// One store of each kind, with its name and what must live as long as it does.
///
/// With `TOWPATH_TEST_SQLITE_ONLY=1` there is no PostgreSQL.
///
/// # Panics
/// If one cannot be opened.
pub async fn stores() -> Vec<(&'static str, Store, Guard)> {
    let (store, guard) = sqlite().await;
    let mut stores = vec![("sqlite", store, guard)];
    if !is_left_out() {
        let (store, guard) = postgres().await;
        stores.push(("postgres", store, guard));
    }
    stores
}
