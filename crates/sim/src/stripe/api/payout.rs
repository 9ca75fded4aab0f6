//! Payouts: automatic ones per currency, whose members add up to them, and manual ones.

use crate::stripe::collection::{int, text};
use crate::stripe::error::ApiError;
use crate::stripe::ledger::NewTransaction;
use crate::stripe::list;
use crate::stripe::magic;
use crate::stripe::operation::{Answer, Call, Operation, get, list as listed, post};
use crate::stripe::param::{Kind, merge_metadata, opt, req};
use crate::stripe::schedule::Due;
use crate::stripe::state::{State, Table};
use serde_json::{Value, json};

/// The bank account that payouts go to.
const BANK: &str = "ba_1SandboxBankAccount00001";

pub const OPERATIONS: &[Operation] = &[
    post(
        "/v1/payouts",
        &[
            req("amount", Kind::Int),
            req("currency", Kind::Currency),
            opt("description", Kind::Text),
            opt("destination", Kind::Text),
            opt("metadata", Kind::Metadata),
            opt("method", Kind::One(&["standard", "instant"])),
            opt("source_type", Kind::One(&["card", "bank_account", "fpx"])),
            opt("statement_descriptor", Kind::Text),
        ],
        create,
    ),
    get("/v1/payouts/{}", one),
    post("/v1/payouts/{}", &[opt("metadata", Kind::Metadata)], update),
    post("/v1/payouts/{}/cancel", &[], cancel),
    listed(
        "/v1/payouts",
        &[
            opt("arrival_date", Kind::Range),
            opt("created", Kind::Range),
            opt("destination", Kind::Text),
            opt(
                "status",
                Kind::One(&["pending", "in_transit", "paid", "failed", "canceled"]),
            ),
        ],
        all,
    ),
];

/// Pays out what is available, in `only` or every currency, to arrive after `arrival_s` seconds.
/// Answers the payouts made.
pub fn run(state: &mut State, only: Option<&str>, arrival_s: i64) -> Vec<String> {
    let currencies = match only {
        Some(currency) => vec![currency.to_owned()],
        None => state.ledger.currencies(),
    };
    let mut made = Vec::new();
    for currency in currencies {
        let amount = state.ledger.available(&currency);
        if amount == 0 || (amount < 0 && !state.settings.debit_negative) {
            continue;
        }
        let arrival = state.now + arrival_s;
        let id = make(state, &currency, amount, true, arrival, &Default::default());
        state.ledger.assign(&currency, &id);
        book(state, &id, true);
        let payout = state.copy(Table::Payouts, &id);
        state.emit("payout.created", &payout, None);
        state.advance(
            Table::Payouts,
            &id,
            "payout.reconciliation_completed",
            |p| {
                p["reconciliation_status"] = "completed".into();
            },
        );
        send(state, &id);
        if arrival_s == 0 {
            arrive(state, &id);
        } else {
            state.schedule.plan(arrival, Due::PayoutArrives(id.clone()));
        }
        made.push(id);
    }
    made
}

fn make(
    state: &mut State,
    currency: &str,
    amount: i64,
    automatic: bool,
    arrival: i64,
    p: &crate::stripe::param::Params,
) -> String {
    let id = state.ids.make("po", 24);
    let description = if automatic {
        json!("STRIPE PAYOUT")
    } else {
        p.value("description")
    };
    let payout = json!({
        "id": id, "object": "payout", "amount": amount, "application_fee": null,
        "application_fee_amount": null, "arrival_date": arrival, "automatic": automatic,
        "balance_transaction": null, "created": state.now, "currency": currency,
        "description": description,
        "destination": p.get("destination").cloned().unwrap_or(BANK.into()),
        "failure_balance_transaction": null, "failure_code": null, "failure_message": null,
        "livemode": state.livemode, "metadata": p.metadata(),
        "method": p.get("method").cloned().unwrap_or("standard".into()),
        "original_payout": null, "payout_method": null,
        "reconciliation_status": if automatic { "in_progress" } else { "not_applicable" },
        "reversed_by": null, "source_type": "card",
        "statement_descriptor": p.value("statement_descriptor"), "status": "pending",
        "trace_id": {"status": "pending", "value": null}, "type": "bank_account",
    });
    state.table_mut(Table::Payouts).insert(payout);
    id
}

fn book(state: &mut State, id: &str, own_payout: bool) {
    let payout = state.copy(Table::Payouts, id);
    let transaction = state.book(NewTransaction {
        kind: "payout",
        reporting_category: "payout",
        source: id,
        currency: text(&payout, "currency"),
        description: Some("STRIPE PAYOUT"),
        amount: -int(&payout, "amount"),
        fees: Vec::new(),
        exchange_rate: None,
        created: state.now,
        available_on: state.now,
        own_payout,
    });
    state.edit(Table::Payouts, id, |p| {
        p["balance_transaction"] = transaction.into()
    });
}

