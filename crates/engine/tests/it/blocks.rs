//! Items, branches, cases with steps, failures that the flow answers, across restarts.

use crate::app::{App, on_both, purchase};
use engine::{Options, Points, Purpose};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::run::StepState;

fn flow(steps: &str) -> String {
    format!(
        "schema: 1\nflow: blocks\ntrigger: stripe.charge.succeeded\nkey: =charge.id\nsteps:\n{steps}"
    )
}

/// What the step of the newest run gave.
async fn output(app: &App, ordinal: i64) -> Value {
    let run = app.newest().await.id;
    let (_, steps, _) = app.engine.store().journal(run).await.expect("the journal");
    let row = steps
        .iter()
        .find(|s| (s.scope, s.step, s.index) == (0, ordinal, 0));
    let row = row.unwrap_or_else(|| panic!("no row of step {ordinal}: {steps:?}"));
    let catalog = app.engine.catalog();
    let environment = &catalog.environments()[0];
    let sealed = row.output.as_ref().expect("an output");
    let plain = environment
        .key
        .open(sealed, Purpose::Step.label())
        .expect("it opens");
    let record: Value = serde_json::from_slice(&plain).expect("JSON");
    mapping::record::read(&record).expect("a record").to_json()
}

async fn buy(app: &App) {
    app.stripe.purchase(&purchase()).expect("it is paid");
    app.take_events().await;
}

