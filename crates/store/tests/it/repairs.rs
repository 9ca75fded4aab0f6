//! Acts on all letters of a cause, and who takes care of one.

use crate::given::{ENVIRONMENT, advance, at, done, started};
use model::RunState;
use model::ids::{EnvironmentId, RepairId, RunId};
use store::{
    Bounds, CauseFilter, DeadLetter, Error, Fence, JobState, LetterFilter, NewComment, NewRepair,
    NewRepairItem, Page, RepairAdvance, RepairKind, SetCare, SetTag, StartedRun, Store, Stretches,
    testing,
};
use vault::Sealed;

async fn dies(store: &Store, run: &StartedRun, fence: &Fence, cause: &str, amount: i64) {
    let mut item = advance(run, RunState::Dead);
    item.dead_letter = Some(DeadLetter {
        fingerprint: cause.into(),
        class: model::FaultClass::Rejected,
        step: "order".into(),
        message: "no such item".into(),
        amount_minor: Some(amount),
        currency: Some("EUR".into()),
        question: None,
        missing_row: Some(("items".into(), cause.into())),
    });
    done(store, fence, item).await;
}

/// Three letters of the cause `A`, one of `B`.
async fn letters(store: &Store) -> Vec<StartedRun> {
    let fence = store.lease("a").await.unwrap();
    let mut runs = Vec::new();
    for (n, cause) in ["A", "A", "A", "B"].into_iter().enumerate() {
        let run = started(store, &format!("evt_{n}"), &format!("ch_{n}")).await;
        dies(store, &run, &fence, cause, 100).await;
        runs.push(run);
    }
    runs
}

fn new(kind: RepairKind) -> NewRepair {
    NewRepair {
        environment: ENVIRONMENT,
        fingerprint: "A".into(),
        kind,
        request: "{}".into(),
        progress: "{}".into(),
        who: "ada".into(),
        at: at(10),
        kept: 2,
    }
}

