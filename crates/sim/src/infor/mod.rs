//! The sandbox Infor: an ION API gateway with one M3 company behind it.
//!
//! It has production's paths, bodies and manners as far as they are known; where installations
//! differ or nobody knows, there is a switch in [`Settings`]. All state is in memory, one lock
//! wide: each transaction is atomic, a bulk call is not. What happens without a call (deliveries,
//! invoices, posting, the bank) happens on the sandbox's own clock, when anybody looks.

mod admin;
mod agenda;
mod app;
mod auth;
mod body;
mod books;
mod catalog;
mod codes;
mod day;
mod execute;
mod gateway;
mod invoicing;
mod jobs;
mod ledger;
mod m3;
mod money;
mod nok;
mod order;
mod policy;
mod posting;
mod programs;
mod record;
mod reply;
mod request;
mod seed;
mod seen;
mod settings;
mod spoil;
mod text;
mod world;

pub use agenda::BankLine;
pub use app::{PRODUCTION, TENANT};
pub use ledger::{Line, Voucher};
pub use programs::gls840::TEMPLATE;
pub use settings::{ItemCheck, Quota, Settings, Smoothing, Spike, Unauthorized};
pub use text::Block;
pub use world::{Batch, Customer, Invoice, Item, Journal, Order, Payments};

use crate::clock::Clock;
use crate::faults::Faults;
use crate::server::{self, Running};
use app::App;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

/// How to start a sandbox.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Tokens and faults with a probability follow from it.
    pub seed: u64,
    /// Unix seconds at which a clock that only moves by hand starts; none: real time.
    pub start_s: Option<i64>,
    /// The switches to start with, and to return to on reset.
    pub settings: Settings,
    /// The company's tenant; [`TENANT`] if absent.
    pub tenant: Option<String>,
}

/// One sandbox Infor, served or not.
#[derive(Clone)]
pub struct Infor {
    app: Arc<App>,
}

impl Infor {
    /// A fresh sandbox that nothing serves yet.
    pub fn new(config: Config) -> Self {
        Self {
            app: Arc::new(App::new(config)),
        }
    }

    /// Serves a fresh sandbox on `addr` (loopback only; port 0: the system chooses).
    pub async fn start(config: Config, addr: SocketAddr) -> std::io::Result<Handle> {
        let infor = Self::new(config);
        let running = server::serve(addr, infor.router()).await?;
        Ok(Handle { infor, running })
    }

    /// Everything it answers, `/__sim/…` included.
    pub fn router(&self) -> axum::Router {
        axum::Router::new()
            .fallback(gateway::handle)
            .with_state(Arc::clone(&self.app))
    }

    /// The `.ionapi` file of the company's tenant for a sandbox reachable at `base`. Fake keys.
    pub fn ionapi_at(&self, base: &str) -> Value {
        self.app.ionapi(self.app.tenant(), base)
    }

    /// The same for another tenant, such as [`PRODUCTION`].
    pub fn ionapi_of(&self, tenant: &str, base: &str) -> Value {
        self.app.ionapi(tenant, base)
    }

    /// The record of every request.
    pub fn journal(&self) -> &crate::journal::Journal {
        &self.app.journal
    }

    /// The planted faults.
    pub fn faults(&self) -> &Faults {
        &self.app.faults
    }

    /// The sandbox's time.
    pub fn clock(&self) -> &Clock {
        &self.app.clock
    }

    /// Moves time forward and lets everything happen that is due.
    pub fn advance(&self, seconds: i64) {
        self.app.clock.advance(seconds);
        self.with(|_| {});
    }

    /// The switches as they are.
    pub fn settings(&self) -> Settings {
        self.app.world.lock().settings.clone()
    }

