//! Products.

use crate::stripe::error::ApiError;
use crate::stripe::list;
use crate::stripe::operation::{Answer, Call, Operation, delete, get, list as listed, post};
use crate::stripe::param::{Kind, Param, TEXTS, merge_metadata, opt, req};
use crate::stripe::state::{State, Table};
use serde_json::{Value, json};

const NAME: Param = req("name", Kind::Text);
const PLAIN: [Param; 11] = [
    opt("active", Kind::Bool),
    opt("description", Kind::Text),
    opt("images", TEXTS),
    opt("marketing_features", Kind::Any),
    opt("metadata", Kind::Metadata),
    opt("package_dimensions", Kind::Any),
    opt("shippable", Kind::Bool),
    opt("statement_descriptor", Kind::Text),
    opt("tax_code", Kind::Text),
    opt("unit_label", Kind::Text),
    opt("url", Kind::Text),
];
const CREATE: &[Param] = &[
    NAME,
    opt("id", Kind::Text),
    opt("type", Kind::Text),
    opt("default_price_data", Kind::Any),
    PLAIN[0],
    PLAIN[1],
    PLAIN[2],
    PLAIN[3],
    PLAIN[4],
    PLAIN[5],
    PLAIN[6],
    PLAIN[7],
    PLAIN[8],
    PLAIN[9],
    PLAIN[10],
];
const UPDATE: &[Param] = &[
    opt("name", Kind::Text),
    opt("default_price", Kind::Text),
    PLAIN[0],
    PLAIN[1],
    PLAIN[2],
    PLAIN[3],
    PLAIN[4],
    PLAIN[5],
    PLAIN[6],
    PLAIN[7],
    PLAIN[8],
    PLAIN[9],
    PLAIN[10],
];

pub const OPERATIONS: &[Operation] = &[
    post("/v1/products", CREATE, create),
    get("/v1/products/{}", one),
    post("/v1/products/{}", UPDATE, update),
    delete("/v1/products/{}", remove),
    listed(
        "/v1/products",
        &[
            opt("active", Kind::Bool),
            opt("ids", TEXTS),
            opt("created", Kind::Range),
        ],
        all,
    ),
];

/// Makes a product; `id` is the caller's or a new one.
pub fn make(state: &mut State, id: Option<&str>, name: &str) -> Value {
    let id = id.map_or_else(|| state.ids.make("prod", 14), str::to_owned);
    let now = state.now;
    let product = json!({
        "id": id, "object": "product", "active": true, "created": now, "default_price": null,
        "description": null, "images": [], "livemode": state.livemode, "marketing_features": [],
        "metadata": {}, "name": name, "package_dimensions": null, "shippable": null,
        "statement_descriptor": null, "tax_code": null, "type": "service", "unit_label": null,
        "updated": now, "url": null,
    });
    state.create(Table::Products, product, "product.created")
}

fn create(state: &mut State, call: &Call) -> Answer {
    let p = &call.params;
    if let Some(id) = p.text("id")
        && state.table(Table::Products).get(id).is_some()
    {
        return Err(ApiError::state(
            "resource_already_exists",
            "Product already exists.",
        ));
    }
    if p.get("default_price_data").is_some() {
        return Err(ApiError::bad_request(
            "The sandbox does not take default_price_data.",
        ));
    }
    let id = p
        .text("id")
        .map_or_else(|| state.ids.make("prod", 14), str::to_owned);
    let now = state.now;
    let or = |name: &str, default: Value| p.get(name).cloned().unwrap_or(default);
    let product = json!({
        "id": id, "object": "product", "active": or("active", true.into()), "created": now,
        "default_price": null, "description": p.value("description"),
        "images": or("images", json!([])), "livemode": state.livemode,
        "marketing_features": or("marketing_features", json!([])), "metadata": p.metadata(),
        "name": p.value("name"), "package_dimensions": p.value("package_dimensions"),
        "shippable": p.value("shippable"), "statement_descriptor": p.value("statement_descriptor"),
        "tax_code": p.value("tax_code"), "type": or("type", "service".into()),
        "unit_label": p.value("unit_label"), "updated": now, "url": p.value("url"),
    });
    Ok(state.create(Table::Products, product, "product.created"))
}

fn one(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Products, call.id(), "id").cloned()
}

fn update(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Products, call.id(), "product")?;
    let now = state.now;
    Ok(
        state.update(Table::Products, call.id(), "product.updated", |product| {
            for (name, value) in &call.params.0 {
                match name.as_str() {
                    "expand" => {}
                    "metadata" => merge_metadata(&mut product["metadata"], value),
                    _ => product[name] = value.clone(),
                }
            }
            product["updated"] = now.into();
        }),
    )
}

fn remove(state: &mut State, call: &Call) -> Answer {
    state.need(Table::Products, call.id(), "product")?;
    if !state
        .table(Table::Prices)
        .having("product", call.id())
        .is_empty()
    {
        return Err(ApiError::state(
            "",
            "This product cannot be deleted because it has one or more user-created prices.",
        ));
    }
    let object = state.copy(Table::Products, call.id());
    state.edit(Table::Products, call.id(), |p| p["deleted"] = true.into());
    state.emit("product.deleted", &object, None);
    Ok(json!({"id": call.id(), "object": "product", "deleted": true}))
}

fn all(state: &mut State, call: &Call) -> Answer {
    let table = state.table(Table::Products);
    let wanted: Option<Vec<usize>> = call.params.get("ids").and_then(Value::as_array).map(|ids| {
        let mut at: Vec<usize> = ids
            .iter()
            .filter_map(|id| table.position(id.as_str().unwrap_or_default()))
            .collect();
        at.sort_unstable();
        at
    });
    list::page(
        table,
        wanted.as_deref(),
        &call.params,
        "/v1/products",
        "product",
        &["active"],
    )
}
