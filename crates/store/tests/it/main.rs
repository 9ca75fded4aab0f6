//! The store from outside: every test runs on SQLite and on PostgreSQL.

mod accounts;
mod advance;
mod audit;
mod crash;
mod decisions;
mod effects;
mod given;
mod inbox;
mod ingest;
mod keys;
mod limits;
mod lists;
mod lookups;
mod lost_commit;
mod million;
mod repairs;
mod replay;
mod settings;
mod subledger;
mod wakes;
mod what_if;
mod year;