fn step(id: RepairId, before: RunId, cursor: RunId, state: JobState) -> RepairAdvance {
    RepairAdvance {
        id,
        before,
        cursor,
        state,
        progress: "{}".into(),
        items: vec![NewRepairItem {
            run: cursor,
            made: Some(cursor),
            body: Sealed(vec![1]),
        }],
        at: at(11),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_of_a_kind_runs_alone_and_goes_on_where_it_was() {
    for (name, store, _guard) in testing::stores().await {
        let runs = letters(&store).await;
        let first = store.repair_create(new(RepairKind::Trial)).await.unwrap();
        assert_eq!((first.cursor, first.last), (RunId(0), runs[2].id), "{name}");
        let again = store.repair_create(new(RepairKind::Trial)).await;
        assert!(
            matches!(again, Err(Error::Conflict(_))),
            "{name}: {again:?}"
        );
        let retry = store.repair_create(new(RepairKind::Retry)).await.unwrap();
        assert_eq!(store.repairs_running().await.unwrap().len(), 2, "{name}");
        let (id, running) = (first.id, JobState::Running);
        let advanced =
            |before, cursor, state| store.repair_advance(step(id, before, cursor, state));
        assert!(advanced(RunId(0), runs[0].id, running).await.unwrap());
        // Of two that work on it one is late.
        assert!(!advanced(RunId(0), runs[1].id, running).await.unwrap());
        let set = |state| store.repair_set(id, state, Some("why".into()), at(12));
        assert_eq!(
            set(JobState::Cancelled).await.unwrap().state,
            JobState::Cancelled
        );
        assert!(!advanced(runs[0].id, runs[1].id, running).await.unwrap());
        let resumed = store.repair_set(id, running, None, at(13)).await.unwrap();
        assert_eq!(
            (resumed.cursor, resumed.ended_at),
            (runs[0].id, None),
            "{name}"
        );
        assert!(
            advanced(runs[0].id, runs[2].id, JobState::Done)
                .await
                .unwrap()
        );
        assert!(
            matches!(set(running).await, Err(Error::Conflict(_))),
            "{name}"
        );
        let items = store.repair_items(id, Page::first(9)).await.unwrap();
        let seen: Vec<_> = items
            .iter()
            .map(|i| (i.run, i.amount_minor, i.stands))
            .collect();
        let dead = Some(RunState::Dead);
        let expected = [(runs[0].id, Some(100), dead), (runs[2].id, Some(100), dead)];
        assert_eq!(seen, expected, "{name}");
        let stands = store.repair_stands(id).await.unwrap();
        assert_eq!(
            (stands.len(), stands[0].1.amount_minor),
            (1, Some(200)),
            "{name}"
        );
        let step = step(retry.id, RunId(0), runs[2].id, JobState::Done);
        assert!(store.repair_advance(step).await.unwrap());
        store.repair_create(new(RepairKind::Trial)).await.unwrap();
        let gone = store.repair(id).await;
        assert!(
            matches!(gone, Err(Error::NotFound { .. })),
            "{name}: {gone:?}"
        );
        let kept = store
            .repairs(ENVIRONMENT, Some("A".into()), Page::first(9))
            .await
            .unwrap();
        assert_eq!(kept.len(), 2, "{name}");
        assert_eq!(
            store
                .repairs(ENVIRONMENT, Some("B".into()), Page::first(9))
                .await
                .unwrap(),
            []
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cause_has_a_person_a_day_comments_and_a_trend() {
    for (name, store, _guard) in testing::stores().await {
        letters(&store).await;
        let set = |expected, second| SetCare {
            environment: ENVIRONMENT,
            fingerprint: "A".into(),
            assignee: Some("ada".into()),
            account: None,
            due: Some("2026-12-01".into()),
            expected,
            who: "bob".into(),
            at: at(second),
        };
        assert_eq!(store.set_care(set(0, 20)).await.unwrap(), 1, "{name}");
        assert_eq!(store.set_care(set(0, 20)).await.unwrap(), 1, "said again");
        let late = store.set_care(set(0, 21)).await;
        assert!(
            matches!(late, Err(Error::Changed { .. })),
            "{name}: {late:?}"
        );
        let mine = |who: &str| CauseFilter {
            name: Some(who.into()),
            ..CauseFilter::default()
        };
        let seen = |filter| store.dead_letter_causes(ENVIRONMENT, filter, 9);
        assert_eq!(seen(mine("bob")).await.unwrap(), [], "{name}");
        let own = seen(mine("ada")).await.unwrap();
        assert_eq!((own.len(), own[0].count), (1, 3), "{name}");
        assert_eq!(
            own[0].missing_row,
            Some(("items".into(), "A".into())),
            "{name}"
        );
        assert_eq!(
            seen(CauseFilter::default()).await.unwrap().len(),
            2,
            "{name}"
        );

        let comment = |text: &str, most| NewComment {
            environment: ENVIRONMENT,
            fingerprint: "A".into(),
            who: "ada".into(),
            text: text.into(),
            at: at(30),
            most,
        };
        let first = store.comment_on_cause(comment("asked", 2)).await.unwrap();
        assert_eq!(
            store.comment_on_cause(comment("asked", 2)).await.unwrap(),
            first
        );
        store
            .comment_on_cause(comment("answered", 2))
            .await
            .unwrap();
        let full = store.comment_on_cause(comment("more", 2)).await;
        assert!(matches!(full, Err(Error::Conflict(_))), "{name}: {full:?}");
        let said = store
            .cause_comments(ENVIRONMENT, "A", Page::first(9))
            .await
            .unwrap();
        let said: Vec<_> = said.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(said, ["answered", "asked"], "{name}");

        let stretches = |until| Stretches {
            until: at(until),
            length: 10_000_000,
            count: 2,
        };
        let trend = store
            .letter_trend(ENVIRONMENT, stretches(12), "A", "B")
            .await
            .unwrap();
        let expected = [("A".to_owned(), 1, 3), ("B".to_owned(), 1, 1)];
        assert_eq!(trend, expected, "{name}");
        let trend = store
            .letter_trend(ENVIRONMENT, stretches(40), "A", "B")
            .await
            .unwrap();
        assert_eq!(trend, [], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cause_is_found_by_its_tags() {
    for (name, store, _guard) in testing::stores().await {
        letters(&store).await;
        let set = async |cause: &str, tag: &str, is_on| {
            let set = SetTag {
                environment: ENVIRONMENT,
                fingerprint: cause.into(),
                tag: tag.into(),
                is_on,
                who: "ada".into(),
                at: at(40),
                most_of_cause: 2,
                most_of_environment: 3,
            };
            store.set_tag(set).await
        };
        for (cause, tag) in [("A", "shop"), ("A", "shop"), ("A", "été"), ("B", "shop")] {
            set(cause, tag, true).await.unwrap();
        }
        let full = set("A", "more", true).await;
        assert!(matches!(full, Err(Error::Conflict(_))), "{name}: {full:?}");
        set("B", "z", true).await.unwrap();
        set("B", "shop", false).await.unwrap();
        let full = set("B", "fourth", true).await;
        assert!(matches!(full, Err(Error::Conflict(_))), "{name}: {full:?}");
        set("B", "shop", true).await.unwrap();
        set("B", "z", false).await.unwrap();

        let own = store.tags_of_causes(ENVIRONMENT, "A", "A").await.unwrap();
        let own: Vec<_> = own.iter().map(|(_, tag)| tag.as_str()).collect();
        assert_eq!(own, ["shop", "été"], "{name}");
        let used = store.tags(ENVIRONMENT).await.unwrap();
        let used: Vec<_> = used.iter().map(|t| (t.tag.as_str(), t.open)).collect();
        assert_eq!(used, [("shop", 2), ("été", 1)], "{name}");
        assert_eq!(store.tags(EnvironmentId(2)).await.unwrap(), [], "{name}");
        for (tag, causes) in [("shop", 2), ("été", 1), ("z", 0)] {
            let filter = CauseFilter {
                tag: Some(tag.into()),
                ..CauseFilter::default()
            };
            let found = store.dead_letter_causes(ENVIRONMENT, filter, 9).await;
            assert_eq!(found.unwrap().len(), causes, "{name}: {tag}");
        }
        let trail = store.audit_trail_of("A", Page::first(9)).await.unwrap();
        assert_eq!(trail.len(), 2, "{name}: what is so already is not noted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_counted_and_listed_by_age_within_an_environment() {
    for (name, store, _guard) in testing::stores().await {
        letters(&store).await;
        for (fresh, week, age) in [(1, 0, 0), (3, 2, 1), (4, 3, 2)] {
            let bounds = Bounds {
                usual: at(0),
                deposits: at(0),
                fresh: at(fresh),
                week: at(week),
            };
            let standing = store.standing(ENVIRONMENT, bounds).await.unwrap();
            let letters = &standing.letters;
            assert_eq!(
                (
                    letters.len(),
                    letters[0].age,
                    letters[0].count,
                    letters[0].amount_minor
                ),
                (1, age, 4, 400),
                "{name}"
            );
            let other = store.standing(EnvironmentId(2), bounds).await.unwrap();
            assert_eq!(other.letters, [], "{name}");
        }
        let filter = |from, until| LetterFilter {
            from: Some(at(from)),
            until: Some(at(until)),
            ..LetterFilter::default()
        };
        for (from, until, count) in [(2, 3, 4), (0, 2, 0), (3, 9, 0)] {
            let listed = store
                .dead_letters(ENVIRONMENT, filter(from, until), Page::first(9))
                .await;
            assert_eq!(listed.unwrap().len(), count, "{name}");
        }
        let sums = store
            .letter_sums(ENVIRONMENT, "A", RunId(i64::MAX))
            .await
            .unwrap();
        assert_eq!(
            (sums.len(), sums[0].count, sums[0].amount_minor),
            (1, 3, Some(300)),
            "{name}"
        );
    }
}
