//! What another version would have done: nothing but what differs, in sentences and in money.

use crate::app::{App, on_both, purchase};
use crate::dry::{FLOWS, ORDER, fill};
use engine::what_if::{Change, Difference, LookupsAt, WhatIf, WhatIfError, WhatIfRequest};
use model::ids::RunId;
use model::{RunState, Timestamp};
use std::time::Duration;
use store::{JobState, Page, PastPeriod, WhatIfAdvance};

/// Books by itself, on an account that a table says.
const BOOK: &str = "\
schema: 1
flow: book
trigger: stripe.charge.succeeded
key: =charge.id + ':book'
steps:
  - id: booked
    use: infor.journal.post
    with:
      reference: =charge.id
      entry:
        reference: =charge.id
        kind: J9
        date: =date(charge.created, company.books_zone)
        currency: =upper(charge.currency)
        rule_revision: 1
        lines:
          - account: '1010'
            amount_minor: =charge.amount
          - account: =lookup('gl_accounts', 'prod_mug').account
            amount_minor: =0 - charge.amount
";

fn sized(quantity: i64) -> sim::stripe::Purchase {
    let mut purchase = serde_json::to_value(purchase()).expect("JSON");
    purchase["line_items"][0]["quantity"] = quantity.into();
    purchase["line_items"][0]["amount_subtotal"] = (quantity * 2_400).into();
    serde_json::from_value(purchase).expect("a purchase")
}

fn changed(flow: &str, from: &str, to: &str) -> String {
    assert!(flow.contains(from), "{from}");
    flow.replace(from, to)
}

fn asked(document: &str) -> WhatIfRequest {
    WhatIfRequest {
        document: document.into(),
        version: None,
        from: Timestamp(0),
        to: Timestamp::MAX,
        lookups: LookupsAt::Then,
    }
}

async fn ended(app: &App, job: &WhatIf) -> WhatIf {
    loop {
        let now = app.engine.show_what_if(job.record.id).await.expect("a job");
        if now.record.state != JobState::Running {
            return now;
        }
        tokio::task::yield_now().await;
    }
}

/// Works it to the end.
async fn work(app: &App, asked: WhatIfRequest) -> (WhatIf, Vec<Difference>) {
    let catalog = app.engine.catalog();
    let environment = &catalog.environments()[0];
    let begun = app.engine.what_if(environment, asked, "ada").await;
    let job = ended(app, &begun.expect("it begins")).await;
    assert_eq!(job.record.state, JobState::Done, "{job:?}");
    assert_eq!(job.progress.total, Some(job.progress.gone));
    let found = app.engine.what_if_differences(&job, Page::first(100)).await;
    let found = found.expect("differences").into_iter();
    let (places, found): (Vec<_>, Vec<_>) = found.unzip();
    assert!(places.iter().copied().eq(0..job.progress.kept));
    (job, found)
}

/// Accounts with another sum: what it was, and would be.
fn money(job: &WhatIf) -> Vec<(&str, i64, i64)> {
    let money = job.progress.money.iter();
    money
        .filter(|m| m.was_minor != m.would_be_minor)
        .map(|m| (m.account.as_str(), m.was_minor, m.would_be_minor))
        .collect()
}

fn sentences(found: &[Difference]) -> Vec<String> {
    found.iter().flat_map(Difference::sentences).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_version_would_do_the_same() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        let sale = app.stripe.purchase(&purchase()).expect("it is paid");
        app.stripe.purchase(&sized(5)).expect("it is paid");
        app.take_events().await;
        app.call("/v1/refunds", &format!("charge={}&amount=500", sale.charge))
            .await;
        for _ in 0..4 {
            app.take_events().await;
            app.engine.watch().await;
            app.pass(Duration::from_secs(61)).await;
        }
        app.infor.invoice_all();
        app.engine.watch().await;
        app.pass(Duration::from_secs(301)).await;
        app.engine.watch().await;
        app.engine.settled().await;
        let counts = app.engine.store().counts().await.expect("counts");
        let runs: i64 = counts.runs.iter().map(|(_, n)| n).sum();
        let mut gone = 0;
        for flow in FLOWS {
            let (job, found) = work(&app, asked(flow)).await;
            assert_eq!(sentences(&found), [""; 0], "{flow}");
            let progress = &job.progress;
            assert_eq!(progress.reasons.len(), 0, "{progress:?}");
            assert_eq!(progress.same, progress.compared(), "{progress:?}");
            gone += progress.gone;
        }
        assert_eq!(gone, runs);
        let after = app.engine.store().counts().await.expect("counts");
        assert_eq!(after.runs, counts.runs, "nothing is started");
    })
    .await;
}

