//! Operations: typed for their authors, erased for the list.

use crate::call::{Call, Found, Last, Next, UndoNext};
use crate::session::Session;
use async_trait::async_trait;
use finance::journal::JournalEntry;
use model::{EffectId, Fault, Timestamp};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an operation does to the peer. There is no default: it cannot be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Last writer wins; an older one is skipped by its `as_of`.
    Set,
    /// Made once per identity.
    Create,
    /// Lines under a reference, once.
    Append,
    /// May repeat, and says so: mail, chat.
    None,
}

impl Effect {
    /// Whether it is kept in the effect ledger.
    pub const fn is_once(self) -> bool {
        matches!(self, Self::Create | Self::Append)
    }
}

/// Under what an effect is made, and what must not differ when it is met again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    pub kind: String,
    pub reference: String,
    /// Amount, currency, counterparty: a difference is a conflict for a person.
    pub guarded: Value,
}

/// What a `set` is as of, so that an old one never overwrites a newer one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetGuard {
    pub kind: String,
    pub reference: String,
    pub as_of: Timestamp,
}

/// How that which an operation writes is read, so that a dry run can show what a write would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadBack {
    /// Another operation of the connector, a read that asks for one object by one field.
    pub operation: &'static str,
    /// The read's field.
    pub by: &'static str,
    /// What fills it: a field of the input of a `set`, of the output of what is made once.
    pub of: &'static str,
    /// Fields of the input that the read gives, each with its name there.
    pub fields: &'static [(&'static str, &'static str)],
}

/// Whether the peer's books have taken what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostingState {
    /// On its way; no answer yet.
    Sent,
    /// In the peer, but a job or a person must post it.
    Staged,
    /// The voucher was read back.
    Posted,
}

impl PostingState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Staged => "staged",
            Self::Posted => "posted",
        }
    }
}

/// A journal entry that an operation books at the peer.
#[derive(Clone, Debug)]
pub struct Booking {
    pub entry: JournalEntry,
    /// Our reference as the peer stores it, by which its voucher is recognised.
    pub sent_reference: String,
}

/// What a recipe may know besides its input.
pub struct RecipeCx<'a> {
    pub session: &'a dyn Session,
    /// The effect and its try; absent for reads and sets.
    pub effect: Option<(&'a EffectId, i64)>,
    pub now: Timestamp,
}

impl RecipeCx<'_> {
    /// Our reference as the peer stores it, cut to the field.
    ///
    /// # Panics
    /// In an operation that is not kept in the effect ledger.
    pub fn reference(&self, width: usize) -> String {
        let (id, attempt) = self.effect.expect("only once-effects have a reference");
        id.sent_reference(attempt, width)
    }

    /// The idempotency key for peers that have one.
    ///
    /// # Panics
    /// In an operation that is not kept in the effect ledger.
    pub fn idempotency_key(&self) -> String {
        let (id, attempt) = self
            .effect
            .expect("only once-effects have an idempotency key");
        id.idempotency_key(attempt)
    }

    /// The connection's settings, parsed when the session was opened.
    pub fn settings<T: 'static>(&self) -> Result<&T, Fault> {
        let settings = self.session.settings().downcast_ref::<T>();
        settings.ok_or_else(|| Fault::bug("the operation belongs to another connector"))
    }
}

