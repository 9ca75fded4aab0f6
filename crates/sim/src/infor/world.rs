//! Everything the sandbox company knows: master data, orders, invoices, payments, vouchers.

use super::agenda::Agenda;
use super::day;
use super::ledger::Ledger;
pub use super::order::{Batch, Charge, Content, Order, OrderLine};
use super::record::Fields;
use super::settings::Settings;
use super::text::Texts;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The company number (CONO) of the sandbox.
pub const COMPANY: &str = "100";
/// Its divisions; the first is the user's own.
pub const DIVISIONS: [&str; 2] = ["AAA", "BBB"];

/// A customer: its fields by M3's names, and its addresses by ADRT and ADID.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Customer {
    pub fields: Fields,
    pub addresses: BTreeMap<(String, String), Fields>,
    pub stamp: Stamp,
}

impl Customer {
    /// The value of `name`, `""` when blank.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// When a row was made and changed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stamp {
    /// Milliseconds, rising with every change in the company.
    pub lmts: i64,
    pub chno: u32,
    /// Day of entry, yyyyMMdd.
    pub rgdt: String,
    /// Day of the last change, yyyyMMdd.
    pub lmdt: String,
}

/// An item that can be sold.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    pub name: String,
    /// 20 = released for sale.
    pub stat: String,
    pub price: Decimal,
    pub currency: String,
    /// VTCS 1: VAT is due.
    pub taxed: bool,
}

/// An invoice; also its open item.
#[derive(Clone, Debug, Serialize)]
pub struct Invoice {
    /// IVNO.
    pub number: u64,
    /// YEA4 and INYR.
    pub year: u16,
    /// EXIN, which is CINO in the receivables ledger.
    pub exin: String,
    pub orno: String,
    pub dlix: u64,
    pub cuno: String,
    pub currency: String,
    /// Minor units, VAT included.
    pub gross: i64,
    pub vat: i64,
    pub paid: i64,
    pub date: String,
    pub due: String,
    pub voucher: u64,
    pub tepy: String,
    pub pycd: String,
    pub lines: Vec<InvoiceLine>,
    pub payments: Vec<Paid>,
    pub stamp: Stamp,
}

/// One line of an invoice.
#[derive(Clone, Debug, Serialize)]
pub struct InvoiceLine {
    /// 31 an order line, 60 a charge [unverified].
    pub kind: &'static str,
    pub what: String,
    pub gross: i64,
    pub vat: i64,
}

/// A payment in the receivables ledger.
#[derive(Clone, Debug, Serialize)]
pub struct Paid {
    pub amount: i64,
    pub voucher: u64,
    pub date: String,
    pub reference: String,
}

/// A payment batch of ARS040.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Payments {
    pub bope: String,
    pub date: String,
    pub lines: Vec<Payment>,
    /// Currency and minor units.
    pub charges: Vec<(String, i64)>,
    /// 0 ready, 8 released and waiting for the job, 9 ledger updated.
    pub status: u8,
    pub released_s: i64,
    /// Why the job refused it.
    pub failure: Option<String>,
}

/// One line of a payment batch.
#[derive(Clone, Debug, Serialize)]
pub struct Payment {
    pub trno: String,
    pub cino: String,
    pub inyr: u16,
    pub cuno: String,
    pub currency: String,
    pub amount: i64,
    pub pytp: String,
    /// IRNO if given, else CKNO.
    pub reference: String,
}

/// A journal batch of GLS840.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Journal {
    pub intn: String,
    pub description: String,
    /// PARM by LINE.
    pub lines: BTreeMap<u64, String>,
    /// UpdBatch was accepted.
    pub updated: bool,
    pub released_s: i64,
    pub voucher: Option<u64>,
    pub failure: Option<String>,
}

/// Number series: the last number given out of each.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Series {
    pub customer: u64,
    pub batch: u64,
    pub order: u64,
    pub invoice: u64,
    pub delivery: u64,
    pub payment: u64,
    pub text: u64,
}

/// The key of free fields: FILE and PK01 to PK08.
pub type ExtKey = Vec<String>;

