//! Durable point 1.

use crate::given::{ENVIRONMENT, at, event, started};
use model::ids::ConnectionId;
use model::{FaultClass, RunState};
use store::{Ingested, Page, PollCursor, RunFilter, testing};

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_stored_once_and_its_repeats_are_counted() {
    for (name, store, _guard) in testing::stores().await {
        let batch = || {
            vec![
                event("evt_1", "ch_1"),
                event("evt_1", "ch_1"),
                event("evt_2", "ch_2"),
            ]
        };
        let first: Vec<_> = store
            .ingest(batch())
            .await
            .unwrap()
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let [
            Ingested::New { event: one, runs },
            Ingested::Duplicate { event: again },
            Ingested::New { .. },
        ] = &first[..]
        else {
            panic!("{name}: {first:?}")
        };
        assert_eq!((one, runs.len()), (again, 1), "{name}");
        assert_eq!(runs[0].state, RunState::Ready, "{name}");

        let second: Vec<_> = store
            .ingest(batch())
            .await
            .unwrap()
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert!(
            second
                .iter()
                .all(|i| matches!(i, Ingested::Duplicate { .. })),
            "{name}"
        );
        assert_eq!(second[0], Ingested::Duplicate { event: *one }, "{name}");

        let stored = store.event(*one).await.unwrap();
        assert_eq!(stored.body.0, b"body", "{name}");
        assert_eq!(stored.head.body_sha256, [9; 32], "{name}");
        let counts = store.counts().await.unwrap();
        assert_eq!(
            (counts.events, counts.runs_in(RunState::Ready)),
            (2, 2),
            "{name}"
        );
        assert!(counts.deliveries >= 4, "{name}: {counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_event_for_a_taken_key_is_covered() {
    for (name, store, _guard) in testing::stores().await {
        let first = started(&store, "evt_1", "ch_1").await;
        let second = started(&store, "evt_2", "ch_1").await;
        assert_eq!(
            (first.state, second.state),
            (RunState::Ready, RunState::Covered),
            "{name}"
        );
        let covered = store.run(second.id).await.unwrap();
        assert_eq!(covered.ended_at, Some(at(1)), "{name}");
        // Two of one batch: the first has the key.
        let both = store
            .ingest(vec![event("evt_3", "ch_3"), event("evt_4", "ch_3")])
            .await
            .unwrap();
        let states: Vec<_> = both
            .into_iter()
            .map(|answer| match answer.unwrap() {
                Ingested::New { runs, .. } => runs[0].state,
                Ingested::Duplicate { .. } => panic!("{name}: it is new"),
            })
            .collect();
        assert_eq!(states, [RunState::Ready, RunState::Covered], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_a_key_is_born_dead_and_takes_none() {
    for (name, store, _guard) in testing::stores().await {
        let mut bad = event("evt_1", "");
        bad.runs[0].stillborn = Some((FaultClass::Rejected, "`key`: there is no charge".into()));
        let answer = store
            .ingest(vec![bad])
            .await
            .unwrap()
            .pop()
            .unwrap()
            .unwrap();
        let Ingested::New { runs, .. } = answer else {
            panic!("{name}: it is new")
        };
        assert_eq!(runs[0].state, RunState::Dead, "{name}");
        let letter = store.dead_letter(runs[0].id).await.unwrap();
        assert_eq!(letter.letter.message, "`key`: there is no charge", "{name}");
        assert_eq!(letter.letter.class, FaultClass::Rejected, "{name}");
        assert_eq!(
            started(&store, "evt_2", "").await.state,
            RunState::Ready,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_share_commits() {
    for (name, store, _guard) in testing::stores().await {
        let callers = (0..200).map(|n| {
            let (store, key) = (store.clone(), format!("evt_{n}"));
            tokio::spawn(async move { store.ingest(vec![event(&key, &key)]).await })
        });
        for caller in callers.collect::<Vec<_>>() {
            let answer = caller.await.unwrap().unwrap().pop().unwrap().unwrap();
            assert!(matches!(answer, Ingested::New { .. }), "{name}");
        }
        let runs = store
            .runs(ENVIRONMENT, RunFilter::default(), Page::first(500))
            .await
            .unwrap();
        assert_eq!(runs.len(), 200, "{name}");
        assert!(
            runs.windows(2).all(|pair| pair[0].id > pair[1].id),
            "{name}: newest first"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_stored_with_its_cursor() {
    for (name, store, _guard) in testing::stores().await {
        let cursor = PollCursor {
            connection: ConnectionId(3),
            trigger: "invoices".into(),
            cursor_json: r#"{"last":7}"#.into(),
            next_at: at(60),
        };
        for _ in 0..2 {
            let events = vec![event("inv_1", "inv_1"), event("inv_2", "inv_2")];
            store.ingest_page(events, cursor.clone()).await.unwrap();
            assert_eq!(
                store.poll_cursors().await.unwrap(),
                std::slice::from_ref(&cursor),
                "{name}"
            );
        }
        assert_eq!(store.counts().await.unwrap().events, 2, "{name}");
    }
}
