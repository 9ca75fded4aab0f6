//! Lists: cut ones, invoices as events, bank entries, vouchers under our references.

use crate::sandbox::{Sandbox, mi, send};
use connector::{Call, Last, Next, RecipeCx, Session};
use connector_infor::m3::reply::MiReply;
use connector_infor::m3::request::MiRequest;
use connector_infor::{CONNECTOR, OPERATIONS};
use model::Fault;
use serde_json::{Value, json};
use sim::infor::{BankLine, Settings};
use std::collections::BTreeSet;
use std::time::Duration;

/// Carries a reading operation to its end.
async fn read(sandbox: &Sandbox, id: &str, input: Value) -> Result<Value, Fault> {
    let operation = OPERATIONS.iter().find(|o| o.id() == id).unwrap();
    let cx = RecipeCx {
        session: &*sandbox.session,
        effect: None,
        now: sandbox.clock.now(),
    };
    operation.validate(&cx, &input)?;
    let mut progress = Value::Null;
    let mut answer: Option<Result<Value, Fault>> = None;
    loop {
        let last = match &answer {
            None => Last::Nothing,
            Some(Ok(reply)) => Last::Reply(reply),
            Some(Err(fault)) => Last::Refused(fault),
        };
        let call: Call = match operation.next(&cx, &input, &mut progress, last)? {
            Next::Done(output) => return Ok(output),
            Next::Wait(_) => unreachable!("reading does not wait"),
            Next::Call(call) => call,
        };
        answer = Some(sandbox.session.send(&call).await);
    }
}

async fn heads(session: &dyn Session, rows: u32) -> MiReply {
    let list = mi("LstHead", &[("CUNO", "Y30003")]).columns(&["ORNO"]);
    let request = MiRequest::one("OIS100MI", list).max_records(rows);
    send(session, request).await.unwrap()
}

#[tokio::test]
async fn a_cut_list_is_known_to_be_cut() {
    let sandbox = Sandbox::start().await;
    for (asked, rows) in [(500, 500), (2_000, 1_000)] {
        let reply = heads(&*sandbox.session, asked).await;
        assert_eq!(
            (reply.outcomes[0].records.len(), reply.outcomes[0].truncated),
            (rows, true)
        );
    }
    let grid = Settings {
        grid_mode: true,
        ..Settings::default()
    };
    for (place, rows) in [("query", 100), ("matrix", 500)] {
        let sandbox = Sandbox::with(grid.clone(), json!({"options_in": place})).await;
        let reply = heads(&*sandbox.session, 500).await;
        assert_eq!(
            (reply.outcomes[0].records.len(), reply.outcomes[0].truncated),
            (rows, true)
        );
    }
    let all = Settings {
        row_ceiling: None,
        ..Settings::default()
    };
    let sandbox = Sandbox::with(all, json!({})).await;
    let reply = heads(&*sandbox.session, 3_000).await;
    assert_eq!(
        (reply.outcomes[0].records.len(), reply.outcomes[0].truncated),
        (2_500, false)
    );
}

#[tokio::test]
async fn any_reading_transaction_and_no_other_can_be_run() {
    let sandbox = Sandbox::start().await;
    let input = json!({"program": "CRS610MI", "transaction": "LstByNumber", "columns": ["CUNO"],
        "max_records": 2});
    let output = read(&sandbox, "infor.mi.read", input).await.unwrap();
    assert_eq!(
        output,
        json!({"records": [{"CUNO": "WEBGUEST"}, {"CUNO": "Y30000"}],
        "truncated": true})
    );
    for (program, transaction) in [
        ("CRS610MI", "Delete"),
        ("OIS100MI", "Confirm"),
        ("CRS610MI", "get"),
        ("../GENERAL", "GetUserInfo"),
        ("GENERAL", "Get/../../x"),
    ] {
        let input = json!({"program": program, "transaction": transaction});
        assert!(
            read(&sandbox, "infor.mi.read", input).await.is_err(),
            "{program}/{transaction}"
        );
    }
    assert_eq!(
        sandbox.infor.journal().since(0).len(),
        2,
        "one sign-in, one read"
    );
}

/// Every event until nothing more is waiting.
async fn poll(sandbox: &Sandbox, cursor: &mut Value) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    loop {
        let page = sandbox
            .session
            .poll("infor.invoice.created", cursor)
            .await
            .unwrap();
        *cursor = page.cursor;
        events.extend(page.items.into_iter().map(|e| (e.dedupe_key, e.body)));
        if !page.more {
            return events;
        }
    }
}

#[tokio::test]
async fn each_invoice_becomes_an_event_with_its_order() {
    let sandbox = Sandbox::start().await;
    let mut cursor = Value::Null;
    assert!(poll(&sandbox, &mut cursor).await.is_empty());
    let order = sandbox.order("ST-INVOICED").await;
    let numbers = sandbox.infor.invoice_all();
    let events = poll(&sandbox, &mut cursor).await;
    let (key, body) = &events[0];
    assert_eq!(key, &format!("AAA:2026:{}", numbers[0]));
    let invoice = &body["invoice"];
    let made = &sandbox.infor.invoices()[0];
    assert_eq!(invoice["invoice"], made.exin);
    assert_eq!(invoice["number"], made.number);
    assert_eq!(invoice["order"], order);
    assert_eq!(invoice["orders"], json!([order]));
    assert_eq!(invoice["customer"], "Y30000");
    assert_eq!(
        (&invoice["amount"], &invoice["open"]),
        (&json!("12.00"), &json!("12.00"))
    );
    assert_eq!(invoice["date"], "2026-09-21");
    // What is met again has the same key.
    let again = poll(&sandbox, &mut cursor).await;
    assert_eq!(again, events);
    let schema = (CONNECTOR.triggers[0].schema)();
    assert_eq!(schema["properties"]["amount"]["format"], "decimal");
    assert_eq!(schema["properties"]["open"]["format"], "decimal");
}

