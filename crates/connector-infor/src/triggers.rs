//! What can start a flow: M3 sends nothing by itself, so it is polled.

use crate::m3::invoice::Invoice;
use connector::{Fires, Source, Trigger};
use std::time::Duration;

/// Every trigger of the connector.
pub static TRIGGERS: &[Trigger] = &[Trigger {
    id: INVOICE_CREATED,
    title: "An invoice was made",
    doc: "A customer invoice of the division, with its orders, once it is in M3 \
          (OIS350MI/LstInvHead and LstInvLine). Amounts are decimals with a point.",
    source: Source::Poll {
        every: Duration::from_secs(60),
    },
    fires: Fires::Once,
    subject: "invoice",
    subject_at: "/invoice",
    money_at: None,
    schema: || schemars::schema_for!(Invoice).to_value(),
}];

/// The trigger of new invoices.
pub const INVOICE_CREATED: &str = "infor.invoice.created";
