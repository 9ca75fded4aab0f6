//! The one list of connectors.

use connector::Registry;

/// Every connector that this program has. A new one is one more entry.
pub const REGISTRY: Registry = Registry(&[
    &connector_stripe::CONNECTOR,
    &connector_infor::CONNECTOR,
    &connector_basic::mail::CONNECTOR,
]);
