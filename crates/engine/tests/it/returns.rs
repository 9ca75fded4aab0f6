//! What goes back: refunds and disputes, at other rates than the charge's, before and after invoices.

use crate::app::{App, on_both, purchase};
use crate::books::{FLOWS, fill, ours, theirs, work};
use serde_json::json;
use sim::stripe::Purchased;
use std::collections::BTreeMap;

/// From now on, so many dollars for a pound.
async fn rate(app: &App, rate: &str) {
    let from_s = app.stripe.clock().now_s();
    let body = json!({"pair": "gbp/usd", "rate": rate, "from_s": from_s});
    app.sandbox_call("fx", &body).await;
}

/// Mugs for 24.00 pounds, booked and ordered.
async fn sold_in_pounds(app: &App) -> Purchased {
    fill(app).await;
    rate(app, "1.25").await;
    let mut sale = purchase();
    sale.currency = "gbp".into();
    let bought = app.stripe.purchase(&sale).expect("it is paid");
    app.take_events().await;
    work(app).await;
    bought
}

async fn refund(app: &App, charge: &str, pence: i64) -> String {
    let form = format!("charge={charge}&amount={pence}");
    let refund = app.call("/v1/refunds", &form).await;
    app.take_events().await;
    work(app).await;
    refund["id"].as_str().expect("an id").to_owned()
}

/// Open exceptions as (kind, minor units, currency).
async fn exceptions(app: &App) -> Vec<(String, Option<i64>, Option<String>)> {
    let page = store::Page::first(100);
    let found = app
        .engine
        .store()
        .exceptions(app.environment(), store::ExceptionFilter::OPEN, page)
        .await;
    let mut found: Vec<_> = found
        .expect("exceptions")
        .into_iter()
        .map(|e| e.exception)
        .map(|e| (e.kind, e.amount_minor, e.currency))
        .collect();
    found.sort();
    found
}

/// The journal as it stands, oldest first, for a reader of the test's output.
async fn print(app: &App, title: &str) {
    let page = store::Page::first(100);
    let mut entries = app
        .engine
        .store()
        .entry_list(app.environment(), store::EntryFilter::default(), page)
        .await
        .expect("entries");
    entries.reverse();
    eprintln!("{title}");
    for record in entries {
        let entry = record.entry;
        let lines = entry.lines.iter().map(|l| {
            let side = if l.amount_minor > 0 { "Dr" } else { "Cr" };
            format!("{side} {} {}", l.account, l.amount_minor.abs())
        });
        let lines = lines.collect::<Vec<_>>().join(" ");
        eprintln!(
            "  {} {} {} | {lines}",
            entry.kind, entry.reference, entry.currency
        );
    }
}

/// Without those that are zero.
fn standing(books: &BTreeMap<String, i64>) -> BTreeMap<&str, i64> {
    let all = books
        .iter()
        .map(|(account, minor)| (account.as_str(), *minor));
    all.filter(|(_, minor)| *minor != 0).collect()
}

/// Our clearing account is Stripe's balance, and the ERP has what we have.
async fn ties(app: &App, accounts: &[&str]) {
    let runs = app.runs().await;
    assert_eq!(runs.get("dead"), None, "{runs:?}");
    let books = ours(app).await;
    for account in accounts {
        let ours = books.get(*account).copied().unwrap_or(0);
        assert_eq!(theirs(app, account), ours, "{account} in the ERP");
    }
    for ((kind, reference), count) in app.infor.postings_per_reference() {
        assert_eq!(count, 1, "{kind} {reference}");
    }
}

