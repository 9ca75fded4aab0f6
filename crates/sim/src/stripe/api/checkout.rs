//! A checkout: a session is opened for some lines, and a shopper pays it.

use super::{customer, payment, payment_intent, payment_method, price};
use crate::stripe::collection::text;
use crate::stripe::error::ApiError;
use crate::stripe::operation::Answer;
use crate::stripe::param::Params;
use crate::stripe::schedule::DAY;
use crate::stripe::state::{State, Table};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// One thing that is bought, in minor units of the session's currency.
pub struct Line {
    pub price: Value,
    pub name: String,
    pub quantity: i64,
    pub subtotal: i64,
    pub discount: i64,
    pub tax: i64,
}

/// What a session is made of.
pub struct Draft {
    pub currency: String,
    pub lines: Vec<Line>,
    pub shipping: i64,
    pub customer: Option<String>,
    pub metadata: Value,
    /// Goes to the payment intent and its charge.
    pub payment_metadata: Value,
}

/// A price for a line: the product's own if it fits, else a new one.
pub fn price_for(state: &mut State, product: &str, currency: &str, unit: Decimal) -> Value {
    let wanted = unit.round_dp(12).normalize().to_string();
    let prices = state.table(Table::Prices);
    let known = prices
        .having("product", product)
        .iter()
        .map(|at| prices.at(*at))
        .find(|p| text(p, "currency") == currency && text(p, "unit_amount_decimal") == wanted);
    match known {
        Some(price) => price.clone(),
        None => price::make(state, product, currency, unit),
    }
}

/// Opens a session; its id.
pub fn open(state: &mut State, draft: Draft) -> String {
    let prefix = if state.livemode { "cs_live" } else { "cs_test" };
    let id = state.ids.make(prefix, 58);
    let sum = |part: fn(&Line) -> i64| draft.lines.iter().map(part).sum::<i64>();
    let (subtotal, discount, tax) = (sum(|l| l.subtotal), sum(|l| l.discount), sum(|l| l.tax));
    let total = subtotal - discount + tax + draft.shipping;
    let items: Vec<Value> = draft
        .lines
        .iter()
        .map(|l| {
            json!({
                "id": state.ids.make("li", 24), "object": "item", "adjustable_quantity": null,
                "amount_discount": l.discount, "amount_subtotal": l.subtotal,
                "amount_tax": l.tax, "amount_total": l.subtotal - l.discount + l.tax,
                "currency": draft.currency, "description": l.name, "metadata": {},
                "price": l.price, "quantity": l.quantity,
            })
        })
        .collect();
    state.line_items.insert(id.clone(), items);
    state
        .payment_metadata
        .insert(id.clone(), draft.payment_metadata);
    let shipping = (draft.shipping > 0).then(|| {
        json!({
            "amount_subtotal": draft.shipping, "amount_tax": 0, "amount_total": draft.shipping,
            "shipping_rate": null,
        })
    });
    let session = json!({
        "id": id, "object": "checkout.session", "adaptive_pricing": {"enabled": false},
        "after_expiration": null, "allow_promotion_codes": null, "amount_subtotal": subtotal,
        "amount_total": total,
        "automatic_tax": {"enabled": false, "liability": null, "provider": null, "status": null},
        "billing_address_collection": null, "cancel_url": null, "client_reference_id": null,
        "client_secret": null,
        "collected_information": {
            "business_name": null, "individual_name": null, "shipping_details": null,
        },
        "consent": null, "consent_collection": null, "created": state.now,
        "currency": draft.currency, "currency_conversion": null, "custom_fields": [],
        "custom_text": {
            "after_submit": null, "shipping_address": null, "submit": null,
            "terms_of_service_acceptance": null,
        },
        "customer": draft.customer, "customer_account": null, "customer_creation": "if_required",
        "customer_details": null, "customer_email": null, "discounts": [],
        "expires_at": state.now + DAY, "integration_identifier": null, "invoice": null,
        "invoice_creation": {
            "enabled": false,
            "invoice_data": {
                "account_tax_ids": null, "custom_fields": null, "description": null,
                "footer": null, "issuer": null, "metadata": {}, "rendering_options": null,
            },
        },
        "livemode": state.livemode, "locale": null, "managed_payments": {"enabled": false},
        "metadata": draft.metadata, "mode": "payment", "origin_context": null,
        "payment_intent": null, "payment_link": null,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": null, "payment_method_options": {},
        "payment_method_types": ["card"], "payment_status": "unpaid", "permissions": null,
        "phone_number_collection": {"enabled": false}, "recovered_from": null,
        "saved_payment_method_options": null, "setup_intent": null,
        "shipping_address_collection": null, "shipping_cost": shipping, "shipping_options": [],
        "status": "open", "submit_type": null, "subscription": null,
        "success_url": "https://example.com/success",
        "total_details": {
            "amount_discount": discount, "amount_shipping": draft.shipping, "amount_tax": tax,
        },
        "ui_mode": "hosted", "url": format!("https://checkout.stripe.com/c/pay/{id}"),
        "wallet_options": null,
    });
    state.table_mut(Table::Sessions).insert(session);
    id
}

/// The shopper pays an open session with `method` (magic or real). A decline leaves it open.
pub fn pay(state: &mut State, id: &str, method: &str, details: &Value, shipping: &Value) -> Answer {
    let session = state.need(Table::Sessions, id, "session")?.clone();
    if text(&session, "status") != "open" {
        return Err(ApiError::state(
            "",
            "This Checkout Session is no longer open.",
        ));
    }
    let method = payment_method::resolve(state, method, "payment_method")?;
    let billing = payment_method::billing_details(details);
    state.edit(Table::PaymentMethods, &method, |m| {
        m["billing_details"] = billing
    });
    let mut p = Params::default();
    for (name, value) in [
        ("amount", session["amount_total"].clone()),
        ("currency", session["currency"].clone()),
        ("customer", session["customer"].clone()),
        ("payment_method", method.into()),
        (
            "metadata",
            state
                .payment_metadata
                .get(id)
                .cloned()
                .unwrap_or_else(|| json!({})),
        ),
        ("shipping", shipping.clone()),
    ] {
        p.0.insert(name.into(), value);
    }
    // A second try uses the intent of the first.
    let intent = match text(&session, "payment_intent") {
        "" => text(&payment_intent::make(state, &p), "id").to_owned(),
        known => {
            let method = p.value("payment_method");
            state.edit(Table::Intents, known, |i| i["payment_method"] = method);
            known.to_owned()
        }
    };
    link(state, id, &intent);
    payment::attempt(state, &intent, true)?;
    let shown = json!({
        "address": customer::whole_address(details.get("address").unwrap_or(&json!({}))),
        "business_name": null, "email": details.get("email"), "individual_name": null,
        "name": details.get("name"), "phone": details.get("phone"), "tax_exempt": "none",
        "tax_ids": [],
    });
    Ok(
        state.advance(Table::Sessions, id, "checkout.session.completed", |s| {
            s["customer_details"] = shown;
            s["customer_email"] = s["customer_details"]["email"].clone();
            if !shipping.is_null() {
                s["collected_information"]["shipping_details"] = shipping.clone();
            }
            s["payment_status"] = "paid".into();
            s["status"] = "complete".into();
            s["url"] = Value::Null;
        }),
    )
}

/// The intent is known only when the shopper pays: the session is found by it from then on.
fn link(state: &mut State, id: &str, intent: &str) {
    state.edit(Table::Sessions, id, |s| s["payment_intent"] = intent.into());
    state
        .table_mut(Table::Sessions)
        .reindex(id, "payment_intent");
}
