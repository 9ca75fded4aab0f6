//! Jobs of what-if, and the past that they go through.

use crate::given::{ENVIRONMENT, FLOW, advance, at, done, event, started};
use model::ids::{RunId, WhatIfId};
use model::{RunState, Timestamp};
use store::run::StepState;
use store::{
    Error, JobState, NewWhatIf, Page, PastPeriod, ReplayRequest, StepRecord, Store,
    StoredDifference, WhatIfAdvance, testing,
};
use vault::Sealed;

fn new() -> NewWhatIf {
    NewWhatIf {
        environment: ENVIRONMENT,
        flow: FLOW,
        request: "{}".into(),
        progress: "{}".into(),
        who: "ada".into(),
        at: at(10),
        kept: 2,
    }
}

fn step(id: WhatIfId, before: i64, cursor: i64, state: JobState) -> WhatIfAdvance {
    WhatIfAdvance {
        id,
        before: RunId(before),
        cursor: RunId(cursor),
        state,
        progress: r#"{"gone": 1}"#.into(),
        differences: vec![StoredDifference {
            place: before,
            run: RunId(cursor),
            body: Sealed(vec![1]),
        }],
        at: at(11),
    }
}

async fn differences(store: &Store, id: WhatIfId) -> usize {
    let found = store.what_if_differences(id, Page::first(10)).await;
    found.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_alone_goes_on_where_it_was_and_is_forgotten() {
    for (name, store, _guard) in testing::stores().await {
        let first = store.what_if_create(new()).await.unwrap();
        assert_eq!(
            (first.state, first.cursor),
            (JobState::Running, RunId(0)),
            "{name}"
        );
        let again = store.what_if_create(new()).await;
        assert!(
            matches!(again, Err(Error::Conflict(_))),
            "{name}: {again:?}"
        );
        let id = first.id;
        let running = JobState::Running;
        assert!(
            store
                .what_if_advance(step(id, 0, 5, running))
                .await
                .unwrap()
        );
        // Of two that work on it one is late.
        assert!(
            !store
                .what_if_advance(step(id, 0, 6, running))
                .await
                .unwrap()
        );
        assert_eq!(differences(&store, id).await, 1, "{name}");
        let set = |state| store.what_if_set(id, state, Some("why".into()), at(12));
        assert_eq!(
            set(JobState::Cancelled).await.unwrap().state,
            JobState::Cancelled
        );
        assert!(
            !store
                .what_if_advance(step(id, 5, 9, running))
                .await
                .unwrap(),
            "{name}"
        );
        let resumed = store.what_if_set(id, running, None, at(13)).await.unwrap();
        assert_eq!(
            (resumed.cursor, resumed.ended_at),
            (RunId(5), None),
            "{name}"
        );
        assert!(
            store
                .what_if_advance(step(id, 5, 9, JobState::Done))
                .await
                .unwrap()
        );
        for state in [JobState::Running, JobState::Cancelled] {
            assert!(
                matches!(set(state).await, Err(Error::Conflict(_))),
                "{name}"
            );
        }
        let job = store.what_if(id).await.unwrap();
        assert_eq!(
            (job.state, job.ended_at),
            (JobState::Done, Some(at(11))),
            "{name}"
        );
        for _ in 0..2 {
            let next = store.what_if_create(new()).await.unwrap();
            store
                .what_if_advance(step(next.id, 0, 1, JobState::Done))
                .await
                .unwrap();
        }
        let gone = store.what_if(id).await;
        assert!(
            matches!(gone, Err(Error::NotFound { .. })),
            "{name}: {gone:?}"
        );
        assert_eq!(differences(&store, id).await, 0, "{name}");
        let kept = store.what_ifs(ENVIRONMENT, Page::first(10)).await.unwrap();
        assert_eq!(kept.len(), 2, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_read_in_pages_a_replayed_run_by_its_replay() {
    for (name, store, guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let mut runs = Vec::new();
        for n in 0..4 {
            let key = format!("ch_{n}");
            let run = started(&store, &key, &key).await;
            let mut ends = advance(&run, RunState::Done);
            ends.steps = vec![StepRecord {
                scope: 0,
                step: n,
                index: 0,
                state: StepState::Done,
                output: Some(Sealed(vec![7; 10])),
                effect: None,
                reused: false,
                started_at: at(1),
                ended_at: Some(at(2)),
            }];
            ends.lookups = (n == 1).then(|| Sealed(vec![3]));
            done(&store, &fence, ends).await;
            runs.push(run);
        }
        let mut other = event("evt_late", "ch_late");
        other.received_at = at(1_000);
        store.ingest(vec![other]).await.unwrap();
        let replay = store
            .replay(ReplayRequest {
                run: runs[0].id,
                keep_steps: Vec::new(),
                from_cursor: 0,
                new_event: None,
                deployment: None,
                at: at(100),
                who: "ada".into(),
                reason: None,
            })
            .await
            .unwrap();
        let past = PastPeriod {
            environment: ENVIRONMENT,
            flow: FLOW,
            after: RunId(0),
            last: RunId(i64::MAX),
            from: Timestamp(0),
            to: at(500),
        };
        let ids = |found: &[store::PastRun]| found.iter().map(|r| r.run.id).collect::<Vec<_>>();
        let all = store.past_runs(past, 10).await.unwrap();
        let expected = [runs[1].id, runs[2].id, runs[3].id, replay.id];
        assert_eq!(ids(&all), expected, "{name}");
        assert_eq!(store.count_past_runs(past).await.unwrap(), 4, "{name}");
        let page = PastPeriod {
            after: runs[1].id,
            ..past
        };
        assert_eq!(
            ids(&store.past_runs(page, 1).await.unwrap()),
            [runs[2].id],
            "{name}"
        );
        let none = PastPeriod {
            from: at(2),
            ..past
        };
        assert_eq!(store.count_past_runs(none).await.unwrap(), 0, "{name}");
        let weight = |r: &store::PastRun| (r.body_bytes, r.step_rows, r.step_bytes);
        assert_eq!(
            (weight(&all[0]), weight(&all[3])),
            ((4, 1, 10), (4, 0, 0)),
            "{name}"
        );
        assert_eq!(all[0].occurred_at, at(0), "{name}");
        let erase = format!("DELETE FROM event_body WHERE event = {}", runs[2].event.0);
        guard.execute(&erase).await;
        let wanted = all.iter().map(|r| (r.run.id, r.run.event)).collect();
        let details = store.past_details(wanted).await.unwrap();
        let bodies: Vec<bool> = details.iter().map(|d| d.body.is_some()).collect();
        assert_eq!(bodies, [true, false, true, true], "{name}");
        let steps: Vec<usize> = details.iter().map(|d| d.steps.len()).collect();
        assert_eq!(steps, [1, 1, 1, 0], "{name}");
        assert_eq!(details[1].steps[0].step, 2, "{name}");
        let lookups: Vec<bool> = details.iter().map(|d| d.lookups.is_some()).collect();
        assert_eq!(lookups, [true, false, false, false], "{name}");
    }
}
