//! Advances: guards, atomicity, repeats.

use crate::given::{advance, apply, at, done, effect, effect_id, started};
use model::{EffectState, FaultClass, Peer, RunState};
use store::advance::{CrossReferenceWrite, GuardWrite};
use store::run::StepState;
use store::{Advanced, CallRecord, DeadLetter, Fence, StepRecord, testing};
use vault::Sealed;

fn step(step: i64, state: StepState) -> StepRecord {
    StepRecord {
        scope: 0,
        step,
        index: 0,
        state,
        output: Some(Sealed(vec![1, 2])),
        effect: Some(effect_id("ch_1").key()),
        reused: false,
        started_at: at(1),
        ended_at: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_an_advance_is_written_and_a_repeat_is_stale() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        assert_eq!(fence.0.len(), 64, "{name}");
        let run = started(&store, "evt_1", "ch_1").await;
        let mut item = advance(&run, RunState::Running);
        item.cursor = 2;
        item.attempt = 3;
        item.since = Some(at(1));
        item.fault = Some((FaultClass::Transient, "503".into()));
        item.steps = vec![step(0, StepState::Done), step(1, StepState::Begun)];
        item.calls = vec![CallRecord {
            step: 1,
            label: "OIS100MI/Confirm".into(),
            kind: "commit".into(),
            started_at: at(1),
            ended_at: at(2),
            fault: None,
            status: Some(200),
            body: Some(Sealed(b"said".to_vec())),
        }];
        item.effects = vec![effect("ch_1", None, EffectState::Uncertain, Some(run.id))];
        item.guards = vec![GuardWrite {
            peer: Peer("p".into()),
            kind: "customer".into(),
            reference: "cus_1".into(),
            as_of: at(5),
        }];
        item.cross_references = vec![CrossReferenceWrite {
            kind: "order".into(),
            id: "pi_1".into(),
            value: "0010001".into(),
        }];
        let answer = apply(&store, &fence, item.clone()).await;
        let expected = Advanced::Done {
            rev: 1,
            ready: vec![],
            ready_at_once: false,
        };
        assert_eq!(answer, expected, "{name}");
        assert_eq!(
            apply(&store, &fence, item.clone()).await,
            Advanced::Stale,
            "{name}"
        );

        let (record, steps, calls) = store.journal(run.id).await.unwrap();
        assert_eq!(record.rev, 1, "{name}");
        assert_eq!(
            (record.cursor, record.attempt, record.since),
            (2, 3, Some(at(1))),
            "{name}"
        );
        assert_eq!(record.fault, item.fault, "{name}");
        assert_eq!(steps, item.steps, "{name}");
        // What was said is read for one call at a time.
        let place = store.calls_page(run.id, None, 5).await.unwrap()[0].at;
        let call = store.call(run.id, place).await.unwrap();
        assert_eq!(call, item.calls[0], "{name}");
        assert_eq!(calls, [CallRecord { body: None, ..call }], "{name}");
        let id = effect_id("ch_1");
        let stored = store
            .effect(&id.peer, &id.kind, &id.reference)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(stored, item.effects[0].record, "{name}");
        let peer = Peer("p".into());
        let guard = store.set_guard(&peer, "customer", "cus_1").await.unwrap();
        assert_eq!(guard, Some(at(5)), "{name}");
        let value = store
            .cross_reference(record.environment, "order", "pi_1")
            .await
            .unwrap();
        assert_eq!(value.as_deref(), Some("0010001"), "{name}");

        // The step's row is replaced, an older guard is not written.
        let mut next = advance(&run, RunState::Done);
        next.rev = 1;
        next.steps = vec![step(1, StepState::Done)];
        next.guards = vec![GuardWrite {
            as_of: at(4),
            ..item.guards[0].clone()
        }];
        next.effects = vec![effect("ch_1", Some(1), EffectState::Confirmed, None)];
        done(&store, &fence, next).await;
        let (record, steps, _) = store.journal(run.id).await.unwrap();
        assert_eq!(
            (record.state, record.ended_at),
            (RunState::Done, Some(at(2))),
            "{name}"
        );
        assert_eq!(steps[1].state, StepState::Done, "{name}");
        let guard = store.set_guard(&peer, "customer", "cus_1").await.unwrap();
        assert_eq!(guard, Some(at(5)), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_fails_a_guard_writes_nothing_and_others_pass() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let one = started(&store, "evt_1", "ch_1").await;
        let two = started(&store, "evt_2", "ch_2").await;
        let three = started(&store, "evt_3", "ch_3").await;
        let mut first = advance(&one, RunState::Running);
        first.effects = vec![effect("shared", None, EffectState::Open, Some(one.id))];
        // In the same batch a second run tries to begin the same effect.
        let mut second = advance(&two, RunState::Running);
        second.effects = vec![effect("shared", None, EffectState::Open, Some(two.id))];
        second.steps = vec![step(0, StepState::Begun)];
        let third = advance(&three, RunState::Running);
        let answers = store
            .advance(fence.clone(), vec![first, second, third])
            .await
            .unwrap();
        assert!(
            matches!(answers[0], Advanced::Done { .. }),
            "{name}: {answers:?}"
        );
        assert_eq!(
            answers[1],
            Advanced::EffectStale(effect_id("shared")),
            "{name}"
        );
        assert!(matches!(answers[2], Advanced::Done { .. }), "{name}");
        let (run, steps, _) = store.journal(two.id).await.unwrap();
        assert_eq!((run.rev, steps.len()), (0, 0), "{name}");

        let mut stale = advance(&two, RunState::Running);
        stale.effects = vec![effect("shared", Some(9), EffectState::Open, Some(two.id))];
        let answer = apply(&store, &fence, stale).await;
        assert_eq!(answer, Advanced::EffectStale(effect_id("shared")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_advances_of_one_run_in_one_batch_are_applied_in_order() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let mut second = advance(&run, RunState::Done);
        second.rev = 1;
        let batch = vec![advance(&run, RunState::Running), second];
        let answers = store.advance(fence, batch).await.unwrap();
        let rev = |rev| Advanced::Done {
            rev,
            ready: vec![],
            ready_at_once: false,
        };
        assert_eq!(answers, [rev(1), rev(2)], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_a_shard_is_fenced() {
    for (name, store, _guard) in testing::stores().await {
        let old = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let new = store.lease("b").await.unwrap();
        let item = || advance(&run, RunState::Running);
        assert_eq!(
            apply(&store, &old, item()).await,
            Advanced::Fenced,
            "{name}"
        );
        assert_eq!(
            apply(&store, &Fence::default(), item()).await,
            Advanced::Fenced,
            "{name}"
        );
        assert_eq!(done(&store, &new, item()).await, 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn defects_of_the_caller_are_refused_with_a_reason() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let mut elsewhere = advance(&run, RunState::Running);
        elsewhere.shard = (run.shard + 1) % 64;
        let mut unknown = advance(&run, RunState::Running);
        unknown.run = model::ids::RunId(999_999_999);
        let mut releases = advance(&run, RunState::Running);
        releases.release_key = true;
        for item in [elsewhere, unknown, releases] {
            let answer = apply(&store, &fence, item).await;
            assert!(matches!(answer, Advanced::Refused(_)), "{name}: {answer:?}");
        }
        assert_eq!(store.run(run.id).await.unwrap().rev, 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_run_leaves_a_letter() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let letter = DeadLetter {
            fingerprint: "F1".into(),
            class: FaultClass::Rejected,
            step: "order".into(),
            message: "Item MUG-77 does not exist".into(),
            amount_minor: Some(1999),
            currency: Some("EUR".into()),
            question: None,
            missing_row: Some(("items".into(), "prod_1".into())),
        };
        let mut item = advance(&run, RunState::Dead);
        item.dead_letter = Some(letter.clone());
        done(&store, &fence, item.clone()).await;
        assert_eq!(apply(&store, &fence, item).await, Advanced::Stale, "{name}");
        let stored = store.dead_letter(run.id).await.unwrap();
        assert_eq!((stored.letter, stored.resolution), (letter, None), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_found_by_when_it_is_due_whether_that_was_changed_or_not() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let run = started(&store, "evt_1", "ch_1").await;
        let stored = store.run(run.id).await.unwrap();
        let begun = stored.due_at;
        let mut item = advance(&run, RunState::Running);
        for (rev, state, due_at) in [
            (0, RunState::Running, begun),
            (1, RunState::Retry, at(500)),
            (2, RunState::Running, at(500)),
            (3, RunState::Running, begun),
        ] {
            (item.rev, item.state, item.due_at) = (rev, state, due_at);
            (item.attempt, item.cursor) = (rev + 7, rev);
            let answer = apply(&store, &fence, item.clone()).await;
            assert!(matches!(answer, Advanced::Done { .. }), "{name} {answer:?}");
            let now = store.run(run.id).await.unwrap();
            assert_eq!((now.rev, now.state, now.due_at), (rev + 1, state, due_at));
            assert_eq!((now.attempt, now.cursor), (rev + 7, rev), "{name}");
            for (time, is_due) in [(at(499), due_at == begun), (at(500), true)] {
                let due = store.ready_due(&[run.shard], None, time, 10).await;
                let (due, _) = due.unwrap();
                assert_eq!(due.len(), usize::from(is_due), "{name} {rev} {time:?}");
            }
        }
    }
}
