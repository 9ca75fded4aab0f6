//! Everything the sandbox knows. One mutex guards it; every method is quick and does no IO.

use super::collection::{Collection, int, text};
use super::error::ApiError;
use super::event::{Cause, Event};
use super::fee::Fees;
use super::fx::Rates;
use super::idempotency::Store;
use super::ids::Ids;
use super::key::Keys;
use super::ledger::{Ledger, NewTransaction};
use super::magic::Card;
use super::outbox::Outbox;
use super::schedule::Schedule;
use super::version::{Version, changed};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Which kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Customers,
    PaymentMethods,
    Products,
    Prices,
    Sessions,
    Intents,
    Charges,
    Refunds,
    Disputes,
    Payouts,
    Endpoints,
}

impl Table {
    /// The kind's name in errors and in `object`.
    pub fn name(self) -> &'static str {
        match self {
            Table::Customers => "customer",
            Table::PaymentMethods => "payment_method",
            Table::Products => "product",
            Table::Prices => "price",
            Table::Sessions => "checkout.session",
            Table::Intents => "payment_intent",
            Table::Charges => "charge",
            Table::Refunds => "refund",
            Table::Disputes => "dispute",
            Table::Payouts => "payout",
            Table::Endpoints => "webhook_endpoint",
        }
    }
}

/// What an administrator may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Seconds until the money of a charge is available.
    pub pending_s: i64,
    /// Seconds until a payout arrives at the bank.
    pub arrival_s: i64,
    /// Seconds until a pending refund succeeds and a failing one fails.
    pub refund_s: i64,
    /// Seconds until a charge gets its balance transaction; 0: at once.
    pub async_capture_s: i64,
    /// Payouts are made at midnight UTC; otherwise only when asked for.
    pub daily_payouts: bool,
    /// A negative balance is debited from the bank.
    pub debit_negative: bool,
    /// `?payout=` also lists the payout's own transaction (unverified what production does).
    pub payout_lists_itself: bool,
    /// The number of the bank account that payouts go to.
    pub bank_account: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            pending_s: 2 * 86_400,
            arrival_s: 86_400,
            refund_s: 60,
            async_capture_s: 0,
            daily_payouts: true,
            debit_negative: true,
            payout_lists_itself: false,
            bank_account: "000123456789".into(),
        }
    }
}

/// The whole state of one account in one mode.
pub struct State {
    pub now: i64,
    pub ids: Ids,
    pub livemode: bool,
    pub account_id: String,
    pub version: Version,
    pub settings: Settings,
    pub fees: Fees,
    pub rates: Rates,
    pub keys: Keys,
    pub store: Store,
    pub ledger: Ledger,
    pub outbox: Outbox,
    pub schedule: Schedule,
    /// The request being executed, for the events it causes.
    pub cause: Cause,
    pub events: Vec<Event>,
    pub event_index: HashMap<String, usize>,
    /// The test card behind a payment method.
    pub cards: HashMap<String, &'static Card>,
    /// Line items by session: not part of the session unless expanded.
    pub line_items: HashMap<String, Vec<Value>>,
    /// Metadata for the payment of a session, by session.
    pub payment_metadata: HashMap<String, Value>,
    tables: [Collection; 11],
}

impl State {
    /// An empty account.
    pub fn new(seed: u64, livemode: bool, version: Version, keys: Keys, now: i64) -> Self {
        let mut ids = Ids::new(seed);
        Self {
            now,
            account_id: ids.make("acct", 16),
            ids,
            livemode,
            version,
            settings: Settings::default(),
            fees: Fees::default(),
            rates: Rates::default(),
            keys,
            store: Store::default(),
            ledger: Ledger::default(),
            outbox: Outbox::default(),
            schedule: Schedule::new(now),
            cause: Cause::default(),
            events: Vec::new(),
            event_index: HashMap::new(),
            cards: HashMap::new(),
            line_items: HashMap::new(),
            payment_metadata: HashMap::new(),
            tables: [
                Collection::new(&[]),
                Collection::new(&[]),
                Collection::new(&[]),
                Collection::new(&["product"]),
                Collection::new(&["payment_intent", "customer"]),
                Collection::new(&["customer"]),
                Collection::new(&["payment_intent", "customer"]),
                Collection::new(&["payment_intent", "charge"]),
                Collection::new(&["payment_intent", "charge"]),
                Collection::new(&[]),
                Collection::new(&[]),
            ],
        }
    }

