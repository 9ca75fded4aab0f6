//! Operations on our own books: cross references, deposits, payouts, exceptions.
//!
//! They call no peer. What they write is committed together with the step, so each is done exactly
//! once however often the run is interrupted. One more of them is one more file and one more line
//! in [`BOOKS`].

mod cross_reference;
mod deposit;
mod dispute;
mod exception;
mod payout;
mod transaction;
mod view;

use async_trait::async_trait;
use model::ids::EnvironmentId;
use model::{Fault, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::advance::CrossReferenceWrite;
use store::{DepositWrite, ExceptionRecord};

pub use view::{GivenBooks, View};

/// Every operation on our own books.
pub const BOOKS: &[&dyn Book] = &[
    &cross_reference::Set,
    &deposit::Open,
    &deposit::Get,
    &deposit::Take,
    &transaction::Post,
    &dispute::Close,
    &exception::Open,
    &exception::OpenAll,
    &payout::Prove,
    &payout::MatchBank,
];

/// The operation named `id`.
pub fn find(id: &str) -> Option<&'static dyn Book> {
    BOOKS.iter().copied().find(|b| b.id() == id)
}

/// What such an operation may see.
pub struct BookCx<'a> {
    pub books: View<'a>,
    pub environment: EnvironmentId,
    pub now: Timestamp,
}

/// What it came to.
#[derive(Debug, Default)]
pub struct Booked {
    pub output: Value,
    pub cross_references: Vec<CrossReferenceWrite>,
    pub deposits: Vec<DepositWrite>,
    pub exceptions: Vec<ExceptionRecord>,
}

impl Booked {
    /// Adds a cross reference.
    fn link(&mut self, kind: &str, id: &str, value: &str) {
        self.cross_references.push(CrossReferenceWrite {
            kind: kind.into(),
            id: id.into(),
            value: value.into(),
        });
    }
}

/// Why it did not come to anything.
#[derive(Debug)]
pub enum BookStop {
    /// It cannot be done; a person must look.
    Fault(Fault),
    /// Not before this cross reference is written.
    Await {
        kind: String,
        id: String,
    },
    Store(store::Error),
}

impl From<store::Error> for BookStop {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for BookStop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// One operation on our own books.
#[async_trait]
pub trait Book: Send + Sync {
    /// `books.object.verb`.
    fn id(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn doc(&self) -> &'static str;
    fn input_schema(&self) -> Value;
    fn output_schema(&self) -> Value;
    fn example(&self) -> Value;
    /// Whether it only reads.
    fn is_read(&self) -> bool {
        false
    }
    async fn run(&self, cx: &BookCx<'_>, input: &Value) -> Result<Booked, BookStop>;
}

fn read<T: DeserializeOwned>(id: &str, input: &Value) -> Result<T, Fault> {
    T::deserialize(input).map_err(|e| Fault::rejected(format!("{id}: input: {e}")))
}

fn write<T: Serialize>(id: &str, output: &T) -> Result<Value, Fault> {
    serde_json::to_value(output).map_err(|e| Fault::bug(format!("{id}: {e}")))
}

fn schema<T: schemars::JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}
