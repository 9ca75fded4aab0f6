//! The canonical operations, as M3 does them. One more is one more file and one more line in the
//! connector's list.

mod bank_entry_list;
mod credit_note_request;
mod customer_create;
mod customer_find;
mod customer_update;
mod invoice_list;
mod journal_post;
mod mi_execute;
mod payment_create;
mod payment_get;
mod read;
mod sales_order_create;
mod sales_order_get;
mod sales_order_hold;
mod sales_order_look;
mod sales_order_note;
mod sales_order_requests;
mod sales_order_text;

pub use bank_entry_list::BankEntryList;
pub use credit_note_request::CreditNoteRequest;
pub use customer_create::CustomerCreate;
pub use customer_find::CustomerFind;
pub use customer_update::CustomerUpdate;
pub use invoice_list::InvoiceList;
pub use journal_post::JournalPost;
pub use mi_execute::MiExecute;
pub use payment_create::PaymentCreate;
pub use payment_get::PaymentGet;
pub use sales_order_create::SalesOrderCreate;
pub use sales_order_get::SalesOrderGet;
pub use sales_order_hold::SalesOrderHold;
pub use sales_order_note::SalesOrderNote;