/// The whole state of the tenant.
#[derive(Default)]
pub struct World {
    pub settings: Settings,
    /// The sandbox's time at this moment, unix seconds.
    pub now_s: i64,
    /// How many rows the call that runs may answer; building more would be waste.
    pub row_limit: usize,
    pub agenda: Agenda,
    pub series: Series,
    pub templates: BTreeMap<String, Fields>,
    pub customers: BTreeMap<String, Customer>,
    pub items: BTreeMap<String, Item>,
    pub ext: BTreeMap<ExtKey, (Fields, Stamp)>,
    pub texts: Texts,
    pub batches: BTreeMap<String, Batch>,
    pub orders: BTreeMap<String, Order>,
    pub invoices: BTreeMap<u64, Invoice>,
    pub payments: BTreeMap<u64, Payments>,
    /// By division and KEY1.
    pub journals: BTreeMap<(String, String), Journal>,
    pub ledger: Ledger,
    pub index: Index,
    lmts: i64,
}

/// What belongs together, so that no list walks the whole company.
#[derive(Default)]
pub struct Index {
    pub batches_by_customer: BTreeMap<String, BTreeSet<String>>,
    pub orders_by_customer: BTreeMap<String, BTreeSet<String>>,
    pub invoices_by_order: BTreeMap<String, Vec<u64>>,
    pub invoices_by_customer: BTreeMap<String, Vec<u64>>,
    /// By EXIN.
    pub invoices_by_name: BTreeMap<String, u64>,
    /// Orders that the clock still moves.
    pub open_orders: BTreeSet<String>,
}

impl World {
    /// Today, yyyyMMdd.
    pub fn today(&self) -> String {
        day::of(self.now_s)
    }

    /// The stamp of a row that is made now.
    pub fn stamp(&mut self) -> Stamp {
        let mut stamp = Stamp {
            rgdt: self.today(),
            ..Stamp::default()
        };
        self.touch(&mut stamp);
        stamp
    }

    /// Marks a row as changed now.
    pub fn touch(&mut self, stamp: &mut Stamp) {
        self.lmts = (self.lmts + 1).max(self.now_s * 1_000);
        stamp.lmts = self.lmts;
        stamp.chno = stamp.chno % 999 + 1;
        stamp.lmdt = self.today();
    }

    /// How often each reference was committed, by kind: `customer` (ALCU), `external` (A030 of
    /// the free fields of a customer), `order` (CUOR), `credit_request` (CUOR of a batch order of the
    /// credit type that has lines), `note` (TXVR of an order head's text that has lines),
    /// `payment` (IRNO or CKNO of a released batch), `journal` (KEY1), `bank` (text).
    pub fn postings(&self) -> BTreeMap<(String, String), u32> {
        let mut counts = BTreeMap::new();
        let mut count = |kind: &str, reference: &str| {
            if !reference.is_empty() {
                *counts
                    .entry((kind.to_owned(), reference.to_owned()))
                    .or_default() += 1;
            }
        };
        for customer in self.customers.values() {
            count("customer", customer.get("ALCU"));
        }
        for (key, (fields, _)) in &self.ext {
            if key[0] == "OCUSMA" {
                count("external", fields.get("A030").map_or("", String::as_str));
            }
        }
        for order in self.orders.values().filter(|o| !o.history) {
            count("order", order.content.get("CUOR"));
        }
        for batch in self.batches.values().filter(|b| b.is_credit_request()) {
            count("credit_request", batch.content.get("CUOR"));
        }
        for orno in self.orders.keys() {
            for (name, block) in self.texts.of_order(orno) {
                if !block.lines.is_empty() {
                    count("note", &name);
                }
            }
        }
        for batch in self.payments.values().filter(|b| b.status > 0) {
            for line in &batch.lines {
                count("payment", &line.reference);
            }
        }
        for ((_, key), journal) in &self.journals {
            if journal.updated {
                count("journal", key);
            }
        }
        for voucher in self.ledger.vouchers.iter().filter(|v| v.feid == "AB10") {
            count("bank", &voucher.title);
        }
        counts
    }

    /// Numbers of the batch orders that nobody confirmed and nobody deleted. A credit request is
    /// none: it waits for a person, who confirms or deletes it.
    pub fn orphan_batch_heads(&self) -> Vec<String> {
        let orphans = self
            .batches
            .iter()
            .filter(|(_, b)| b.orno.is_none() && !b.waiting && !b.is_credit_request());
        orphans.map(|(number, _)| number.clone()).collect()
    }
}
