//! `stripe.<object>.update_metadata`: writes keys of ours on an object; other keys stay.

use super::answer;
use super::get::Readable;
use crate::metadata;
use crate::object::{Charge, Customer, PaymentIntent};
use crate::request;
use connector::{Effect, Last, Next, Operation, ReadBack, RecipeCx, SetGuard};
use model::{Fault, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// A kind of object whose metadata flows write.
pub trait Marked: Readable {
    const ID: &'static str;
    const TITLE: &'static str;
    const EXAMPLE: &'static str;
}

impl Marked for PaymentIntent {
    const ID: &'static str = "stripe.payment_intent.update_metadata";
    const TITLE: &'static str = "Write metadata on a payment intent";
    const EXAMPLE: &'static str = "pi_1PgafyB7WZ01zgkW";
}

impl Marked for Charge {
    const ID: &'static str = "stripe.charge.update_metadata";
    const TITLE: &'static str = "Write metadata on a charge";
    const EXAMPLE: &'static str = "ch_3PgafuB7WZ01zgkW0";
}

impl Marked for Customer {
    const ID: &'static str = "stripe.customer.update_metadata";
    const TITLE: &'static str = "Write metadata on a customer";
    const EXAMPLE: &'static str = "cus_QXg1o8vcGmoR32";
}

/// What to write.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The object's id.
    pub id: String,
    /// The keys to write; an empty value removes the key. Keys that are not named stay.
    pub metadata: BTreeMap<String, String>,
    /// As of when this is true, in unix seconds: what is older than the last one written to the
    /// same keys is skipped.
    pub as_of: i64,
}

/// The object after it.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// The object's id.
    pub id: String,
    /// All its metadata.
    pub metadata: BTreeMap<String, String>,
}

/// The operation for one kind.
pub struct UpdateMetadata<K>(PhantomData<fn() -> K>);

impl<K: Marked> Operation for UpdateMetadata<K> {
    const ID: &'static str = <K as Marked>::ID;
    const TITLE: &'static str = <K as Marked>::TITLE;
    const DOC: &'static str = "Merges keys into the object's metadata \
        (docs.stripe.com/api/metadata; at most 50 keys of 40 characters, values of 500).";
    const EFFECT: Effect = Effect::Set;
    const READ_BACK: Option<ReadBack> = Some(ReadBack {
        operation: <K as Readable>::ID,
        by: "id",
        of: "id",
        fields: &[("metadata", "metadata")],
    });

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "id": <K as Marked>::EXAMPLE,
            "metadata": {"infor_order_no": "1000123"},
            "as_of": 1_790_000_000,
        })]
    }

    /// Known by the object and the keys: two flows that write different keys of one object do not
    /// overtake each other.
    fn as_of(input: &Input) -> Option<SetGuard> {
        let keys: Vec<&str> = input.metadata.keys().map(String::as_str).collect();
        Some(SetGuard {
            kind: format!("{}_metadata", K::NAME),
            reference: format!("{} {}", input.id, keys.join(",")),
            as_of: Timestamp::from_seconds(input.as_of),
        })
    }

    fn validate(_cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        if input.metadata.is_empty() {
            return Err(Fault::rejected("there is no key to write").with_field("metadata"));
        }
        metadata::check(&input.metadata)
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        let Some(body) = answer(&last)? else {
            Self::validate(cx, input)?;
            let path = request::of(K::COLLECTION, &input.id)?;
            let key = key(&path, &input.metadata, cx.now);
            let params = json!({"metadata": input.metadata});
            let label = format!("{}/{{id}}", K::COLLECTION);
            return Ok(Next::Call(request::set(&label, path, params, key)));
        };
        let metadata = body.get("metadata").cloned().unwrap_or_else(|| json!({}));
        Ok(Next::Done(Output {
            id: request::text(body, "id")?.to_owned(),
            metadata: serde_json::from_value(metadata)
                .map_err(|_| Fault::unknown("Stripe's answer has no readable metadata"))?,
        }))
    }
}

/// A key that is new for every try: its prefix marks the event that Stripe makes of the change as
/// our own, and a stored failure is never replayed, because repeating the change does no harm.
fn key(path: &str, metadata: &BTreeMap<String, String>, now: Timestamp) -> String {
    let mut hash = Sha256::new();
    hash.update(path.as_bytes());
    for (key, value) in metadata {
        for part in [key, value] {
            hash.update([0]);
            hash.update(part.as_bytes());
        }
    }
    hash.update(now.0.to_be_bytes());
    let digest = model::ids::crockford(&hash.finalize()[..20]);
    format!("{}{digest}", metadata::KEY_PREFIX)
}
