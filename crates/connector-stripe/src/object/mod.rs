//! Stripe's objects as they are: the object itself, with a schema of what formulas may rely on.
//!
//! Objects are kept as JSON, not as generated structs: an unknown value of an enumeration or a new
//! field is data and never an error. Shapes are those of the pinned version.

mod charge;
mod checkout_session;
mod customer;
mod dispute;
mod payment_intent;
mod payout;
mod price;
mod product;
mod refund;

pub use charge::Charge;
pub use checkout_session::CheckoutSession;
pub use customer::Customer;
pub use dispute::Dispute;
pub use payment_intent::PaymentIntent;
pub use payout::Payout;
pub use price::Price;
pub use product::Product;
pub use refund::Refund;

use crate::example::Sum;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::marker::PhantomData;

/// A kind of Stripe's objects.
pub trait Kind: Send + Sync + 'static {
    /// Its name in formulas: `charge`.
    const NAME: &'static str;
    /// Where it is read: `/v1/charges`.
    const COLLECTION: &'static str;
    /// The JSON Schema of the parts that formulas need.
    fn schema() -> Value;
    /// One as an event of a type (`charge.failed`) would carry it, made by hand.
    fn example(kind: &str, sum: Sum) -> Value;
}

/// One of Stripe's objects, whole.
pub struct Object<K>(pub Value, PhantomData<fn() -> K>);

impl<K> Object<K> {
    pub fn new(value: Value) -> Self {
        Self(value, PhantomData)
    }
}

impl<K> Serialize for Object<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, K> Deserialize<'de> for Object<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::new)
    }
}

impl<K: Kind> JsonSchema for Object<K> {
    fn schema_name() -> Cow<'static, str> {
        K::NAME.into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::try_from(K::schema()).unwrap_or_default()
    }
}
