//! Disputes: the bank takes the money, the merchant answers, somebody wins.

use crate::stripe::collection::{flag, int, text};
use crate::stripe::error::ApiError;
use crate::stripe::ledger::NewTransaction;
use crate::stripe::list;
use crate::stripe::operation::{Answer, Call, Operation, get, list as listed, post};
use crate::stripe::param::{Kind, Param, merge_metadata, opt};
use crate::stripe::schedule::DAY;
use crate::stripe::state::{State, Table};
use serde_json::{Map, Value, json};

const EVIDENCE: [&str; 27] = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
];
const EVIDENCE_PARAMS: [Param; 28] = {
    let mut params = [opt("enhanced_evidence", Kind::Any); 28];
    let mut i = 0;
    while i < EVIDENCE.len() {
        params[i] = opt(EVIDENCE[i], Kind::Text);
        i += 1;
    }
    params
};

pub const OPERATIONS: &[Operation] = &[
    get("/v1/disputes/{}", one),
    post(
        "/v1/disputes/{}",
        &[
            opt("evidence", Kind::Fields(&EVIDENCE_PARAMS)),
            opt("metadata", Kind::Metadata),
            opt("submit", Kind::Bool),
        ],
        update,
    ),
    post("/v1/disputes/{}/close", &[], close),
    listed(
        "/v1/disputes",
        &[
            opt("charge", Kind::Text),
            opt("created", Kind::Range),
            opt("payment_intent", Kind::Text),
        ],
        all,
    ),
];

/// The cardholder disputes a charge that holds money and is not disputed yet.
pub fn file(state: &mut State, charge_id: &str, reason: &str, inquiry: bool) -> Answer {
    let charge = state.need(Table::Charges, charge_id, "charge")?;
    if super::charge::refundable(charge) == 0 || flag(charge, "disputed") {
        return Err(ApiError::state("", "The charge holds no money to dispute."));
    }
    Ok(open(state, charge_id, reason, inquiry))
}

/// A dispute of a charge begins. An inquiry moves no money.
pub fn open(state: &mut State, charge_id: &str, reason: &str, inquiry: bool) -> Value {
    let charge = state.copy(Table::Charges, charge_id);
    let id = state.ids.make("du", 24);
    let mut evidence: Map<String, Value> = EVIDENCE
        .iter()
        .map(|k| ((*k).to_owned(), Value::Null))
        .collect();
    evidence.insert("enhanced_evidence".into(), json!({}));
    let amount = int(&charge, "amount_captured") - int(&charge, "amount_refunded");
    let status = if inquiry {
        "warning_needs_response"
    } else {
        "needs_response"
    };
    let dispute = json!({
        "id": id, "object": "dispute", "amount": amount, "balance_transactions": [],
        "charge": charge_id, "created": state.now, "currency": charge["currency"],
        "enhanced_eligibility_types": [], "evidence": evidence,
        "evidence_details": {
            "due_by": state.now + 9 * DAY, "enhanced_eligibility": {}, "has_evidence": false,
            "past_due": false, "submission_count": 0,
        },
        "is_charge_refundable": inquiry, "livemode": state.livemode, "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": if inquiry { "inquiry" } else { "chargeback" },
                "network": charge["payment_method_details"]["card"]["network"],
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason, "status": status,
    });
    state.edit(Table::Charges, charge_id, |c| c["disputed"] = true.into());
    state.table_mut(Table::Disputes).insert(dispute);
    if !inquiry {
        let fee = state.fees.dispute;
        book(
            state,
            &id,
            -amount,
            (fee, "Dispute fee"),
            "dispute",
            "Chargeback withdrawal",
        );
    }
    let dispute = state.copy(Table::Disputes, &id);
    state.emit("charge.dispute.created", &dispute, None);
    if !inquiry {
        state.emit("charge.dispute.funds_withdrawn", &dispute, None);
    }
    dispute
}

