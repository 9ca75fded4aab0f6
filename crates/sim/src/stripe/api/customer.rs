//! Customers.

use super::payment_method;
use crate::stripe::error::ApiError;
use crate::stripe::list;
use crate::stripe::operation::{Answer, Call, Operation, delete, get, list as listed, post};
use crate::stripe::param::{ADDRESS, Kind, Param, SHIPPING, TEXTS, merge_metadata, opt};
use crate::stripe::state::{State, Table};
use serde_json::{Value, json};

const FIELDS: &[Param] = &[
    opt("address", ADDRESS),
    opt("balance", Kind::Int),
    opt("description", Kind::Text),
    opt("email", Kind::Text),
    opt("invoice_prefix", Kind::Text),
    opt(
        "invoice_settings",
        Kind::Fields(&[
            opt("custom_fields", Kind::Any),
            opt("default_payment_method", Kind::Text),
            opt("footer", Kind::Text),
            opt("rendering_options", Kind::Any),
        ]),
    ),
    opt("metadata", Kind::Metadata),
    opt("name", Kind::Text),
    opt("payment_method", Kind::Text),
    opt("phone", Kind::Text),
    opt("preferred_locales", TEXTS),
    opt("shipping", SHIPPING),
    opt("source", Kind::Text),
    opt("tax_exempt", Kind::One(&["none", "exempt", "reverse"])),
    opt("test_clock", Kind::Text),
];

pub const OPERATIONS: &[Operation] = &[
    post("/v1/customers", FIELDS, create),
    get("/v1/customers/{}", one),
    post("/v1/customers/{}", FIELDS, update),
    delete("/v1/customers/{}", remove),
    listed(
        "/v1/customers",
        &[opt("email", Kind::Text), opt("created", Kind::Range)],
        all,
    ),
];

/// A customer without anything but an id.
pub fn blank(state: &mut State, id: Option<&str>) -> Value {
    let id = id.map_or_else(|| state.ids.make("cus", 14), str::to_owned);
    json!({
        "id": id, "object": "customer", "address": null, "balance": 0, "created": state.now,
        "currency": null, "default_source": null, "delinquent": false,
        "description": null, "discount": null, "email": null,
        "invoice_prefix": id.get(id.len().saturating_sub(8)..).unwrap_or("").to_uppercase(),
        "invoice_settings": {
            "custom_fields": null, "default_payment_method": null, "footer": null,
            "rendering_options": null,
        },
        "livemode": state.livemode, "metadata": {}, "name": null, "next_invoice_sequence": 1,
        "phone": null, "preferred_locales": [], "shipping": null, "tax_exempt": "none",
        "test_clock": null,
    })
}

fn create(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    check_email(p.text("email"))?;
    let method = match p.text("payment_method") {
        Some(id) => Some(payment_method::resolve(state, id, "payment_method")?),
        None => None,
    };
    if let Some(source) = p.text("source")
        && crate::stripe::magic::find(source).is_none()
    {
        return Err(ApiError::no_such("token", source, "source"));
    }
    let mut customer = blank(state, None);
    fill(&mut customer, call);
    let id = customer["id"].as_str().unwrap_or_default().to_owned();
    if p.text("source").is_some() {
        // The card object itself is not served; its id stands for it.
        customer["default_source"] = state.ids.make("card", 24).into();
    }
    let customer = state.create(Table::Customers, customer, "customer.created");
    if let Some(method) = method {
        payment_method::attach_to(state, &method, &id);
    }
    Ok(customer)
}

fn fill(customer: &mut Value, call: &Call) {
    for (name, value) in &call.params.0 {
        match name.as_str() {
            "expand" | "payment_method" | "source" => {}
            "metadata" => merge_metadata(&mut customer["metadata"], value),
            "invoice_settings" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    customer[name][key] = value.clone();
                }
            }
            "address" => customer[name] = whole_address(value),
            "preferred_locales" if value.is_null() => customer[name] = json!([]),
            "shipping" if !value.is_null() => {
                let mut shipping = value.clone();
                shipping["address"] = whole_address(&value["address"]);
                customer[name] = shipping;
            }
            _ => customer[name] = value.clone(),
        }
    }
}

/// An address with all of its keys.
pub fn whole_address(given: &Value) -> Value {
    if given.is_null() {
        return Value::Null;
    }
    let mut address = json!({
        "city": null, "country": null, "line1": null, "line2": null, "postal_code": null,
        "state": null,
    });
    for (key, value) in given.as_object().into_iter().flatten() {
        address[key] = value.clone();
    }
    address
}

fn check_email(email: Option<&str>) -> Result<(), ApiError> {
    match email {
        Some(email) if !email.contains('@') => Err(ApiError::parameter(
            "email",
            "email_invalid",
            format!("Invalid email address: {email}"),
        )),
        _ => Ok(()),
    }
}

fn one(state: &mut State, call: &Call) -> Answer {
    let customer = state.need(Table::Customers, call.id(), "id")?;
    if customer.get("deleted").is_some() {
        return Ok(json!({"id": call.id(), "object": "customer", "deleted": true}));
    }
    Ok(customer.clone())
}

fn update(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Customers, call.id(), "customer")?;
    check_email(call.params.text("email"))?;
    Ok(
        state.update(Table::Customers, call.id(), "customer.updated", |c| {
            fill(c, call)
        }),
    )
}

fn remove(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Customers, call.id(), "customer")?;
    let object = state.copy(Table::Customers, call.id());
    state.edit(Table::Customers, call.id(), |c| c["deleted"] = true.into());
    state.emit("customer.deleted", &object, None);
    Ok(json!({"id": call.id(), "object": "customer", "deleted": true}))
}

fn all(state: &mut State, call: &Call) -> Answer {
    let table = state.table(Table::Customers);
    list::page(
        table,
        None,
        &call.params,
        "/v1/customers",
        "customer",
        &["email"],
    )
}
