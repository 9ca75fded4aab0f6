//! A run from its event to its end, and everything that may come between.

use crate::app::{App, purchase};
use sim::faults::{Action, Fault, Match};
use std::time::Duration;

/// Makes a product for each charge: a write that Stripe remembers by a key.
const MAKES: &str = "\
schema: 1
flow: makes
trigger: stripe.charge.succeeded
key: =charge.id
order_by: =charge.payment_intent
steps:
  - id: paid
    check: =charge.paid
    else: skip
  - id: money
    use: stripe.charge.balance_transaction
    with:
      charge: =charge.id
  - id: first
    use: stripe.product.create
    with:
      reference: ='a ' + charge.id
      name: ='a ' + text(steps.money.amount)
  - id: second
    use: stripe.product.create
    with:
      reference: ='b ' + charge.id
      name: ='b ' + steps.first.id
  - id: link
    use: books.cross_reference.set
    with:
      kind: product
      id: =charge.id
      value: =steps.second.id
";

fn made(app: &App) -> usize {
    app.committed("POST /v1/products")
}

#[tokio::test]
async fn an_event_is_worked_once_however_often_it_comes() {
    let app = App::start(&[MAKES]).await;
    let bought = app.stripe.purchase(&purchase()).expect("it is paid");
    let before = made(&app);
    assert!(app.take_events().await > 0);
    assert_eq!(
        app.runs().await.get("done"),
        Some(&1),
        "{:?}",
        app.runs().await
    );
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
    assert_eq!(app.runs().await.get("done"), Some(&1));
}

#[tokio::test]
async fn a_lost_answer_is_settled_and_nothing_is_made_twice() {
    let app = App::start(&[MAKES]).await;
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
    assert_eq!(
        app.runs().await.get("done"),
        Some(&1),
        "{:?}",
        app.runs().await
    );
    assert_eq!(made(&app) - before, 2);
}

#[tokio::test]
async fn a_peer_that_is_away_for_a_night_loses_nothing() {
    let app = App::start(&[MAKES]).await;
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
    assert_eq!(
        app.runs().await.get("retry"),
        Some(&1),
        "{:?}",
        app.runs().await
    );
    app.stripe.faults().clear();
    for _ in 0..3 {
        app.pass(Duration::from_secs(3600)).await;
    }
    assert_eq!(
        app.runs().await.get("done"),
        Some(&1),
        "{:?}",
        app.runs().await
    );
    assert_eq!(made(&app) - before, 2);
}

#[tokio::test]
async fn a_restart_goes_on_where_it_stopped() {
    let mut app = App::start(&[MAKES]).await;
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
    assert_eq!(
        app.runs().await.get("retry"),
        Some(&1),
        "{:?}",
        app.runs().await
    );
    app.restart().await;
    for _ in 0..5 {
        app.pass(Duration::from_secs(60)).await;
    }
    assert_eq!(
        app.runs().await.get("done"),
        Some(&1),
        "{:?}",
        app.runs().await
    );
    assert_eq!(made(&app) - before, 2);
}
