//! Flows that call flows, and runs that ask a person.

use crate::app::{App, on_both};
use engine::{OperateError, Replay};
use model::RunState;
use model::ids::RunId;
use serde_json::{Value, json};
use std::time::Duration;
use store::{LetterFilter, Page};

const OUTER: &str = "\
schema: 1
flow: outer
trigger: manual
inputs:
  day: date
steps:
  - id: inner
    call: inner
    with:
      day: =input.day
  - id: link
    use: books.cross_reference.set
    with:
      kind: outer
      id: =input.day
      value: =steps.inner.said
";

/// Waits for a row of a table, so that it can become a dead letter.
const INNER: &str = "\
schema: 1
flow: inner
trigger: call
inputs:
  day: date
  mark:
    type: text
    default: '!'
steps:
  - id: row
    set:
      word: =lookup('words', input.day)
output:
  said: =steps.row.word + input.mark
";

const ENDLESS: &str = "\
schema: 1
flow: endless
trigger:
  - manual
  - call
steps:
  - id: again
    call: endless
";

pub const ASKS: &str = "\
schema: 1
flow: asks
trigger: manual
inputs:
  day: date
steps:
  - id: ok
    title: Is the day right?
    approve:
      by: approver
      show:
        day: =input.day
      at_most: 7d
  - id: link
    use: books.cross_reference.set
    with:
      kind: asked
      id: =input.day
      value: =steps.ok.by
";

async fn start(app: &App, flow: &str, input: &Value) -> RunId {
    let key = format!("k-{input}").replace(['{', '}', '\"', ' '], "");
    let started = app
        .engine
        .start_flow(app.environment(), flow, input, &key, "ada")
        .await;
    app.engine.settled().await;
    started.expect("it starts").run
}

async fn linked(app: &App, kind: &str) -> Option<String> {
    let store = app.engine.store();
    let value = store
        .cross_reference(app.environment(), kind, "2026-11-24")
        .await;
    value.expect("the store answers")
}

async fn state(app: &App, run: RunId) -> RunState {
    app.engine.store().run(run).await.expect("a run").state
}

/// The only dead letter: its run and message.
async fn letter(app: &App) -> (RunId, String) {
    let store = app.engine.store();
    let page = Page::first(10);
    let letters = store
        .dead_letters(app.environment(), LetterFilter::default(), page)
        .await;
    let mut letters = letters.expect("letters");
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = letters.remove(0);
    (letter.run, letter.letter.message)
}

#[tokio::test]
async fn a_called_flow_answers_and_after_a_dead_letter_its_replay_does() {
    on_both(&[OUTER, INNER], |mut app| async move {
        let outer = start(&app, "outer", &json!({"day": "2026-11-24"})).await;
        assert_eq!(state(&app, outer).await, RunState::Waiting);
        let (inner, message) = letter(&app).await;
        assert_ne!(inner, outer);
        assert!(message.contains("words"), "{message}");
        // It is called once, however often the caller looks.
        app.restart().await;
        app.pass(Duration::from_secs(900)).await;
        assert_eq!(state(&app, outer).await, RunState::Waiting);
        assert_eq!(app.runs().await.values().sum::<i64>(), 2);
        app.put_row("words", "2026-11-24", "\"tuesday\"").await;
        app.engine
            .replay(&[inner], &Replay::default(), "ada")
            .await
            .expect("it is replayed");
        app.engine.settled().await;
        assert_eq!(state(&app, outer).await, RunState::Done);
        assert_eq!(linked(&app, "outer").await.as_deref(), Some("tuesday!"));
        assert_eq!(
            app.engine.store().verify().await.expect("checked"),
            Vec::<String>::new()
        );
    })
    .await;
}

#[tokio::test]
async fn a_called_run_that_is_given_up_ends_its_caller() {
    on_both(&[OUTER, INNER], |app| async move {
        let outer = start(&app, "outer", &json!({"day": "2026-11-24"})).await;
        let (inner, _) = letter(&app).await;
        app.engine
            .discard(inner, "ada", "not ours")
            .await
            .expect("it is discarded");
        app.engine.settled().await;
        let (run, message) = letter(&app).await;
        assert_eq!(run, outer);
        assert!(message.contains("was given up: not ours"), "{message}");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_cannot_be_made_says_why() {
    on_both(&[OUTER, ENDLESS], |app| async move {
        start(&app, "outer", &json!({"day": "2026-11-24"})).await;
        let (run, message) = letter(&app).await;
        assert!(
            message.contains("there is no flow `inner` in force"),
            "{message}"
        );
        app.engine
            .discard(run, "ada", "seen")
            .await
            .expect("discarded");
        start(&app, "endless", &json!({})).await;
        let (_, message) = letter(&app).await;
        assert!(
            message.contains("call number 17 within each other"),
            "{message}"
        );
        // The one that was started, and sixteen calls, the last of which is dead.
        app.are("waiting", 16).await;
    })
    .await;
}

#[tokio::test]
async fn a_person_decides_once_about_what_is_shown() {
    on_both(&[ASKS], |mut app| async move {
        let run = start(&app, "asks", &json!({"day": "2026-11-24"})).await;
        assert_eq!(state(&app, run).await, RunState::Waiting);
        app.restart().await;
        let waiting = app
            .engine
            .approvals(app.environment(), Page::first(10))
            .await
            .expect("a list");
        assert_eq!((waiting.data.len(), waiting.next), (1, None));
        let asked = &waiting.data[0];
        assert_eq!((asked.step.as_str(), asked.by.as_str()), ("ok", "approver"));
        assert_eq!(asked.show, json!({"day": "2026-11-24"}));
        assert_eq!(
            asked.until.since(asked.since),
            Duration::from_secs(7 * 86_400)
        );
        let refused = |answer: Result<(), OperateError>| match answer {
            Err(OperateError::Refused(sentence)) => sentence,
            other => panic!("{other:?}"),
        };
        let mut stale = asked.id.clone();
        stale.hash = "0".repeat(32);
        let sentence = refused(app.engine.approve(&stale, "eve", true, "").await);
        assert!(
            sentence.contains("shows something else by now"),
            "{sentence}"
        );
        refused(app.engine.approve(&asked.id, "eve", false, " ").await);
        app.engine
            .approve(&asked.id, "eve", true, "checked")
            .await
            .expect("it is approved");
        app.engine.settled().await;
        assert_eq!(state(&app, run).await, RunState::Done);
        assert_eq!(linked(&app, "asked").await.as_deref(), Some("eve"));
        app.engine
            .approve(&asked.id, "eve", true, "again")
            .await
            .expect("it is the same answer");
        let sentence = refused(app.engine.approve(&asked.id, "bob", false, "no").await);
        assert!(
            sentence.contains("was approved by eve already"),
            "{sentence}"
        );
        let waiting = app
            .engine
            .approvals(app.environment(), Page::first(10))
            .await
            .expect("a list");
        assert!(waiting.data.is_empty());
    })
    .await;
}
