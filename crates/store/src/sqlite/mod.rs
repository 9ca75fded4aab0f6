//! The store in one SQLite file: one thread writes, one checkpoints, a pool reads.

mod checkpoint;
pub mod lock;
mod reader;
pub mod session;
mod writer;

use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::inlet::{Answer, Inlet, Job, Writing};
use crate::migrations;
use crate::settings::Limits;
use async_trait::async_trait;
use checkpoint::{LogState, Stop};
use lock::Lock;
use parking_lot::Mutex;
use reader::Readers;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use session::SqliteSession;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

/// The page size is set before the first table; `FULL` syncs every commit of the log, without
/// which nothing may be acknowledged. The log is cut only far above the size at which it begins anew:
/// a file that is written over needs no new blocks at each sync.
const SETTINGS: &str = "
    PRAGMA page_size = 8192;
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = 268435456;
    PRAGMA cache_size = -65536;
    PRAGMA temp_store = MEMORY;
    PRAGMA foreign_keys = OFF;
";

/// A SQLite store.
pub struct Sqlite {
    inlet: Arc<Inlet>,
    readers: Readers,
    path: PathBuf,
    log: Arc<LogState>,
    stop: Arc<Stop>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Without it SQLite plans a cached statement anew whenever other values are bound to it.
fn stable_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map(drop)
}

impl Sqlite {
    /// Opens the file, makes it if need be, and brings its tables up to date.
    ///
    /// # Errors
    /// If another process has it, or it cannot be opened.
    pub fn open(path: &Path, limits: Limits) -> Result<Self> {
        let lock = Lock::take(path)?;
        let failed = |error: rusqlite::Error| Error::Open(format!("{}: {error}", path.display()));
        let wait = Duration::from_secs(limits.wait_seconds);
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(wait).map_err(failed)?;
        connection.execute_batch(SETTINGS).map_err(failed)?;
        if let Some(pages) = limits.max_pages {
            connection
                .pragma_update(None, "max_page_count", pages)
                .map_err(failed)?;
        }
        stable_plans(&connection).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(256);
        migrations::sqlite(&mut connection)?;

        let texts = session::texts();
        let mut readers = Vec::with_capacity(limits.readers);
        for _ in 0..limits.readers.max(1) {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let reader = Connection::open_with_flags(path, flags).map_err(failed)?;
            reader.busy_timeout(wait).map_err(failed)?;
            reader
                .pragma_update(None, "cache_size", -16_384)
                .map_err(failed)?;
            stable_plans(&reader).map_err(failed)?;
            reader.set_prepared_statement_cache_capacity(128);
            readers.push(SqliteSession::reader(reader, Arc::clone(&texts)));
        }
        let checkpointer = Connection::open(path).map_err(failed)?;
        checkpointer
            .busy_timeout(Duration::from_millis(200))
            .map_err(failed)?;
        let writer = SqliteSession::writer(connection, texts)?;

        let inlet = Arc::new(Inlet::new(limits));
        let (log, stop, turn) = (Arc::default(), Arc::default(), Arc::default());
        let threads = Mutex::new(vec![
            writing(writer, &inlet, &turn, lock)?,
            checkpointing(checkpointer, &turn, &stop, &log)?,
        ]);
        let readers = Readers::new(readers, Duration::from_secs(limits.read_seconds));
        Ok(Self {
            inlet,
            readers,
            path: path.to_owned(),
            log,
            stop,
            threads,
        })
    }
}

fn writing(
    session: SqliteSession,
    inlet: &Arc<Inlet>,
    turn: &Arc<Mutex<()>>,
    lock: Lock,
) -> Result<JoinHandle<()>> {
    let (inlet, turn) = (Arc::clone(inlet), Arc::clone(turn));
    spawn("store-writer", move || {
        // The file is ours until the last batch is on disk.
        let _lock = lock;
        let writing = Writing(inlet);
        writer::write(session, &writing.0, &turn);
    })
}

fn checkpointing(
    connection: Connection,
    turn: &Arc<Mutex<()>>,
    stop: &Arc<Stop>,
    log: &Arc<LogState>,
) -> Result<JoinHandle<()>> {
    let (turn, stop, log) = (Arc::clone(turn), Arc::clone(stop), Arc::clone(log));
    spawn("store-checkpoint", move || {
        checkpoint::checkpoint(&connection, &turn, &stop, &log)
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work);
    thread.map_err(|error| Error::Open(format!("start {name}: {error}")))
}

#[async_trait]
impl Backend for Sqlite {
    fn inlet(&self) -> &Inlet {
        &self.inlet
    }

    async fn read(&self, job: Job) -> Result<Answer> {
        self.readers.read(job).await
    }

    async fn peek(&self, job: Job) -> Result<Answer> {
        self.readers.peek(job).await
    }

    async fn size(&self) -> Result<i64> {
        let file = std::fs::metadata(&self.path).map_or(0, |m| m.len());
        let log = self.log.pages.load(Ordering::Relaxed).saturating_mul(8192);
        Ok(i64::try_from(file).unwrap_or(i64::MAX).saturating_add(log))
    }

    async fn check(&self) -> Result<Vec<String>> {
        let path = self.path.clone();
        let check = move || -> rusqlite::Result<Vec<String>> {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(path, flags)?;
            let mut statement = connection.prepare("PRAGMA integrity_check")?;
            let found = statement.query_map([], |row| row.get::<_, String>(0))?;
            found
                .filter(|line| !matches!(line, Ok(line) if line == "ok"))
                .collect()
        };
        let failed = |message: String| Error::Statement {
            verb: "verify",
            message,
        };
        let found = tokio::task::spawn_blocking(check).await;
        found
            .map_err(|e| failed(e.to_string()))?
            .map_err(|e| failed(e.to_string()))
    }

    async fn close(&self) {
        self.inlet.close();
        let threads: Vec<_> = self.threads.lock().drain(..).collect();
        let stop = Arc::clone(&self.stop);
        let joined = tokio::task::spawn_blocking(move || {
            let mut threads = threads.into_iter();
            // The writer first: its last batch is then in the database, too.
            let written = threads.next().map(JoinHandle::join);
            stop.stop();
            let checkpointed = threads.next().map(JoinHandle::join);
            drop((written, checkpointed));
        });
        if let Err(error) = joined.await {
            tracing::error!(%error, "the store did not close");
        }
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.inlet.close();
        self.stop.stop();
        for thread in self.threads.lock().drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store has panicked");
            }
        }
    }
}
