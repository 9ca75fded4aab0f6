//! A run from its event to its end, and everything that may come between.

use crate::app::{App, MAKES, on_both, purchase};
use sim::faults::{Action, Fault, Match};
use std::time::Duration;

fn made(app: &App) -> usize {
    app.committed("POST /v1/products")
}

#[tokio::test]
async fn an_event_is_worked_once_however_often_it_comes() {
    on_both(&[MAKES], |app| async move {
        let bought = app.stripe.purchase(&purchase()).expect("it is paid");
        let before = made(&app);
        assert!(app.take_events().await > 0);
        app.are("done", 1).await;
        assert_eq!(made(&app) - before, 2);
        let linked = app
            .engine
            .store()
            .cross_reference(app.environment(), "product", &bought.charge)
            .await
            .expect("the store answers");
        assert!(linked.is_some_and(|id| id.starts_with("prod_")));
        app.take_events().await;
        assert_eq!(made(&app) - before, 2);
        app.are("done", 1).await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_settled_and_nothing_is_made_twice() {
    on_both(&[MAKES], |app| async move {
        app.stripe.purchase(&purchase()).expect("it is paid");
        let before = made(&app);
        app.stripe.faults().plant(Fault {
            matcher: Match {
                operation: Some("POST /v1/products".into()),
                ..Match::default()
            },
            times: Some(2),
            action: Action::DropAfter,
        });
        app.take_events().await;
        for _ in 0..20 {
            app.pass(Duration::from_secs(60)).await;
        }
        app.are("done", 1).await;
        assert_eq!(made(&app) - before, 2);
    })
    .await;
}

#[tokio::test]
async fn a_peer_that_is_away_for_a_night_loses_nothing() {
    on_both(&[MAKES], |app| async move {
        app.stripe.purchase(&purchase()).expect("it is paid");
        let before = made(&app);
        app.take_events_with_fault(Action::Status {
            status: 503,
            code: None,
            message: None,
            headers: std::collections::BTreeMap::new(),
        })
        .await;
        for _ in 0..12 {
            app.pass(Duration::from_secs(3600)).await;
        }
        app.are("retry", 1).await;
        app.stripe.faults().clear();
        for _ in 0..3 {
            app.pass(Duration::from_secs(3600)).await;
        }
        app.are("done", 1).await;
        assert_eq!(made(&app) - before, 2);
    })
    .await;
}

#[tokio::test]
async fn a_restart_goes_on_where_it_stopped() {
    on_both(&[MAKES], |mut app| async move {
        app.stripe.purchase(&purchase()).expect("it is paid");
        let before = made(&app);
        app.stripe.faults().plant(Fault {
            matcher: Match {
                operation: Some("POST /v1/products".into()),
                skip: 1,
                ..Match::default()
            },
            times: Some(1),
            action: Action::DropAfter,
        });
        app.take_events().await;
        assert_eq!(made(&app) - before, 2);
        app.are("retry", 1).await;
        app.restart().await;
        for _ in 0..5 {
            app.pass(Duration::from_secs(60)).await;
        }
        app.are("done", 1).await;
        assert_eq!(made(&app) - before, 2);
    })
    .await;
}

/// Refuses charges below an amount, until a lookup row says otherwise.
const NEEDS_A_ROW: &str = "\
schema: 1
flow: needs-a-row
trigger: stripe.charge.succeeded
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: name
    set:
      text: =lookup('names', charge.currency)
  - id: made
    use: stripe.product.create
    with:
      reference: ='r ' + charge.id
      name: =steps.name.text
";

#[tokio::test]
async fn a_missing_lookup_row_is_a_dead_letter_and_the_row_cures_it() {
    on_both(&[NEEDS_A_ROW], |app| async move {
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        app.are("dead", 2).await;
        let store = app.engine.store();
        let groups = store
            .dead_letter_groups(app.environment(), None, 10)
            .await
            .expect("groups");
        assert_eq!(groups.len(), 1, "one cause, one group");
        assert_eq!((groups[0].count, groups[0].amount_minor), (2, Some(4800)));
        let filter = store::LetterFilter::default();
        let letters = store
            .dead_letters(app.environment(), filter, store::Page::first(10))
            .await
            .expect("letters");
        assert_eq!(
            letters[0].letter.missing_row,
            Some(("names".into(), "usd".into()))
        );
        app.put_row("names", "usd", "\"Dollar\"").await;
        let how = engine::Replay::default();
        let replayed = app
            .engine
            .replay_cause(app.environment(), &groups[0].fingerprint, &how, "test")
            .await;
        assert_eq!(replayed.expect("it is replayed").len(), 2);
        app.engine.settled().await;
        app.are("done", 2).await;
        let left = store
            .dead_letter_groups(app.environment(), None, 10)
            .await
            .expect("groups");
        assert!(left.is_empty(), "{left:?}");
    })
    .await;
}

/// Two flows that make the same thing.
const TWIN: &str = "\
schema: 1
flow: twin
trigger: stripe.payment_intent.succeeded
key: =payment_intent.id
steps:
  - id: made
    use: stripe.product.create
    with:
      reference: =\"r \" + payment_intent.?latest_charge.orValue(payment_intent.id)
      name: twin
";

#[tokio::test]
async fn two_flows_that_make_the_same_thing_make_it_once() {
    on_both(&[NEEDS_A_ROW, TWIN], |app| async move {
        app.put_row("names", "usd", "\"Dollar\"").await;
        for _ in 0..5 {
            app.stripe.purchase(&purchase()).expect("it is paid");
        }
        let before = made(&app);
        app.take_events().await;
        for _ in 0..3 {
            app.pass(Duration::from_secs(120)).await;
        }
        app.are("done", 10).await;
        assert_eq!(made(&app) - before, 5);
    })
    .await;
}

#[tokio::test]
async fn a_refused_credential_pauses_the_connection_and_a_new_one_opens_it() {
    on_both(&[MAKES], |app| async move {
        app.stripe.purchase(&purchase()).expect("it is paid");
        let before = made(&app);
        app.take_events_with_fault(Action::Status {
            status: 401,
            code: None,
            message: Some("Invalid API Key provided".into()),
            headers: std::collections::BTreeMap::new(),
        })
        .await;
        app.are("parked", 1).await;
        let pause = app.engine.catalog().connections()[0].gate.pause();
        assert!(pause.is_some_and(|p| p.cause.contains("Invalid API Key")));
        app.stripe.faults().clear();
        app.pass(Duration::from_secs(600)).await;
        app.engine.watch().await;
        app.engine.settled().await;
        app.are("done", 1).await;
        assert_eq!(made(&app) - before, 2);
    })
    .await;
}

/// Ends without an effect unless the charge is captured.
const SKIPS: &str = "\
schema: 1
flow: skips
trigger: [stripe.charge.succeeded, stripe.charge.captured]
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: captured
    check: =charge.captured
    else: skip
  - id: made
    use: stripe.product.create
    with:
      reference: ='r ' + charge.id
      name: made
";

#[tokio::test]
async fn a_run_without_effect_gives_its_key_to_the_next() {
    on_both(&[SKIPS], |app| async move {
        let before = made(&app);
        let intent = app
            .call(
                "/v1/payment_intents",
                "amount=500&currency=usd&confirm=true&payment_method=pm_card_visa&capture_method=manual",
            )
            .await;
        app.take_events().await;
        app.are("skipped", 1).await;
        let id = intent["id"].as_str().expect("an id");
        app.call(
            &format!("/v1/payment_intents/{id}/capture"),
            "amount_to_capture=500",
        )
        .await;
        app.take_events().await;
        app.are("done", 1).await;
        assert_eq!(made(&app) - before, 1);
    })
    .await;
}

/// Another version: another step before, other names, the same identities.
const MAKES_LATER: &str = "\
schema: 1
flow: makes
trigger: stripe.charge.succeeded
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: noted
    set:
      why: another version
  - id: one
    use: stripe.product.create
    with:
      reference: ='a ' + charge.id
      name: another name
  - id: two
    use: stripe.product.create
    with:
      reference: ='b ' + charge.id
      name: ='b ' + steps.one.id
";

#[tokio::test]
async fn another_version_a_connection_made_anew_and_a_late_replay_meet_the_same_effects() {
    on_both(&[MAKES], |mut app| async move {
        app.stripe.purchase(&purchase()).expect("it is paid");
        let before = made(&app);
        app.take_events().await;
        assert_eq!(made(&app) - before, 2);
        let run = app.newest().await.id;
        app.flows = vec![MAKES_LATER.to_owned()];
        app.connection = "stripe-anew".to_owned();
        app.restart().await;
        app.pass(Duration::from_secs(25 * 3600)).await;
        let how = engine::Replay {
            from_start: true,
            newest: true,
            ..engine::Replay::default()
        };
        let replayed = app
            .engine
            .replay(&[run], &how, "test")
            .await
            .expect("it is replayed");
        app.engine.settled().await;
        let (replay, steps, _) = app
            .engine
            .store()
            .journal(replayed[0])
            .await
            .expect("a run");
        assert_eq!(replay.state, model::RunState::Done, "{:?}", replay.fault);
        assert_eq!(steps.iter().filter(|s| s.reused).count(), 2);
        assert_eq!(made(&app) - before, 2);
    })
    .await;
}

#[tokio::test]
async fn an_edited_payload_is_worked_instead_of_the_events() {
    on_both(&[NEEDS_A_ROW], |app| async move {
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        let run = app.newest().await;
        assert_eq!(run.state, model::RunState::Dead);
        app.put_row("names", "eur", "\"Euro\"").await;
        let body = format!(
            "{{\"data\": {{\"object\": {{\"id\": \"{}\", \"currency\": \"eur\"}}}}}}",
            run.key
        );
        let payload = Some(body.into_bytes());
        let how = engine::Replay {
            from_start: true,
            payload,
            ..engine::Replay::default()
        };
        let replayed = app
            .engine
            .replay(&[run.id], &how, "test")
            .await
            .expect("it is replayed");
        app.engine.settled().await;
        let replay = app.engine.store().run(replayed[0]).await.expect("a run");
        assert_eq!(replay.state, model::RunState::Done, "{:?}", replay.fault);
    })
    .await;
}

/// Writes on the customer whose changes it listens to: without a breaker it would start itself for
/// ever.
const ECHOES: &str = "\
schema: 1
flow: echoes
trigger: stripe.customer.updated
steps:
  - id: told
    use: stripe.customer.update_metadata
    with:
      id: =customer.id
      metadata:
        seen: =event.id
      as_of: =event.created
";

/// Makes a product for each product.
const BREEDS: &str = "\
schema: 1
flow: breeds
trigger: stripe.product.created
steps:
  - id: made
    use: stripe.product.create
    with:
      reference: =product.id
      name: another
";

/// A customer is changed and a product made by the shop, and what follows is worked.
async fn shop_changes(app: &App) {
    let made = app.call("/v1/customers", "name=Ada").await;
    let path = format!("/v1/customers/{}", made["id"].as_str().expect("an id"));
    app.call(&path, "name=Ada%20Byron").await;
    app.call("/v1/products", "name=Mug").await;
    for _ in 0..4 {
        app.take_events().await;
        app.pass(Duration::from_secs(60)).await;
    }
}

#[tokio::test]
async fn an_event_that_our_own_write_causes_starts_no_run_unless_the_flow_asks_for_it() {
    on_both(&[ECHOES, BREEDS], |app| async move {
        shop_changes(&app).await;
        app.are("done", 2).await;
        assert_eq!(app.committed("POST /v1/customers/{}"), 2);
        assert_eq!(made(&app), 2);
        // They are stored all the same, and known.
        let (filter, page) = (store::EventFilter::default(), store::Page::first(100));
        let events = app.engine.store().events(app.environment(), filter, page);
        let events = events.await.expect("events");
        let own = events.iter().filter(|e| e.own).map(|e| e.kind.as_str());
        assert_eq!(
            own.collect::<Vec<_>>(),
            ["product.created", "customer.updated"]
        );
    })
    .await;
    let asks = [ECHOES, BREEDS].map(|f| f.replace("steps:\n", "own_events: true\nsteps:\n"));
    on_both(&asks.each_ref().map(String::as_str), |app| async move {
        shop_changes(&app).await;
        let runs = app.runs().await;
        assert!(
            runs.values().sum::<i64>() > 4,
            "they asked for their echoes: {runs:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_a_call_was_asked_and_answered_is_kept_with_it() {
    on_both(&[MAKES], |app| async move {
        app.stripe.faults().plant(Fault {
            matcher: Match {
                operation: Some("POST /v1/products".into()),
                ..Match::default()
            },
            times: Some(1),
            action: Action::Status {
                status: 429,
                code: Some("rate_limit".into()),
                message: Some("Too many, word for word".into()),
                headers: std::collections::BTreeMap::new(),
            },
        });
        app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        for _ in 0..3 {
            app.pass(Duration::from_secs(60)).await;
        }
        app.are("done", 1).await;
        let store = app.engine.store();
        let page = store::Page::first(5);
        let runs = store.runs(app.environment(), store::RunFilter::default(), page);
        let run = runs.await.expect("runs")[0].id;
        let calls = store.calls_page(run, None, 20).await.expect("calls");
        let catalog = app.engine.catalog();
        let environment = catalog.environment_by_id(app.environment()).expect("it");
        let mut said = Vec::new();
        for call in calls {
            assert!(call.has_body, "{}", call.call.label);
            let call = store.call(run, call.at).await.expect("it is there");
            let body = call.body.expect("it is kept");
            let plain = environment.key.open(&body, engine::Purpose::Call.label());
            let said_here: serde_json::Value =
                serde_json::from_slice(&plain.expect("it opens")).expect("it is JSON");
            said.push(said_here);
        }
        said.retain(|call| call["request"]["path"] == "/v1/products");
        assert!(said[0]["input"]["name"].is_string(), "{}", said[0]);
        let message = &said[0]["answer"]["error"]["message"];
        assert_eq!(message, "Too many, word for word");
        assert_eq!(
            said[1]["answer"]["body"]["object"], "product",
            "{}",
            said[1]
        );
        let text = serde_json::to_string(&said).expect("it is JSON");
        assert!(!text.contains("sk_test"), "no credential is kept");
    })
    .await;
}
