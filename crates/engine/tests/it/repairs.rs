//! Working runs again that are over: a whole cause, tried first; the four ways; within one
//! environment.

use crate::app::{App, on_both};
use engine::repair::{Outcome, Repair, RepairRequest};
use engine::{Deploy, Fate, OnWaiting, OperateError, Replay, SaveDraft, Target};
use model::ids::{EnvironmentId, RunId};
use model::{EnvironmentKind, RunState};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use store::{Former, JobState, LetterFilter, Page, RepairKind};

/// Notes that it began, then needs a row of a table.
const FLOW: &str = "\
schema: 1
flow: names
trigger: manual
inputs:
  day: date
steps:
  - id: begun
    use: books.cross_reference.set
    with:
      kind: begun
      id: =input.day
      value: begun
  - id: name
    set:
      text: =lookup('names', input.day)
  - id: said
    use: books.cross_reference.set
    with:
      kind: said
      id: =input.day
      value: =steps.name.text
";

async fn start(app: &App, environment: EnvironmentId, day: &str) -> RunId {
    let input = json!({"day": day});
    let engine = &app.engine;
    let started = engine
        .start_flow(environment, "names", &input, day, "ada")
        .await;
    engine.settled().await;
    started.expect("it starts").run
}

async fn publish(app: &App, document: &str) -> i64 {
    let engine = &app.engine;
    let draft = engine.draft("names").await.expect("a draft");
    let save = SaveDraft {
        document: document.to_owned(),
        samples: None,
        revision: draft.revision,
    };
    let saved = engine
        .save_draft("names", save, "ada")
        .await
        .expect("saved");
    let version = engine
        .publish("names", saved.revision, "ada", "tests")
        .await;
    version.unwrap_or_else(|e| panic!("{e:?}")).number
}

async fn deploy(app: &App, environment: &str, version: i64) {
    let target = Target {
        flow: "names".into(),
        environment: environment.into(),
        version,
        bindings: BTreeMap::new(),
        from: None,
    };
    let act = Deploy {
        target,
        former: Former::Any,
        waiting: OnWaiting::Finish,
        who: "ada".into(),
        reason: "tests".into(),
    };
    let done = app.engine.deploy(act).await;
    done.unwrap_or_else(|e| panic!("{e:?}"));
}

async fn open(app: &App, environment: EnvironmentId) -> Vec<(RunId, String)> {
    let store = app.engine.store();
    let letters = store
        .dead_letters(environment, LetterFilter::default(), Page::first(50))
        .await
        .expect("letters");
    let letters = letters.into_iter();
    letters.map(|l| (l.run, l.letter.fingerprint)).collect()
}

async fn said(app: &App, day: &str) -> Option<String> {
    let store = app.engine.store();
    let said = store.cross_reference(app.environment(), "said", day).await;
    said.expect("the store answers")
}