/// Moves a dispute's money, where the charge's money is (pending while that is, unverified).
fn book(
    state: &mut State,
    id: &str,
    amount: i64,
    (fee, fee_text): (i64, &'static str),
    category: &str,
    words: &str,
) {
    let dispute = state.copy(Table::Disputes, id);
    let charge_id = text(&dispute, "charge").to_owned();
    let charge = state.copy(Table::Charges, &charge_id);
    let settled = state
        .rates
        .settle(text(&dispute, "currency"), amount, state.now);
    let ready = state.available_on(text(&charge, "balance_transaction"));
    let description = format!("{words} for {charge_id}");
    let fees = if fee == 0 {
        Vec::new()
    } else {
        vec![(fee, "stripe_fee", fee_text)]
    };
    let transaction = state.book(NewTransaction {
        kind: "adjustment",
        reporting_category: category,
        source: id,
        currency: &settled.currency,
        description: Some(&description),
        amount: settled.amount,
        fees,
        exchange_rate: settled.rate,
        created: state.now,
        available_on: ready.max(state.now),
        own_payout: false,
    });
    let shown = state
        .ledger
        .transactions
        .get(&transaction)
        .cloned()
        .unwrap_or(Value::Null);
    state.edit(Table::Disputes, id, |d| {
        if let Some(list) = d["balance_transactions"].as_array_mut() {
            list.push(shown);
        }
    });
}

/// Ends a dispute: `won` or `lost`. Whether the fee comes back depends on country and contract.
pub fn end(state: &mut State, id: &str, won: bool, return_fee: bool) -> Answer {
    let dispute = state.need(Table::Disputes, id, "dispute")?.clone();
    let status = text(&dispute, "status");
    if matches!(status, "won" | "lost" | "warning_closed" | "prevented") {
        return Err(ApiError::state("", "This dispute is already closed"));
    }
    let inquiry = status.starts_with("warning");
    if won && !inquiry {
        let fee = if return_fee { -state.fees.dispute } else { 0 };
        let amount = int(&dispute, "amount");
        book(
            state,
            id,
            amount,
            (fee, "Dispute fee refund"),
            "dispute_reversal",
            "Chargeback reversal",
        );
    }
    let last = match (inquiry, won) {
        (true, _) => "warning_closed",
        (false, true) => "won",
        (false, false) => "lost",
    };
    state.edit(Table::Disputes, id, |d| d["status"] = last.into());
    let dispute = state.copy(Table::Disputes, id);
    if won && !inquiry {
        state.emit("charge.dispute.funds_reinstated", &dispute, None);
    }
    state.emit("charge.dispute.closed", &dispute, None);
    Ok(dispute)
}

fn one(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Disputes, call.id(), "dispute").cloned()
}

fn update(state: &mut State, call: &Call) -> Answer {
    let dispute = state.need(Table::Disputes, call.id(), "dispute")?.clone();
    let p = &call.params;
    let evidence = p.get("evidence").cloned();
    let closed = matches!(text(&dispute, "status"), "won" | "lost" | "warning_closed");
    if closed && evidence.is_some() {
        return Err(ApiError::state("", "This dispute is already closed"));
    }
    let submit = evidence.is_some() && p.get("submit") != Some(&Value::Bool(false));
    state.update(Table::Disputes, call.id(), "charge.dispute.updated", |d| {
        if let Some(given) = p.get("metadata") {
            merge_metadata(&mut d["metadata"], given);
        }
        for (key, value) in evidence.iter().filter_map(Value::as_object).flatten() {
            d["evidence"][key] = value.clone();
            d["evidence_details"]["has_evidence"] = true.into();
        }
        if submit {
            let count = int(&d["evidence_details"], "submission_count") + 1;
            d["evidence_details"]["submission_count"] = count.into();
            let warning = text(d, "status").starts_with("warning");
            d["status"] = if warning {
                "warning_under_review"
            } else {
                "under_review"
            }
            .into();
        }
    });
    if submit {
        match evidence.as_ref().map(|e| text(e, "uncategorized_text")) {
            Some("winning_evidence") => return end(state, call.id(), true, true),
            Some("losing_evidence") => return end(state, call.id(), false, false),
            _ => {}
        }
    }
    Ok(state.copy(Table::Disputes, call.id()))
}

fn close(state: &mut State, call: &Call) -> Answer {
    end(state, call.id(), false, false)
}

fn all(state: &mut State, call: &Call) -> Answer {
    let equal = ["charge", "payment_intent"];
    list::page(
        state.table(Table::Disputes),
        None,
        &call.params,
        "/v1/disputes",
        "dispute",
        &equal,
    )
}
