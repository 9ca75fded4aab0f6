//! Refunds: money back to the shopper, at once, later, or in the end not at all.

use super::charge;
use crate::stripe::collection::{flag, int, text};
use crate::stripe::currency;
use crate::stripe::error::ApiError;
use crate::stripe::ledger::NewTransaction;
use crate::stripe::list;
use crate::stripe::magic::Effect;
use crate::stripe::operation::{Answer, Call, Operation, get, list as listed, post};
use crate::stripe::param::{Kind, merge_metadata, opt};
use crate::stripe::schedule::Due;
use crate::stripe::state::{State, Table};
use crate::stripe::version::changed;
use serde_json::{Value, json};

pub const OPERATIONS: &[Operation] = &[
    post(
        "/v1/refunds",
        &[
            opt("amount", Kind::Int),
            opt("charge", Kind::Text),
            opt("metadata", Kind::Metadata),
            opt("payment_intent", Kind::Text),
            opt(
                "reason",
                Kind::One(&["duplicate", "fraudulent", "requested_by_customer"]),
            ),
            opt("refund_application_fee", Kind::Bool),
            opt("reverse_transfer", Kind::Bool),
        ],
        create,
    ),
    get("/v1/refunds/{}", one),
    post("/v1/refunds/{}", &[opt("metadata", Kind::Metadata)], update),
    listed(
        "/v1/refunds",
        &[
            opt("charge", Kind::Text),
            opt("created", Kind::Range),
            opt("payment_intent", Kind::Text),
        ],
        all,
    ),
];

fn create(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    let charge_id = match (p.text("charge"), p.text("payment_intent")) {
        (Some(id), _) => state
            .need(Table::Charges, id, "charge")
            .map(|_| id.to_owned())?,
        (None, Some(id)) => {
            let intent = state.need(Table::Intents, id, "payment_intent")?;
            let latest = text(intent, "latest_charge").to_owned();
            if text(intent, "status") != "succeeded" || latest.is_empty() {
                return Err(ApiError::state(
                    "charge_not_captured",
                    format!(
                        "This PaymentIntent ({id}) does not have a successful charge to refund."
                    ),
                ));
            }
            latest
        }
        (None, None) => {
            return Err(ApiError::bad_request(
                "One of the following params should be provided for this request: payment_intent \
                 or charge.",
            )
            .with("code", "parameter_missing"));
        }
    };
    let charge = state.copy(Table::Charges, &charge_id);
    let left = charge::refundable(&charge);
    if flag(&charge, "refunded") || (left == 0 && int(&charge, "amount_refunded") > 0) {
        return Err(ApiError::state(
            "charge_already_refunded",
            format!("Charge {charge_id} has already been refunded."),
        ));
    }
    if left == 0 || !flag(&charge, "paid") {
        return Err(ApiError::state(
            "",
            format!("Charge {charge_id} has not been captured."),
        ));
    }
    if disputed(state, &charge_id) {
        return Err(ApiError::state(
            "charge_disputed",
            format!("Charge {charge_id} has been charged back; cannot issue a refund."),
        ));
    }
    if charge["balance_transaction"].is_null() {
        charge::book(state, &charge_id, true);
    }
    let amount = p.int("amount").unwrap_or(left);
    currency::check_amount(text(&charge, "currency"), amount, "amount")?;
    if amount > left {
        return Err(ApiError::parameter(
            "amount",
            "amount_too_large",
            format!(
                "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})."
            ),
        )
        .executed());
    }
    Ok(make(
        state,
        &charge_id,
        amount,
        &p.value("reason"),
        &p.metadata(),
    ))
}

/// Whether a dispute took, or may take, the money of a charge.
fn disputed(state: &State, charge: &str) -> bool {
    let table = state.table(Table::Disputes);
    table
        .having("charge", charge)
        .iter()
        .map(|at| table.at(*at))
        .any(|d| {
            let status = text(d, "status");
            !status.starts_with("warning") && status != "won"
        })
}

fn make(
    state: &mut State,
    charge_id: &str,
    amount: i64,
    reason: &Value,
    metadata: &Value,
) -> Value {
    let charge = state.copy(Table::Charges, charge_id);
    let id = state.ids.make("re", 24);
    let effect = state
        .cards
        .get(text(&charge, "payment_method"))
        .map(|c| c.effect);
    let refund = json!({
        "id": id, "object": "refund", "amount": amount, "balance_transaction": null,
        "charge": charge_id, "created": state.now, "currency": charge["currency"],
        "customer": charge["customer"], "customer_account": null,
        "destination_details": {"card": {
            "reference_status": "pending", "reference_type": "acquirer_reference_number",
            "type": "refund",
        }, "type": "card"},
        "metadata": metadata, "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"], "reason": reason, "receipt_number": null,
        "source_transfer_reversal": null, "status": "pending", "transfer_reversal": null,
    });
    state.table_mut(Table::Refunds).insert(refund);
    let enough = state.settings.debit_negative || covered(state, &charge, amount);
    if enough {
        book(state, &id);
    }
    let pends = effect == Some(Effect::RefundPends);
    state.edit(Table::Refunds, &id, |r| {
        if !enough {
            r["pending_reason"] = "insufficient_funds".into();
        } else if pends {
            r["pending_reason"] = "processing".into();
        } else {
            r["status"] = "succeeded".into();
        }
    });
    let before = charge;
    state.edit(Table::Charges, charge_id, |c| {
        let refunded = int(c, "amount_refunded") + amount;
        c["amount_refunded"] = refunded.into();
        c["refunded"] = (refunded >= int(c, "amount_captured")).into();
    });
    let after = state.copy(Table::Charges, charge_id);
    state.emit("charge.refunded", &after, Some(changed(&before, &after)));
    let refund = state.copy(Table::Refunds, &id);
    state.emit("refund.created", &refund, None);
    state.emit("refund.updated", &refund, None);
    state.emit("charge.refund.updated", &refund, None);
    let later = state.now + state.settings.refund_s;
    if !enough || pends {
        state.schedule.plan(later, Due::SettleRefund(id));
    } else if effect == Some(Effect::RefundFails) {
        state.schedule.plan(later, Due::FailRefund(id));
    }
    refund
}

