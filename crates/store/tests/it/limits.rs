//! A full disk, a locked file, too much that waits, a database that goes away.

use crate::given::{event, started};
use store::testing::{self, Folder, Guard};
use store::{Error, Ingested, Limits, Settings, Store};
use vault::Sealed;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_and_loses_nothing() {
    let folder = Folder::new("full");
    let settings = Settings::sqlite(folder.path().join("towpath.db"));
    let limits = Limits {
        max_pages: Some(200),
        ..Limits::default()
    };
    let store = Store::open(settings.clone().with_limits(limits))
        .await
        .unwrap();
    let mut stored = 0;
    let error = loop {
        let mut large = event(&format!("evt_{stored}"), &format!("ch_{stored}"));
        large.body = Sealed(vec![7; 100_000]);
        match store.ingest(vec![large]).await {
            Ok(answers) => assert!(answers[0].is_ok()),
            Err(error) => break error,
        }
        stored += 1;
        assert!(stored < 100, "200 pages are not so much");
    };
    assert!(
        matches!(&error, Error::Busy(why) if why.contains("disk is full")),
        "{error}"
    );
    assert_eq!(store.counts().await.unwrap().events, stored);
    assert!(store.verify().await.unwrap().is_empty());
    store.close().await;
    drop(store);
    // There is room again.
    let store = Store::open(settings).await.unwrap();
    started(&store, "evt_new", "ch_new").await;
    assert_eq!(store.counts().await.unwrap().events, stored + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_share_a_file() {
    let (store, guard) = testing::sqlite().await;
    let second = Store::open(guard.settings()).await.map(drop);
    assert!(matches!(&second, Err(Error::Open(why)) if why.contains("another process")));
    store.close().await;
    drop(store);
    Store::open(guard.settings()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_program_has_locked_is_waited_for() {
    let (store, guard) = testing::sqlite().await;
    store.close().await;
    drop(store);
    let limits = Limits {
        wait_seconds: 0,
        ..Limits::default()
    };
    let store = Store::open(guard.settings().with_limits(limits))
        .await
        .unwrap();
    let Guard::Sqlite(folder) = &guard else {
        panic!("it is SQLite")
    };
    let other = rusqlite::Connection::open(folder.path().join("towpath.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = store.ingest(vec![event("evt_1", "ch_1")]).await.map(drop);
    assert!(
        matches!(&refused, Err(Error::Busy(why)) if why.contains("locked")),
        "{refused:?}"
    );
    other.execute_batch("ROLLBACK").unwrap();
    started(&store, "evt_1", "ch_1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_when_too_much_waits_is_told_at_once() {
    let (store, guard) = testing::sqlite().await;
    store.close().await;
    drop(store);
    let limits = Limits {
        waiting_items: 4,
        wait_seconds: 30,
        ..Limits::default()
    };
    let store = Store::open(guard.settings().with_limits(limits))
        .await
        .unwrap();
    let Guard::Sqlite(folder) = &guard else {
        panic!("it is SQLite")
    };
    let other = rusqlite::Connection::open(folder.path().join("towpath.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // One batch is being written, four may wait; of twelve callers at least seven are refused.
    let callers: Vec<_> = (0..12)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .ingest(vec![event(&format!("evt_{n}"), &format!("ch_{n}"))])
                    .await
                    .is_ok()
            })
        })
        .collect();
    let mut refused = 0;
    while refused < 4 {
        tokio::task::yield_now().await;
        refused = callers.iter().filter(|caller| caller.is_finished()).count();
    }
    // Another inlet is not full: what advances runs is not locked out.
    assert_eq!(store.waiting().0, 0);
    other.execute_batch("ROLLBACK").unwrap();
    let mut stored = 0;
    for caller in callers {
        stored += i64::from(caller.await.unwrap());
    }
    assert!((1..=8).contains(&stored), "{stored}");
    assert_eq!(store.counts().await.unwrap().events, stored);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_item_that_the_database_refuses_fails_alone() {
    for (name, store, guard) in testing::stores().await {
        guard
            .execute("CREATE UNIQUE INDEX poison ON event(kind) WHERE kind = 'poison'")
            .await;
        let poisoned = |key: &str| {
            let mut event = event(key, key);
            event.kind = "poison".into();
            event
        };
        let batch = vec![
            event("a", "a"),
            poisoned("b"),
            poisoned("c"),
            event("d", "d"),
        ];
        let answers = store.ingest(batch).await.unwrap();
        let stored: Vec<bool> = answers
            .iter()
            .map(|a| matches!(a, Ok(Ingested::New { .. })))
            .collect();
        assert_eq!(stored, [true, true, false, true], "{name}: {answers:?}");
        assert_eq!(store.counts().await.unwrap().events, 3, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cuts_its_connections_is_reached_again() {
    if testing::is_left_out() {
        return;
    }
    let (store, guard) = testing::postgres().await;
    started(&store, "evt_1", "ch_1").await;
    guard
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    assert!(store.ingest(vec![event("evt_2", "ch_2")]).await.unwrap()[0].is_ok());
    assert_eq!(store.counts().await.unwrap().events, 2);
}