#[tokio::test]
async fn many_invoices_over_the_turn_of_the_year_are_all_found() {
    let sandbox = Sandbox::start().await;
    let mut cursor = Value::Null;
    let mut keys = BTreeSet::new();
    for n in 0..130 {
        sandbox.order(&format!("ST-A{n}")).await;
    }
    sandbox.infor.invoice_all();
    for (key, _) in poll(&sandbox, &mut cursor).await {
        keys.insert(key);
    }
    assert_eq!(keys.len(), 130);
    sandbox.order("ST-B").await;
    sandbox.pass(Duration::from_secs(120 * 86_400));
    sandbox.order("ST-C").await;
    sandbox.infor.invoice_all();
    for (key, _) in poll(&sandbox, &mut cursor).await {
        keys.insert(key);
    }
    assert_eq!(keys.len(), 132);
    assert!(keys.iter().any(|k| k.starts_with("AAA:2027:")));
}

fn bank(sandbox: &Sandbox, reference: &str, amount: i64) {
    sandbox.infor.book_bank_line(&BankLine {
        reference: reference.into(),
        currency: "USD".into(),
        amount,
    });
}

#[tokio::test]
async fn the_banks_entries_are_listed_with_their_texts() {
    let sandbox = Sandbox::start().await;
    bank(&sandbox, "STRIPE PAYOUT 1", 12_345);
    sandbox.pass(Duration::from_secs(86_400));
    bank(&sandbox, "STRIPE RETURN 2", -500);
    let input = json!({"from": "2026-09-01", "to": "2026-09-30"});
    let output = read(&sandbox, "infor.bank_entry.list", input)
        .await
        .unwrap();
    let lines = output["lines"].as_array().unwrap();
    let shown: Vec<_> = lines
        .iter()
        .map(|l| {
            (
                l["text"].as_str().unwrap(),
                l["amount_minor"].as_i64().unwrap(),
                &l["date"],
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("STRIPE PAYOUT 1", 12_345, &json!("2026-09-21")),
            ("STRIPE RETURN 2", -500, &json!("2026-09-22")),
        ]
    );
    let input = json!({"from": "2026-09-22", "to": "2026-09-21"});
    let fault = read(&sandbox, "infor.bank_entry.list", input)
        .await
        .unwrap_err();
    assert_eq!(fault.field.as_deref(), Some("to"));
}

#[tokio::test]
async fn a_span_with_too_many_lines_is_halved_until_it_fits() {
    let sandbox = Sandbox::start().await;
    for day in 0..4 {
        for n in 0..300 {
            bank(&sandbox, &format!("PAYOUT {day}-{n}"), 100);
        }
        sandbox.pass(Duration::from_secs(86_400));
    }
    let input = json!({"from": "2026-09-01", "to": "2026-10-31"});
    let output = read(&sandbox, "infor.bank_entry.list", input)
        .await
        .unwrap();
    let lines = output["lines"].as_array().unwrap();
    let ids: BTreeSet<&str> = lines.iter().map(|l| l["id"].as_str().unwrap()).collect();
    assert_eq!((lines.len(), ids.len()), (1_200, 1_200));
    for n in 0..500 {
        bank(&sandbox, &format!("PAYOUT 5-{n}"), 100);
    }
    let input = json!({"from": "2026-09-01", "to": "2026-10-31"});
    let fault = read(&sandbox, "infor.bank_entry.list", input)
        .await
        .unwrap_err();
    assert!(fault.message.contains("2026-09-25 has 1000"), "{fault}");
}

#[tokio::test]
async fn vouchers_under_our_references_are_found_once_posted_late_ones_as_well() {
    let sandbox = Sandbox::start().await;
    bank(&sandbox, "ST0AB1CD2EF3GH4 PAYOUT", 700);
    bank(&sandbox, "NOT OURS", 900);
    let page = sandbox
        .session
        .postings(&Value::Null)
        .await
        .unwrap()
        .unwrap();
    assert!(!page.more);
    let [posting] = page.items.as_slice() else {
        panic!("{:?}", page.items);
    };
    assert_eq!(posting.reference, "ST0AB1CD2EF3GH4");
    assert_eq!(
        (posting.debit_minor, posting.currency.as_str()),
        (700, "USD")
    );
    assert_eq!(posting.date, "2026-09-21");
    let number = sandbox.infor.vouchers()[0].number;
    assert_eq!(posting.voucher, format!("2026-{number}"));
    // Two days later the overlap of a day holds the last date seen, and the deep walk all.
    sandbox.pass(Duration::from_secs(2 * 86_400));
    bank(&sandbox, "ST1AB1CD2EF3GH4", 100);
    let page = sandbox
        .session
        .postings(&page.cursor)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        page.items.len(),
        2,
        "the first walk of a day begins far back"
    );
    let page = sandbox
        .session
        .postings(&page.cursor)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.items.len(), 1, "later ones a day before the last");
    assert_eq!(page.cursor["date"], "2026-09-23");
}
