//! Lists: paging, filters, groups.

use crate::given::{ENVIRONMENT, FLOW, advance, at, done, event, started};
use model::ids::{FlowId, RunId};
use model::{FaultClass, RunState};
use store::{DeadLetter, EventFilter, LetterFilter, Page, RunFilter, StartedRun, Store, testing};

async fn pages(store: &Store, filter: RunFilter) -> Vec<RunId> {
    let (mut found, mut page) = (Vec::new(), Page::first(3));
    loop {
        let runs = store.runs(ENVIRONMENT, filter.clone(), page).await.unwrap();
        let Some(last) = runs.last() else {
            return found;
        };
        page.after = Some(last.id.0);
        found.extend(runs.into_iter().map(|run| run.id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_paged_and_filtered() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        for n in 0..10 {
            let run = started(&store, &format!("evt_{n}"), &format!("ch_{n}%")).await;
            if n % 2 == 0 {
                done(&store, &fence, advance(&run, RunState::Done)).await;
            }
        }
        let all = pages(&store, RunFilter::default()).await;
        assert_eq!(all.len(), 10, "{name}");
        assert!(all.windows(2).all(|pair| pair[0] > pair[1]), "{name}");
        let ended = RunFilter {
            state: Some(RunState::Done),
            ..RunFilter::default()
        };
        assert_eq!(pages(&store, ended).await.len(), 5, "{name}");
        let search = |text: &str| RunFilter {
            search: Some(text.into()),
            ..RunFilter::default()
        };
        assert_eq!(pages(&store, search("ch_3")).await.len(), 1, "{name}");
        assert_eq!(
            pages(&store, search("ch_3%")).await.len(),
            1,
            "{name}: a literal sign"
        );
        assert_eq!(
            pages(&store, search("%")).await.len(),
            0,
            "{name}: no wildcard"
        );
        let other = RunFilter {
            flow: Some(FlowId(8)),
            ..RunFilter::default()
        };
        assert!(pages(&store, other).await.is_empty(), "{name}");
        let counts = store.counts().await.unwrap();
        let counted = (
            counts.runs_in(RunState::Done),
            counts.runs_in(RunState::Ready),
        );
        assert_eq!(counted, (5, 5), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_paged_and_filtered() {
    for (name, store, _guard) in testing::stores().await {
        let events = (0..7)
            .map(|n| event(&format!("evt_{n}"), &format!("ch_{n}")))
            .collect();
        store.ingest(events).await.unwrap();
        let first = store
            .events(ENVIRONMENT, EventFilter::default(), Page::first(4))
            .await
            .unwrap();
        let page = Page {
            after: first.last().map(|e| e.id.0),
            limit: 4,
        };
        let second = store
            .events(ENVIRONMENT, EventFilter::default(), page)
            .await
            .unwrap();
        assert_eq!((first.len(), second.len()), (4, 3), "{name}");
        let filter = EventFilter {
            search: Some("evt_3".into()),
            ..EventFilter::default()
        };
        let found = store
            .events(ENVIRONMENT, filter, Page::first(4))
            .await
            .unwrap();
        assert_eq!(found.len(), 1, "{name}");
        let runs = store.runs_of_event(found[0].id).await.unwrap();
        assert_eq!(runs.len(), 1, "{name}");
        let kind = EventFilter {
            kind: Some("payout.paid".into()),
            ..EventFilter::default()
        };
        assert!(
            store
                .events(ENVIRONMENT, kind, Page::first(4))
                .await
                .unwrap()
                .is_empty()
        );
    }
}

async fn dies(store: &Store, run: &StartedRun, fence: &store::Fence, cause: &str, minor: i64) {
    let mut item = advance(run, RunState::Dead);
    item.dead_letter = Some(DeadLetter {
        fingerprint: cause.into(),
        class: FaultClass::Rejected,
        step: "order".into(),
        message: format!("because {cause}"),
        amount_minor: Some(minor),
        currency: Some("EUR".into()),
        question: None,
        missing_row: None,
    });
    done(store, fence, item).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_grouped_by_cause_with_their_money() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        for n in 0..6 {
            let run = started(&store, &format!("evt_{n}"), &format!("ch_{n}")).await;
            let cause = if n < 4 { "A" } else { "B" };
            dies(&store, &run, &fence, cause, 100 + n).await;
        }
        let groups = store
            .dead_letter_groups(ENVIRONMENT, None, 10)
            .await
            .unwrap();
        let seen: Vec<_> = groups
            .iter()
            .map(|g| (g.fingerprint.as_str(), g.count, g.amount_minor))
            .collect();
        assert_eq!(seen, [("A", 4, Some(406)), ("B", 2, Some(209))], "{name}");
        let rest = store
            .dead_letter_groups(ENVIRONMENT, Some("A".into()), 10)
            .await
            .unwrap();
        assert_eq!(rest.len(), 1, "{name}");
        let filter = LetterFilter {
            fingerprint: Some("A".into()),
            flow: Some(FLOW),
            ..LetterFilter::default()
        };
        let letters = store
            .dead_letters(ENVIRONMENT, filter, Page::first(3))
            .await
            .unwrap();
        assert_eq!(letters.len(), 3, "{name}");
        assert!(letters[0].run < letters[1].run, "{name}: oldest first");
        assert_eq!(store.counts().await.unwrap().dead_letters, 6, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_takes_over_what_is_live_in_the_order_of_lanes() {
    for (name, store, _guard) in testing::stores().await {
        let fence = store.lease("a").await.unwrap();
        let mut live = Vec::new();
        for n in 0..12 {
            let run = started(&store, &format!("evt_{n}"), &format!("ch_{n}")).await;
            match n % 3 {
                0 => drop(done(&store, &fence, advance(&run, RunState::Done)).await),
                1 => {
                    let mut waits = advance(&run, RunState::Waiting);
                    waits.wait_for = Some("xref:order:none".into());
                    done(&store, &fence, waits).await;
                    live.push(run.id);
                }
                _ => live.push(run.id),
            }
        }
        started(&store, "again", "ch_2").await;
        let shards: Vec<i64> = (0..64).collect();
        let mut found = store.load_live(&shards).await.unwrap();
        assert!(
            found
                .windows(2)
                .all(|p| (p[0].shard, p[0].lane) <= (p[1].shard, p[1].lane))
        );
        found.sort_by_key(|run| run.id);
        assert_eq!(
            found.iter().map(|run| run.id).collect::<Vec<_>>(),
            live,
            "{name}"
        );
        let (due, rest) = store.ready_due(&shards, None, at(100), 100).await.unwrap();
        assert_eq!(
            (due.len(), rest),
            (4, None),
            "{name}: those that wait are not due"
        );
        // Page by page comes the same, each once.
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let (runs, next) = store.ready_due(&shards, after, at(100), 1).await.unwrap();
            paged.extend(runs);
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, due, "{name}");
    }
}