#[tokio::test]
async fn a_refund_at_another_rate_relieves_the_deposit_at_its_own() {
    on_both(&FLOWS, |app| async move {
        let bought = sold_in_pounds(&app).await;
        // 24.00 pounds at 1.25 are 30.00 dollars.
        assert_eq!(ours(&app).await["2300"], -3_000);
        rate(&app, "1.30").await;
        refund(&app, &bought.charge, 1_000).await;
        let books = ours(&app).await;
        // 10.00 pounds were booked at 12.50 and cost 13.00.
        assert_eq!((books["2300"], books["7000"]), (-1_750, 50), "{books:?}");
        rate(&app, "1.10").await;
        refund(&app, &bought.charge, 1_400).await;
        let books = ours(&app).await;
        // 14.00 pounds were booked at 17.50 and cost 15.40: a gain.
        assert_eq!((books["2300"], books["7000"]), (0, 50 - 210), "{books:?}");
        print(&app, "sold at 1.25, refunded at 1.30 and 1.10:").await;
        assert_eq!(exceptions(&app).await, [], "no credit memo is needed");
        ties(&app, &["1010", "2300", "7000"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_after_the_invoice_asks_for_a_credit_memo_of_what_was_invoiced() {
    on_both(&FLOWS, |app| async move {
        let bought = sold_in_pounds(&app).await;
        app.infor.invoice_all();
        work(&app).await;
        assert_eq!(ours(&app).await["2300"], 0);
        rate(&app, "1.30").await;
        refund(&app, &bought.charge, 1_000).await;
        let books = ours(&app).await;
        assert_eq!((books["4900"], books["7000"]), (1_250, 50), "{books:?}");
        let memo = (
            "credit_memo_needed".to_owned(),
            Some(1_000),
            Some("GBP".to_owned()),
        );
        assert_eq!(exceptions(&app).await, [memo]);
        ties(&app, &["1010", "4900", "7000"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_that_fails_is_owed_and_paid_by_the_next_one() {
    on_both(&FLOWS, |app| async move {
        let bought = sold_in_pounds(&app).await;
        rate(&app, "1.30").await;
        let failed = refund(&app, &bought.charge, 1_000).await;
        app.sandbox_call(&format!("refunds/{failed}/fail"), &json!({}))
            .await;
        work(&app).await;
        let books = ours(&app).await;
        assert_eq!(
            (books["2300"], books["2350"]),
            (-1_750, -1_300),
            "{books:?}"
        );
        rate(&app, "1.20").await;
        refund(&app, &bought.charge, 1_500).await;
        let books = ours(&app).await;
        // 10.00 of it are the 13.00 dollars that are owed, 5.00 come out of the deposit at 6.25;
        // they cost 18.00.
        assert_eq!((books["2350"], books["2300"]), (0, -1_125), "{books:?}");
        assert_eq!(books["7000"], 50 + 1_800 - 1_300 - 625);
        assert_eq!(exceptions(&app).await, []);
        ties(&app, &["1010", "2300", "2350", "7000"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_refund_from_another_balance_is_booked_in_both_currencies() {
    on_both(&FLOWS, |app| async move {
        let bought = sold_in_pounds(&app).await;
        // The account settles pounds in euros from now on.
        let from_s = app.stripe.clock().now_s();
        let body = json!({"pair": "gbp/eur", "rate": "1.15", "from_s": from_s});
        app.sandbox_call("fx", &body).await;
        refund(&app, &bought.charge, 2_400).await;
        let books = ours(&app).await;
        assert_eq!((books["2300"], books["7000"]), (0, -3_000), "{books:?}");
        let totals = app.engine.store().entry_totals(app.environment()).await;
        let euros = |account: &str| {
            let totals = totals.as_ref().expect("totals").iter();
            let of = totals.filter(|t| t.account == account && t.currency == "EUR");
            of.map(|t| t.amount_minor).sum::<i64>()
        };
        assert_eq!((euros("1010"), euros("7000")), (-2_760, 2_760));
        print(&app, "settled in dollars, refunded from euros:").await;
        assert_eq!(exceptions(&app).await, []);
        ties(&app, &["1010", "2300", "7000"]).await;
    })
    .await;
}

async fn disputed(app: &App, charge: &str) -> String {
    let dispute = app
        .stripe
        .dispute(charge, "fraudulent", false)
        .expect("it holds money");
    app.take_events().await;
    work(app).await;
    dispute["id"].as_str().expect("an id").to_owned()
}

async fn closed(app: &App, dispute: &str, status: &str) {
    let body = json!({"status": status});
    app.sandbox_call(&format!("disputes/{dispute}/outcome"), &body)
        .await;
    app.take_events().await;
    work(app).await;
}

#[tokio::test]
async fn a_dispute_that_is_lost_before_the_invoice_leaves_the_deposit_and_holds_the_order() {
    on_both(&FLOWS, |app| async move {
        let bought = sold_in_pounds(&app).await;
        rate(&app, "1.30").await;
        let dispute = disputed(&app, &bought.charge).await;
        let books = ours(&app).await;
        // Taken at 31.20, booked at 30.00; the fee is Stripe's.
        assert_eq!((books["1200"], books["7000"]), (3_000, 120), "{books:?}");
        assert_eq!(books["2300"], -3_000, "still owed until it is lost");
        closed(&app, &dispute, "lost").await;
        print(&app, "a dispute at another rate, lost before the invoice:").await;
        let books = ours(&app).await;
        assert_eq!((books["1200"], books["2300"]), (0, 0), "{books:?}");
        assert_eq!((books["7000"], books.get("6150")), (120, None));
        let hold = ("hold_order".to_owned(), Some(2_400), Some("GBP".to_owned()));
        assert_eq!(exceptions(&app).await, [hold]);
        // An invoice that comes all the same finds nothing to be paid from.
        app.infor.invoice_all();
        work(&app).await;
        assert_eq!(ours(&app).await["2300"], 0);
        assert!(app.infor.invoices().iter().all(|i| i.paid == 0));
        ties(&app, &["1010", "1200", "2300", "6100", "7000"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_dispute_that_is_lost_after_the_invoice_is_a_loss() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        let bought = app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        work(&app).await;
        app.infor.invoice_all();
        work(&app).await;
        let dispute = disputed(&app, &bought.charge).await;
        closed(&app, &dispute, "lost").await;
        let books = ours(&app).await;
        assert_eq!((books["1200"], books["6150"]), (0, 2_400), "{books:?}");
        assert_eq!((books["2300"], books.get("7000")), (0, None));
        assert_eq!(exceptions(&app).await, []);
        ties(&app, &["1010", "1200", "6100", "6150"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_dispute_that_is_won_comes_back_at_the_value_that_left() {
    on_both(&FLOWS, |app| async move {
        let bought = sold_in_pounds(&app).await;
        rate(&app, "1.30").await;
        let dispute = disputed(&app, &bought.charge).await;
        rate(&app, "1.20").await;
        closed(&app, &dispute, "won").await;
        let books = ours(&app).await;
        let fees = books["6100"] + books["6000"];
        // 31.20 left and 28.80 came back.
        assert_eq!((books["1200"], books["7000"]), (0, 240), "{books:?}");
        assert_eq!(books["2300"], -3_000, "the sale stands");
        assert_eq!(books["1010"], 3_000 - 240 - fees);
        assert_eq!(standing(&books).get("6150"), None);
        assert_eq!(exceptions(&app).await, []);
        ties(&app, &["1010", "1200", "2300", "7000"]).await;
    })
    .await;
}

#[tokio::test]
async fn an_inquiry_that_is_closed_books_nothing() {
    on_both(&FLOWS, |app| async move {
        fill(&app).await;
        let bought = app.stripe.purchase(&purchase()).expect("it is paid");
        app.take_events().await;
        work(&app).await;
        let before = ours(&app).await;
        let inquiry = app
            .stripe
            .dispute(&bought.charge, "general", true)
            .expect("it is open");
        let id = inquiry["id"].as_str().expect("an id");
        app.take_events().await;
        closed(&app, id, "lost").await;
        assert_eq!(ours(&app).await, before);
        ties(&app, &["1010", "2300"]).await;
    })
    .await;
}