fn covered(state: &State, charge: &Value, amount: i64) -> bool {
    let settled = state
        .rates
        .settle(text(charge, "currency"), amount, state.now);
    state.ledger.total(&settled.currency) >= settled.amount
}

/// Takes the money of a refund. It is taken from where the charge's money is: pending while that
/// is pending (unverified), so that a refund on the day of sale makes no debt.
fn book(state: &mut State, id: &str) {
    let refund = state.copy(Table::Refunds, id);
    let charge = state.copy(Table::Charges, text(&refund, "charge"));
    let settled = state
        .rates
        .settle(text(&refund, "currency"), int(&refund, "amount"), state.now);
    let ready = state.available_on(text(&charge, "balance_transaction"));
    let transaction = state.book(NewTransaction {
        kind: "refund",
        reporting_category: "refund",
        source: id,
        currency: &settled.currency,
        description: Some("REFUND FOR CHARGE"),
        amount: -settled.amount,
        fees: Vec::new(),
        exchange_rate: settled.rate,
        created: state.now,
        available_on: ready.max(state.now),
        own_payout: false,
    });
    state.edit(Table::Refunds, id, |r| {
        r["balance_transaction"] = transaction.into()
    });
}

/// A pending refund succeeds, or goes on waiting for money.
pub fn settle(state: &mut State, id: &str) {
    let refund = state.copy(Table::Refunds, id);
    if text(&refund, "status") != "pending" {
        return;
    }
    if refund["balance_transaction"].is_null() {
        let charge = state.copy(Table::Charges, text(&refund, "charge"));
        if !state.settings.debit_negative && !covered(state, &charge, int(&refund, "amount")) {
            let again = state.now + state.settings.refund_s.max(1);
            state.schedule.plan(again, Due::SettleRefund(id.to_owned()));
            return;
        }
        book(state, id);
    }
    let done = |r: &mut Value| {
        r["status"] = "succeeded".into();
        if let Some(map) = r.as_object_mut() {
            map.shift_remove("pending_reason");
        }
    };
    let refund = state.update(Table::Refunds, id, "refund.updated", done);
    state.emit("charge.refund.updated", &refund, None);
}

/// The bank gives a refund back: its money returns to the balance. That the charge then counts as
/// less refunded is unverified.
pub fn fail(state: &mut State, id: &str) -> Answer {
    let refund = state.need(Table::Refunds, id, "id")?.clone();
    if text(&refund, "status") == "failed" {
        return Err(ApiError::state("", "The refund failed already."));
    }
    let back = match text(&refund, "balance_transaction") {
        "" => Value::Null,
        taken => {
            let taken = state
                .ledger
                .transactions
                .get(taken)
                .cloned()
                .unwrap_or(Value::Null);
            let rate = taken["exchange_rate"].as_number().map(ToString::to_string);
            let transaction = state.book(NewTransaction {
                kind: "refund_failure",
                reporting_category: "refund_failure",
                source: id,
                currency: text(&taken, "currency"),
                description: Some("REFUND FAILURE"),
                amount: -int(&taken, "amount"),
                fees: Vec::new(),
                exchange_rate: rate,
                created: state.now,
                available_on: int(&taken, "available_on").max(state.now),
                own_payout: false,
            });
            transaction.into()
        }
    };
    let amount = int(&refund, "amount");
    state.edit(Table::Charges, text(&refund, "charge"), |c| {
        c["amount_refunded"] = (int(c, "amount_refunded") - amount).into();
        c["refunded"] = false.into();
    });
    state.edit(Table::Refunds, id, |r| {
        r["status"] = "failed".into();
        r["failure_reason"] = "expired_or_canceled_card".into();
        if !back.is_null() {
            r["failure_balance_transaction"] = back;
        }
    });
    let after = state.copy(Table::Refunds, id);
    state.emit(
        "charge.refund.updated",
        &after,
        Some(changed(&refund, &after)),
    );
    state.emit("refund.updated", &after, Some(changed(&refund, &after)));
    state.emit("refund.failed", &after, None);
    Ok(after)
}

fn one(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Refunds, call.id(), "id").cloned()
}

fn update(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Refunds, call.id(), "id")?;
    Ok(
        state.update(Table::Refunds, call.id(), "refund.updated", |r| {
            if let Some(given) = call.params.get("metadata") {
                merge_metadata(&mut r["metadata"], given);
            }
        }),
    )
}

fn all(state: &mut State, call: &Call) -> Answer {
    let equal = ["charge", "payment_intent"];
    list::page(
        state.table(Table::Refunds),
        None,
        &call.params,
        "/v1/refunds",
        "refund",
        &equal,
    )
}