/// An operation, as its author writes it. A pure recipe: the only IO is in the calls it names.
#[async_trait]
pub trait Operation: Send + Sync + 'static {
    /// `connector.object.verb`.
    const ID: &'static str;
    const TITLE: &'static str;
    /// What it does, with the vendor's page or standard as source.
    const DOC: &'static str;
    const EFFECT: Effect;
    /// Raised when the recipe's calls or progress change their meaning.
    const REVISION: u32 = 1;
    /// The read that shows what it writes.
    const READ_BACK: Option<ReadBack> = None;

    type Input: DeserializeOwned + JsonSchema + Send + Sync;
    type Progress: Serialize + DeserializeOwned + Default + Send + Sync;
    type Output: Serialize + DeserializeOwned + JsonSchema + Send + Sync;

    /// Inputs that are valid, for the docs and the contract tests.
    fn examples() -> Vec<Value>;

    /// Under what it writes. Required for `create` and `append`.
    fn identity(_input: &Self::Input) -> Option<Identity> {
        None
    }

    /// What a `set` is as of.
    fn as_of(_input: &Self::Input) -> Option<SetGuard> {
        None
    }

    /// Refuses, before anything is sent, what the peer would refuse: lengths, code lists.
    fn validate(_cx: &RecipeCx<'_>, _input: &Self::Input) -> Result<(), Fault> {
        Ok(())
    }

    /// The next call, given the progress so far and what the last call came to.
    fn next(
        cx: &RecipeCx<'_>,
        input: &Self::Input,
        progress: &mut Self::Progress,
        last: Last<'_>,
    ) -> Result<Next<Self::Output>, Fault>;

    /// The next call of taking back what was staged.
    fn undo(
        _cx: &RecipeCx<'_>,
        _input: &Self::Input,
        _progress: &mut Self::Progress,
        _last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        Ok(UndoNext::Orphan(String::new()))
    }

    /// Looks for what an interrupted effect left, with the input it was begun with.
    async fn find(
        _cx: &RecipeCx<'_>,
        _input: &Self::Input,
        _progress: &Self::Progress,
    ) -> Result<Found<Self::Progress, Self::Output>, Fault> {
        Ok(Found::CannotTell(
            "the operation cannot look for what it made".into(),
        ))
    }

    /// The output for an object that a person found: "exists, number …".
    fn adopt(_input: &Self::Input, _number: &str) -> Option<Self::Output> {
        None
    }

    /// The journal entry that it books, if it books one.
    fn booking(_cx: &RecipeCx<'_>, _input: &Self::Input) -> Option<Booking> {
        None
    }

    /// Whether the finished operation's entry is staged or posted.
    fn posting(_output: &Self::Output) -> PostingState {
        PostingState::Staged
    }
}

/// An operation of any type, for lists.
///
/// What takes an input reads it into the operation's own type first. Whoever asks more than once
/// has it read once by [`AnyOperation::with`].
#[async_trait]
pub trait AnyOperation: Send + Sync {
    fn id(&self) -> &'static str;
    fn title(&self) -> &'static str;
    fn doc(&self) -> &'static str;
    fn effect(&self) -> Effect;
    fn revision(&self) -> u32;
    fn read_back(&self) -> Option<ReadBack>;
    fn input_schema(&self) -> Value;
    fn output_schema(&self) -> Value;
    fn examples(&self) -> Vec<Value>;
    fn posting(&self, output: &Value) -> Result<PostingState, Fault>;

    /// The operation with its input. Refuses one that does not fit the schema, naming the field.
    fn with(&self, input: &Value) -> Result<Box<dyn WithInput>, Fault>;

    fn validate(&self, cx: &RecipeCx<'_>, input: &Value) -> Result<(), Fault> {
        self.with(input)?.validate(cx)
    }

    fn identity(&self, input: &Value) -> Result<Option<Identity>, Fault> {
        Ok(self.with(input)?.identity())
    }

    fn as_of(&self, input: &Value) -> Result<Option<SetGuard>, Fault> {
        Ok(self.with(input)?.as_of())
    }

    fn next(
        &self,
        cx: &RecipeCx<'_>,
        input: &Value,
        progress: &mut Value,
        last: Last<'_>,
    ) -> Result<Next<Value>, Fault> {
        self.with(input)?.next(cx, progress, last)
    }

    async fn find(
        &self,
        cx: &RecipeCx<'_>,
        input: &Value,
        progress: &Value,
    ) -> Result<Found<Value, Value>, Fault> {
        self.with(input)?.find(cx, progress).await
    }

    fn adopt(&self, input: &Value, number: &str) -> Result<Option<Value>, Fault> {
        self.with(input)?.adopt(number)
    }

    fn booking(&self, cx: &RecipeCx<'_>, input: &Value) -> Result<Option<Booking>, Fault> {
        Ok(self.with(input)?.booking(cx))
    }
}

