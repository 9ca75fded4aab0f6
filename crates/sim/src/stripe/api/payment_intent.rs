//! Payment intents: the life of a payment from wish to money.

use super::payment::{attempt, no_method};
use super::{charge, payment_method};
use crate::stripe::collection::{int, text};
use crate::stripe::currency;
use crate::stripe::error::ApiError;
use crate::stripe::list;
use crate::stripe::magic;
use crate::stripe::operation::{Answer, Call, Operation, get, list as listed, post};
use crate::stripe::param::{
    BILLING, Kind, Param, Params, SHIPPING, TEXTS, merge_metadata, old, opt, req,
};
use crate::stripe::state::{State, Table};
use crate::stripe::version::ENDIVE;
use serde_json::{Value, json};

const METHODS: Param = old("payment_method_types", TEXTS, ENDIVE);
const CAPTURE: Kind = Kind::One(&["automatic", "automatic_async", "manual"]);
const METHOD_DATA: Kind = Kind::Fields(&[
    req("type", Kind::One(&["card"])),
    opt("card", Kind::Any),
    opt("billing_details", BILLING),
    opt("metadata", Kind::Metadata),
    opt("allow_redisplay", Kind::Text),
]);
const AUTOMATIC: Kind = Kind::Fields(&[
    req("enabled", Kind::Bool),
    opt("allow_redirects", Kind::Text),
]);