    /// The objects of one kind.
    pub fn table(&self, table: Table) -> &Collection {
        &self.tables[table as usize]
    }

    /// The objects of one kind, to change.
    pub fn table_mut(&mut self, table: Table) -> &mut Collection {
        &mut self.tables[table as usize]
    }

    /// An object, or production's 404 that names `param`.
    pub fn need(&self, table: Table, id: &str, param: &str) -> Result<&Value, ApiError> {
        self.table(table)
            .get(id)
            .filter(|o| !super::collection::flag(o, "deleted") || param == "id")
            .ok_or_else(|| ApiError::no_such(table.name(), id, param))
    }

    /// The same for an object named by a parameter rather than by the path: 400.
    pub fn need_param(&self, table: Table, id: &str, param: &str) -> Result<&Value, ApiError> {
        self.need(table, id, param).map_err(|mut error| {
            error.status = 400;
            error
        })
    }

    /// A copy of an object that is known to be there.
    pub fn copy(&self, table: Table, id: &str) -> Value {
        self.table(table).get(id).cloned().unwrap_or(Value::Null)
    }

    /// Adds an object and tells `kind` of event about it.
    pub fn create(&mut self, table: Table, object: Value, kind: &str) -> Value {
        self.table_mut(table).insert(object.clone());
        self.emit(kind, &object, None);
        object
    }

    /// Changes an object without an event.
    pub fn edit(
        &mut self,
        table: Table,
        id: &str,
        change: impl FnOnce(&mut Value),
    ) -> Map<String, Value> {
        let Some(object) = self.table_mut(table).get_mut(id) else {
            return Map::new();
        };
        let before = object.clone();
        change(object);
        changed(&before, object)
    }

    /// Changes an object and emits `kind` with what changed, if anything did.
    pub fn update(
        &mut self,
        table: Table,
        id: &str,
        kind: &str,
        change: impl FnOnce(&mut Value),
    ) -> Value {
        let previous = self.edit(table, id, change);
        let object = self.copy(table, id);
        if !previous.is_empty() {
            self.emit(kind, &object, Some(previous));
        }
        object
    }

    /// Changes an object and emits `kind` without `previous_attributes`.
    pub fn advance(
        &mut self,
        table: Table,
        id: &str,
        kind: &str,
        change: impl FnOnce(&mut Value),
    ) -> Value {
        self.edit(table, id, change);
        let object = self.copy(table, id);
        self.emit(kind, &object, None);
        object
    }

    /// Records an event and queues it for every endpoint that wants it.
    pub fn emit(&mut self, kind: &str, object: &Value, previous: Option<Map<String, Value>>) {
        let event = Event {
            id: self.ids.make("evt", 24),
            kind: kind.to_owned(),
            created: self.now,
            object: object.to_string(),
            previous,
            cause: self.cause.clone(),
            pending: 0,
            undelivered: 0,
        };
        self.event_index.insert(event.id.clone(), self.events.len());
        self.events.push(event);
        self.deliver(self.events.len() - 1, None);
    }

    /// Queues event number `at` for one endpoint or for all that want it.
    pub fn deliver(&mut self, at: usize, only: Option<&str>) {
        let Some(event) = self.events.get_mut(at) else {
            return;
        };
        let takers: Vec<usize> = self
            .outbox
            .endpoints
            .iter()
            .enumerate()
            .filter(|(_, e)| e.wants(&event.kind) && only.is_none_or(|id| id == e.id))
            .map(|(i, _)| i)
            .collect();
        let count = u32::try_from(takers.len()).unwrap_or(u32::MAX);
        event.pending = count;
        event.undelivered = count;
        for taker in takers {
            let endpoint = &self.outbox.endpoints[taker];
            let body = if endpoint.mode.thin {
                event.thin(self.livemode)
            } else {
                event.full(&endpoint.version, self.livemode)
            };
            let body: Arc<str> = format!("{body:#}").into();
            let (id, kind) = (&event.id, &event.kind);
            self.outbox
                .queue(taker, id, kind, &body, self.now, &mut self.ids);
        }
    }