/// A payout leaves for the bank.
pub fn send(state: &mut State, id: &str) {
    if state.link(Table::Payouts, id, "status").as_deref() == Some("pending") {
        state.update(Table::Payouts, id, "payout.updated", |p| {
            p["status"] = "in_transit".into()
        });
    }
}

/// A payout arrives, unless the bank account's number says otherwise.
pub fn arrive(state: &mut State, id: &str) {
    if state.link(Table::Payouts, id, "status").as_deref() != Some("in_transit") {
        return;
    }
    if let Some((code, message)) = magic::bank_failure(&state.settings.bank_account) {
        // Refused only for payouts that ended already, and this one is in transit.
        fail(state, id, code, message).ok();
        return;
    }
    let trace = format!(
        "SANDBOX{}",
        id.get(id.len().saturating_sub(8)..).unwrap_or_default()
    );
    state.advance(Table::Payouts, id, "payout.paid", |p| {
        p["status"] = "paid".into();
        p["trace_id"] = json!({"status": "supported", "value": trace});
    });
}

/// The bank returns a payout, even one that was paid: its money comes back to the balance.
pub fn fail(state: &mut State, id: &str, code: &str, message: &str) -> Answer {
    end(state, id, "failed", "payout_failure", Some((code, message)))
}

fn end(
    state: &mut State,
    id: &str,
    status: &str,
    kind: &str,
    failure: Option<(&str, &str)>,
) -> Answer {
    let payout = state.need(Table::Payouts, id, "payout")?.clone();
    if matches!(text(&payout, "status"), "failed" | "canceled") {
        return Err(ApiError::state("", "This payout has ended already."));
    }
    let transaction = state.book(NewTransaction {
        kind,
        reporting_category: "payout_reversal",
        source: id,
        currency: text(&payout, "currency"),
        description: Some(if failure.is_some() {
            "PAYOUT FAILURE"
        } else {
            "PAYOUT CANCELED"
        }),
        amount: int(&payout, "amount"),
        fees: Vec::new(),
        exchange_rate: None,
        created: state.now,
        available_on: state.now,
        own_payout: false,
    });
    Ok(
        state.advance(Table::Payouts, id, &format!("payout.{status}"), |p| {
            p["status"] = status.into();
            p["failure_balance_transaction"] = transaction.into();
            if let Some((code, message)) = failure {
                p["failure_code"] = code.into();
                p["failure_message"] = message.into();
            }
        }),
    )
}

fn create(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    let currency = p.text("currency").unwrap_or_default().to_owned();
    let amount = p.int("amount").unwrap_or_default();
    crate::stripe::currency::check_amount(&currency, amount, "amount")?;
    if matches!(currency.as_str(), "huf" | "twd") && amount % 100 != 0 {
        return Err(ApiError::parameter(
            "amount",
            "",
            "Payouts must be multiples of 100.",
        ));
    }
    if amount > state.ledger.available(&currency) {
        return Err(ApiError::state(
            "balance_insufficient",
            "You have insufficient funds in your Stripe account for this transfer.",
        ));
    }
    let arrival = state.now + state.settings.arrival_s;
    let id = make(state, &currency, amount, false, arrival, p);
    book(state, &id, false);
    let payout = state.copy(Table::Payouts, &id);
    state.emit("payout.created", &payout, None);
    // Half way to its arrival it can no longer be canceled.
    let leaves = state.now + state.settings.arrival_s / 2;
    state.schedule.plan(leaves, Due::SendPayout(id.clone()));
    state.schedule.plan(arrival, Due::PayoutArrives(id));
    Ok(payout)
}

fn one(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Payouts, call.id(), "payout").cloned()
}

fn update(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Payouts, call.id(), "payout")?;
    Ok(
        state.update(Table::Payouts, call.id(), "payout.updated", |p| {
            if let Some(given) = call.params.get("metadata") {
                merge_metadata(&mut p["metadata"], given);
            }
        }),
    )
}

fn cancel(state: &mut State, call: &Call) -> Answer {
    let payout = state.need(Table::Payouts, call.id(), "payout")?;
    if text(payout, "status") != "pending" || payout["automatic"] == Value::Bool(true) {
        return Err(ApiError::state(
            "payouts_not_allowed",
            "Payouts can be canceled only while they are pending and were made by hand.",
        ));
    }
    end(state, call.id(), "canceled", "payout_cancel", None)
}

fn all(state: &mut State, call: &Call) -> Answer {
    let equal = ["destination", "status"];
    list::page(
        state.table(Table::Payouts),
        None,
        &call.params,
        "/v1/payouts",
        "payout",
        &equal,
    )
}
