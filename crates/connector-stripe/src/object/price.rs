//! A price of a product.

use super::Kind;
use crate::example::{AT, Sum};
use crate::schema::{self, always, maybe};
use serde_json::{Value, json};

pub struct Price;

impl Kind for Price {
    const NAME: &'static str = "price";
    const COLLECTION: &'static str = "/v1/prices";

    fn schema() -> Value {
        let mut fields = schema::common("price_…");
        let decimal = serde_json::json!({
            "type": "string",
            "format": "decimal",
            "description": "Of one unit, in minor units with up to 12 places",
        });
        fields.extend([
            always("livemode", schema::flag("Whether it is of live mode")),
            always("active", schema::flag("Whether it can be used")),
            always("currency", schema::currency("Three letters, lower case")),
            always("product", schema::text("prod_…")),
            always("type", schema::word("How often", "one_time, recurring")),
            maybe(
                "unit_amount",
                schema::minor("Of one unit; absent for fractions and tiers"),
            ),
            maybe("unit_amount_decimal", decimal),
            maybe("nickname", schema::text("A name for yourselves")),
            maybe("lookup_key", schema::text("A key of your own")),
        ]);
        schema::object("A price", fields)
    }

    fn example(_: &str, sum: Sum) -> Value {
        json!({
            "id": "price_example",
            "object": Self::NAME,
            "created": AT,
            "livemode": false,
            "active": true,
            "currency": sum.currency,
            "product": "prod_example",
            "type": "one_time",
            "unit_amount": sum.minor,
            "unit_amount_decimal": sum.minor.to_string(),
            "nickname": "Standard",
            "metadata": {},
        })
    }
}
