//! What is known of M3's fields behind the canonical operations' inputs, for checks at deployment.
//!
//! Widths are those of [`field`](super::field): generated metadata, or the connection's own. Codes
//! are not known before a connection reads them; none are claimed.

use super::field;
use crate::settings::Settings;
use connector::{Field, Metadata};

/// An input's place, and the field it goes to: program, transaction, name.
type Target = (&'static str, &'static str, &'static str, &'static str);

const CRS610: &str = "CRS610MI";
const OIS100: &str = "OIS100MI";
const ARS040: &str = "ARS040MI";

const CUSTOMER_CREATE: &[Target] = &[
    ("name", CRS610, "Add", "CUNM"),
    ("email", CRS610, "Add", "MAIL"),
    ("phone", CRS610, "Add", "PHNO"),
    ("currency", CRS610, "ChgFinancial", "CUCD"),
    ("address.lines", CRS610, "Add", "CUA1"),
    ("address.city", CRS610, "Add", "TOWN"),
    ("address.postal_code", CRS610, "Add", "PONO"),
    ("address.state", CRS610, "Add", "ECAR"),
    ("address.country", CRS610, "Add", "CSCD"),
];

const CUSTOMER_UPDATE: &[Target] = &[
    ("number", CRS610, "ChgBasicData", "CUNO"),
    ("name", CRS610, "ChgBasicData", "CUNM"),
    ("email", CRS610, "ChgBasicData", "MAIL"),
    ("phone", CRS610, "ChgBasicData", "PHNO"),
    ("address.lines", CRS610, "ChgBasicData", "CUA1"),
    ("address.city", CRS610, "ChgBasicData", "TOWN"),
    ("address.postal_code", CRS610, "ChgBasicData", "PONO"),
    ("address.state", CRS610, "ChgBasicData", "ECAR"),
    ("address.country", CRS610, "ChgBasicData", "CSCD"),
];

const CUSTOMER_FIND: &[Target] = &[("number", CRS610, "GetBasicData", "CUNO")];

const ORDER_CREATE: &[Target] = &[
    ("customer", OIS100, "AddBatchHead", "CUNO"),
    ("currency", OIS100, "AddBatchHead", "CUCD"),
    ("terms", OIS100, "AddBatchHead", "TEPY"),
    ("payment_method", OIS100, "AddBatchHead", "PYCD"),
    ("order_type", OIS100, "AddBatchHead", "ORTP"),
    ("lines.item", OIS100, "AddBatchLine", "ITNO"),
    ("lines.description", OIS100, "AddBatchLine", "ITDS"),
    ("deliver_to.name", OIS100, "AddBatchAddress", "CUNM"),
    ("deliver_to.lines", OIS100, "AddBatchAddress", "CUA1"),
    ("deliver_to.city", OIS100, "AddBatchAddress", "TOWN"),
    ("deliver_to.postal_code", OIS100, "AddBatchAddress", "PONO"),
    ("deliver_to.state", OIS100, "AddBatchAddress", "ECAR"),
    ("deliver_to.country", OIS100, "AddBatchAddress", "CSCD"),
];

const ORDER_GET: &[Target] = &[("number", OIS100, "GetHead", "ORNO")];

const PAYMENT_CREATE: &[Target] = &[
    ("customer", ARS040, "AddBatchLine", "CUNO"),
    ("payer", ARS040, "AddBatchLine", "PYNO"),
    ("invoice", ARS040, "AddBatchLine", "CINO"),
    ("currency", ARS040, "AddBatchLine", "CUCD"),
];

/// The inputs of each operation, and where they go.
const OPERATIONS: &[(&str, &[Target])] = &[
    ("infor.customer.create", CUSTOMER_CREATE),
    ("infor.customer.update", CUSTOMER_UPDATE),
    ("infor.customer.find", CUSTOMER_FIND),
    ("infor.sales_order.create", ORDER_CREATE),
    ("infor.sales_order.get", ORDER_GET),
    ("infor.payment.create", PAYMENT_CREATE),
];

/// The fields that the connection knows the widths of.
pub fn of(settings: &Settings) -> Metadata {
    let mut metadata = Metadata::default();
    for (operation, targets) in OPERATIONS {
        let fields = targets
            .iter()
            .filter_map(|(place, program, transaction, name)| {
                let width = field::width(settings, program, transaction, name)?;
                let known = Field {
                    name: Some((*name).to_owned()),
                    max_length: Some(width),
                    codes: Vec::new(),
                };
                Some(((*place).to_owned(), known))
            });
        metadata
            .fields
            .insert((*operation).to_owned(), fields.collect());
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::OPERATIONS;
    use serde_json::Value;

    #[test]
    fn every_place_is_in_its_operations_input() {
        for (id, targets) in OPERATIONS {
            let operation = crate::CONNECTOR.operations.iter().find(|o| o.id() == *id);
            let schema = operation.expect("the operation").input_schema();
            for (place, ..) in *targets {
                let text = schema.to_string();
                for name in place.split('.') {
                    assert!(text.contains(&format!("\"{name}\":")), "{id}: {place}");
                }
                let first = place.split('.').next().unwrap_or_default();
                let known = schema["properties"].get(first).map(Value::is_object);
                assert!(known.unwrap_or(false), "{id}: {place}");
            }
        }
    }
}
