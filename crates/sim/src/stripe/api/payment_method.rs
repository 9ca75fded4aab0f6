//! Payment methods: cards only. A magic id stands for a new card of its kind.

use crate::stripe::error::ApiError;
use crate::stripe::list;
use crate::stripe::magic::{self, Card};
use crate::stripe::operation::{Answer, Call, Operation, get, list as listed, post};
use crate::stripe::param::{BILLING, Kind, opt, req};
use crate::stripe::state::{State, Table};
use serde_json::{Value, json};

const CARD: Kind = Kind::Fields(&[
    opt("token", Kind::Text),
    opt("number", Kind::Text),
    opt("exp_month", Kind::Int),
    opt("exp_year", Kind::Int),
    opt("cvc", Kind::Text),
]);

pub const OPERATIONS: &[Operation] = &[
    post(
        "/v1/payment_methods",
        &[
            req("type", Kind::One(&["card"])),
            opt("card", CARD),
            opt("billing_details", BILLING),
            opt("metadata", Kind::Metadata),
            opt("allow_redisplay", Kind::Text),
        ],
        create,
    ),
    get("/v1/payment_methods/{}", one),
    post(
        "/v1/payment_methods/{}/attach",
        &[req("customer", Kind::Text)],
        attach,
    ),
    post("/v1/payment_methods/{}/detach", &[], detach),
    listed(
        "/v1/payment_methods",
        &[opt("customer", Kind::Text), opt("type", Kind::Text)],
        all,
    ),
];

/// Makes a payment method from a test card.
pub fn make(state: &mut State, card: &'static Card, billing: &Value) -> Value {
    let id = state.ids.make("pm", 24);
    state.cards.insert(id.clone(), card);
    let method = json!({
        "id": id, "object": "payment_method", "allow_redisplay": "unspecified",
        "billing_details": billing_details(billing),
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": null, "address_postal_code_check": null,
                "cvc_check": "unchecked",
            },
            "country": card.country, "display_brand": card.brand, "exp_month": 12,
            "exp_year": 2034, "fingerprint": fingerprint(card), "funding": "credit",
            "generated_from": null, "last4": last4(card),
            "networks": {"available": [card.brand], "preferred": null},
            "regulated_status": "unregulated", "three_d_secure_usage": {"supported": true},
            "wallet": null,
        },
        "created": state.now, "customer": null, "customer_account": null,
        "livemode": state.livemode, "metadata": {}, "type": "card",
    });
    state
        .table_mut(Table::PaymentMethods)
        .insert(method.clone());
    method
}

/// The last four digits of a test card.
pub fn last4(card: &Card) -> &'static str {
    card.number.get(card.number.len() - 4..).unwrap_or_default()
}

/// The same for the same number.
pub fn fingerprint(card: &Card) -> String {
    format!(
        "Sandbox{:0>9}",
        card.number.get(card.number.len() - 9..).unwrap_or_default()
    )
}

/// Billing details with all of their keys.
pub fn billing_details(given: &Value) -> Value {
    let or = |name: &str| given.get(name).cloned().unwrap_or(Value::Null);
    let address = match given.get("address").filter(|a| !a.is_null()) {
        Some(address) => super::customer::whole_address(address),
        None => super::customer::whole_address(&json!({})),
    };
    json!({
        "address": address, "email": or("email"), "name": or("name"), "phone": or("phone"),
        "tax_id": or("tax_id"),
    })
}

/// The id of a payment method, made on the spot if `given` is magic.
pub fn resolve(state: &mut State, given: &str, param: &str) -> Result<String, ApiError> {
    if state.table(Table::PaymentMethods).get(given).is_some() {
        return Ok(given.to_owned());
    }
    match magic::find(given).filter(|_| given.starts_with("pm_card_") || given.starts_with("tok_"))
    {
        Some(card) => {
            let made = make(state, card, &Value::Null);
            Ok(made["id"].as_str().unwrap_or_default().to_owned())
        }
        None => {
            let mut error = ApiError::no_such("PaymentMethod", given, param);
            error.status = 400;
            Err(error)
        }
    }
}

/// Gives a payment method to a customer.
pub fn attach_to(state: &mut State, method: &str, customer: &str) -> Value {
    state.advance(
        Table::PaymentMethods,
        method,
        "payment_method.attached",
        |m| {
            m["customer"] = customer.into();
        },
    )
}

fn create(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    let Some(given) = p.get("card") else {
        return Err(ApiError::missing("card"));
    };
    let number = given
        .get("token")
        .or_else(|| given.get("number"))
        .and_then(Value::as_str);
    let Some(number) = number else {
        return Err(ApiError::missing("card[number]"));
    };
    let Some(card) = magic::find(number) else {
        return Err(
            ApiError::card("incorrect_number", None, "Your card number is incorrect.")
                .with("param", "number"),
        );
    };
    let billing = p.value("billing_details");
    let made = make(state, card, &billing);
    let id = made["id"].as_str().unwrap_or_default().to_owned();
    let metadata = p.metadata();
    state.edit(Table::PaymentMethods, &id, |m| {
        m["metadata"] = metadata;
        if let Some(month) = given.get("exp_month") {
            m["card"]["exp_month"] = month.clone();
        }
        if let Some(year) = given.get("exp_year") {
            m["card"]["exp_year"] = year.clone();
        }
    });
    Ok(state.copy(Table::PaymentMethods, &id))
}

fn one(state: &mut State, call: &Call) -> Answer {
    state
        .need(Table::PaymentMethods, call.id(), "payment_method")
        .cloned()
}

fn attach(state: &mut State, call: &Call) -> Answer {
    let customer = call.params.text("customer").unwrap_or_default();
    state.need_param(Table::Customers, customer, "customer")?;
    let method = resolve(state, call.id(), "payment_method").map_err(|mut e| {
        e.status = 404;
        e
    })?;
    Ok(attach_to(state, &method, customer))
}

fn detach(state: &mut State, call: &Call) -> Answer {
    state.need(Table::PaymentMethods, call.id(), "payment_method")?;
    if state
        .link(Table::PaymentMethods, call.id(), "customer")
        .is_none()
    {
        return Err(ApiError::state(
            "",
            "The payment method you provided is not attached to a customer so detachment is \
             impossible.",
        ));
    }
    Ok(state.update(
        Table::PaymentMethods,
        call.id(),
        "payment_method.detached",
        |m| {
            m["customer"] = Value::Null;
        },
    ))
}

fn all(state: &mut State, call: &Call) -> Answer {
    let table = state.table(Table::PaymentMethods);
    let equal = ["customer", "type"];
    list::page(
        table,
        None,
        &call.params,
        "/v1/payment_methods",
        "payment_method",
        &equal,
    )
}