async fn ended(app: &App, begun: Repair) -> Repair {
    loop {
        let repair = app.engine.show_repair(begun.record.id).await;
        let repair = repair.expect("the repair");
        if repair.record.state != JobState::Running {
            app.engine.settled().await;
            return repair;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_cause_is_tried_and_worked_again_letter_by_letter() {
    on_both(&[FLOW], |app| async move {
        let environment = app.engine.catalog().environments()[0].clone();
        let day = "2026-11-24";
        let mut runs = Vec::new();
        for key in ["1", "2", "3", "4"] {
            let input = json!({"day": day});
            let started = app
                .engine
                .start_flow(environment.id, "names", &input, key, "ada")
                .await;
            runs.push(started.expect("it starts").run);
        }
        app.engine.settled().await;
        let cause = open(&app, environment.id).await[0].1.clone();
        let work = |kind, lookups| {
            let asked = RepairRequest {
                lookups,
                reason: Some("the row is there".into()),
                ..RepairRequest::default()
            };
            let engine = app.engine.clone();
            let (environment, cause) = (environment.clone(), cause.clone());
            async move {
                engine
                    .repair(&environment, &cause, kind, asked, "ada")
                    .await
            }
        };
        let begun = work(RepairKind::Trial, Map::new()).await.expect("begun");
        let tried = ended(&app, begun).await;
        let progress = &tried.progress;
        assert_eq!((progress.total, progress.gone, progress.good), (4, 4, 0));
        let rows = Map::from_iter([("names".to_owned(), json!({day: "Ada"}))]);
        let begun = work(RepairKind::Trial, rows).await.expect("begun");
        let tried = ended(&app, begun).await;
        assert_eq!((tried.progress.gone, tried.progress.good), (4, 4));
        assert_eq!(open(&app, environment.id).await.len(), 4, "nothing changed");

        app.put_row("names", day, "\"Ada\"").await;
        let begun = work(RepairKind::Retry, Map::new()).await.expect("begun");
        let retried = ended(&app, begun).await;
        assert_eq!(retried.progress.good, 4);
        let stands = app.engine.repair_stands(retried.record.id).await;
        let stands = stands.expect("stands");
        assert_eq!((stands[0].0, stands[0].1.count), (RunState::Done, 4));
        let items = app.engine.repair_items(&retried, Page::first(9)).await;
        let items = items.expect("items");
        assert_eq!(items.iter().map(|i| i.run).collect::<Vec<_>>(), runs);
        assert!(
            items
                .iter()
                .all(|i| i.outcome == Outcome::Begun && i.made.is_some())
        );
        assert_eq!(open(&app, environment.id).await, []);
        let nothing = work(RepairKind::Retry, Map::new()).await;
        assert!(nothing.is_err(), "{nothing:?}");
    })
    .await;
}

#[tokio::test]
async fn a_cause_is_worked_again_within_its_environment_alone() {
    on_both(&[FLOW], |app| async move {
        let engine = &app.engine;
        let test = EnvironmentKind::Test;
        let company = engine.catalog().environments()[0].company.clone();
        let made = engine
            .create_environment("second", test, company, "ada")
            .await;
        made.unwrap_or_else(|e| panic!("{e:?}"));
        deploy(&app, "second", 1).await;
        let second = engine.catalog().environment("second").expect("it").id;
        start(&app, app.environment(), "2026-11-24").await;
        start(&app, second, "2026-11-24").await;
        let (own, other) = (
            open(&app, app.environment()).await,
            open(&app, second).await,
        );
        assert_eq!(own[0].1, other[0].1, "one cause by its words");
        let how = Replay::default();
        let replayed = engine
            .replay_cause(app.environment(), &own[0].1, &how, "ada")
            .await;
        assert_eq!(replayed.expect("replayed").len(), 1);
        engine.settled().await;
        assert_eq!(open(&app, second).await, other);
    })
    .await;
}

#[tokio::test]
async fn the_current_version_takes_up_at_the_failed_step_where_what_is_done_fits() {
    on_both(&[FLOW], |app| async move {
        let engine = &app.engine;
        let run = start(&app, app.environment(), "2026-11-24").await;
        let corrected = FLOW.replace("lookup('names', input.day)", "'Ada of ' + input.day");
        let version = publish(&app, &corrected).await;
        deploy(&app, "sandbox", version).await;
        let choices = engine.replay_choices(run).await.expect("choices");
        let told: Vec<(bool, bool, Fate)> = choices
            .iter()
            .map(|c| (c.from_start, c.newest, c.steps[0].fate))
            .collect();
        assert_eq!(
            told,
            [
                (false, false, Fate::Kept),
                (true, false, Fate::Again),
                (false, true, Fate::Kept),
                (true, true, Fate::Again),
            ]
        );
        let how = Replay {
            newest: true,
            ..Replay::default()
        };
        let again = engine.replay(&[run], &how, "ada").await.expect("replayed");
        engine.settled().await;
        let again = engine.store().run(again[0]).await.expect("a run");
        assert_eq!(again.state, RunState::Done, "{:?}", again.fault);
        assert_eq!(
            said(&app, "2026-11-24").await.as_deref(),
            Some("Ada of 2026-11-24")
        );

        deploy(&app, "sandbox", 1).await;
        let run = start(&app, app.environment(), "2026-11-25").await;
        let other = corrected.replace("id: begun", "id: noted");
        let version = publish(&app, &other).await;
        deploy(&app, "sandbox", version).await;
        let refused = engine.replay(&[run], &how, "ada").await;
        assert!(
            matches!(&refused, Err(OperateError::Refused(why)) if why.contains("from the start")),
            "{refused:?}"
        );
        let choices = engine.replay_choices(run).await.expect("choices");
        assert!(choices[2].refused.is_some() && choices[3].refused.is_none());
        assert_eq!(choices[3].steps[0].fate, Fate::First, "another step");
    })
    .await;
}
