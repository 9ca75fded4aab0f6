//! What became of events, what they wait for, and how they are found again.

use crate::given::{ENVIRONMENT, FLOW, advance, apply, at, done, effect, entry, event, started};
use model::ids::{ConnectionId, DeploymentId, EventId};
use model::{EffectState, FaultClass, RunState};
use store::advance::CrossReferenceWrite;
use store::run::{CallRecord, StepRecord, StepState};
use store::{
    Advanced, DeadLetter, EntryWrite, EventFilter, EventState, Found, Page, PollCursor, RunFilter,
    STRETCHES, Store, Voucher, testing,
};

/// The events of a standing, by the sender's id, newest first.
async fn standing(store: &Store, standing: EventState) -> Vec<String> {
    let filter = EventFilter {
        standing: Some(standing),
        ..EventFilter::default()
    };
    let slice = store.inbox(ENVIRONMENT, filter, Page::first(10), STRETCHES);
    let rows = slice.await.unwrap().rows;
    rows.into_iter().map(|one| one.head.dedupe_key).collect()
}

fn letter(step: &str) -> DeadLetter {
    DeadLetter {
        fingerprint: "F1".into(),
        class: FaultClass::Rejected,
        step: step.into(),
        message: "the customer is blocked".into(),
        amount_minor: Some(1_000),
        currency: Some("EUR".into()),
        question: None,
        missing_row: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_stands_as_what_of_its_runs_needs_somebody_most() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let mut nobody = event("evt_nobody", "x");
        nobody.runs.clear();
        store.ingest(vec![nobody]).await.unwrap();
        let ended = started(&store, "evt_done", "ch_done").await;
        done(&store, &fence, advance(&ended, RunState::Done)).await;
        let first = started(&store, "evt_first", "ch_first").await;
        let mut second = event("evt_second", "ch_second");
        second.runs[0].lane = first.lane;
        second.runs[0].shard = first.shard;
        store.ingest(vec![second]).await.unwrap();
        let waits = started(&store, "evt_waits", "ch_waits").await;
        let mut waiting = advance(&waits, RunState::Waiting);
        waiting.wait_for = Some("xref:order:pi_1".into());
        done(&store, &fence, waiting).await;
        let dies = started(&store, "evt_dies", "ch_dies").await;
        let mut dead = advance(&dies, RunState::Dead);
        dead.dead_letter = Some(letter("order"));
        done(&store, &fence, dead).await;

        for (expected, of) in [
            (EventState::Ignored, "evt_nobody"),
            (EventState::Done, "evt_done"),
            (EventState::Stored, "evt_first"),
            (EventState::Held, "evt_second"),
            (EventState::Waiting, "evt_waits"),
            (EventState::Failed, "evt_dies"),
        ] {
            assert_eq!(
                standing(&store, expected).await,
                [of],
                "{name} {expected:?}"
            );
        }
        assert!(
            standing(&store, EventState::Running).await.is_empty(),
            "{name}"
        );

        let filter = EventFilter {
            search: Some("ch_second".into()),
            ..EventFilter::default()
        };
        let found = store.inbox(ENVIRONMENT, filter, Page::first(10), STRETCHES);
        let found = found.await.unwrap().rows;
        let behind = found[0].runs[0].behind.clone().expect("it is held");
        assert_eq!(
            (behind.run, behind.source_id.as_str(), behind.key.as_str()),
            (first.id, "evt_first", "ch_first"),
            "{name}"
        );
        done(&store, &fence, advance(&first, RunState::Done)).await;
        assert_eq!(
            standing(&store, EventState::Stored).await,
            ["evt_second"],
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_without_a_match_says_where_it_goes_on() {
    for (name, store, _guard) in testing::stores().await {
        let run = started(&store, "evt_1", "ch_1").await;
        let cancelled = RunFilter {
            state: Some(RunState::Cancelled),
            ..RunFilter::default()
        };
        let page = Page::first(5);
        let ask = |stretches| store.run_slice(ENVIRONMENT, cancelled.clone(), page, stretches);
        assert_eq!(ask(0).await.unwrap().next, Some(run.id.0 + 1), "{name}");
        let whole = ask(1).await.unwrap();
        assert_eq!((whole.rows.len(), whole.next), (0, None), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_in_hand_leads_to_the_run() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let mut item = advance(&run, RunState::Done);
        item.cross_references = vec![CrossReferenceWrite {
            kind: "order".into(),
            id: "pi_1".into(),
            value: "0010001".into(),
        }];
        let written = effect("txn_1", None, EffectState::Confirmed, None);
        item.entries = vec![EntryWrite::Insert {
            entry: entry("txn_1", 500),
            effect: model::EffectId::clone(&written.record.id),
            sent_reference: "ST1".into(),
        }];
        item.effects = vec![written];
        done(&store, &fence, item).await;
        let voucher = Voucher {
            sent_reference: "ST1".into(),
            voucher: "90000012".into(),
            debit_minor: 500,
            currency: "EUR".into(),
        };
        let posted = store.mark_posted(ENVIRONMENT, vec![voucher], at(9)).await;
        posted.unwrap();

        let ask = async |text: &str| store.search(ENVIRONMENT, text, 20).await.unwrap();
        for text in ["ch_1", "ch_"] {
            let Found { runs, events, .. } = ask(text).await;
            assert_eq!((runs[0].id, runs.len()), (run.id, 1), "{name} {text}");
            assert_eq!(events[0].head.dedupe_key, "evt_1", "{name} {text}");
        }
        assert_eq!(ask("evt_1").await.events[0].head.id, run.event, "{name}");
        for text in ["pi_1", "0010001"] {
            let found = ask(text).await.references;
            assert_eq!(found[0].run, Some(run.id), "{name} {text}");
        }
        for text in ["txn_1", "ST1", "90000012"] {
            let found = ask(text).await.entries;
            assert_eq!(found.len(), 1, "{name} {text}");
            assert_eq!(found[0].run, run.id, "{name} {text}");
        }
        assert_eq!(ask("nothing").await, Found::default(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sender_lists_is_counted_once_and_what_was_missing_is_named() {
    for (name, store, _guard) in testing::stores().await {
        let connection = ConnectionId(3);
        let cursor = PollCursor {
            connection,
            trigger: "x.events".into(),
            cursor_json: "{}".into(),
            next_at: at(60),
        };
        assert!(store.completeness(ENVIRONMENT, 5).await.unwrap().is_empty());
        store.ingest(vec![event("evt_1", "ch_1")]).await.unwrap();
        let mut listed = vec![event("evt_1", "ch_1"), event("evt_2", "ch_2")];
        for one in &mut listed {
            one.secret = None;
        }
        for _ in 0..2 {
            store
                .begin_sweep(connection, ENVIRONMENT, at(10))
                .await
                .unwrap();
            let page = store.ingest_listed(listed.clone(), cursor.clone(), at(11));
            page.await.unwrap();
            store.end_sweep(connection, at(12), None).await.unwrap();
        }
        let known = store.completeness(ENVIRONMENT, 5).await.unwrap();
        let one = &known[0];
        assert_eq!((one.listed, one.missing), (2, 1), "{name}");
        assert_eq!(
            (one.since, one.ended_at),
            (Some(at(0)), Some(at(12))),
            "{name}"
        );
        let gaps: Vec<&str> = one.gaps.iter().map(|g| g.source_id.as_str()).collect();
        assert_eq!(gaps, ["evt_2"], "{name}");
        // To be listed is not to be delivered.
        let first = store.event(EventId(1)).await.unwrap();
        assert_eq!(first.head.deliveries, 1, "{name}");
        let fetched = store.event(one.gaps[0].event).await.unwrap();
        assert_eq!(fetched.head.deliveries, 0, "{name}");

        store
            .begin_sweep(connection, ENVIRONMENT, at(20))
            .await
            .unwrap();
        let failed = store.end_sweep(connection, at(21), Some("away".into()));
        failed.await.unwrap();
        let known = store.completeness(ENVIRONMENT, 5).await.unwrap();
        assert_eq!(known[0].fault, Some(("away".into(), at(21))), "{name}");
        assert_eq!(known[0].listed, 2, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_counted_on_one_deployment() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let call = |ms: i64| CallRecord {
            step: 1,
            label: "POST /make".into(),
            kind: "commit".into(),
            started_at: at(1),
            ended_at: model::Timestamp(at(1).0 + ms * 1_000),
            fault: None,
            status: None,
            body: None,
        };
        let mut last = None;
        for n in 0..20 {
            let run = started(&store, &format!("evt_{n}"), &format!("ch_{n}")).await;
            let mut item = advance(&run, RunState::Done);
            item.calls = vec![call(n), call(1)];
            item.steps = vec![StepRecord {
                scope: 0,
                step: 1,
                index: 0,
                state: StepState::Done,
                output: None,
                effect: None,
                reused: false,
                started_at: at(1),
                ended_at: Some(at(2)),
            }];
            done(&store, &fence, item).await;
            last = Some(run.id);
        }
        let run = started(&store, "evt_dead", "ch_dead").await;
        let mut item = advance(&run, RunState::Dead);
        item.dead_letter = Some(letter("order"));
        assert!(matches!(
            apply(&store, &fence, item).await,
            Advanced::Done { .. }
        ));
        let deployment = DeploymentId(11);
        let found = store
            .flow_statistics(ENVIRONMENT, FLOW, deployment, 100)
            .await
            .unwrap();
        assert_eq!(found.runs, 21, "{name}");
        let step = &found.steps[&1];
        assert_eq!((step.called, step.p95_us), (20, Some(19_000)), "{name}");
        assert_eq!(step.last, Some((last.unwrap(), at(2))), "{name}");
        assert_eq!(found.open, [("order".to_owned(), 1, run.id)], "{name}");
        let letters = store
            .letters_of_step(FLOW, deployment, "order", Page::first(5))
            .await;
        assert_eq!(letters.unwrap()[0].run, run.id, "{name}");
        let other = store
            .flow_statistics(ENVIRONMENT, FLOW, DeploymentId(12), 100)
            .await;
        assert_eq!(other.unwrap().runs, 0, "{name}");
    }
}
