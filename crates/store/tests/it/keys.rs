//! Business keys: who has one, and who gets it when it is released.

use crate::given::{advance, apply, done, started};
use model::RunState;
use store::{Advanced, StartedRun, testing};

#[tokio::test(flavor = "multi_thread")]
async fn a_released_key_goes_to_the_newest_covered_run() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let first = started(&store, "evt_1", "ch_1").await;
        let second = started(&store, "evt_2", "ch_1").await;
        let third = started(&store, "evt_3", "ch_1").await;
        let mut ends = advance(&first, RunState::Skipped);
        ends.release_key = true;
        let answer = apply(&store, &fence, ends).await;
        let heir = StartedRun {
            state: RunState::Ready,
            rev: 1,
            ..third.clone()
        };
        let expected = Advanced::Done {
            rev: 1,
            ready: vec![heir.clone()],
            ready_at_once: false,
        };
        assert_eq!(answer, expected, "{name}");
        assert_eq!(
            store.run(second.id).await.unwrap().state,
            RunState::Covered,
            "{name}"
        );
        assert_eq!(store.run(third.id).await.unwrap().ended_at, None, "{name}");

        // The heir has the key now: a further event is covered; when the heir releases it, too,
        // the newest of the covered ones follows.
        let fourth = started(&store, "evt_4", "ch_1").await;
        assert_eq!(fourth.state, RunState::Covered, "{name}");
        let mut ends = advance(&heir, RunState::Skipped);
        ends.release_key = true;
        let Advanced::Done { ready, .. } = apply(&store, &fence, ends).await else {
            panic!("{name}: it ends")
        };
        assert_eq!(ready[0].id, fourth.id, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_free_if_nobody_was_covered_and_stays_taken_otherwise() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let first = started(&store, "evt_1", "ch_1").await;
        let mut ends = advance(&first, RunState::Skipped);
        ends.release_key = true;
        done(&store, &fence, ends).await;
        let second = started(&store, "evt_2", "ch_1").await;
        assert_eq!(second.state, RunState::Ready, "{name}");
        done(&store, &fence, advance(&second, RunState::Done)).await;
        let third = started(&store, "evt_3", "ch_1").await;
        assert_eq!(third.state, RunState::Covered, "{name}");
    }
}
