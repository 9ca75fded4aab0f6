//! `stripe.checkout_session.find`: what was bought, for a payment.

use super::answer;
use crate::poll::{self, PAGE};
use crate::request::{self, id_of, minor, text};
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Which payment.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The payment intent, `pi_…`.
    pub payment_intent: String,
}

/// One line of what was bought. Amounts are in minor units of the session's currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The line's id, `li_…`.
    pub id: String,
    /// The product's id, `prod_…`.
    pub product: String,
    /// The price's id, `price_…`.
    pub price: String,
    /// The product's name as the customer saw it; empty if Stripe has none.
    pub description: String,
    /// Keys of your own on the product.
    pub product_metadata: BTreeMap<String, String>,
    /// How many; 1 where Stripe does not say.
    pub quantity: i64,
    /// Before discounts and taxes, in minor units.
    pub amount_subtotal: i64,
    /// The discount, as a positive amount in minor units.
    pub amount_discount: i64,
    /// The tax, in minor units.
    pub amount_tax: i64,
    /// What was paid for the line: after discounts and taxes, in minor units.
    pub amount_total: i64,
}

/// The session and its lines; `found` is false, and all else empty, for a payment without one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Whether the payment came from a Checkout Session.
    pub found: bool,
    /// The session's id, `cs_…`; empty if there is none.
    pub id: String,
    /// What was bought.
    pub lines: Vec<Line>,
    /// The shipping costs as paid, tax included, in minor units.
    pub shipping_amount: i64,
    /// The tax within the shipping costs, in minor units.
    pub shipping_tax_amount: i64,
    /// All tax, of lines and shipping, in minor units.
    pub tax_amount: i64,
    /// All discounts, as a positive amount in minor units.
    pub discount_amount: i64,
    /// What was paid, in minor units: the lines' totals and the shipping costs.
    pub amount_total: i64,
    /// Three letters, lower case; empty if there is no session.
    pub currency: String,
    /// Your own number of the purchase, if the shop gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference_id: Option<String>,
    /// Keys of your own on the session.
    pub metadata: BTreeMap<String, String>,
}

/// The session, once it is found, with the lines so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    session: Option<Output>,
}

pub struct CheckoutSessionFind;

const SESSIONS: &str = "/v1/checkout/sessions";

impl Operation for CheckoutSessionFind {
    const ID: &'static str = "stripe.checkout_session.find";
    const TITLE: &'static str = "Find what was bought";
    const DOC: &'static str = "Finds the Checkout Session of a payment and all its line items \
        (docs.stripe.com/api/checkout/sessions/list and …/line_items).";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"payment_intent": "pi_1PgafyB7WZ01zgkW"})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        if input.payment_intent.is_empty() {
            return Err(Fault::rejected("the id is empty").with_field("payment_intent"));
        }
        let reply = answer(&last)?;
        match (&mut progress.session, reply) {
            (None, None) => {
                let params = json!({"payment_intent": input.payment_intent, "limit": 1});
                Ok(Next::Call(request::get(SESSIONS, SESSIONS.into(), params)))
            }
            (None, Some(body)) => {
                let (sessions, _) = poll::page(body.clone())?;
                let Some(session) = sessions.first() else {
                    return Ok(Next::Done(Output::default()));
                };
                let session = session_of(session)?;
                let call = lines(&session)?;
                progress.session = Some(session);
                Ok(Next::Call(call))
            }
            (Some(session), None) => Ok(Next::Call(lines(session)?)),
            (Some(session), Some(body)) => {
                let (items, more) = poll::page(body.clone())?;
                for item in &items {
                    session.lines.push(line_of(item)?);
                }
                if more && !items.is_empty() {
                    return Ok(Next::Call(lines(session)?));
                }
                Ok(Next::Done(session.clone()))
            }
        }
    }
}

/// The next page of a session's lines.
fn lines(session: &Output) -> Result<connector::Call, Fault> {
    let path = format!("{}/line_items", request::of(SESSIONS, &session.id)?);
    let params = json!({
        "limit": PAGE,
        "starting_after": session.lines.last().map(|line| &line.id),
        "expand": ["data.price.product"],
    });
    Ok(request::get(
        "/v1/checkout/sessions/{id}/line_items",
        path,
        params,
    ))
}

fn session_of(session: &Value) -> Result<Output, Fault> {
    let total = |name: &str| {
        session
            .pointer(&format!("/total_details/{name}"))
            .and_then(Value::as_i64)
            .unwrap_or(0)
    };
    let shipping = |name: &str| {
        session
            .pointer(&format!("/shipping_cost/{name}"))
            .and_then(Value::as_i64)
    };
    let reference = session.get("client_reference_id").and_then(Value::as_str);
    Ok(Output {
        found: true,
        id: text(session, "id")?.to_owned(),
        lines: Vec::new(),
        shipping_amount: shipping("amount_total").unwrap_or_else(|| total("amount_shipping")),
        shipping_tax_amount: shipping("amount_tax").unwrap_or(0),
        tax_amount: total("amount_tax"),
        discount_amount: total("amount_discount"),
        amount_total: minor(session, "amount_total")?,
        currency: text(session, "currency")?.to_owned(),
        client_reference_id: reference.map(str::to_owned),
        metadata: texts(session.get("metadata")),
    })
}

fn line_of(item: &Value) -> Result<Line, Fault> {
    let id = text(item, "id")?.to_owned();
    let product = item.pointer("/price/product");
    let nothing = || Fault::rejected(format!("the line {id} of the session names no product"));
    let description = item.get("description").and_then(Value::as_str);
    Ok(Line {
        product: product.and_then(id_of).ok_or_else(nothing)?.to_owned(),
        price: item
            .get("price")
            .and_then(id_of)
            .ok_or_else(nothing)?
            .to_owned(),
        description: description.unwrap_or_default().to_owned(),
        product_metadata: texts(product.and_then(|p| p.get("metadata"))),
        quantity: item.get("quantity").and_then(Value::as_i64).unwrap_or(1),
        amount_subtotal: minor(item, "amount_subtotal")?,
        amount_discount: minor(item, "amount_discount")?,
        amount_tax: minor(item, "amount_tax")?,
        amount_total: minor(item, "amount_total")?,
        id,
    })
}

fn texts(metadata: Option<&Value>) -> BTreeMap<String, String> {
    let map = metadata.and_then(Value::as_object).into_iter().flatten();
    map.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}
