//! Deposits that stay open are looked up by their order, by the clock.

use crate::app::{App, on_both, purchase};
use crate::books::{FLOWS, fill, ours, work};
use serde_json::json;
use std::time::Duration;
use store::PollCursor;

const DAY: Duration = Duration::from_secs(86_400);

async fn days(app: &App, days: u32) {
    app.pass(DAY * days).await;
    work(app).await;
}

/// Open exceptions about deposits, as (charge, sentence, minor units).
async fn open(app: &App) -> Vec<(String, String, Option<i64>)> {
    let page = store::Page::first(100);
    let store = app.engine.store();
    let found = store
        .exceptions(app.environment(), store::ExceptionFilter::OPEN, page)
        .await
        .expect("exceptions");
    let found = found.into_iter().map(|e| e.exception);
    found
        .filter(|e| e.kind == "deposit_open")
        .map(|e| (e.key, e.sentence, e.amount_minor))
        .collect()
}

async fn sold(app: &App) -> String {
    let bought = app.stripe.purchase(&purchase()).expect("it is paid");
    app.take_events().await;
    work(app).await;
    bought.charge
}

/// The walk of this year's invoices is already far ahead: what comes below it is not met.
async fn walk_ahead(app: &App) {
    let walk = json!({"from": 990_000, "highest": 990_050, "seen": []});
    let catalog = app.engine.catalog();
    let m3 = catalog
        .connection(app.environment(), "m3")
        .expect("a connection");
    let cursor = PollCursor {
        connection: m3.id,
        trigger: "infor.invoice.created".into(),
        cursor_json: json!({"at": 2026, "years": {"2026": walk}}).to_string(),
        next_at: app.clock.now(),
    };
    app.engine
        .store()
        .put_poll_cursor(cursor)
        .await
        .expect("a cursor");
}

#[tokio::test]
async fn an_invoice_that_the_list_missed_is_applied_after_the_days_that_a_deposit_may_be_open() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        sold(&app).await;
        walk_ahead(&app).await;
        app.infor.invoice_all();
        days(&app, 13).await;
        assert_eq!(
            ours(&app).await["2300"],
            -2_400,
            "the list does not show it"
        );
        let asked = app.infor.journal().since(0);
        let looks = asked
            .iter()
            .filter(|e| e.operation.ends_with("/LstAllInvByCO"))
            .count();
        assert_eq!(looks, 0, "before its time nobody is asked");
        days(&app, 3).await;
        assert_eq!(ours(&app).await["2300"], 0);
        assert!(app.infor.invoices().iter().all(|i| i.paid == i.gross));
        assert_eq!(open(&app).await, []);
        let runs = app.runs().await;
        assert_eq!(runs.get("dead"), None, "{runs:?}");
    })
    .await;
}

#[tokio::test]
async fn a_deposit_without_an_invoice_becomes_an_exception_with_its_age_and_its_money() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        app.infor.set(|s| s.deliver_after_s = 400 * 86_400);
        let charge = sold(&app).await;
        days(&app, 15).await;
        let found = open(&app).await;
        assert_eq!(found.len(), 1, "{found:?}");
        let (key, sentence, minor) = &found[0];
        assert_eq!((key, minor), (&charge, &Some(2_400)));
        assert!(
            sentence.starts_with("24.00 USD of the deposit of"),
            "{sentence}"
        );
        assert!(
            sentence.contains("are open for 15 days: order"),
            "{sentence}"
        );
        eprintln!("{sentence}");
        // A person who has dealt with it is left in peace until as much time has passed again.
        let resolve = store::ResolveException {
            environment: app.environment(),
            kind: "deposit_open".into(),
            key: charge.clone(),
            who: "test".into(),
            reason: "it is delivered in January".into(),
            at: app.clock.now(),
        };
        app.engine
            .store()
            .resolve_exception(resolve)
            .await
            .expect("it is open");
        days(&app, 5).await;
        assert_eq!(open(&app).await, []);
        days(&app, 9).await;
        assert_eq!(open(&app).await.len(), 1, "as much time has passed again");
        // The invoice comes, and the exception goes with the next look.
        app.infor.invoice_all();
        work(&app).await;
        assert_eq!(ours(&app).await["2300"], 0);
        days(&app, 2).await;
        assert_eq!(open(&app).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_full_page_of_open_deposits_is_followed_by_the_next() {
    on_both(&FLOWS[1..], |app| async move {
        // Only `book-transactions` and `apply-payment`: no order is known.
        for n in 0..95 {
            let form = format!(
                "amount={}&currency=usd&confirm=true&payment_method=pm_card_bypassPending",
                500 + n
            );
            app.call("/v1/payment_intents", &form).await;
        }
        work(&app).await;
        days(&app, 15).await;
        let found = open(&app).await;
        assert_eq!(found.len(), 95, "a page is 90");
        assert!(
            found
                .iter()
                .all(|(_, s, _)| s.ends_with("its order is not known"))
        );
    })
    .await;
}
