//! What people decide: cross references that wake, flows that are started.

use crate::given::{ENVIRONMENT, advance, at, done, event, started};
use model::RunState;
use store::{Error, Ingested, Page, PutCrossReference, StartRun, testing};

fn put(value: &str) -> PutCrossReference {
    PutCrossReference {
        environment: ENVIRONMENT,
        kind: "approval".into(),
        id: "run_1:0:2:ab".into(),
        value: value.into(),
        who: "ada".into(),
        at: at(5),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_wakes_who_waits_and_is_never_overwritten() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let waiter = started(&store, "evt_1", "ch_1").await;
        let other = started(&store, "evt_2", "ch_2").await;
        for (run, key) in [
            (&waiter, "xref:approval:run_1:0:2:ab"),
            (&other, "xref:order:pi_1"),
        ] {
            let mut item = advance(run, RunState::Waiting);
            item.wait_for = Some(key.into());
            done(&store, &fence, item).await;
        }
        let waiting = |prefix| store.runs_waiting(ENVIRONMENT, prefix, Page::first(10));
        let found = waiting("xref:approval:").await.unwrap();
        let found: Vec<_> = found.iter().map(|run| run.id).collect();
        assert_eq!(found, [waiter.id], "{name}");

        let woken = store.put_cross_reference(put("yes")).await.unwrap();
        let woken: Vec<_> = woken.iter().map(|run| run.id).collect();
        assert_eq!(woken, [waiter.id], "{name}");
        assert_eq!(waiting("xref:approval:").await.unwrap(), [], "{name}");
        assert_eq!(
            store.put_cross_reference(put("yes")).await.unwrap(),
            [],
            "{name}"
        );
        let refused = store.put_cross_reference(put("no")).await;
        assert!(
            matches!(refused, Err(Error::Conflict(_))),
            "{name}: {refused:?}"
        );
        let stored = store
            .cross_reference(ENVIRONMENT, "approval", "run_1:0:2:ab")
            .await;
        assert_eq!(stored.unwrap().as_deref(), Some("yes"), "{name}");
        let trail = store.audit_trail(Page::first(10)).await.unwrap();
        let trail: Vec<_> = trail
            .iter()
            .map(|a| (&*a.who, &*a.action, &*a.detail))
            .collect();
        assert_eq!(trail, [("ada", "cross_reference.put", "yes")], "{name}");
        assert_eq!(
            store.verify().await.unwrap(),
            Vec::<String>::new(),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_is_repeated_starts_once() {
    for (name, store, _guard) in testing::stores().await {
        let start = || StartRun {
            event: event("start:close:k1", "start:close:k1"),
            who: "ada".into(),
        };
        let first = store.start_run(start()).await.unwrap();
        let Ingested::New { event, runs } = first else {
            panic!("{name}: {first:?}");
        };
        let again = store.start_run(start()).await.unwrap();
        assert_eq!(again, Ingested::Duplicate { event }, "{name}");
        assert_eq!(
            store.runs_of_event(event).await.unwrap(),
            [runs[0].id],
            "{name}"
        );
        let trail = store.audit_trail(Page::first(10)).await.unwrap();
        let trail: Vec<_> = trail.iter().map(|a| (&*a.action, &*a.subject)).collect();
        assert_eq!(trail, [("flow.start", "start:close:k1")], "{name}");
    }
}
