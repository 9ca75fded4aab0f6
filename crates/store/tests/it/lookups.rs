//! Lookup tables: dates, versions, revisions, definitions, and what runs have met.

use crate::given::{self, at};
use model::ids::{EnvironmentId, RunId};
use model::{FaultClass, RunState};
use store::{DeadLetter, Error, LookupChange, LookupDefine, LookupPut, Store, testing};
use vault::Sealed;

const ONE: EnvironmentId = given::ENVIRONMENT;

fn put(key: &str, from: i64, value: Option<&str>) -> LookupChange {
    LookupChange {
        environment: ONE,
        rows: vec![row(key, from, value)],
        expected: None,
        who: "ada".into(),
        at: at(50),
    }
}

fn row(key: &str, from: i64, value: Option<&str>) -> LookupPut {
    LookupPut {
        table: "items".into(),
        key: key.into(),
        valid_from: at(from),
        value: value.map(Into::into),
    }
}

fn define(definition: &str, expected: Option<i64>) -> LookupDefine {
    LookupDefine {
        environment: ONE,
        table: "items".into(),
        description: "Products and items".into(),
        definition: Some(definition.into()),
        expected,
        who: "ada".into(),
        at: at(60),
    }
}

/// What the keys have at a time and a revision, sorted, with the revision of the answer.
async fn found(store: &Store, when: i64, revision: Option<i64>) -> (Vec<(String, String)>, i64) {
    let keys: Vec<String> = vec!["prod_1".into(), "prod_2".into(), "prod_3".into()];
    let found = store
        .lookup_rows(ONE, "items", &keys, at(when), revision)
        .await
        .unwrap();
    let rows = found.rows.into_iter().map(|r| (r.key, r.value));
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    (rows, found.revision)
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn lookups_are_dated_and_their_history_stays() {
    for (name, store, _guard) in testing::stores().await {
        for (change, added) in [
            (put("prod_1", 0, Some("\"MUG-1\"")), 1),
            (put("prod_1", 0, Some("\"MUG-1\"")), 0),
            (put("prod_1", 0, Some("\"MUG-2\"")), 1),
            (put("prod_1", 100, Some("\"MUG-3\"")), 1),
            (put("prod_2", 0, Some("\"CUP\"")), 1),
            (put("prod_2", 100, None), 1),
        ] {
            assert_eq!(store.lookup_put(change).await.unwrap(), added, "{name}");
        }
        assert_eq!(found(&store, -1, None).await, (vec![], 5), "{name}");
        let before = vec![pair("prod_1", "\"MUG-2\""), pair("prod_2", "\"CUP\"")];
        assert_eq!(found(&store, 99, None).await.0, before, "{name}");
        let after = vec![pair("prod_1", "\"MUG-3\"")];
        assert_eq!(found(&store, 100, None).await.0, after, "{name}");
        let page = |prefix: &'static str, after: Option<&str>, limit| {
            let (store, after) = (store.clone(), after.map(Into::into));
            async move {
                let page = store.lookup_list(ONE, "items", at(99), prefix, after, limit);
                let keys = page.await.unwrap().into_iter().map(|row| row.key);
                keys.collect::<Vec<_>>()
            }
        };
        assert_eq!(page("", None, 1).await, ["prod_1"], "{name}");
        assert_eq!(page("", Some("prod_1"), 5).await, ["prod_2"], "{name}");
        assert_eq!(page("prod_2", None, 5).await, ["prod_2"], "{name}");
        assert!(page("PROD", None, 5).await.is_empty(), "{name}");
        let history = store
            .lookup_history(ONE, "items", "prod_1", 10)
            .await
            .unwrap();
        let history: Vec<_> = history
            .iter()
            .map(|v| (v.valid_from, v.version, v.value.as_deref(), v.revision))
            .collect();
        assert_eq!(
            history,
            [
                (at(100), 1, Some("\"MUG-3\""), 3),
                (at(0), 2, Some("\"MUG-2\""), 2),
                (at(0), 1, Some("\"MUG-1\""), 1),
            ],
            "{name}"
        );
        let points = store
            .lookup_points(ONE, "items", i64::MAX, 100)
            .await
            .unwrap();
        let points: Vec<_> = points
            .iter()
            .map(|p| (p.key.as_str(), p.valid_from, p.value.as_deref()))
            .collect();
        assert_eq!(
            points,
            [
                ("prod_1", at(0), Some("\"MUG-2\"")),
                ("prod_1", at(100), Some("\"MUG-3\"")),
                ("prod_2", at(0), Some("\"CUP\"")),
                ("prod_2", at(100), None),
            ],
            "{name}"
        );
        assert_eq!(store.verify().await.unwrap(), [""; 0], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_stays_as_it_was() {
    for (name, store, _guard) in testing::stores().await {
        store.lookup_put(put("prod_1", 0, Some("1"))).await.unwrap();
        let mut change = put("prod_1", 0, Some("2"));
        change.rows.push(row("prod_2", 0, Some("2")));
        assert_eq!(store.lookup_put(change).await.unwrap(), 2, "{name}");
        store.lookup_put(put("prod_1", 0, None)).await.unwrap();
        for (revision, rows) in [
            (0, vec![]),
            (1, vec![pair("prod_1", "1")]),
            (2, vec![pair("prod_1", "2"), pair("prod_2", "2")]),
            (3, vec![pair("prod_2", "2")]),
        ] {
            assert_eq!(
                found(&store, 9, Some(revision)).await,
                (rows, revision),
                "{name}"
            );
        }
        // The same row twice in one change: the later one is valid, both are kept.
        let mut twice = put("prod_3", 0, Some("a"));
        twice.rows.push(row("prod_3", 0, Some("b")));
        assert_eq!(store.lookup_put(twice).await.unwrap(), 2, "{name}");
        assert!(
            found(&store, 9, None)
                .await
                .0
                .contains(&pair("prod_3", "b")),
            "{name}"
        );
        let none = store
            .lookup_rows(ONE, "unknown", &["x".into()], at(9), None)
            .await;
        assert_eq!(none.unwrap(), store::LookupFound::default(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_read_an_older_revision_changes_nothing() {
    for (name, store, _guard) in testing::stores().await {
        let first = store
            .lookup_define(define("{\"a\":1}", Some(0)))
            .await
            .unwrap();
        assert_eq!(first, 1, "{name}");
        let again = store
            .lookup_define(define("{\"a\":1}", Some(0)))
            .await
            .unwrap();
        assert_eq!(again, 1, "{name}: a repeat");
        let stale = store.lookup_define(define("{\"a\":2}", Some(0))).await;
        assert!(
            matches!(stale, Err(Error::Conflict(_))),
            "{name}: {stale:?}"
        );
        let mut change = put("prod_1", 0, Some("1"));
        change.expected = Some(1);
        assert_eq!(store.lookup_put(change.clone()).await.unwrap(), 1, "{name}");
        assert_eq!(
            store.lookup_put(change.clone()).await.unwrap(),
            0,
            "{name}: a repeat"
        );
        change.rows[0].value = Some("2".into());
        let stale = store.lookup_put(change).await;
        assert!(
            matches!(stale, Err(Error::Conflict(_))),
            "{name}: {stale:?}"
        );
        assert_eq!(
            store
                .lookup_define(define("{\"a\":2}", Some(2)))
                .await
                .unwrap(),
            3
        );
        for (revision, definition) in [(0, None), (2, Some("{\"a\":1}")), (3, Some("{\"a\":2}"))] {
            let found = store
                .lookup_definition(ONE, "items", revision)
                .await
                .unwrap();
            assert_eq!(found.as_deref(), definition, "{name}");
        }
        let table = store.lookup_table(ONE, "items").await.unwrap().unwrap();
        assert_eq!(
            (table.keys, table.revision, table.description.as_str()),
            (1, 3, "Products and items"),
            "{name}"
        );
        assert_eq!(table.definition.as_deref(), Some("{\"a\":2}"), "{name}");
        assert_eq!(store.lookup_tables(ONE).await.unwrap(), [table], "{name}");
        assert_eq!(
            store.lookup_table(ONE, "other").await.unwrap(),
            None,
            "{name}"
        );
        let trail = store.audit_trail(store::Page::first(10)).await.unwrap();
        let acts: Vec<_> = trail.iter().rev().map(|a| a.action.as_str()).collect();
        assert_eq!(
            acts,
            [
                "lookup.define",
                "lookup.describe",
                "lookup.put",
                "lookup.define"
            ],
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_has_met_is_kept_with_its_commit() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("node").await.unwrap();
        let run = given::started(&store, "evt_1", "ch_1").await;
        assert_eq!(store.lookups_of_run(run.id).await.unwrap(), None, "{name}");
        let mut commit = given::advance(&run, RunState::Running);
        commit.lookups = Some(Sealed(vec![1]));
        commit.rev = given::done(&store, &fence, commit.clone()).await;
        commit.lookups = Some(Sealed(vec![1, 2]));
        commit.rev = given::done(&store, &fence, commit.clone()).await;
        commit.lookups = None;
        given::done(&store, &fence, commit).await;
        let met = store.lookups_of_run(run.id).await.unwrap();
        assert_eq!(met, Some(Sealed(vec![1, 2])), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_miss_something_in_a_table_are_found() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("node").await.unwrap();
        let mut missing = Vec::new();
        for (n, row) in [
            Some(("items", "a")),
            Some(("items", "b")),
            Some(("terms", "a")),
            None,
            Some(("items", "a")),
        ]
        .into_iter()
        .enumerate()
        {
            let run = given::started(&store, &format!("evt_{n}"), &format!("ch_{n}")).await;
            let mut commit = given::advance(&run, RunState::Dead);
            commit.dead_letter = Some(DeadLetter {
                fingerprint: "f".into(),
                class: FaultClass::Rejected,
                step: "order".into(),
                message: "a row is missing".into(),
                amount_minor: None,
                currency: None,
                question: None,
                missing_row: row.map(|(table, key)| (table.into(), key.into())),
            });
            given::done(&store, &fence, commit).await;
            if let Some(("items", key)) = row {
                missing.push((run.id, key.to_owned()));
            }
        }
        let all = store
            .missing_letters(ONE, "items", RunId(-1), 10)
            .await
            .unwrap();
        assert_eq!(all, missing, "{name}");
        let rest = store
            .missing_letters(ONE, "items", missing[0].0, 1)
            .await
            .unwrap();
        assert_eq!(rest, missing[1..2], "{name}");
    }
}
