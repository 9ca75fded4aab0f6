//! Prices.

use super::product;
use crate::stripe::error::ApiError;
use crate::stripe::list;
use crate::stripe::operation::{Answer, Call, Operation, get, list as listed, post};
use crate::stripe::param::{Kind, Params, merge_metadata, opt, req};
use crate::stripe::state::{State, Table};
use rust_decimal::Decimal;
use serde_json::{Value, json};

const RECURRING: Kind = Kind::Fields(&[
    req("interval", Kind::One(&["day", "week", "month", "year"])),
    opt("interval_count", Kind::Int),
    opt("usage_type", Kind::One(&["licensed", "metered"])),
    opt("meter", Kind::Text),
    opt("trial_period_days", Kind::Int),
]);

pub const OPERATIONS: &[Operation] = &[
    post(
        "/v1/prices",
        &[
            req("currency", Kind::Currency),
            opt("active", Kind::Bool),
            opt("lookup_key", Kind::Text),
            opt("metadata", Kind::Metadata),
            opt("nickname", Kind::Text),
            opt("product", Kind::Text),
            opt(
                "product_data",
                Kind::Fields(&[
                    req("name", Kind::Text),
                    opt("active", Kind::Bool),
                    opt("id", Kind::Text),
                    opt("metadata", Kind::Metadata),
                ]),
            ),
            opt("recurring", RECURRING),
            opt(
                "tax_behavior",
                Kind::One(&["exclusive", "inclusive", "unspecified"]),
            ),
            opt("unit_amount", Kind::Int),
            opt("unit_amount_decimal", Kind::Text),
        ],
        create,
    ),
    get("/v1/prices/{}", one),
    post(
        "/v1/prices/{}",
        &[
            opt("active", Kind::Bool),
            opt("lookup_key", Kind::Text),
            opt("metadata", Kind::Metadata),
            opt("nickname", Kind::Text),
            opt(
                "tax_behavior",
                Kind::One(&["exclusive", "inclusive", "unspecified"]),
            ),
        ],
        update,
    ),
    listed(
        "/v1/prices",
        &[
            opt("active", Kind::Bool),
            opt("created", Kind::Range),
            opt("currency", Kind::Currency),
            opt("product", Kind::Text),
            opt("type", Kind::One(&["one_time", "recurring"])),
        ],
        all,
    ),
];

/// Makes a one-time price of `unit` minor units (up to 12 decimal places).
pub fn make(state: &mut State, product: &str, currency: &str, unit: Decimal) -> Value {
    let unit = unit.round_dp(12).normalize();
    let whole = unit
        .is_integer()
        .then(|| i64::try_from(unit).ok())
        .flatten();
    let price = shape(
        state,
        product,
        currency,
        whole,
        &unit.to_string(),
        &Params::default(),
    );
    state.create(Table::Prices, price, "price.created")
}

fn shape(
    state: &mut State,
    product: &str,
    currency: &str,
    unit_amount: Option<i64>,
    decimal: &str,
    p: &Params,
) -> Value {
    let recurring = p.get("recurring").map(|r| {
        json!({
            "interval": r["interval"],
            "interval_count": r.get("interval_count").cloned().unwrap_or(1.into()),
            "meter": r.get("meter").cloned().unwrap_or(Value::Null),
            "trial_period_days": r.get("trial_period_days").cloned().unwrap_or(Value::Null),
            "usage_type": r.get("usage_type").cloned().unwrap_or("licensed".into()),
        })
    });
    let kind = if recurring.is_some() {
        "recurring"
    } else {
        "one_time"
    };
    json!({
        "id": state.ids.make("price", 24), "object": "price",
        "active": p.get("active").cloned().unwrap_or(true.into()), "billing_scheme": "per_unit",
        "created": state.now, "currency": currency, "custom_unit_amount": null,
        "livemode": state.livemode, "lookup_key": p.value("lookup_key"),
        "metadata": p.metadata(), "nickname": p.value("nickname"), "product": product,
        "recurring": recurring,
        "tax_behavior": p.get("tax_behavior").cloned().unwrap_or("unspecified".into()),
        "tiers_mode": null, "transform_quantity": null, "type": kind,
        "unit_amount": unit_amount, "unit_amount_decimal": decimal,
    })
}

fn create(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    let (amount, decimal) = match (p.int("unit_amount"), p.text("unit_amount_decimal")) {
        (Some(amount), None) => (Some(amount), amount.to_string()),
        (None, Some(text)) => {
            let exact = Decimal::from_str_exact(text).map_err(|_| {
                ApiError::parameter(
                    "unit_amount_decimal",
                    "",
                    format!("Invalid decimal: {text}"),
                )
            })?;
            let whole = exact
                .is_integer()
                .then(|| i64::try_from(exact).ok())
                .flatten();
            (whole, exact.normalize().to_string())
        }
        (None, None) => return Err(ApiError::missing("unit_amount")),
        (Some(_), Some(_)) => {
            return Err(ApiError::bad_request(
                "You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
            ));
        }
    };
    let product = match (p.text("product"), p.get("product_data")) {
        (Some(id), None) => {
            state.need_param(Table::Products, id, "product")?;
            id.to_owned()
        }
        (None, Some(data)) => {
            let id = data.get("id").and_then(Value::as_str);
            let made = product::make(state, id, data["name"].as_str().unwrap_or_default());
            made["id"].as_str().unwrap_or_default().to_owned()
        }
        (None, None) => return Err(ApiError::missing("product")),
        (Some(_), Some(_)) => {
            return Err(ApiError::bad_request(
                "You may only specify one of these parameters: product, product_data.",
            ));
        }
    };
    let currency = p.text("currency").unwrap_or_default();
    let price = shape(state, &product, currency, amount, &decimal, p);
    Ok(state.create(Table::Prices, price, "price.created"))
}

fn one(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Prices, call.id(), "price").cloned()
}

fn update(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Prices, call.id(), "price")?;
    Ok(
        state.update(Table::Prices, call.id(), "price.updated", |price| {
            for (name, value) in &call.params.0 {
                match name.as_str() {
                    "expand" => {}
                    "metadata" => merge_metadata(&mut price["metadata"], value),
                    _ => price[name] = value.clone(),
                }
            }
        }),
    )
}

fn all(state: &mut State, call: &Call) -> Answer {
    let equal = ["active", "currency", "product", "type"];
    list::page(
        state.table(Table::Prices),
        None,
        &call.params,
        "/v1/prices",
        "price",
        &equal,
    )
}
