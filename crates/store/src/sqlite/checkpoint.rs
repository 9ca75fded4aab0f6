//! The thread that moves the log into the database.
//!
//! Commits never pay for a checkpoint: it runs beside them. A log that never has a pause would
//! grow without end, so above a size the thread takes the writer's turn once and lets the log begin
//! anew; that pause is measured.

use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, ffi};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(250);
/// What SQLite says when a write or its sync failed for another reason than a full disk.
const NOT_WRITTEN: [i32; 3] = [
    ffi::SQLITE_IOERR_WRITE,
    ffi::SQLITE_IOERR_FSYNC,
    ffi::SQLITE_IOERR_DIR_FSYNC,
];
/// 64 MiB in pages of 8 KiB.
const RESTART_PAGES: i64 = 8_192;

/// What is seen of the log.
#[derive(Debug, Default)]
pub struct LogState {
    /// Pages in the log after the last checkpoint.
    pub pages: AtomicI64,
    /// The longest pause that the writer was put to, in microseconds.
    pub longest_pause: AtomicI64,
}

/// Ends the thread.
#[derive(Default)]
pub struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    pub fn stop(&self) {
        *self.stopped.lock() = true;
        self.changed.notify_all();
    }

    /// Waits for `span`; whether it was stopped.
    fn wait(&self, span: Duration) -> bool {
        let mut stopped = self.stopped.lock();
        if !*stopped {
            self.changed.wait_for(&mut stopped, span);
        }
        *stopped
    }
}

/// Runs until it is stopped, and once more at the end.
pub fn checkpoint(connection: &Connection, turn: &Arc<Mutex<()>>, stop: &Stop, log: &LogState) {
    loop {
        let stopped = stop.wait(EVERY);
        let pages = run(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        log.pages.store(pages, Ordering::Relaxed);
        if stopped {
            return;
        }
        if pages > RESTART_PAGES {
            let begun = Instant::now();
            let turn = turn.lock();
            run(connection, "PRAGMA wal_checkpoint(RESTART)");
            drop(turn);
            let pause = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
            log.longest_pause.fetch_max(pause, Ordering::Relaxed);
            tracing::debug!(pages, pause_us = pause, "the log begins anew");
        }
    }
}

/// The pages in the log; a checkpoint that met a reader or a full disk is tried again the next time.
fn run(connection: &Connection, text: &str) -> i64 {
    connection
        .query_row(text, [], |row| row.get::<_, i64>(1))
        .unwrap_or_else(|error| {
            // After a failed sync the system may forget what it could not write: a second try would
            // succeed, and the log, the only copy, would begin anew over it.
            let code = error.sqlite_error().map(|e| e.extended_code);
            if code.is_some_and(|code| NOT_WRITTEN.contains(&code)) {
                tracing::error!(%error, "the disk failed at a checkpoint: ending");
                std::process::abort();
            }
            tracing::warn!(%error, "a checkpoint failed");
            0
        })
}
