//! `stripe.<object>.get`: one object by its id, as Stripe has it now.

use super::answer;
use crate::object::{Charge, Customer, Dispute, Kind, Object, PaymentIntent, Payout, Refund};
use crate::request;
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::marker::PhantomData;

/// A kind of object that flows read by id.
pub trait Readable: Kind {
    const ID: &'static str;
    const TITLE: &'static str;
    const DOC: &'static str;
    const EXAMPLE: &'static str;
}

impl Readable for Charge {
    const ID: &'static str = "stripe.charge.get";
    const TITLE: &'static str = "Read a charge";
    const DOC: &'static str = "Reads a charge (docs.stripe.com/api/charges/retrieve).";
    const EXAMPLE: &'static str = "ch_3PgafuB7WZ01zgkW0";
}

impl Readable for Refund {
    const ID: &'static str = "stripe.refund.get";
    const TITLE: &'static str = "Read a refund";
    const DOC: &'static str = "Reads a refund (docs.stripe.com/api/refunds/retrieve).";
    const EXAMPLE: &'static str = "re_1Pgc72B7WZ01zgkW";
}

impl Readable for PaymentIntent {
    const ID: &'static str = "stripe.payment_intent.get";
    const TITLE: &'static str = "Read a payment intent";
    const DOC: &'static str = "Reads a payment intent, whose state tells whether a later try has \
        succeeded (docs.stripe.com/api/payment_intents/retrieve).";
    const EXAMPLE: &'static str = "pi_3PgafuB7WZ01zgkW1";
}

impl Readable for Dispute {
    const ID: &'static str = "stripe.dispute.get";
    const TITLE: &'static str = "Read a dispute";
    const DOC: &'static str = "Reads a dispute (docs.stripe.com/api/disputes/retrieve).";
    const EXAMPLE: &'static str = "du_1Pgc71B7WZ01zgkW";
}

impl Readable for Customer {
    const ID: &'static str = "stripe.customer.get";
    const TITLE: &'static str = "Read a customer";
    const DOC: &'static str = "Reads a customer (docs.stripe.com/api/customers/retrieve). A \
        deleted one is no error: it has `deleted` and little else.";
    const EXAMPLE: &'static str = "cus_QXg1o8vcGmoR32";
}

impl Readable for Payout {
    const ID: &'static str = "stripe.payout.get";
    const TITLE: &'static str = "Read a payout";
    const DOC: &'static str = "Reads a payout (docs.stripe.com/api/payouts/retrieve).";
    const EXAMPLE: &'static str = "po_1Pgc79B7WZ01zgkW";
}

/// Which object to read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The object's id.
    pub id: String,
}

/// The operation for one kind.
pub struct Get<K>(PhantomData<fn() -> K>);

impl<K: Readable> Operation for Get<K> {
    const ID: &'static str = K::ID;
    const TITLE: &'static str = K::TITLE;
    const DOC: &'static str = K::DOC;
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Object<K>;

    fn examples() -> Vec<Value> {
        vec![json!({"id": K::EXAMPLE})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Object<K>>, Fault> {
        Ok(match answer(&last)? {
            Some(body) => Next::Done(Object::new(body.clone())),
            None => {
                let label = format!("{}/{{id}}", K::COLLECTION);
                Next::Call(request::get(
                    &label,
                    request::of(K::COLLECTION, &input.id)?,
                    Value::Null,
                ))
            }
        })
    }
}
