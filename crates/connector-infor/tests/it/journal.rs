//! Journals: posted, read back, refused, met again.

use crate::sandbox::{Sandbox, TODAY, entry, operation};
use connector::testing::Ended;
use connector::{Found, RecipeCx};
use model::{EffectId, Fault, FaultClass};
use serde_json::{Value, json};
use sim::faults::Action;
use std::sync::Arc;

const POST: &str = "infor.journal.post";

/// Another system's way to stage a batch under a key.
async fn stage(sandbox: &Sandbox, key: &str, parms: &[String]) {
    use connector::{Call, CallKind, Repeat};
    let call = |transaction: &str, record: Value| Call {
        kind: CallKind::Stage,
        label: transaction.into(),
        repeat: Repeat::Safe,
        request: Arc::new(json!({
            "program": "GLS840MI",
            "transactions": [{"transaction": transaction, "record": record}],
        })),
    };
    let head = json!({"CONO": "100", "DIVI": "AAA", "KEY1": key,
        "INTN": sim::infor::TEMPLATE, "DESC": "J4"});
    sandbox
        .session
        .send(&call("AddBatchHead", head))
        .await
        .unwrap();
    for (n, parm) in parms.iter().enumerate() {
        let line = json!({"CONO": "100", "DIVI": "AAA", "KEY1": key,
            "LINE": (n + 1).to_string(), "PARM": parm});
        sandbox
            .session
            .send(&call("AddBatchLine", line))
            .await
            .unwrap();
    }
}

fn parm(key: &str, line: usize, account: &str, amount: &str) -> String {
    format!(
        "I1{key:<15}{line:08}AAA{account:<10}{:<10}{amount:>17}EUR20261124{:<40}",
        "",
        format!("{key} txn_1")
    )
}

#[tokio::test]
async fn an_entry_is_staged_and_then_read_back() {
    let sandbox = Sandbox::start().await;
    let Ended::Done { output, .. } = sandbox.shell(POST).run(&entry("txn_1")).await else {
        panic!("it is posted")
    };
    let key = sandbox.reference("journal", "txn_1", 0, 15);
    assert_eq!(output, json!({"key": key, "state": "staged"}));
    let page = sandbox
        .session
        .postings(&Value::Null)
        .await
        .unwrap()
        .unwrap();
    assert!(page.items.is_empty());
    sandbox.pass(60);
    let page = sandbox
        .session
        .postings(&page.cursor)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.items.len(), 1);
    let posting = &page.items[0];
    assert_eq!(
        (posting.reference.as_str(), posting.debit_minor),
        (key.as_str(), 10_000)
    );
    assert_eq!(
        (posting.currency.as_str(), posting.date.as_str()),
        ("EUR", TODAY)
    );
    assert_eq!(sandbox.infor.balance("2300", "EUR"), -10_000);
    assert!(!page.more);
}

#[tokio::test]
async fn a_lost_update_is_found_in_the_ledger() {
    for exportmi in [true, false] {
        let sandbox = Sandbox::with(|_| {}, json!({"exportmi": exportmi})).await;
        sandbox.plant("GLS840MI/UpdBatch", 1, Action::DropAfter);
        let Ended::Done { .. } = sandbox.shell(POST).run(&entry("txn_1")).await else {
            panic!("it is posted")
        };
        assert_eq!(sandbox.seen("GLS840MI/UpdBatch"), 1);
        assert_eq!(sandbox.posted_by_any("journal", "journal", "txn_1", 15), 1);
    }
}

#[tokio::test]
async fn the_same_content_under_our_key_is_already_there() {
    let sandbox = Sandbox::start().await;
    let key = sandbox.reference("journal", "txn_1", 0, 15);
    let lines = [("1010", "96.80"), ("6000", "3.20"), ("2300", "-100.00")];
    let parms: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(n, (a, m))| parm(&key, n + 1, a, m))
        .collect();
    stage(&sandbox, &key, &parms).await;
    let ended = sandbox.shell(POST).run(&entry("txn_1")).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(sandbox.posted("journal", &key), 1);
    assert_eq!(
        sandbox
            .infor
            .journals()
            .values()
            .next()
            .unwrap()
            .lines
            .len(),
        3
    );
}

#[tokio::test]
async fn other_content_under_our_key_is_refused_and_nothing_is_posted() {
    let sandbox = Sandbox::start().await;
    let key = sandbox.reference("journal", "txn_1", 0, 15);
    stage(&sandbox, &key, &[parm(&key, 1, "1010", "1.00")]).await;
    let Ended::Refused(fault) = sandbox.shell(POST).run(&entry("txn_1")).await else {
        panic!("it is refused")
    };
    assert!(fault.message.contains("with other lines"), "{fault}");
    assert_eq!(sandbox.seen("GLS840MI/UpdBatch"), 0);
}