/// An operation of any type with an input that was read.
#[async_trait]
pub trait WithInput: Send + Sync {
    fn validate(&self, cx: &RecipeCx<'_>) -> Result<(), Fault>;
    fn identity(&self) -> Option<Identity>;
    fn as_of(&self) -> Option<SetGuard>;
    fn next(
        &self,
        cx: &RecipeCx<'_>,
        progress: &mut Value,
        last: Last<'_>,
    ) -> Result<Next<Value>, Fault>;
    fn undo(
        &self,
        cx: &RecipeCx<'_>,
        progress: &mut Value,
        last: Last<'_>,
    ) -> Result<UndoNext, Fault>;
    async fn find(&self, cx: &RecipeCx<'_>, progress: &Value)
    -> Result<Found<Value, Value>, Fault>;
    fn adopt(&self, number: &str) -> Result<Option<Value>, Fault>;
    fn booking(&self, cx: &RecipeCx<'_>) -> Option<Booking>;
}

/// Erases an [`Operation`]: `&Erased::<CustomerUpsert>::NEW` is a list entry.
pub struct Erased<O>(std::marker::PhantomData<fn() -> O>);

impl<O: Operation> Erased<O> {
    pub const NEW: Self = Self(std::marker::PhantomData);
}

/// The input of an [`Operation`].
struct Read<O: Operation>(O::Input);

fn progress_of<O: Operation>(value: &Value) -> Result<O::Progress, Fault> {
    if value.is_null() {
        return Ok(O::Progress::default());
    }
    O::Progress::deserialize(value)
        .map_err(|error| Fault::bug(format!("{}: stored progress: {error}", O::ID)))
}

fn write<T: Serialize>(id: &str, value: &T) -> Result<Value, Fault> {
    serde_json::to_value(value).map_err(|error| Fault::bug(format!("{id}: {error}")))
}

#[async_trait]
impl<O: Operation> AnyOperation for Erased<O> {
    fn id(&self) -> &'static str {
        O::ID
    }

    fn title(&self) -> &'static str {
        O::TITLE
    }

    fn doc(&self) -> &'static str {
        O::DOC
    }

    fn effect(&self) -> Effect {
        O::EFFECT
    }

    fn revision(&self) -> u32 {
        O::REVISION
    }

    fn read_back(&self) -> Option<ReadBack> {
        O::READ_BACK
    }

    fn input_schema(&self) -> Value {
        schemars::schema_for!(O::Input).to_value()
    }

    fn output_schema(&self) -> Value {
        schemars::schema_for!(O::Output).to_value()
    }

    fn examples(&self) -> Vec<Value> {
        O::examples()
    }

    fn posting(&self, output: &Value) -> Result<PostingState, Fault> {
        let output = O::Output::deserialize(output)
            .map_err(|error| Fault::bug(format!("{}: stored output: {error}", O::ID)))?;
        Ok(O::posting(&output))
    }

    fn with(&self, input: &Value) -> Result<Box<dyn WithInput>, Fault> {
        let input = O::Input::deserialize(input)
            .map_err(|error| Fault::rejected(format!("{}: input: {error}", O::ID)))?;
        Ok(Box::new(Read::<O>(input)))
    }
}

#[async_trait]
impl<O: Operation> WithInput for Read<O> {
    fn validate(&self, cx: &RecipeCx<'_>) -> Result<(), Fault> {
        O::validate(cx, &self.0)
    }

    fn identity(&self) -> Option<Identity> {
        O::identity(&self.0)
    }

    fn as_of(&self) -> Option<SetGuard> {
        O::as_of(&self.0)
    }

    fn next(
        &self,
        cx: &RecipeCx<'_>,
        progress: &mut Value,
        last: Last<'_>,
    ) -> Result<Next<Value>, Fault> {
        let mut typed = progress_of::<O>(progress)?;
        let next = O::next(cx, &self.0, &mut typed, last);
        *progress = write(O::ID, &typed)?;
        Ok(match next? {
            Next::Call(call) => Next::Call(call),
            Next::Wait(span) => Next::Wait(span),
            Next::Done(output) => Next::Done(write(O::ID, &output)?),
        })
    }

    fn undo(
        &self,
        cx: &RecipeCx<'_>,
        progress: &mut Value,
        last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        let mut typed = progress_of::<O>(progress)?;
        let next = O::undo(cx, &self.0, &mut typed, last);
        *progress = write(O::ID, &typed)?;
        next
    }

    async fn find(
        &self,
        cx: &RecipeCx<'_>,
        progress: &Value,
    ) -> Result<Found<Value, Value>, Fault> {
        let found = O::find(cx, &self.0, &progress_of::<O>(progress)?).await?;
        Ok(match found {
            Found::Absent => Found::Absent,
            Found::Partial(progress) => Found::Partial(write(O::ID, &progress)?),
            Found::Complete(output) => Found::Complete(write(O::ID, &output)?),
            Found::CannotTell(reason) => Found::CannotTell(reason),
        })
    }

    fn adopt(&self, number: &str) -> Result<Option<Value>, Fault> {
        let output = O::adopt(&self.0, number);
        output.map(|o| write(O::ID, &o)).transpose()
    }

    fn booking(&self, cx: &RecipeCx<'_>) -> Option<Booking> {
        O::booking(cx, &self.0)
    }
}

/// Sends one read on behalf of `find`.
pub async fn ask(cx: &RecipeCx<'_>, call: &Call) -> Result<Value, Fault> {
    cx.session.send(call).await
}
