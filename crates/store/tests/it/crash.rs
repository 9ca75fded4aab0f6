//! What is acknowledged survives; what was not is whole or absent.

use crate::given::{event, started};
use model::RunState;
use std::fs;
use std::path::Path;
use store::testing::{self, Folder};
use store::{Error, Ingested, Settings, Store};

fn copy(from: &Path, to: &Path, log: &[u8]) {
    fs::copy(from.join("towpath.db"), to.join("towpath.db")).unwrap();
    fs::write(to.join("towpath.db-wal"), log).unwrap();
}

async fn reopened(folder: &Folder) -> Store {
    Store::open(Settings::sqlite(folder.path().join("towpath.db")))
        .await
        .unwrap()
}

/// Power is lost after an acknowledged commit: whatever of the log came later may be missing or
/// garbage.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_cut_or_damaged_behind_the_last_acknowledged_commit() {
    let folder = Folder::new("crash");
    // The long read keeps the log from being moved into the file under our hands.
    let store = reopened(&folder).await;
    let reader = rusqlite::Connection::open(folder.path().join("towpath.db")).unwrap();
    reader
        .execute_batch("BEGIN; SELECT COUNT(*) FROM event;")
        .unwrap();
    for n in 0..20 {
        started(&store, &format!("evt_{n}"), &format!("ch_{n}")).await;
    }
    let acknowledged = fs::read(folder.path().join("towpath.db-wal")).unwrap();
    for n in 20..40 {
        started(&store, &format!("evt_{n}"), &format!("ch_{n}")).await;
    }
    let later = fs::read(folder.path().join("towpath.db-wal")).unwrap();
    assert_eq!(
        later[..acknowledged.len()],
        acknowledged[..],
        "the log only grows"
    );
    let tail = later.len() - acknowledged.len();
    for part in [0, tail / 3, tail / 2 + 1, tail - 1] {
        for damage in [false, true] {
            let mut log = later[..acknowledged.len() + part].to_vec();
            if damage && let Some(byte) = log.get_mut(acknowledged.len() + part / 2) {
                *byte ^= 0xff;
            }
            let other = Folder::new("crash");
            copy(folder.path(), other.path(), &log);
            let again = reopened(&other).await;
            assert!(again.verify().await.unwrap().is_empty());
            let counts = again.counts().await.unwrap();
            assert!(counts.events >= 20, "{part} {damage}: {counts:?}");
            assert_eq!(
                counts.events,
                counts.runs_in(RunState::Ready),
                "{part} {damage}"
            );
            let answer = again.ingest(vec![event("evt_19", "ch_19")]).await.unwrap();
            assert!(
                matches!(answer[0], Ok(Ingested::Duplicate { .. })),
                "{part} {damage}"
            );
            again.close().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_closed_opens_with_everything() {
    for (name, store, guard) in testing::stores().await {
        let run = started(&store, "evt_1", "ch_1").await;
        store.close().await;
        let late = store.ingest(vec![event("evt_2", "ch_2")]).await;
        assert!(matches!(late, Err(Error::Busy(_))), "{name}: {late:?}");
        drop(store);
        let store = Store::open(guard.settings()).await.unwrap();
        assert_eq!(store.run(run.id).await.unwrap().key, "ch_1", "{name}");
        let next = started(&store, "evt_2", "ch_2").await;
        assert!(next.id > run.id, "{name}: ids go on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_or_newer_migration_is_not_opened() {
    for (name, store, guard) in testing::stores().await {
        store.close().await;
        drop(store);
        guard
            .execute("UPDATE migration SET checksum = 'other' WHERE number = 1")
            .await;
        let refused = Store::open(guard.settings()).await.map(drop);
        assert!(
            matches!(refused, Err(Error::Open(_))),
            "{name}: {refused:?}"
        );
        guard
            .execute("UPDATE migration SET number = 99 WHERE number = 1")
            .await;
        let refused = Store::open(guard.settings())
            .await
            .map(drop)
            .unwrap_err()
            .to_string();
        assert!(refused.contains("newer release"), "{name}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_audit_row_is_found() {
    for (name, store, guard) in testing::stores().await {
        for n in 0..3 {
            let run = started(&store, &format!("evt_{n}"), &format!("ch_{n}")).await;
            let cancel = store::Cancel {
                run: run.id,
                who: "ada".into(),
                reason: "a test".into(),
                at: crate::given::at(n),
            };
            store.cancel(cancel).await.unwrap();
        }
        assert!(store.verify().await.unwrap().is_empty(), "{name}");
        let drop_trigger = match name {
            "sqlite" => "DROP TRIGGER audit_fixed",
            _ => "DROP TRIGGER audit_fixed ON audit",
        };
        guard.execute(drop_trigger).await;
        guard
            .execute("UPDATE audit SET who = 'bob' WHERE id = 2")
            .await;
        let found = store.verify().await.unwrap();
        assert_eq!(
            found,
            ["audit row 2: it is not as it was written"],
            "{name}"
        );
    }
}