#[tokio::test]
async fn what_the_check_refuses_is_never_updated() {
    let sandbox = Sandbox::start().await;
    let mut input = entry("txn_1");
    input["entry"]["lines"][0]["account"] = json!("1999");
    let mut shell = sandbox.shell(POST);
    let Ended::Refused(fault) = shell.run(&input).await else {
        panic!("it is refused")
    };
    assert_eq!(fault.message, "Account 1999 does not exist");
    assert_eq!(sandbox.seen("GLS840MI/UpdBatch"), 0);
    // The batch cannot be deleted by any transaction: the next try has a key of its own.
    input["entry"]["lines"][0]["account"] = json!("1010");
    assert!(matches!(shell.run(&input).await, Ended::Done { .. }));
    assert_eq!(sandbox.posted_by_any("journal", "journal", "txn_1", 15), 1);
    assert_eq!(
        sandbox.posted("journal", &sandbox.reference("journal", "txn_1", 1, 15)),
        1
    );
    let mut unbalanced = entry("txn_2");
    unbalanced["entry"]["lines"][0]["amount_minor"] = json!(1);
    let ended = sandbox.shell(POST).run(&unbalanced).await;
    assert!(matches!(ended, Ended::Refused(f) if f.message.contains("does not balance")));
}

#[tokio::test]
async fn an_account_wider_than_the_template_is_refused_before_sending() {
    let sandbox = Sandbox::start().await;
    let mut input = entry("txn_1");
    input["entry"]["lines"][0]["account"] = json!("10101010101");
    let Ended::Refused(fault) = sandbox.shell(POST).run(&input).await else {
        panic!("it is refused")
    };
    assert_eq!(fault.field.as_deref(), Some("PARM"));
    assert!(sandbox.infor.journal().since(0).is_empty());
}

#[tokio::test]
async fn bank_entries_are_listed_by_date() {
    let sandbox = Sandbox::start().await;
    let line = sim::infor::BankLine {
        reference: "STRIPE po_1".into(),
        currency: "EUR".into(),
        amount: 9_680,
    };
    sandbox.infor.book_bank_line(&line);
    let days = json!({"from": TODAY, "to": TODAY});
    let list = sandbox.run("infor.bank_entry.list", days).await.unwrap();
    assert_eq!(list["truncated"], false);
    assert_eq!(list["entries"][0]["amount"], "96.80");
    assert_eq!(list["entries"][0]["amount_minor"], 9_680);
    assert_eq!(list["entries"][0]["text"], "STRIPE po_1");
    assert_eq!(list["entries"].as_array().unwrap().len(), 1);
}

/// What looking finds of `txn_1`, of which M3 has nothing, with these notes.
async fn find(sandbox: &Sandbox, progress: Value) -> Result<Found<Value, Value>, Fault> {
    let id = EffectId {
        peer: sandbox.session.peer(),
        kind: "journal".into(),
        reference: "txn_1".into(),
        generation: 0,
    };
    let cx = RecipeCx {
        session: &*sandbox.session,
        effect: Some((&id, 0)),
        now: sandbox.clock.now(),
    };
    operation(POST).find(&cx, &entry("txn_1"), &progress).await
}

#[tokio::test]
async fn a_batch_that_was_there_and_is_gone_proves_nothing() {
    let sandbox = Sandbox::start().await;
    let staged = json!({"step": "lines", "begun": true});
    let found = find(&sandbox, staged).await.unwrap();
    assert!(matches!(found, Found::Absent), "{found:?}");
    let released = json!({"step": "update", "begun": true, "updated_at": sandbox.clock.now()});
    let early = find(&sandbox, released.clone()).await.unwrap_err();
    assert_eq!(
        early.class,
        FaultClass::Transient,
        "M3's job may still post it"
    );
    sandbox.pass(600);
    let late = find(&sandbox, released).await.unwrap();
    assert!(
        matches!(&late, Found::CannotTell(q) if q.contains("no voucher begins")),
        "{late:?}"
    );
}

#[tokio::test]
async fn a_cut_list_of_vouchers_proves_nothing() {
    let cut = |s: &mut sim::infor::Settings| s.grid_mode = true;
    let sandbox = Sandbox::with(cut, json!({"options_in": "query"})).await;
    for n in 0..100 {
        let line = sim::infor::BankLine {
            reference: format!("PAYOUT {n}"),
            currency: "EUR".into(),
            amount: 100,
        };
        sandbox.infor.book_bank_line(&line);
    }
    let staged = json!({"step": "lines", "begun": true});
    let found = find(&sandbox, staged).await.unwrap();
    assert!(
        matches!(&found, Found::CannotTell(q) if q.contains("only a part")),
        "{found:?}"
    );
}

#[tokio::test]
async fn vouchers_of_more_days_than_one_list_holds_are_all_read_back() {
    let cut = |s: &mut sim::infor::Settings| s.grid_mode = true;
    let sandbox = Sandbox::with(cut, json!({"options_in": "query"})).await;
    for n in 0..160 {
        let line = sim::infor::BankLine {
            reference: format!("ST{n:013}"),
            currency: "EUR".into(),
            amount: 100,
        };
        sandbox.infor.book_bank_line(&line);
        if n % 40 == 39 {
            sandbox.pass(86_400);
        }
    }
    let mut cursor = Value::Null;
    let mut found = std::collections::BTreeSet::new();
    loop {
        let page = sandbox.session.postings(&cursor).await.unwrap().unwrap();
        for posting in page.items {
            assert_eq!(
                (posting.debit_minor, posting.currency.as_str()),
                (100, "EUR")
            );
            assert!(found.insert(posting.reference), "met twice in one walk");
        }
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert_eq!(found.len(), 160);
}
