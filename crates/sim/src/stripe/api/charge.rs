//! Charges: made by payment intents only; their money is booked here.

use super::payment_method;
use crate::stripe::collection::{flag, int, text};
use crate::stripe::ledger::NewTransaction;
use crate::stripe::list;
use crate::stripe::magic::{Card, Effect};
use crate::stripe::operation::{Answer, Call, Operation, get, list as listed, post};
use crate::stripe::param::{Kind, SHIPPING, merge_metadata, opt};
use crate::stripe::schedule::Due;
use crate::stripe::state::{State, Table};
use serde_json::{Value, json};

pub const OPERATIONS: &[Operation] = &[
    get("/v1/charges/{}", one),
    listed(
        "/v1/charges",
        &[
            opt("created", Kind::Range),
            opt("customer", Kind::Text),
            opt("payment_intent", Kind::Text),
            opt("transfer_group", Kind::Text),
        ],
        all,
    ),
    post(
        "/v1/charges/{}",
        &[
            opt("customer", Kind::Text),
            opt("description", Kind::Text),
            opt("fraud_details", Kind::Any),
            opt("metadata", Kind::Metadata),
            opt("receipt_email", Kind::Text),
            opt("shipping", SHIPPING),
            opt("transfer_group", Kind::Text),
        ],
        update,
    ),
];

/// Makes a charge for an intent, without booking it. `decline` is (code, reason, message).
pub fn make(
    state: &mut State,
    intent: &Value,
    method: &Value,
    card: &Card,
    decline: Option<(&str, Option<&str>, &str)>,
) -> Value {
    let id = state.ids.make("ch", 24);
    let amount = int(intent, "amount");
    let paid = decline.is_none();
    let manual = text(intent, "capture_method") == "manual";
    let captured = paid && !manual;
    let outcome = match decline {
        None => json!({
            "advice_code": null, "network_advice_code": null, "network_decline_code": null,
            "network_status": "approved_by_network", "reason": null, "risk_level": "normal",
            "risk_score": 32, "seller_message": "Payment complete.", "type": "authorized",
        }),
        Some((code, reason, _)) => json!({
            "advice_code": null, "network_advice_code": null, "network_decline_code": "05",
            "network_status": "declined_by_network", "reason": reason.unwrap_or(code),
            "risk_level": "normal", "risk_score": 32,
            "seller_message": "The bank did not return any further details with this decline.",
            "type": "issuer_declined",
        }),
    };
    let (failure_code, failure_message) = match decline {
        Some((code, _, message)) => (Value::from(code), Value::from(message)),
        None => (Value::Null, Value::Null),
    };
    json!({
        "id": id, "object": "charge", "amount": amount,
        "amount_captured": if captured { amount } else { 0 }, "amount_refunded": 0,
        "application": null, "application_fee": null, "application_fee_amount": null,
        "balance_transaction": null, "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX", "captured": captured,
        "created": state.now, "currency": intent["currency"], "customer": intent["customer"],
        "description": intent["description"], "disputed": false,
        "failure_balance_transaction": null, "failure_code": failure_code,
        "failure_message": failure_message, "fraud_details": {}, "livemode": state.livemode,
        "metadata": intent["metadata"], "on_behalf_of": null, "outcome": outcome, "paid": paid,
        "payment_intent": intent["id"], "payment_method": method["id"],
        "payment_method_details": details(card, amount),
        "presentment_details": null, "receipt_email": intent["receipt_email"],
        "receipt_number": null,
        "receipt_url": format!("https://pay.stripe.com/receipts/payment/{id}"),
        "refunded": false, "review": null, "shipping": intent["shipping"], "source": null,
        "source_transfer": null, "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": if paid { "succeeded" } else { "failed" },
        "transfer_data": null, "transfer_group": intent["transfer_group"],
    })
}

fn details(card: &Card, amount: i64) -> Value {
    json!({
        "card": {
            "amount_authorized": amount, "authorization_code": "123456", "brand": card.brand,
            "checks": {
                "address_line1_check": null, "address_postal_code_check": null,
                "cvc_check": "pass",
            },
            "country": card.country, "exp_month": 12, "exp_year": 2034,
            "extended_authorization": {"status": "disabled"},
            "fingerprint": payment_method::fingerprint(card), "funding": "credit",
            "incremental_authorization": {"status": "unavailable"}, "installments": null,
            "last4": payment_method::last4(card), "mandate": null,
            "multicapture": {"status": "unavailable"}, "network": card.brand,
            "network_token": {"used": false}, "network_transaction_id": "104207251019112",
            "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
            "regulated_status": "unregulated", "three_d_secure": null,
            "transaction_link_id": null, "wallet": null,
        },
        "type": "card",
    })
}

/// Books the captured money of a charge; `told`: with a `charge.updated` event.
pub fn book(state: &mut State, id: &str, told: bool) {
    let charge = state.copy(Table::Charges, id);
    if charge.is_null() || !charge["balance_transaction"].is_null() {
        return;
    }
    let gross = int(&charge, "amount_captured");
    let settled = state
        .rates
        .settle(text(&charge, "currency"), gross, state.now);
    let (fee, tax) = state.fees.of_charge(&settled.currency, settled.amount);
    let mut fees = vec![(fee, "stripe_fee", "Stripe processing fees")];
    if tax != 0 {
        fees.push((tax, "tax", "Tax on Stripe processing fees"));
    }
    let effect = state
        .cards
        .get(text(&charge, "payment_method"))
        .map(|c| c.effect);
    let wait = if effect == Some(Effect::Available) {
        0
    } else {
        state.settings.pending_s
    };
    let description = charge["description"].as_str();
    let transaction = state.book(NewTransaction {
        kind: "charge",
        reporting_category: "charge",
        source: id,
        currency: &settled.currency,
        description,
        amount: settled.amount,
        fees,
        exchange_rate: settled.rate,
        created: state.now,
        available_on: state.now + wait,
        own_payout: false,
    });
    if wait == 0 {
        state.schedule.plan(state.now, Due::TellBalance);
    }
    let set = |c: &mut Value| c["balance_transaction"] = transaction.into();
    if told {
        state.update(Table::Charges, id, "charge.updated", set);
    } else {
        state.edit(Table::Charges, id, set);
    }
}

/// Books a captured charge now or, with asynchronous capture, later.
pub fn book_in_time(state: &mut State, id: &str) {
    match state.settings.async_capture_s {
        0 => book(state, id, false),
        wait => state
            .schedule
            .plan(state.now + wait, Due::Capture(id.to_owned())),
    }
}

/// What may still be refunded.
pub fn refundable(charge: &Value) -> i64 {
    if flag(charge, "captured") {
        int(charge, "amount_captured") - int(charge, "amount_refunded")
    } else {
        0
    }
}

fn one(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Charges, call.id(), "charge").cloned()
}

fn all(state: &mut State, call: &Call) -> Answer {
    let equal = ["customer", "payment_intent", "transfer_group"];
    list::page(
        state.table(Table::Charges),
        None,
        &call.params,
        "/v1/charges",
        "charge",
        &equal,
    )
}

fn update(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Charges, call.id(), "charge")?;
    Ok(
        state.update(Table::Charges, call.id(), "charge.updated", |charge| {
            for (name, value) in &call.params.0 {
                match name.as_str() {
                    "expand" => {}
                    "metadata" => merge_metadata(&mut charge["metadata"], value),
                    _ => charge[name] = value.clone(),
                }
            }
        }),
    )
}
