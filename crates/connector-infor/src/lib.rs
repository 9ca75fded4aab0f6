//! Infor: ION API sign-in, M3's MI transactions over REST, and the canonical operations.
//!
//! What is verified, and against whom: everything here runs against the sandbox Infor of this
//! project. No live tenant was available; what Infor's public pages document is marked so where it
//! is used, and what nobody documents is a setting.

pub mod auth;
mod guard;
pub mod ionapi;
pub mod m3;
mod postings;
pub mod session;
pub mod settings;
pub mod triggers;

use connector::{AnyOperation, Connector, Erased};
use m3::operations::bank_entry_list::BankEntryList;
use m3::operations::mi_read::MiRead;

/// Everything a flow can do in M3.
pub static OPERATIONS: &[&dyn AnyOperation] =
    &[&Erased::<BankEntryList>::NEW, &Erased::<MiRead>::NEW];

/// The Infor connector.
pub static CONNECTOR: Connector = Connector {
    id: "infor",
    title: "Infor M3",
    doc: "ERP: customers, orders, invoices, payments, journals and bank entries of one division, \
          through the ION API gateway and M3's MI transactions.",
    settings: || schemars::schema_for!(settings::Settings).to_value(),
    credential: guard::credential_schema,
    operations: OPERATIONS,
    triggers: triggers::TRIGGERS,
    verify: None,
    envelope: None,
    open: session::open,
};