    /// Changes switches.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.app.world.lock().settings);
    }

    /// New secrets for the company's tenant; the old ones stay valid if `keep_old`.
    pub fn rotate_secrets(&self, keep_old: bool) {
        self.app.auth.lock().rotate(self.app.tenant(), keep_old);
    }

    /// Refuses the old secrets after a rotation.
    pub fn retire_old_secrets(&self) {
        self.app.auth.lock().retire_old(self.app.tenant());
    }

    /// Kills every access token; returns how many there were.
    pub fn kill_tokens(&self) -> usize {
        self.app.auth.lock().kill_all()
    }

    /// Tokens given out so far.
    pub fn tokens_issued(&self) -> u32 {
        self.app.auth.lock().issued()
    }

    fn with<T>(&self, look: impl FnOnce(&mut world::World) -> T) -> T {
        let now_s = self.app.clock.now_s();
        let mut world = self.app.world.lock();
        agenda::catch_up(&mut world, now_s);
        look(&mut world)
    }

    /// Customers by CUNO.
    pub fn customers(&self) -> BTreeMap<String, Customer> {
        self.with(|w| w.customers.clone())
    }

    /// Items by ITNO.
    pub fn items(&self) -> BTreeMap<String, Item> {
        self.with(|w| w.items.clone())
    }

    /// Adds an item that is released for sale, priced in USD cents.
    pub fn add_item(&self, itno: &str, name: &str, cents: i64) {
        let item = Item {
            name: name.to_owned(),
            stat: "20".to_owned(),
            price: rust_decimal::Decimal::new(cents, 2),
            currency: "USD".to_owned(),
            taxed: true,
        };
        self.with(|w| w.items.insert(itno.to_owned(), item));
    }

    /// Orders by ORNO, without the seeded history.
    pub fn orders(&self) -> BTreeMap<String, Order> {
        self.with(|w| {
            let orders = w.orders.iter().filter(|(_, order)| !order.history);
            orders
                .map(|(orno, order)| (orno.clone(), order.clone()))
                .collect()
        })
    }

    /// The text blocks of an order's head, with their names (TXVR).
    pub fn order_texts(&self, orno: &str) -> Vec<(String, Block)> {
        self.with(|w| w.texts.of_order(orno))
    }

    /// Batch orders by their temporary number.
    pub fn batches(&self) -> BTreeMap<String, Batch> {
        self.with(|w| w.batches.clone())
    }

    /// Temporary numbers of batch orders that nobody confirmed or deleted.
    pub fn orphan_batch_heads(&self) -> Vec<String> {
        self.with(|w| w.orphan_batch_heads())
    }

    /// Invoices, oldest first.
    pub fn invoices(&self) -> Vec<Invoice> {
        self.with(|w| w.invoices.values().cloned().collect())
    }

    /// Payment batches by PBID.
    pub fn payments(&self) -> BTreeMap<u64, Payments> {
        self.with(|w| w.payments.clone())
    }

    /// Journal batches by division and KEY1.
    pub fn journals(&self) -> BTreeMap<(String, String), Journal> {
        self.with(|w| w.journals.clone())
    }

    /// Posted vouchers, oldest first.
    pub fn vouchers(&self) -> Vec<Voucher> {
        self.with(|w| w.ledger.vouchers.clone())
    }

    /// The balance of `account` in minor units of `currency`, debit positive.
    pub fn balance(&self, account: &str, currency: &str) -> i64 {
        self.with(|w| w.ledger.balance(account, currency))
    }

    /// Balances per account and currency, minor units, debit positive.
    pub fn balances(&self) -> BTreeMap<String, BTreeMap<String, i64>> {
        self.with(|w| w.ledger.balances())
    }

    /// How often each (kind, reference) was committed. Kinds: `customer` (ALCU), `external` (A030
    /// of the free fields of a customer), `order` (CUOR), `credit_request` (CUOR, not confirmed yet),
    /// `note` (TXVR of an order's text), `payment` (IRNO or CKNO, once controlled), `journal` (KEY1,
    /// once updated), `bank` (text).
    pub fn postings_per_reference(&self) -> BTreeMap<(String, String), u32> {
        self.with(|w| w.postings())
    }

    /// Runs the posting job now, whatever the delay. Returns the voucher numbers.
    pub fn run_jobs(&self) -> Vec<u64> {
        self.with(|w| posting::post(w, 0))
    }

    /// Delivers and invoices every open order now. Returns the invoice numbers.
    pub fn invoice_all(&self) -> Vec<u64> {
        self.with(invoicing::invoice_all)
    }

    /// Books a line of the bank's statement: debit 1000, credit 1005. Returns the voucher number.
    pub fn book_bank_line(&self, line: &BankLine) -> u64 {
        self.with(|w| jobs::bank(w, line))
    }

    /// What `GET /__sim/state` answers.
    pub fn state(&self) -> Value {
        admin::state(&self.app)
    }
}

/// A sandbox that is being served. Stops when dropped.
pub struct Handle {
    infor: Infor,
    running: Running,
}

impl Handle {
    /// `http://127.0.0.1:port`, without a trailing slash.
    pub fn url(&self) -> String {
        self.running.url()
    }

    /// The `.ionapi` file that points here. Fake keys.
    pub fn ionapi(&self) -> Value {
        self.infor.ionapi_at(&self.url())
    }
}

impl Deref for Handle {
    type Target = Infor;

    fn deref(&self) -> &Infor {
        &self.infor
    }
}
