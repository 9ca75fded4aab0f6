//! Walking lists: oldest first, across pages and slices, with an overlap and a cursor.

use crate::sandbox::{START, Sandbox};
use connector::{Page, PolledEvent};
use model::FaultClass;
use serde_json::{Value, json};
use sim::stripe::{DEFAULT_KEY, Settings};
use std::time::Duration;

const TXNS: &str = "stripe.balance_transaction.created";

fn ids(page: &Page<PolledEvent>) -> Vec<String> {
    page.items.iter().map(|i| i.dedupe_key.clone()).collect()
}

#[tokio::test]
async fn transactions_come_oldest_first_with_an_overlap() {
    let sandbox = Sandbox::start().await;
    let mut made = Vec::new();
    for n in 0..3 {
        made.push(sandbox.sale("usd", 1_000 + n).balance_transaction.unwrap());
        sandbox.pass(Duration::from_secs(60));
    }
    let first = sandbox.session.poll(TXNS, &Value::Null).await.unwrap();
    assert_eq!((ids(&first), first.more), (made.clone(), false));
    let event = &first.items[0];
    assert_eq!(event.kind, "balance_transaction.created");
    assert_eq!(event.occurred_at.seconds(), START);
    let canonical = &event.body["balance_transaction"];
    let read: finance::posting::BalanceTransaction =
        serde_json::from_value(canonical.clone()).unwrap();
    assert_eq!(
        (read.id.as_str(), read.amount, read.fee),
        (made[0].as_str(), 1_000, 59)
    );
    assert!(
        read.charge.is_some() && read.payment_intent.is_some(),
        "{canonical}"
    );
    // What was seen within a day comes again, under the same key; older things do not.
    sandbox.pass(Duration::from_secs(3600));
    made.push(sandbox.sale("usd", 2_000).balance_transaction.unwrap());
    let second = sandbox.session.poll(TXNS, &first.cursor).await.unwrap();
    assert_eq!(ids(&second), made);
    sandbox.pass(Duration::from_secs(30 * 3600));
    let third = sandbox.session.poll(TXNS, &second.cursor).await.unwrap();
    assert!(ids(&third).ends_with(&made));
    let late = sandbox.session.poll(TXNS, &third.cursor).await.unwrap();
    assert_eq!(
        late.cursor,
        sandbox
            .session
            .poll(TXNS, &late.cursor)
            .await
            .unwrap()
            .cursor
    );
}

#[tokio::test]
async fn a_backlog_comes_in_slices_and_whole() {
    let settings = Settings {
        daily_payouts: false,
        ..Settings::default()
    };
    let sandbox = Sandbox::with(settings).await;
    let mut made = Vec::new();
    for n in 0..2_300 {
        made.push(sandbox.sale("usd", 1_000).balance_transaction.unwrap());
        // Some seconds hold several.
        if n % 3 == 0 {
            sandbox.pass(Duration::from_secs(2));
        }
    }
    let session = sandbox.open(DEFAULT_KEY, None, json!({"since": START}));
    let (mut cursor, mut met) = (Value::Null, Vec::new());
    for _ in 0..20 {
        let page = session.poll(TXNS, &cursor).await.unwrap();
        assert!(page.items.len() <= 1_000);
        met.extend(ids(&page));
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert_eq!(met.len(), made.len(), "each once");
    let mut sorted = met.clone();
    sorted.sort();
    made.sort();
    assert_eq!(sorted, made);
}

#[tokio::test]
async fn one_crowded_second_is_walked_to_its_end() {
    let sandbox = Sandbox::start().await;
    for _ in 0..1_050 {
        sandbox.sale("usd", 1_000);
    }
    sandbox.pass(Duration::from_secs(10));
    sandbox.sale("usd", 1_000);
    let session = sandbox.open(DEFAULT_KEY, None, json!({"since": START - 100}));
    let (mut cursor, mut met) = (Value::Null, 0);
    for _ in 0..20 {
        let page = session.poll(TXNS, &cursor).await.unwrap();
        met += page.items.len();
        cursor = page.cursor;
        if !page.more {
            assert_eq!(met, 1_051);
            return;
        }
    }
    panic!("the walk does not end");
}

#[tokio::test]
async fn what_is_older_than_the_cut_over_is_never_fetched() {
    let sandbox = Sandbox::start().await;
    sandbox.sale("usd", 1_000);
    sandbox.pass(Duration::from_secs(100));
    let kept = sandbox.sale("usd", 1_000).balance_transaction.unwrap();
    let session = sandbox.open(DEFAULT_KEY, None, json!({"since": START + 50}));
    let page = session.poll(TXNS, &Value::Null).await.unwrap();
    assert_eq!(ids(&page), [kept]);
}

#[tokio::test]
async fn events_are_listed_as_they_were_delivered() {
    let sandbox = Sandbox::start().await;
    sandbox.sale("usd", 1_000);
    let page = sandbox
        .session
        .poll("stripe.events", &Value::Null)
        .await
        .unwrap();
    let kinds: Vec<&str> = page.items.iter().map(|i| i.kind.as_str()).collect();
    for kind in [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    for item in &page.items {
        assert_eq!(item.body["id"], item.dedupe_key);
        assert_eq!(item.body["object"], "event");
        let raw = serde_json::to_vec(&item.body).unwrap();
        let envelope = connector_stripe::envelope::read(&raw).unwrap();
        assert_eq!(envelope.id, item.dedupe_key);
    }
    let fault = sandbox
        .session
        .poll("stripe.nothing", &Value::Null)
        .await
        .unwrap_err();
    assert_eq!(fault.class, FaultClass::Bug);
}
