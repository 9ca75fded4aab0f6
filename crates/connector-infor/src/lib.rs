//! Infor: ION API sign-in, M3's MI transactions over REST, and the canonical operations.
//!
//! [`CONNECTOR`] is the list entry. What is verified, and against whom: everything here runs
//! against the sandbox Infor of this project. No live tenant was available; what Infor's public pages
//! document is marked so where it is used, and what nobody documents is a setting or says
//! *unverified*.

mod auth;
mod health;
pub mod invoices;
pub mod ionapi;
pub mod m3;
mod postings;
mod session;
pub mod settings;
mod target;

use connector::{AnyOperation, Connector, Erased, Trigger};
use m3::operations::{
    BankEntryList, CreditNoteRequest, CustomerCreate, CustomerFind, CustomerUpdate, InvoiceList,
    JournalPost, MiExecute, PaymentCreate, PaymentGet, SalesOrderCreate, SalesOrderGet,
    SalesOrderHold, SalesOrderNote,
};

/// Everything a flow can do in Infor.
pub static OPERATIONS: &[&dyn AnyOperation] = &[
    &Erased::<CustomerCreate>::NEW,
    &Erased::<CustomerUpdate>::NEW,
    &Erased::<CustomerFind>::NEW,
    &Erased::<SalesOrderCreate>::NEW,
    &Erased::<SalesOrderGet>::NEW,
    &Erased::<SalesOrderNote>::NEW,
    &Erased::<SalesOrderHold>::NEW,
    &Erased::<CreditNoteRequest>::NEW,
    &Erased::<InvoiceList>::NEW,
    &Erased::<PaymentCreate>::NEW,
    &Erased::<PaymentGet>::NEW,
    &Erased::<BankEntryList>::NEW,
    &Erased::<JournalPost>::NEW,
    &Erased::<MiExecute>::NEW,
];

/// What Infor can start.
pub static TRIGGERS: &[Trigger] = &[invoices::CREATED];

/// The Infor connector.
pub static CONNECTOR: Connector = Connector {
    id: "infor",
    title: "Infor M3",
    doc: "Customers, sales orders, invoices, payments, bank entries and journals in Infor M3, \
          through the ION API gateway and M3's MI transactions.",
    settings: || schemars::schema_for!(settings::Settings).to_value(),
    credential: target::credential_schema,
    file: Some(ionapi::FILE),
    operations: OPERATIONS,
    triggers: TRIGGERS,
    verify: None,
    envelope: None,
    example: target::example,
    open: session::open,
};
