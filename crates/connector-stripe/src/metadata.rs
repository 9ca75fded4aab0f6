//! Metadata: keys and values of our own on Stripe's objects.

use model::Fault;
use std::collections::BTreeMap;

/// The key under which our reference stands on what we make.
pub const REFERENCE: &str = "towpath_ref";

/// How the idempotency key of a write of metadata begins: the event that Stripe makes of the write
/// names it, and is known as our own by it.
pub const KEY_PREFIX: &str = "towpath:metadata:";

/// Stripe's limits (docs.stripe.com/metadata).
const KEYS: usize = 50;
const KEY: usize = 40;
const VALUE: usize = 500;

/// Refuses what Stripe would refuse.
///
/// # Errors
/// `Rejected`, naming the key and the limit.
pub fn check(metadata: &BTreeMap<String, String>) -> Result<(), Fault> {
    let refuse = |key: &str, why: String| {
        Err(Fault::rejected(format!("metadata `{key}` {why}"))
            .with_field(format!("metadata.{key}")))
    };
    // One key is ours.
    if metadata.len() >= KEYS {
        let message = format!("there are more than {} keys of metadata", KEYS - 1);
        return Err(Fault::rejected(message).with_field("metadata"));
    }
    for (key, value) in metadata {
        if key.is_empty() || key.chars().count() > KEY || key.contains(['[', ']']) {
            return refuse(
                key,
                format!("must be 1 to {KEY} characters without brackets"),
            );
        }
        let length = value.chars().count();
        if length > VALUE {
            return refuse(key, format!("has {length} characters, {VALUE} are allowed"));
        }
        if key == REFERENCE {
            return refuse(key, "is Towpath's own".into());
        }
    }
    Ok(())
}