const CREATE: &[Param] = &[
    req("amount", Kind::Int),
    req("currency", Kind::Currency),
    METHODS,
    opt("allowed_payment_method_types", TEXTS),
    opt("automatic_payment_methods", AUTOMATIC),
    opt("capture_method", CAPTURE),
    opt("confirm", Kind::Bool),
    opt("confirmation_method", Kind::One(&["automatic", "manual"])),
    opt("customer", Kind::Text),
    opt("description", Kind::Text),
    opt("error_on_requires_action", Kind::Bool),
    opt("metadata", Kind::Metadata),
    opt("off_session", Kind::Text),
    opt("payment_method", Kind::Text),
    opt("payment_method_data", METHOD_DATA),
    opt("payment_method_options", Kind::Any),
    opt("receipt_email", Kind::Text),
    opt("return_url", Kind::Text),
    opt(
        "setup_future_usage",
        Kind::One(&["off_session", "on_session"]),
    ),
    opt("shipping", SHIPPING),
    opt("statement_descriptor", Kind::Text),
    opt("statement_descriptor_suffix", Kind::Text),
    opt("transfer_group", Kind::Text),
    opt("use_stripe_sdk", Kind::Bool),
];
const UPDATE: &[Param] = &[
    opt("amount", Kind::Int),
    opt("currency", Kind::Currency),
    METHODS,
    opt("capture_method", CAPTURE),
    opt("customer", Kind::Text),
    opt("description", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt("payment_method", Kind::Text),
    opt("payment_method_options", Kind::Any),
    opt("receipt_email", Kind::Text),
    opt(
        "setup_future_usage",
        Kind::One(&["off_session", "on_session"]),
    ),
    opt("shipping", SHIPPING),
    opt("statement_descriptor", Kind::Text),
    opt("statement_descriptor_suffix", Kind::Text),
    opt("transfer_group", Kind::Text),
];
const CONFIRM: &[Param] = &[
    METHODS,
    opt("capture_method", CAPTURE),
    opt("error_on_requires_action", Kind::Bool),
    opt("off_session", Kind::Text),
    opt("payment_method", Kind::Text),
    opt("payment_method_data", METHOD_DATA),
    opt("payment_method_options", Kind::Any),
    opt("receipt_email", Kind::Text),
    opt("return_url", Kind::Text),
    opt(
        "setup_future_usage",
        Kind::One(&["off_session", "on_session"]),
    ),
    opt("shipping", SHIPPING),
    opt("use_stripe_sdk", Kind::Bool),
];
const REASONS: Kind = Kind::One(&[
    "duplicate",
    "fraudulent",
    "requested_by_customer",
    "abandoned",
]);

pub const OPERATIONS: &[Operation] = &[
    post("/v1/payment_intents", CREATE, create),
    get("/v1/payment_intents/{}", one),
    post("/v1/payment_intents/{}", UPDATE, update),
    post("/v1/payment_intents/{}/confirm", CONFIRM, confirm),
    post(
        "/v1/payment_intents/{}/capture",
        &[
            opt("amount_to_capture", Kind::Int),
            opt("final_capture", Kind::Bool),
            opt("metadata", Kind::Metadata),
            opt("statement_descriptor", Kind::Text),
            opt("statement_descriptor_suffix", Kind::Text),
        ],
        capture,
    ),
    post(
        "/v1/payment_intents/{}/cancel",
        &[opt("cancellation_reason", REASONS)],
        cancel,
    ),
    listed(
        "/v1/payment_intents",
        &[opt("created", Kind::Range), opt("customer", Kind::Text)],
        all,
    ),
];

/// Makes an intent that awaits its confirmation, and tells of it.
pub fn make(state: &mut State, p: &Params) -> Value {
    let id = state.ids.make("pi", 24);
    let secret = state.ids.secret(&format!("{id}_secret_"));
    let amount = p.int("amount").unwrap_or_default();
    let method = p.value("payment_method");
    let status = if method.is_null() {
        "requires_payment_method"
    } else {
        "requires_confirmation"
    };
    let types = p
        .get("payment_method_types")
        .or_else(|| p.get("allowed_payment_method_types"))
        .cloned()
        .unwrap_or_else(|| json!(["card"]));
    let intent = json!({
        "id": id, "object": "payment_intent", "amount": amount, "amount_capturable": 0,
        "amount_details": {"tip": {}}, "amount_received": 0, "application": null,
        "application_fee_amount": null,
        "automatic_payment_methods": p.value("automatic_payment_methods"), "canceled_at": null,
        "cancellation_reason": null,
        "capture_method": p.get("capture_method").cloned().unwrap_or("automatic_async".into()),
        "client_secret": secret,
        "confirmation_method": p.get("confirmation_method").cloned().unwrap_or("automatic".into()),
        "created": state.now, "currency": p.value("currency"), "customer": p.value("customer"),
        "customer_account": null, "description": p.value("description"),
        "excluded_payment_method_types": null, "last_payment_error": null,
        "latest_charge": null, "livemode": state.livemode, "managed_payments": {"enabled": false},
        "metadata": p.metadata(), "next_action": null, "on_behalf_of": null,
        "payment_method": method, "payment_method_configuration_details": null,
        "payment_method_options": {"card": {
            "installments": null, "mandate_options": null, "network": null,
            "request_three_d_secure": "automatic",
        }},
        "payment_method_types": types, "processing": null,
        "receipt_email": p.value("receipt_email"), "review": null,
        "setup_future_usage": p.value("setup_future_usage"), "shipping": p.value("shipping"),
        "source": null, "statement_descriptor": p.value("statement_descriptor"),
        "statement_descriptor_suffix": p.value("statement_descriptor_suffix"),
        "status": status, "transfer_data": null, "transfer_group": p.value("transfer_group"),
    });
    state.create(Table::Intents, intent, "payment_intent.created")
}

fn create(state: &mut State, call: &Call) -> Answer {
    let mut p = call.params.clone();
    currency::check_amount(
        p.text("currency").unwrap_or_default(),
        p.int("amount").unwrap_or_default(),
        "amount",
    )?;
    if let Some(customer) = p.text("customer") {
        state.need_param(Table::Customers, customer, "customer")?;
    }
    let confirm = p.flag("confirm");
    if !confirm {
        for only in ["error_on_requires_action", "off_session", "return_url"] {
            if p.get(only).is_some() {
                return Err(ApiError::parameter(
                    only,
                    "",
                    format!(
                        "The parameter `{only}` cannot be passed when creating a PaymentIntent \
                             unless `confirm` is set to true."
                    ),
                ));
            }
        }
    }
    if let Some(method) = chosen(state, &p)? {
        p.0.insert("payment_method".into(), method.into());
    } else if confirm {
        return Err(no_method());
    }
    let id = text(&make(state, &p), "id").to_owned();
    if confirm {
        attempt(state, &id, p.flag("error_on_requires_action"))?;
    }
    Ok(state.copy(Table::Intents, &id))
}

/// The payment method that the parameters name or describe.
fn chosen(state: &mut State, p: &Params) -> Result<Option<String>, ApiError> {
    if let Some(given) = p.text("payment_method") {
        return payment_method::resolve(state, given, "payment_method").map(Some);
    }
    let Some(data) = p.get("payment_method_data") else {
        return Ok(None);
    };
    let card = data.get("card").cloned().unwrap_or(Value::Null);
    let number = text(
        &card,
        if card.get("token").is_some() {
            "token"
        } else {
            "number"
        },
    );
    let Some(card) = magic::find(number) else {
        return Err(ApiError::card(
            "incorrect_number",
            None,
            "Your card number is incorrect.",
        ));
    };
    let billing = data.get("billing_details").cloned().unwrap_or(Value::Null);
    let made = payment_method::make(state, card, &billing);
    Ok(Some(text(&made, "id").to_owned()))
}

fn unexpected(intent: &Value, verb: &str) -> ApiError {
    let status = text(intent, "status");
    ApiError::state(
        "payment_intent_unexpected_state",
        format!("You cannot {verb} this PaymentIntent because it has a status of {status}."),
    )
    .with("payment_intent", intent.clone())
}

fn one(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Intents, call.id(), "intent").cloned()
}

