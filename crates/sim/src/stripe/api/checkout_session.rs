//! Checkout Sessions: what is bought, and the shopper who pays (there is no payment page: the
//! administrator's calls play the shopper).

use super::checkout::{Draft, Line, open, price_for};
use super::product;
use crate::stripe::collection::{int, text};
use crate::stripe::currency;
use crate::stripe::error::ApiError;
use crate::stripe::list;
use crate::stripe::operation::{Answer, Call, Operation, get, list as listed, post};
use crate::stripe::param::{ADDRESS, Kind, Param, TEXTS, merge_metadata, old, opt, req};
use crate::stripe::state::{State, Table};
use crate::stripe::version::ENDIVE;
use rust_decimal::Decimal;
use serde_json::{Value, json};

const PRICE_DATA: Kind = Kind::Fields(&[
    req("currency", Kind::Currency),
    opt("product", Kind::Text),
    opt(
        "product_data",
        Kind::Fields(&[
            req("name", Kind::Text),
            opt("description", Kind::Text),
            opt("images", TEXTS),
            opt("metadata", Kind::Metadata),
            opt("tax_code", Kind::Text),
        ]),
    ),
    opt("tax_behavior", Kind::Text),
    opt("unit_amount", Kind::Int),
    opt("unit_amount_decimal", Kind::Text),
]);
const LINE: Kind = Kind::Fields(&[
    opt("price", Kind::Text),
    opt("price_data", PRICE_DATA),
    opt("quantity", Kind::Int),
    opt("adjustable_quantity", Kind::Any),
    opt("metadata", Kind::Metadata),
]);
const CREATE: &[Param] = &[
    req("line_items", Kind::List(&LINE)),
    req("mode", Kind::One(&["payment"])),
    old("payment_method_types", TEXTS, ENDIVE),
    opt("allowed_payment_method_types", TEXTS),
    opt("allow_promotion_codes", Kind::Bool),
    opt(
        "billing_address_collection",
        Kind::One(&["auto", "required"]),
    ),
    opt("cancel_url", Kind::Text),
    opt("client_reference_id", Kind::Text),
    opt("customer", Kind::Text),
    opt("customer_creation", Kind::One(&["always", "if_required"])),
    opt("customer_email", Kind::Text),
    opt("expires_at", Kind::Int),
    opt("locale", Kind::Text),
    opt("metadata", Kind::Metadata),
    opt(
        "payment_intent_data",
        Kind::Fields(&[
            opt("capture_method", Kind::Text),
            opt("description", Kind::Text),
            opt("metadata", Kind::Metadata),
            opt("receipt_email", Kind::Text),
            opt("setup_future_usage", Kind::Text),
        ]),
    ),
    opt("phone_number_collection", Kind::Any),
    opt(
        "shipping_address_collection",
        Kind::Fields(&[opt("allowed_countries", TEXTS), opt("address", ADDRESS)]),
    ),
    opt("submit_type", Kind::Text),
    opt("success_url", Kind::Text),
    opt("ui_mode", Kind::Text),
    opt("return_url", Kind::Text),
];

pub const OPERATIONS: &[Operation] = &[
    post("/v1/checkout/sessions", CREATE, create),
    get("/v1/checkout/sessions/{}", one),
    post(
        "/v1/checkout/sessions/{}",
        &[opt("metadata", Kind::Metadata)],
        update,
    ),
    post("/v1/checkout/sessions/{}/expire", &[], expire),
    listed("/v1/checkout/sessions/{}/line_items", &[], line_items),
    listed(
        "/v1/checkout/sessions",
        &[
            opt("created", Kind::Range),
            opt("customer", Kind::Text),
            opt("payment_intent", Kind::Text),
            opt("status", Kind::One(&["open", "complete", "expired"])),
        ],
        all,
    ),
];

