//! An open connection to a peer, and what it needs to be opened.

use crate::call::Call;
use crate::http::Http;
use crate::metadata::Metadata;
use async_trait::async_trait;
use model::clock::{Clock, Entropy};
use model::{EnvironmentKind, Fault, Peer, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The secrets of a connection by name; two versions while they are rotated.
#[derive(Clone, Debug, Default)]
pub struct Credential {
    pub current: BTreeMap<String, Secret>,
    pub next: Option<BTreeMap<String, Secret>>,
}

/// What a connection is made of.
#[derive(Clone, Debug)]
pub struct ConnectionConfig {
    pub name: String,
    pub environment: EnvironmentKind,
    /// What is no secret: base URL, company, division.
    pub settings: Value,
    pub credential: Credential,
}

/// What every session is given.
#[derive(Clone)]
pub struct Runtime {
    pub clock: Clock,
    pub entropy: Entropy,
    pub http: Http,
}

/// Something that happened at the peer, fetched rather than delivered.
#[derive(Clone, Debug, PartialEq)]
pub struct PolledEvent {
    /// Unique at the peer: the same thing fetched twice has the same one.
    pub dedupe_key: String,
    /// The event's type, without the connector's id.
    pub kind: String,
    pub occurred_at: Timestamp,
    pub body: Value,
}

/// One page of a walk through what happened at the peer.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where to go on; stored with the items in one transaction.
    pub cursor: Value,
    /// More is waiting: ask again at once.
    pub more: bool,
}

/// What the peer knows about one of its objects, in answer to [`Session::events_about`].
pub type About = Result<Vec<PolledEvent>, Fault>;

/// Whether a connection leads to real money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Test,
    Live,
    /// Nothing of it says so.
    Unknown,
}

/// A voucher that the peer's books hold under a reference of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Our reference, as the peer stores it.
    pub reference: String,
    /// The peer's own number.
    pub voucher: String,
    /// Debits in minor units.
    pub debit_minor: i64,
    pub currency: String,
    pub date: String,
}

/// An open connection. Keeps what is worth keeping between calls: tokens, metadata.
#[async_trait]
pub trait Session: Send + Sync + 'static {
    /// Whose system this is.
    fn peer(&self) -> Peer;

    /// Whether it leads to real money, as far as its settings and credential tell. A test environment
    /// takes nothing that is live, and a live one nothing that is for tests.
    fn mode(&self) -> Mode;

    /// The connection's settings, parsed; recipes downcast them.
    fn settings(&self) -> &(dyn Any + Send + Sync);

    /// What the connection knows of the peer's fields: lengths, code lists, what it cannot do.
    fn metadata(&self) -> Option<Metadata> {
        None
    }

    /// Sends one call and classifies what came back.
    async fn send(&self, call: &Call) -> Result<Value, Fault>;

    /// Whether the peer answers and the credential is accepted; says who we are there.
    async fn check(&self) -> Result<String, Fault>;

    /// Events since the cursor, for a trigger that is polled and for completeness.
    async fn poll(&self, trigger: &str, _cursor: &Value) -> Result<Page<PolledEvent>, Fault> {
        Err(Fault::bug(format!("`{trigger}` is not polled")))
    }

    /// Events of a polled trigger that are about objects of the peer (orders, by their numbers),
    /// whether or not a walk has met them: what a walk may have missed. One answer per number, in
    /// their order; `None` where the trigger cannot be asked so. An event must differ by its key from
    /// that of the walk: whether it was worked already is told by the flow's business key.
    async fn events_about(
        &self,
        _trigger: &str,
        _numbers: &[String],
    ) -> Result<Option<Vec<About>>, Fault> {
        Ok(None)
    }

    /// The cursor-driven list of vouchers under our references; `None` where the peer has none.
    async fn postings(&self, _cursor: &Value) -> Result<Option<Page<Posting>>, Fault> {
        Ok(None)
    }

    /// What the peer says it holds, per currency, in minor units: for the proof.
    async fn balances(&self) -> Result<Option<BTreeMap<String, i64>>, Fault> {
        Ok(None)
    }
}

/// A session, shared.
pub type SharedSession = Arc<dyn Session>;
