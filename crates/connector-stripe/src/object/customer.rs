//! A customer.

use super::Kind;
use crate::example::{AT, Sum, address};
use crate::schema::{self, always, maybe};
use serde_json::{Value, json};

pub struct Customer;

impl Kind for Customer {
    const NAME: &'static str = "customer";
    const COLLECTION: &'static str = "/v1/customers";

    fn schema() -> Value {
        // A deleted customer is read as id, object and `deleted` alone.
        let fields = vec![
            always("id", schema::text("cus_…")),
            always("object", schema::text("The kind of object")),
            maybe(
                "deleted",
                schema::flag("Only there, and true, once it was deleted"),
            ),
            maybe("created", schema::seconds("When it was made")),
            maybe("livemode", schema::flag("Whether it is of live mode")),
            maybe("metadata", schema::metadata()),
            maybe("name", schema::text("Full name, or the company's")),
            maybe("email", schema::text("Email address")),
            maybe("phone", schema::text("Phone number")),
            maybe("description", schema::text("Free text")),
            maybe("address", schema::address("Where invoices go")),
            maybe("shipping", schema::contact("Where goods go")),
            maybe("currency", schema::currency("Of its invoices, lower case")),
            maybe(
                "balance",
                schema::minor("Its credit (negative) or debit balance"),
            ),
            maybe("tax_exempt", schema::word("Tax", "none, exempt, reverse")),
            maybe(
                "preferred_locales",
                schema::list("Languages", &schema::text("A locale")),
            ),
        ];
        schema::object("A customer", fields)
    }

    fn example(kind: &str, _: Sum) -> Value {
        let mut customer = json!({
            "id": "cus_example",
            "object": Self::NAME,
            "created": AT,
            "livemode": false,
            "name": "Ada Example",
            "email": "ada@canal.example",
            "phone": "+33142000000",
            "address": address(),
            "balance": 0,
            "tax_exempt": "none",
            "preferred_locales": ["fr"],
            "metadata": {},
        });
        if kind == "customer.deleted" {
            customer["deleted"] = true.into();
        }
        customer
    }
}
