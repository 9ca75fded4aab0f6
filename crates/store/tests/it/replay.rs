//! Replays.

use crate::given::{advance, at, done, event, started};
use model::RunState;
use model::ids::DeploymentId;
use store::run::StepState;
use store::{Error, Fence, ReplayRequest, StartedRun, StepRecord, Store, testing};
use vault::Sealed;

fn step(step: i64) -> StepRecord {
    StepRecord {
        scope: 0,
        step,
        index: 0,
        state: StepState::Done,
        output: Some(Sealed(vec![7])),
        effect: None,
        reused: false,
        started_at: at(1),
        ended_at: Some(at(2)),
    }
}

async fn dead(store: &Store, fence: &Fence, key: &str) -> StartedRun {
    let run = started(store, key, key).await;
    let mut dies = advance(&run, RunState::Dead);
    dies.steps = vec![step(0), step(1), step(2)];
    dies.dead_letter = Some(store::DeadLetter {
        fingerprint: "F".into(),
        class: model::FaultClass::Rejected,
        step: "order".into(),
        message: "no".into(),
        amount_minor: Some(5),
        currency: Some("EUR".into()),
        question: None,
        missing_row: None,
    });
    done(store, fence, dies).await;
    run
}

fn request(run: &StartedRun) -> ReplayRequest {
    ReplayRequest {
        run: run.id,
        keep_steps: vec![0, 1],
        from_cursor: 2,
        new_event: None,
        deployment: Some(DeploymentId(12)),
        at: at(100),
        who: "ada".into(),
        reason: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_begins_at_the_failed_step_and_takes_the_key() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let old = dead(&store, &fence, "ch_1").await;
        let new = store.replay(request(&old)).await.unwrap();
        assert_eq!(
            store.replay(request(&old)).await.unwrap(),
            new,
            "{name}: a repeat"
        );
        let (run, steps, _) = store.journal(new.id).await.unwrap();
        assert_eq!(run.replay_of, Some(old.id), "{name}");
        assert_eq!(
            (run.cursor, run.deployment),
            (2, DeploymentId(12)),
            "{name}"
        );
        assert_eq!(steps, [step(0), step(1)], "{name}");
        let letter = store.dead_letter(old.id).await.unwrap();
        assert_eq!(letter.resolution.as_deref(), Some("replayed"), "{name}");
        assert_eq!(
            started(&store, "evt_2", "ch_1").await.state,
            RunState::Covered,
            "{name}"
        );

        let later = ReplayRequest {
            at: at(200),
            ..request(&old)
        };
        let refused = store.replay(later).await;
        assert!(
            matches!(refused, Err(Error::Conflict(_))),
            "{name}: {refused:?}"
        );
        let live = store.replay(request(&new)).await;
        assert!(
            matches!(live, Err(Error::Conflict(_))),
            "{name}: it is not over"
        );
        // The key is the new run's to release.
        let mut ends = advance(&new, RunState::Skipped);
        ends.release_key = true;
        done(&store, &fence, ends).await;
        assert_eq!(
            store.run(new.id).await.unwrap().state,
            RunState::Skipped,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_can_have_an_edited_payload() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let old = dead(&store, &fence, "ch_1").await;
        let mut edited = event("replay:1:1", "ch_1");
        edited.body = Sealed(b"edited".to_vec());
        let request = ReplayRequest {
            new_event: Some(edited),
            keep_steps: vec![],
            from_cursor: 0,
            ..request(&old)
        };
        let new = store.replay(request.clone()).await.unwrap();
        assert_ne!(new.event, old.event, "{name}");
        assert_eq!(
            store.event(new.event).await.unwrap().body.0,
            b"edited",
            "{name}"
        );
        assert_eq!(
            store.replay(request).await.unwrap(),
            new,
            "{name}: a repeat"
        );
        assert_eq!(
            store.event(old.event).await.unwrap().body.0,
            b"body",
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_replayed_at_once() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let mut requests = Vec::new();
        for n in 0..20 {
            requests.push(request(&dead(&store, &fence, &format!("ch_{n}")).await));
        }
        let made = store.replay_all(requests).await;
        assert_eq!(made.into_iter().filter(Result::is_ok).count(), 20, "{name}");
        assert_eq!(store.counts().await.unwrap().dead_letters, 0, "{name}");
        let shards: Vec<i64> = (0..64).collect();
        assert_eq!(store.load_live(&shards).await.unwrap().len(), 20, "{name}");
        assert!(
            store.verify().await.unwrap().is_empty(),
            "{name}: the trail is whole"
        );
    }
}
