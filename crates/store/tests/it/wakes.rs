//! Runs that wait, and what wakes them.

use crate::given::{ENVIRONMENT, advance, apply, at, done, effect, effect_id, started};
use model::{EffectState, RunState};
use store::advance::CrossReferenceWrite;
use store::effect::wake_key;
use store::{Advance, Advanced, StartedRun, testing};

fn waits(run: &StartedRun, key: &str) -> Advance {
    let mut item = advance(run, RunState::Waiting);
    item.wait_for = Some(key.into());
    item.deadline = Some(at(900));
    item
}

fn writes(run: &StartedRun) -> Advance {
    let mut item = advance(run, RunState::Running);
    item.cross_references = vec![CrossReferenceWrite {
        kind: "order".into(),
        id: "pi_1".into(),
        value: "1".into(),
    }];
    item.wakes = vec!["xref:order:pi_1".into()];
    item
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cross_reference_wakes_who_waits_for_it() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let waiter = started(&store, "evt_1", "ch_1").await;
        let writer = started(&store, "evt_2", "ch_2").await;
        done(&store, &fence, waits(&waiter, "xref:order:pi_1")).await;
        let record = store.run(waiter.id).await.unwrap();
        assert_eq!(record.state, RunState::Waiting, "{name}");
        assert_eq!(record.deadline, Some(at(900)), "{name}");

        let answer = apply(&store, &fence, writes(&writer)).await;
        let woken = StartedRun {
            state: RunState::Ready,
            rev: 2,
            ..waiter.clone()
        };
        let expected = Advanced::Done {
            rev: 1,
            ready: vec![woken],
            ready_at_once: false,
        };
        assert_eq!(answer, expected, "{name}");
        let record = store.run(waiter.id).await.unwrap();
        assert_eq!(
            (record.state, record.wait_for),
            (RunState::Ready, None),
            "{name}"
        );
        assert_eq!(record.due_at, at(2), "{name}");
        let (due, _) = store
            .ready_due(&[waiter.shard], None, at(2), 10)
            .await
            .unwrap();
        assert!(due.iter().any(|run| run.id == waiter.id), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_wait_for_what_is_there_is_ready_at_once() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let waiter = started(&store, "evt_1", "ch_1").await;
        let writer = started(&store, "evt_2", "ch_2").await;
        done(&store, &fence, writes(&writer)).await;
        let answer = apply(&store, &fence, waits(&waiter, "xref:order:pi_1")).await;
        let expected = Advanced::Done {
            rev: 1,
            ready: vec![],
            ready_at_once: true,
        };
        assert_eq!(answer, expected, "{name}");
        assert_eq!(
            store.run(waiter.id).await.unwrap().state,
            RunState::Ready,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiter_and_writer_in_one_batch_do_not_miss_each_other() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        for (n, waiter_first) in [(0, true), (1, false)] {
            let waiter = started(&store, &format!("w{n}"), &format!("w{n}")).await;
            let writer = started(&store, &format!("x{n}"), &format!("x{n}")).await;
            let key = format!("xref:batch:{n}");
            let mut write = advance(&writer, RunState::Running);
            write.cross_references = vec![CrossReferenceWrite {
                kind: "batch".into(),
                id: n.to_string(),
                value: "1".into(),
            }];
            write.wakes = vec![key.clone()];
            let mut batch = vec![waits(&waiter, &key), write];
            if !waiter_first {
                batch.reverse();
            }
            let answers = store.advance(fence.clone(), batch).await.unwrap();
            let at_once = answers.iter().filter(|a| {
                matches!(
                    a,
                    Advanced::Done {
                        ready_at_once: true,
                        ..
                    }
                )
            });
            assert_eq!(at_once.count(), 1, "{name}: {answers:?}");
            assert_eq!(
                store.run(waiter.id).await.unwrap().state,
                RunState::Ready,
                "{name}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_for_an_effect_ends_when_nobody_alive_holds_it() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let holder = started(&store, "evt_1", "ch_1").await;
        let waiter = started(&store, "evt_2", "ch_2").await;
        let late = started(&store, "evt_3", "ch_3").await;
        let key = wake_key(&effect_id("shared").key());
        let mut begins = advance(&holder, RunState::Running);
        begins.effects = vec![effect("shared", None, EffectState::Open, Some(holder.id))];
        done(&store, &fence, begins).await;
        let held = apply(&store, &fence, waits(&waiter, &key)).await;
        let expected = Advanced::Done {
            rev: 1,
            ready: vec![],
            ready_at_once: false,
        };
        assert_eq!(held, expected, "{name}");

        let mut ends = advance(&holder, RunState::Done);
        ends.rev = 1;
        ends.effects = vec![effect("shared", Some(1), EffectState::Confirmed, None)];
        ends.wakes = vec![key.clone()];
        let Advanced::Done { ready, .. } = apply(&store, &fence, ends).await else {
            panic!("{name}: it ends")
        };
        assert_eq!(ready.len(), 1, "{name}");
        let answer = apply(&store, &fence, waits(&late, &key)).await;
        assert!(
            matches!(
                answer,
                Advanced::Done {
                    ready_at_once: true,
                    ..
                }
            ),
            "{name}: {answer:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wake_stays_in_its_environment_and_a_resumed_connection_wakes() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let waiter = started(&store, "evt_1", "ch_1").await;
        done(&store, &fence, waits(&waiter, "connection:5")).await;
        let other = model::ids::EnvironmentId(2);
        let keys = vec!["connection:5".to_owned()];
        assert!(
            store
                .wake(other, keys.clone(), at(3))
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
        assert_eq!(
            store
                .wake(ENVIRONMENT, keys.clone(), at(3))
                .await
                .unwrap()
                .len(),
            1,
            "{name}"
        );
        assert!(
            store
                .wake(ENVIRONMENT, keys, at(3))
                .await
                .unwrap()
                .is_empty(),
            "{name}"
        );
    }
}