fn create(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    if let Some(id) = p.text("customer") {
        state.need_param(Table::Customers, id, "customer")?;
    }
    let given: Vec<Value> = p
        .get("line_items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if given.is_empty() {
        return Err(ApiError::missing("line_items"));
    }
    // Everything is checked before anything is made.
    let mut code: Option<String> = None;
    for (i, item) in given.iter().enumerate() {
        let own = match (
            item.get("price").and_then(Value::as_str),
            item.get("price_data"),
        ) {
            (Some(id), None) => {
                let param = format!("line_items[{i}][price]");
                text(state.need_param(Table::Prices, id, &param)?, "currency").to_owned()
            }
            (None, Some(data)) => {
                let param = format!("line_items[{i}][price_data][unit_amount]");
                int_or_missing(data, &param)?;
                match (
                    data.get("product").and_then(Value::as_str),
                    data.get("product_data"),
                ) {
                    (Some(id), None) => {
                        state.need_param(Table::Products, id, &param)?;
                    }
                    (None, Some(_)) => {}
                    _ => {
                        return Err(ApiError::missing(&format!(
                            "line_items[{i}][price_data][product]"
                        )));
                    }
                }
                text(data, "currency").to_owned()
            }
            _ => return Err(ApiError::missing(&format!("line_items[{i}][price]"))),
        };
        if quantity(item) < 1 {
            let param = format!("line_items[{i}][quantity]");
            return Err(ApiError::parameter(
                &param,
                "parameter_invalid_integer",
                "Invalid integer",
            ));
        }
        if code.as_ref().is_some_and(|c| *c != own) {
            return Err(ApiError::bad_request(
                "All line items must have the same currency.",
            ));
        }
        code = Some(own);
    }
    let code = code.unwrap_or_default();
    let lines: Vec<Line> = given.iter().map(|item| line(state, item)).collect();
    currency::check_amount(&code, lines.iter().map(|l| l.subtotal).sum(), "line_items")?;
    let empty = json!({});
    let id = open(
        state,
        Draft {
            currency: code,
            lines,
            shipping: 0,
            customer: p.text("customer").map(str::to_owned),
            metadata: p.metadata(),
            payment_metadata: p
                .get("payment_intent_data")
                .and_then(|d| d.get("metadata"))
                .filter(|m| m.is_object())
                .unwrap_or(&empty)
                .clone(),
        },
    );
    state.edit(Table::Sessions, &id, |s| {
        let plain = [
            "allow_promotion_codes",
            "billing_address_collection",
            "cancel_url",
            "client_reference_id",
            "customer_creation",
            "customer_email",
            "expires_at",
            "locale",
            "phone_number_collection",
            "shipping_address_collection",
            "submit_type",
            "success_url",
            "ui_mode",
        ];
        for name in plain {
            if let Some(value) = p.get(name) {
                s[name] = value.clone();
            }
        }
    });
    Ok(state.copy(Table::Sessions, &id))
}

fn int_or_missing(data: &Value, param: &str) -> Result<i64, ApiError> {
    data.get("unit_amount")
        .and_then(Value::as_i64)
        .ok_or_else(|| ApiError::missing(param))
}

fn quantity(item: &Value) -> i64 {
    item.get("quantity").and_then(Value::as_i64).unwrap_or(1)
}

fn line(state: &mut State, item: &Value) -> Line {
    let price = match item.get("price").and_then(Value::as_str) {
        Some(id) => state.copy(Table::Prices, id),
        None => {
            let data = &item["price_data"];
            let product = match data.get("product").and_then(Value::as_str) {
                Some(id) => id.to_owned(),
                None => {
                    let made = product::make(state, None, text(&data["product_data"], "name"));
                    text(&made, "id").to_owned()
                }
            };
            let unit = Decimal::from(int(data, "unit_amount"));
            price_for(state, &product, text(data, "currency"), unit)
        }
    };
    let name = text(
        &state.copy(Table::Products, text(&price, "product")),
        "name",
    )
    .to_owned();
    let quantity = quantity(item);
    let subtotal = int(&price, "unit_amount") * quantity;
    Line {
        price,
        name,
        quantity,
        subtotal,
        discount: 0,
        tax: 0,
    }
}

fn one(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Sessions, call.id(), "session").cloned()
}

fn update(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Sessions, call.id(), "session")?;
    state.edit(Table::Sessions, call.id(), |s| {
        if let Some(given) = call.params.get("metadata") {
            merge_metadata(&mut s["metadata"], given);
        }
    });
    Ok(state.copy(Table::Sessions, call.id()))
}

fn expire(state: &mut State, call: &Call) -> Answer {
    let session = state.need(Table::Sessions, call.id(), "session")?;
    if text(session, "status") != "open" {
        return Err(ApiError::state(
            "",
            "Only Checkout Sessions with a status in [\"open\"] can be expired.",
        ));
    }
    Ok(state.advance(
        Table::Sessions,
        call.id(),
        "checkout.session.expired",
        |s| {
            s["status"] = "expired".into();
            s["url"] = Value::Null;
        },
    ))
}

fn line_items(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Sessions, call.id(), "session")?;
    let p = &call.params;
    let limit = list::limit(p)?;
    let items = state
        .line_items
        .get(call.id())
        .map(Vec::as_slice)
        .unwrap_or_default();
    // In the order of the page, unlike other lists.
    let place = |name: &str| match p.text(name) {
        Some(id) => match items.iter().position(|i| text(i, "id") == id) {
            Some(at) => Ok(Some(at)),
            None => Err(ApiError::no_such("line item", id, name)),
        },
        None => Ok(None),
    };
    let (after, before) = (place("starting_after")?, place("ending_before")?);
    let end = before.unwrap_or(items.len());
    let start = match before {
        Some(end) => end.saturating_sub(limit),
        None => after.map_or(0, |at| at + 1),
    };
    let data: Vec<Value> = items[start..end].iter().take(limit).cloned().collect();
    let has_more = if before.is_some() {
        start > 0
    } else {
        start + data.len() < items.len()
    };
    let url = format!("/v1/checkout/sessions/{}/line_items", call.id());
    Ok(json!({"object": "list", "data": data, "has_more": has_more, "url": url}))
}

fn all(state: &mut State, call: &Call) -> Answer {
    let equal = ["payment_intent", "customer", "status"];
    let table = state.table(Table::Sessions);
    list::page(
        table,
        None,
        &call.params,
        "/v1/checkout/sessions",
        "checkout.session",
        &equal,
    )
}
