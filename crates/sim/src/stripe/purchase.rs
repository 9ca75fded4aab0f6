//! A shopper in one call: a Checkout Session is made and paid.

use super::api::checkout::{self, Draft, Line};
use super::api::{customer, product};
use super::collection::text;
use super::currency;
use super::error::ApiError;
use super::state::{State, Table};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the shopper does. Amounts are minor units of `currency`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Purchase {
    pub currency: String,
    /// A customer's id (made if unknown), `new` for a new one, null for a guest.
    pub customer: Option<String>,
    /// The same; used if `customer` is null.
    pub customer_id: Option<String>,
    /// `name`, `email`, `phone`, `address{line1, line2, city, state, postal_code, country}`.
    pub customer_details: Value,
    pub line_items: Vec<Item>,
    pub shipping_amount: i64,
    /// Where to deliver: `name`, `address`. The customer's details if absent and shipping costs.
    pub shipping_details: Value,
    /// Goes to the session, the payment intent and the charge.
    pub metadata: BTreeMap<String, String>,
    /// `pm_card_visa` if absent.
    pub payment_method: Option<String>,
}

/// One line of the basket.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Item {
    /// A product's id; made if unknown.
    pub product: String,
    pub name: String,
    pub quantity: i64,
    /// Before discount and tax, for the whole quantity.
    pub amount_subtotal: i64,
    pub amount_discount: i64,
    pub amount_tax: i64,
}

/// What came of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Purchased {
    pub session: String,
    pub payment_intent: String,
    pub charge: String,
    pub customer: Option<String>,
    /// Absent after a decline, or while capture is asynchronous.
    pub balance_transaction: Option<String>,
    pub amount: i64,
    pub currency: String,
    /// The body under `error`, if the card was declined.
    pub declined: Option<Value>,
}

/// Buys. An error means that the purchase made no sense; a decline is an outcome.
pub fn run(state: &mut State, purchase: &Purchase) -> Result<Purchased, ApiError> {
    let code = purchase.currency.to_ascii_lowercase();
    if currency::decimals(&code).is_none() {
        return Err(ApiError::parameter(
            "currency",
            "",
            format!("Invalid currency: {code}"),
        ));
    }
    let mut total = purchase.shipping_amount;
    for (i, item) in purchase.line_items.iter().enumerate() {
        let sane = item.quantity >= 1
            && item.amount_subtotal >= 0
            && (0..=item.amount_subtotal).contains(&item.amount_discount)
            && item.amount_tax >= 0
            && !item.product.is_empty();
        if !sane {
            let message =
                "A line needs a product, a quantity of 1 or more and amounts of 0 or more.";
            return Err(ApiError::parameter(
                &format!("line_items[{i}]"),
                "",
                message,
            ));
        }
        total += item.amount_subtotal - item.amount_discount + item.amount_tax;
    }
    if purchase.line_items.is_empty() || purchase.shipping_amount < 0 {
        return Err(ApiError::missing("line_items"));
    }
    currency::check_amount(&code, total, "line_items")?;
    let customer = customer_of(state, purchase);
    let lines = purchase
        .line_items
        .iter()
        .map(|item| line(state, &code, item))
        .collect();
    let metadata = json!(purchase.metadata);
    let session = checkout::open(
        state,
        Draft {
            currency: code.clone(),
            lines,
            shipping: purchase.shipping_amount,
            customer: customer.clone(),
            metadata: metadata.clone(),
            payment_metadata: metadata,
        },
    );
    let method = purchase.payment_method.as_deref().unwrap_or("pm_card_visa");
    let shipping = shipping_of(purchase);
    let paid = checkout::pay(
        state,
        &session,
        method,
        &purchase.customer_details,
        &shipping,
    );
    let declined = match paid {
        Ok(_) => None,
        Err(error) if error.status == 402 => Some(Value::Object(error.body)),
        Err(error) => return Err(error),
    };
    let intent = state
        .link(Table::Sessions, &session, "payment_intent")
        .unwrap_or_default();
    let charge = state
        .link(Table::Intents, &intent, "latest_charge")
        .unwrap_or_default();
    let balance_transaction = state.link(Table::Charges, &charge, "balance_transaction");
    Ok(Purchased {
        session,
        payment_intent: intent,
        charge,
        customer,
        balance_transaction,
        amount: total,
        currency: code,
        declined,
    })
}

fn customer_of(state: &mut State, purchase: &Purchase) -> Option<String> {
    let wanted = purchase
        .customer
        .as_deref()
        .or(purchase.customer_id.as_deref())?;
    if state.table(Table::Customers).get(wanted).is_some() {
        return Some(wanted.to_owned());
    }
    let mut made = customer::blank(state, Some(wanted).filter(|w| *w != "new"));
    let details = &purchase.customer_details;
    for name in ["name", "email", "phone"] {
        made[name] = details.get(name).cloned().unwrap_or(Value::Null);
    }
    made["address"] = customer::whole_address(details.get("address").unwrap_or(&Value::Null));
    let id = text(&made, "id").to_owned();
    state.create(Table::Customers, made, "customer.created");
    Some(id)
}

fn line(state: &mut State, currency: &str, item: &Item) -> Line {
    if state.table(Table::Products).get(&item.product).is_none() {
        product::make(state, Some(&item.product), &item.name);
    }
    let unit = Decimal::from(item.amount_subtotal) / Decimal::from(item.quantity);
    Line {
        price: checkout::price_for(state, &item.product, currency, unit),
        name: item.name.clone(),
        quantity: item.quantity,
        subtotal: item.amount_subtotal,
        discount: item.amount_discount,
        tax: item.amount_tax,
    }
}

fn shipping_of(purchase: &Purchase) -> Value {
    let given = match &purchase.shipping_details {
        Value::Null if purchase.shipping_amount == 0 => return Value::Null,
        Value::Null => &purchase.customer_details,
        given => given,
    };
    let address = customer::whole_address(given.get("address").unwrap_or(&json!({})));
    json!({"address": address, "name": given.get("name")})
}