    /// Books a transaction and gives its id.
    pub fn book(&mut self, new: NewTransaction<'_>) -> String {
        let id = self.ids.make("txn", 24);
        self.ledger.book(&id, new);
        id
    }

    /// The object that the field `name` means by `id`.
    pub fn by_field(&self, name: &str, id: &str) -> Option<Value> {
        let table = match name {
            "balance_transaction" | "failure_balance_transaction" => None,
            "customer" => Some(Table::Customers),
            "payment_method" | "default_payment_method" => Some(Table::PaymentMethods),
            "product" => Some(Table::Products),
            "price" | "default_price" => Some(Table::Prices),
            "payment_intent" => Some(Table::Intents),
            "charge" | "latest_charge" => Some(Table::Charges),
            "source" => match id.split('_').next() {
                Some("ch" | "py") => Some(Table::Charges),
                Some("re") => Some(Table::Refunds),
                Some("du" | "dp") => Some(Table::Disputes),
                Some("po") => Some(Table::Payouts),
                _ => return None,
            },
            _ => return None,
        };
        match table {
            Some(table) => self.table(table).get(id).cloned(),
            None => self.ledger.transactions.get(id).cloned(),
        }
    }

    /// A part of an object that is left out unless expanded.
    pub fn includable(&self, object: &Map<String, Value>, part: &str) -> Option<Value> {
        let id = object.get("id").and_then(Value::as_str)?;
        match (object.get("object").and_then(Value::as_str)?, part) {
            ("checkout.session", "line_items") => {
                let items = self.line_items.get(id).cloned().unwrap_or_default();
                let has_more = items.len() > 10;
                let data: Vec<Value> = items.into_iter().take(10).collect();
                Some(json!({
                    "object": "list", "data": data, "has_more": has_more,
                    "url": format!("/v1/checkout/sessions/{id}/line_items"),
                }))
            }
            ("charge", "refunds") => {
                let table = self.table(Table::Refunds);
                let all = table.having("charge", id);
                let data: Vec<Value> = all
                    .iter()
                    .rev()
                    .take(10)
                    .map(|at| table.at(*at).clone())
                    .collect();
                Some(json!({
                    "object": "list", "data": data, "has_more": all.len() > 10,
                    "url": format!("/v1/charges/{id}/refunds"),
                }))
            }
            _ => None,
        }
    }

    /// The balance, as the API shows it.
    pub fn balance(&self) -> Value {
        let side = |amounts: Vec<(&str, i64)>| -> Vec<Value> {
            let own = if amounts.is_empty() {
                vec![("usd", 0)]
            } else {
                amounts
            };
            own.into_iter()
                .map(|(c, a)| json!({"amount": a, "currency": c, "source_types": {"card": a}}))
                .collect()
        };
        let available = side(self.ledger.balances().map(|(c, a, _)| (c, a)).collect());
        let pending = side(self.ledger.balances().map(|(c, _, p)| (c, p)).collect());
        json!({
            "object": "balance", "available": available,
            "connect_reserved": [{"amount": 0, "currency": "usd"}],
            "livemode": self.livemode, "pending": pending,
        })
    }

    /// When the money of a transaction is available.
    pub fn available_on(&self, transaction: &str) -> i64 {
        self.ledger
            .transactions
            .get(transaction)
            .map_or(0, |t| int(t, "available_on"))
    }

    /// The id under `field` of an object, if there is one.
    pub fn link(&self, table: Table, id: &str, field: &str) -> Option<String> {
        let object = self.table(table).get(id)?;
        Some(text(object, field))
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
    }
}