fn update(state: &mut State, call: &Call) -> Answer {
    let intent = state.need(Table::Intents, call.id(), "intent")?.clone();
    let p = &call.params;
    let open = text(&intent, "status").starts_with("requires_");
    let money = [
        "amount",
        "currency",
        "payment_method",
        "capture_method",
        "customer",
    ];
    if !open && let Some(name) = money.iter().find(|n| p.get(n).is_some()) {
        return Err(unexpected(&intent, "update").with("param", *name));
    }
    if p.get("amount").is_some() || p.get("currency").is_some() {
        let code = p.text("currency").unwrap_or(text(&intent, "currency"));
        let amount = p.int("amount").unwrap_or(int(&intent, "amount"));
        currency::check_amount(code, amount, "amount")?;
    }
    if let Some(customer) = p.text("customer") {
        state.need_param(Table::Customers, customer, "customer")?;
    }
    let method = chosen(state, p)?;
    Ok(
        state.update(Table::Intents, call.id(), "payment_intent.updated", |i| {
            for (name, value) in &p.0 {
                match name.as_str() {
                    "expand" | "payment_method" | "payment_method_options" => {}
                    "metadata" => merge_metadata(&mut i["metadata"], value),
                    _ => i[name] = value.clone(),
                }
            }
            if let Some(method) = method {
                i["payment_method"] = method.into();
                if text(i, "status") == "requires_payment_method" {
                    i["status"] = "requires_confirmation".into();
                }
            }
        }),
    )
}

fn confirm(state: &mut State, call: &Call) -> Answer {
    let intent = state.need(Table::Intents, call.id(), "intent")?.clone();
    let waits = [
        "requires_payment_method",
        "requires_confirmation",
        "requires_action",
    ];
    if !waits.contains(&text(&intent, "status")) {
        return Err(unexpected(&intent, "confirm"));
    }
    let p = &call.params;
    let method = chosen(state, p)?;
    if method.is_none() && intent["payment_method"].is_null() {
        return Err(no_method().executed());
    }
    state.edit(Table::Intents, call.id(), |i| {
        for name in [
            "capture_method",
            "receipt_email",
            "setup_future_usage",
            "shipping",
        ] {
            if let Some(value) = p.get(name) {
                i[name] = value.clone();
            }
        }
        if let Some(method) = method {
            i["payment_method"] = method.into();
        }
    });
    attempt(state, call.id(), p.flag("error_on_requires_action"))?;
    Ok(state.copy(Table::Intents, call.id()))
}

/// What is not captured is released and never booked; that production shows it as a reversal of a
/// partial capture is left out.
fn capture(state: &mut State, call: &Call) -> Answer {
    let intent = state.need(Table::Intents, call.id(), "intent")?.clone();
    if text(&intent, "status") != "requires_capture" {
        return Err(unexpected(&intent, "capture"));
    }
    let most = int(&intent, "amount_capturable");
    let amount = call.params.int("amount_to_capture").unwrap_or(most);
    currency::check_amount(text(&intent, "currency"), amount, "amount_to_capture")?;
    if amount > most {
        return Err(ApiError::parameter(
            "amount_to_capture",
            "amount_too_large",
            format!(
                "The amount to capture ({amount}) is greater than the remaining amount ({most})."
            ),
        )
        .executed());
    }
    let charge_id = text(&intent, "latest_charge").to_owned();
    state.edit(Table::Charges, &charge_id, |c| {
        c["captured"] = true.into();
        c["amount_captured"] = amount.into();
    });
    charge::book_in_time(state, &charge_id);
    let charge = state.copy(Table::Charges, &charge_id);
    state.emit("charge.captured", &charge, None);
    Ok(
        state.advance(Table::Intents, call.id(), "payment_intent.succeeded", |i| {
            i["status"] = "succeeded".into();
            i["amount_capturable"] = 0.into();
            i["amount_received"] = amount.into();
            if let Some(given) = call.params.get("metadata") {
                merge_metadata(&mut i["metadata"], given);
            }
        }),
    )
}

fn cancel(state: &mut State, call: &Call) -> Answer {
    let intent = state.need(Table::Intents, call.id(), "intent")?.clone();
    if !text(&intent, "status").starts_with("requires_") {
        return Err(unexpected(&intent, "cancel"));
    }
    let reason = call.params.value("cancellation_reason");
    if text(&intent, "status") == "requires_capture" {
        // The release of an authorisation moves no money.
        let charge_id = text(&intent, "latest_charge").to_owned();
        state.advance(Table::Charges, &charge_id, "charge.refunded", |c| {
            c["amount_refunded"] = c["amount"].clone();
            c["refunded"] = true.into();
        });
    }
    let now = state.now;
    Ok(
        state.advance(Table::Intents, call.id(), "payment_intent.canceled", |i| {
            i["status"] = "canceled".into();
            i["amount_capturable"] = 0.into();
            i["canceled_at"] = now.into();
            i["cancellation_reason"] = reason;
        }),
    )
}

fn all(state: &mut State, call: &Call) -> Answer {
    let table = state.table(Table::Intents);
    list::page(
        table,
        None,
        &call.params,
        "/v1/payment_intents",
        "payment_intent",
        &["customer"],
    )
}
