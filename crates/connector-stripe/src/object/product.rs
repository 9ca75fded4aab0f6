//! A product.

use super::Kind;
use crate::example::{AT, Sum};
use crate::schema::{self, always, maybe};
use serde_json::{Value, json};

pub struct Product;

impl Kind for Product {
    const NAME: &'static str = "product";
    const COLLECTION: &'static str = "/v1/products";

    fn schema() -> Value {
        let mut fields = schema::common("prod_…");
        fields.extend([
            always("livemode", schema::flag("Whether it is of live mode")),
            always("active", schema::flag("Whether it can be bought")),
            always("name", schema::text("Its name, for customers")),
            always("updated", schema::seconds("When it was last changed")),
            maybe("description", schema::text("A longer text")),
            maybe("default_price", schema::text("price_…")),
            maybe("unit_label", schema::text("What one of it is called")),
            maybe("tax_code", schema::text("txcd_…")),
            maybe(
                "statement_descriptor",
                schema::text("What the bank statement shows"),
            ),
            maybe("shippable", schema::flag("Whether it is goods")),
        ]);
        schema::object("A product", fields)
    }

    fn example(kind: &str, _: Sum) -> Value {
        json!({
            "id": "prod_example",
            "object": Self::NAME,
            "created": AT,
            "updated": AT,
            "livemode": false,
            "active": kind != "product.deleted",
            "name": "Lock keeper's lamp",
            "description": "Brass, with a spare wick",
            "default_price": "price_example",
            "unit_label": "piece",
            "shippable": true,
            "metadata": {},
        })
    }
}