/// Three orders, the last of them large.
async fn three_orders(app: &App) -> Vec<String> {
    fill(app).await;
    let mut charges = Vec::new();
    for quantity in [1, 2, 9] {
        let sale = app.stripe.purchase(&sized(quantity)).expect("it is paid");
        charges.push(sale.charge);
    }
    app.take_events().await;
    let runs = app.runs().await;
    assert_eq!(
        runs.get("done"),
        Some(&i64::try_from(3 * app.flows.len()).expect("few")),
        "{runs:?}"
    );
    charges
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_shows_in_sentences_and_in_money() {
    on_both(&[ORDER, BOOK], |app| async move {
        let charges = three_orders(&app).await;
        let large = &charges[2];

        let terms = "\"=charge.amount > 10000 ? '30' : company.default_terms\"";
        let terms = changed(ORDER, "=company.default_terms", terms);
        let (job, found) = work(&app, asked(&terms)).await;
        assert_eq!(job.progress.headline(), "1 of 3 would book differently");
        assert_eq!(job.progress.coverage(), "3 of 3 bodies");
        assert_eq!((job.progress.book_differ, job.progress.money.len()), (0, 0));
        assert_eq!(
            sentences(&found),
            [
                format!("sales_order {large}: terms 00 → 30"),
                "assumed: step `order` is taken to give what it gave then".into(),
            ]
        );

        let other = changed(BOOK, "=lookup('gl_accounts', 'prod_mug').account", "'2400'");
        let (job, found) = work(&app, asked(&other)).await;
        assert_eq!(job.progress.headline(), "3 of 3 would book differently");
        assert_eq!(job.progress.book_differ, 3);
        assert_eq!(money(&job), [("2300", -28_800, 0), ("2400", 0, -28_800)]);
        assert_eq!(
            sentences(&found)[4],
            format!(
                "journal {large}: account 2300: -216.00 USD → 0.00 USD, \
                 account 2400: 0.00 USD → -216.00 USD"
            )
        );

        let skipped = "charge.captured && charge.amount < 10000 && has(";
        let skipped = changed(ORDER, "charge.captured && has(", skipped);
        let (job, found) = work(&app, asked(&skipped)).await;
        assert_eq!(job.progress.headline(), "1 of 3 would book differently");
        assert_eq!(
            (found[0].was.as_str(), found[0].would_be.as_str()),
            ("done", "skipped")
        );
        assert!(found[0].effects.iter().all(|e| e.change == Change::Dropped));
        assert_eq!(found[0].effects.len(), 8);
        let told = sentences(&found);
        assert_eq!(told[0], "the run would be skipped instead of done");
        assert!(
            told.contains(&format!("sales_order {large} would no longer be made")),
            "{told:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_recorded_is_not_made_up() {
    on_both(&[ORDER], |app| async move {
        three_orders(&app).await;
        let more = "  - id: person\n    use: stripe.customer.get\n    with:\n      \
                    id: =charge.?customer.orValue('')\n  - id: terms\n";
        // Nothing uses what it would give; that it was not recorded is still said.
        let (job, found) = work(&app, asked(&changed(ORDER, "  - id: terms\n", more))).await;
        assert_eq!(found, []);
        assert_eq!((job.progress.same, job.progress.cannot_tell), (0, 3));
        let headline = "0 of 3 would book differently; of 3 it cannot be told";
        assert_eq!(job.progress.headline(), headline);
        let why = "the answer of step `person` was not recorded";
        assert_eq!(job.progress.reasons.get(why), Some(&3));

        // A step under another name asks the same, and is answered.
        let renamed = changed(ORDER, "- id: session", "- id: basket");
        let renamed = changed(&renamed, "steps.session", "steps.basket");
        let (job, _) = work(&app, asked(&renamed)).await;
        assert_eq!(job.progress.same, 3, "{:?}", job.progress);

        // Whose body was erased is not covered.
        let guard = app.guard.clone().expect("a database");
        guard
            .execute("DELETE FROM event_body WHERE event = (SELECT MIN(event) FROM run)")
            .await;
        let (job, _) = work(&app, asked(ORDER)).await;
        assert_eq!(job.progress.coverage(), "2 of 3 bodies");
        assert_eq!((job.progress.erased, job.progress.same), (1, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_are_met_as_the_run_met_them_or_as_they_are_now() {
    on_both(&[BOOK], |app| async move {
        three_orders(&app).await;
        let goods = r#"{"account": "2400", "dimension": "GOODS"}"#;
        app.put_row("gl_accounts", "prod_mug", goods).await;
        let (job, _) = work(&app, asked(BOOK)).await;
        assert_eq!(job.progress.same, 3, "{:?}", job.progress);
        let now = WhatIfRequest {
            lookups: LookupsAt::Now,
            ..asked(BOOK)
        };
        let (job, _) = work(&app, now).await;
        assert_eq!(job.progress.book_differ, 3, "{:?}", job.progress);
        assert_eq!(money(&job), [("2300", -28_800, 0), ("2400", 0, -28_800)]);
        let period = WhatIfRequest {
            to: Timestamp(1),
            ..asked(BOOK)
        };
        let (job, _) = work(&app, period).await;
        assert_eq!(job.progress.headline(), "0 of 0 would book differently");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_is_compared_up_to_where_it_stopped() {
    on_both(&[ORDER], |app| async move {
        // Without the rows that say which item it is.
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        app.are("dead", 1).await;
        let (job, _) = work(&app, asked(ORDER)).await;
        assert_eq!(job.progress.same, 1, "{:?}", job.progress);
        fill(&app).await;
        let now = WhatIfRequest {
            lookups: LookupsAt::Now,
            ..asked(ORDER)
        };
        let (job, found) = work(&app, now).await;
        assert_eq!(job.progress.differ, 1);
        let told = sentences(&found);
        assert!(
            told.iter()
                .any(|s| s.starts_with("sales_order ") && s.ends_with("would be made")),
            "{told:?}"
        );
        let why = "cannot tell: the answer of step `order` was not recorded";
        assert!(told.iter().any(|s| s == why), "{told:?}");

        // Replayed, it is one run, told by its last.
        let dead: Vec<RunId> = app.all_runs().await.iter().map(|r| r.id).collect();
        app.engine
            .replay(&dead, &engine::Replay::default(), "ada")
            .await
            .expect("replayed");
        app.engine.settled().await;
        let (job, _) = work(&app, asked(ORDER)).await;
        assert_eq!(
            (job.progress.gone, job.progress.same),
            (1, 1),
            "{:?}",
            job.progress
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_was_stopped_goes_on_where_it_was() {
    on_both(&[ORDER], |mut app| async move {
        three_orders(&app).await;
        let environment = std::sync::Arc::clone(&app.engine.catalog().environments()[0]);
        let catalog = app.engine.catalog();
        let flow = catalog.deployments().next().expect("one").flow;
        let request = asked(&changed(ORDER, "=company.default_terms", "'30'"));

        // A job whose process has ended after the first run.
        let (whole, differences) = work(&app, request.clone()).await;
        let store = app.engine.store().clone();
        let begun = store
            .what_if_create(store::NewWhatIf {
                environment: environment.id,
                flow,
                request: whole.record.request.clone(),
                progress: "{}".into(),
                who: "ada".into(),
                at: app.clock.now(),
                kept: 20,
            })
            .await
            .expect("begun");
        let again = app
            .engine
            .what_if(&environment, request.clone(), "eve")
            .await;
        match again {
            Err(WhatIfError::Store(store::Error::Conflict(why))) => {
                assert!(why.contains("one at a time"), "{why}");
            }
            other => panic!("{other:?}"),
        }
        let past = PastPeriod {
            environment: environment.id,
            flow,
            after: RunId(0),
            last: begun.last,
            from: Timestamp(0),
            to: Timestamp::MAX,
        };
        let first = store.past_runs(past, 1).await.expect("a run");
        let mut progress = engine::what_if::Progress {
            total: Some(3),
            gone: 1,
            same: 1,
            ..Default::default()
        };
        progress.reasons.clear();
        let written = store.what_if_advance(WhatIfAdvance {
            id: begun.id,
            before: RunId(0),
            cursor: first[0].run.id,
            state: JobState::Running,
            progress: serde_json::to_string(&progress).expect("JSON"),
            differences: Vec::new(),
            at: app.clock.now(),
        });
        assert!(written.await.expect("written"));
        drop(store);
        app.restart().await;
        let job = app.engine.show_what_if(begun.id).await.expect("a job");
        assert_eq!(job.record.state, JobState::Paused);
        let cancelled = app
            .engine
            .cancel_what_if(begun.id, "ada")
            .await
            .expect("stopped");
        assert_eq!(cancelled.record.reason.as_deref(), Some("cancelled by ada"));
        let resumed = app
            .engine
            .resume_what_if(begun.id)
            .await
            .expect("it goes on");
        let job = ended(&app, &resumed).await;
        assert_eq!(job.record.state, JobState::Done);
        let progress = &job.progress;
        assert_eq!((progress.gone, progress.same, progress.differ), (3, 1, 2));
        let found = app.engine.what_if_differences(&job, Page::first(9)).await;
        let found: Vec<Difference> = found.expect("found").into_iter().map(|(_, d)| d).collect();
        assert_eq!(found, differences[1..]);
        // What is done is not begun again, and what is running is not begun twice.
        assert!(app.engine.resume_what_if(begun.id).await.is_err());
        assert!(app.engine.cancel_what_if(begun.id, "ada").await.is_err());
        let runs = app.runs().await;
        assert_eq!(runs.get(RunState::Done.as_str()), Some(&3), "{runs:?}");
    })
    .await;
}
