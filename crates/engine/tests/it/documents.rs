//! The ready-made flows that make documents, on orders that come late or were there before.

use crate::app::{App, on_both, purchase};
use engine::Replay;
use serde_json::Value;
use std::time::Duration;

const ORDERS: &str = include_str!("../../../../flows/order-to-cash/flow.yaml");
const REFUND: &str = include_str!("../../../../flows/refund/flow.yaml");
const FAILED: &str = include_str!("../../../../flows/payment-failed/flow.yaml");

/// Gives a payment an order although it failed, as a method does whose money bounces later.
const ORDERED: &str = "\
schema: 1
flow: ordered
trigger: stripe.payment_intent.payment_failed
key: =payment_intent.id + ':ordered'
steps:
  - id: order
    use: infor.sales_order.create
    with:
      customer: WEBGUEST
      reference: =payment_intent.id
      date: =date(payment_intent.created, company.books_zone)
      currency: =upper(payment_intent.currency)
      lines:
        - item: MUG
          quantity: 1
          amount: =money(payment_intent.amount, payment_intent.currency)
  - id: link
    use: books.cross_reference.set
    with:
      kind: order
      id: =payment_intent.id
      value: =steps.order.number
";

/// The titles and texts on an order.
fn notes(app: &App, order: &str) -> Vec<(String, String)> {
    let texts = app.infor.order_texts(order).into_iter();
    texts
        .map(|(_, b)| (b.title, b.lines.into_values().collect::<Vec<_>>().join(" ")))
        .collect()
}

#[tokio::test]
async fn a_refund_waits_for_its_order() {
    on_both(&[ORDERS, REFUND], |app| async move {
        // Nobody has filled in the lookup rows, so there is no order yet.
        let bought = app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        let form = format!("charge={}&amount=400", bought.charge);
        let refund = app.call("/v1/refunds", &form).await;
        app.take_events().await;
        let runs = app.runs().await;
        assert_eq!(
            (runs.get("dead"), runs.get("waiting")),
            (Some(&1), Some(&1)),
            "{runs:?}"
        );
        assert!(app.mail.messages().is_empty());
        for (table, key, value) in [
            ("items", "prod_mug", "\"MUG\""),
            (
                "gl_accounts",
                "prod_mug",
                r#"{"account": "2300", "dimension": "GOODS"}"#,
            ),
            ("payment_methods", "card", "\"CC\""),
        ] {
            app.put_row(table, key, value).await;
        }
        let groups = app
            .engine
            .store()
            .dead_letter_groups(app.environment(), None, 10)
            .await
            .expect("groups");
        let how = Replay {
            from_start: true,
            ..Replay::default()
        };
        let replayed = app
            .engine
            .replay_cause(app.environment(), &groups[0].fingerprint, &how, "test")
            .await;
        assert_eq!(replayed.expect("it is replayed").len(), 1);
        app.engine.settled().await;
        app.pass(Duration::from_secs(1)).await;
        let order = app.infor.orders().into_keys().next().expect("an order");
        let id = refund["id"].as_str().expect("an id");
        assert_eq!(
            notes(&app, &order),
            [(
                format!("{id}:succeeded"),
                "Refunded 4.00 USD of 24.00 USD (no reason given).".to_owned()
            )]
        );
        assert_eq!(app.mail.messages().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_order_whose_payment_fails_later_is_noted_and_held() {
    on_both(&[ORDERED], |mut app| async move {
        let create = "amount=1200&currency=usd&payment_method_types[]=card\
                      &receipt_email=eve@example.com";
        let intent = app.call("/v1/payment_intents", create).await;
        let id = intent["id"].as_str().expect("an id").to_owned();
        decline(&app, &id).await;
        app.take_events().await;
        app.flows.push(FAILED.to_owned());
        app.restart().await;
        decline(&app, &id).await;
        app.take_events().await;
        let orders = app.infor.orders();
        let (number, order) = orders.iter().next().expect("an order");
        assert!(order.held);
        let note = "Held: the payment of 12.00 USD failed. Your card was declined.";
        assert_eq!(
            notes(&app, number),
            [(format!("{id}:failed"), note.to_owned())]
        );
        let messages = app.mail.messages();
        let [message] = &messages[..] else {
            panic!("one message: {messages:?}")
        };
        assert_eq!(message.to, ["eve@example.com"]);
    })
    .await;
}

/// Tries a payment with a card that is declined.
async fn decline(app: &App, id: &str) {
    let path = format!("/v1/payment_intents/{id}/confirm");
    let refused: Value = app
        .refused(&path, "payment_method=pm_card_visa_chargeDeclined")
        .await;
    assert_eq!(refused["error"]["code"], "card_declined", "{refused}");
}