#[tokio::test]
async fn an_each_in_a_parallel_in_an_each_gives_what_its_lists_give() {
    let steps = "
  - id: all
    each: =['a', 'b', 'c']
    as: outer
    steps:
      - id: both
        parallel:
          plain:
            - id: name
              set:
                is: =outer
          deep:
            - id: inner
              each: =range(2)
              as: n
              steps:
                - id: pair
                  set:
                    is: =outer + text(n)
                    price: =money(n, 'EUR')
  - id: after
    set:
      count: =size(steps.all)
      last: =steps.all[2].deep[1].is
      sum: =steps.all[0].deep[0].price + steps.all[0].deep[1].price
";
    on_both(&[&flow(steps)], |app| async move {
        buy(&app).await;
        app.are("done", 1).await;
        let expected = |outer: &str| {
            json!({"plain": {"is": outer}, "deep": [
                {"is": format!("{outer}0"), "price": "0.00"},
                {"is": format!("{outer}1"), "price": "0.01"},
            ]})
        };
        assert_eq!(output(&app, 0).await, json!(["a", "b", "c"].map(expected)));
        // Decimals are still decimals after they were kept.
        assert_eq!(
            output(&app, 5).await,
            json!({"count": 3, "last": "c1", "sum": "0.01"})
        );
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_answered_by_the_flow_or_passed_over() {
    let steps = "
  - id: gone
    use: stripe.charge.get
    on_error: continue
    with:
      id: ch_none
  - id: told
    use: stripe.charge.get
    on_error:
      - id: noted
        use: books.cross_reference.set
        with:
          kind: failure
          id: =charge.id
          value: =error.step + ' ' + error.class
    with:
      id: ch_none
  - id: after
    set:
      has: =has(steps.gone)
";
    on_both(&[&flow(steps)], |app| async move {
        buy(&app).await;
        let runs = app.runs().await;
        assert_eq!(
            (runs.get("done"), runs.get("dead")),
            (Some(&1), None),
            "{runs:?}"
        );
        assert_eq!(output(&app, 3).await, json!({"has": false}));
        let store = app.engine.store();
        let key = &app.newest().await.key;
        let noted = store
            .cross_reference(app.environment(), "failure", key)
            .await;
        assert_eq!(noted.expect("read").as_deref(), Some("told not_found"));
    })
    .await;
}

#[tokio::test]
async fn a_branch_that_waits_does_not_hold_up_the_other() {
    let steps = "
  - id: both
    parallel:
      slow:
        - id: coming
          wait:
            until: =xref('answer', charge.id)
            at_most: 2d
      fast:
        - id: mark
          use: books.cross_reference.set
          with:
            kind: mark
            id: =charge.id
            value: here
  - id: after
    set:
      is: =steps.both.slow
";
    on_both(&[&flow(steps)], |mut app| async move {
        buy(&app).await;
        app.are("waiting", 1).await;
        let key = app.newest().await.key;
        let mark = app
            .engine
            .store()
            .cross_reference(app.environment(), "mark", &key)
            .await;
        assert_eq!(mark.expect("read").as_deref(), Some("here"));
        app.restart().await;
        app.pass(Duration::from_secs(3 * 86_400)).await;
        let runs = app.runs().await;
        assert_eq!(runs.get("dead"), Some(&1), "nothing came: {runs:?}");
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_dies_among_items_goes_on_at_the_item() {
    let steps = "
  - id: made
    each: =range(5)
    as: n
    steps:
      - id: one
        use: stripe.product.create
        with:
          reference: =charge.id + ' ' + text(n)
          name: =text(n)
";
    on_both(&[&flow(steps)], |mut app| async move {
        let passed = Arc::new(AtomicUsize::new(0));
        let dies_at = |number: usize| {
            let passed = Arc::clone(&passed);
            passed.store(0, Ordering::SeqCst);
            let points = Points::new(move |name| {
                if !name.starts_with("ingest") {
                    let n = passed.fetch_add(1, Ordering::SeqCst);
                    assert_ne!(n, number, "died at point {n}, {name}, as asked");
                }
            });
            Options {
                points,
                ..Options::default()
            }
        };
        app.restart_with(dies_at(usize::MAX)).await;
        buy(&app).await;
        let points = passed.load(Ordering::SeqCst);
        assert!(points >= 20, "{points} points");
        for point in (0..points).step_by(3) {
            app.restart_with(dies_at(point)).await;
            let before = app.committed("POST /v1/products");
            let done = app.runs().await.get("done").copied().unwrap_or(0);
            buy(&app).await;
            for _ in 0..4 {
                app.pass(Duration::from_secs(301)).await;
            }
            let runs = app.runs().await;
            assert_eq!(
                runs.get("done"),
                Some(&(done + 1)),
                "point {point}: {runs:?}"
            );
            assert_eq!(
                app.committed("POST /v1/products") - before,
                5,
                "point {point}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn many_items_are_kept_in_pages_and_the_run_goes_on_after_the_last_page() {
    let steps = "
  - id: made
    each: =range(1050)
    as: n
    steps:
      - id: one
        set:
          is: =n
  - id: after
    set:
      count: =size(steps.made)
";
    on_both(&[&flow(steps)], |mut app| async move {
        let commits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&commits);
        // Dies at the seventh page.
        let points = Points::new(move |name| {
            if name == "commit.after" {
                let n = counted.fetch_add(1, Ordering::SeqCst);
                assert_ne!(n, 6, "died after a commit, as asked");
            }
        });
        app.restart_with(Options {
            points,
            ..Options::default()
        })
        .await;
        buy(&app).await;
        assert_eq!(app.runs().await.get("done"), None);
        let before = commits.load(Ordering::SeqCst);
        app.pass(Duration::from_secs(301)).await;
        app.are("done", 1).await;
        // Four pages were left, and the end.
        assert_eq!(commits.load(Ordering::SeqCst) - before, 5);
        let given = output(&app, 0).await;
        let all = given.as_array().expect("a list");
        assert_eq!((all.len(), &all[1049]), (1050, &json!({"is": 1049})));
        let run = app.newest().await.id;
        let (_, steps, _) = app.engine.store().journal(run).await.expect("the journal");
        let pages = steps
            .iter()
            .filter(|s| s.index > 0 && s.state == StepState::Done);
        assert_eq!(pages.count(), 11);
    })
    .await;
}
