//! Making an object at Stripe once: the key, our reference on it, and how to look for it.
//!
//! Within the life of the idempotency key a lost answer is settled by repeating the very request.
//! Afterwards, and before a refusal is believed whose first sending was lost, we look for our
//! reference in the metadata of the objects that Stripe lists. Lists show an object at once
//! [unverified]; the search index lags and is not used.

use crate::form;
use crate::metadata::REFERENCE;
use crate::poll::{self, PAGE};
use crate::request;
use async_trait::async_trait;
use connector::operation::ask;
use connector::{
    Call, Effect, Found, Identity, Last, Next, Operation, ReadBack, RecipeCx, UndoNext,
};
use model::Fault;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// The whole reference fits: it cannot collide.
const REFERENCE_WIDTH: usize = 54;
/// Pages that are looked through before we say that we cannot tell.
const PAGES: u32 = 100;
/// Our clock and Stripe's may differ by so many seconds.
const SKEW: i64 = 3600;

/// Notes of the recipe.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// When it was begun, in unix seconds: nothing of it is older.
    begun: Option<i64>,
    /// Found while looking: the object.
    found: Option<Value>,
    /// Looking goes on after this id.
    after: Option<String>,
    pages: u32,
}

/// A kind of object that flows make once per reference.
pub trait Make: Send + Sync + 'static {
    const ID: &'static str;
    const TITLE: &'static str;
    const DOC: &'static str;
    /// The read that shows it.
    const READ_BACK: Option<ReadBack>;

    type Input: DeserializeOwned + JsonSchema + Send + Sync;
    type Output: Serialize + DeserializeOwned + JsonSchema + Send + Sync;

    fn examples() -> Vec<Value>;
    /// Under what it is made.
    fn identity(input: &Self::Input) -> Identity;
    /// Refuses what Stripe would refuse.
    fn validate(input: &Self::Input) -> Result<(), Fault>;
    fn making(input: &Self::Input) -> Making<'_>;
    /// The output of an object of which only the id is known.
    fn named(id: String) -> Self::Output;
}

/// The operation that makes one kind.
pub struct Create<M>(PhantomData<fn() -> M>);

#[async_trait]
impl<M: Make> Operation for Create<M> {
    const ID: &'static str = M::ID;
    const TITLE: &'static str = M::TITLE;
    const DOC: &'static str = M::DOC;
    const EFFECT: Effect = Effect::Create;
    const READ_BACK: Option<ReadBack> = M::READ_BACK;

    type Input = M::Input;
    type Progress = Progress;
    type Output = M::Output;

    fn examples() -> Vec<Value> {
        M::examples()
    }

    fn identity(input: &M::Input) -> Option<Identity> {
        Some(M::identity(input))
    }

    fn validate(_cx: &RecipeCx<'_>, input: &M::Input) -> Result<(), Fault> {
        M::validate(input)
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &M::Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<Next<M::Output>, Fault> {
        M::making(input).next(cx, progress, &last)
    }

    fn undo(
        cx: &RecipeCx<'_>,
        input: &M::Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        M::making(input).undo(cx, progress, last)
    }

    async fn find(
        cx: &RecipeCx<'_>,
        input: &M::Input,
        progress: &Progress,
    ) -> Result<Found<Progress, M::Output>, Fault> {
        M::making(input).find(cx, progress).await
    }

    fn adopt(_input: &M::Input, found: &str) -> Option<M::Output> {
        number(found).map(M::named)
    }
}

/// What is to be made and where it is listed.
pub struct Making<'a> {
    pub collection: &'static str,
    /// Without our reference.
    pub params: Map<String, Value>,
    pub metadata: &'a BTreeMap<String, String>,
    /// Narrows the list to where the object must be; without it, the time narrows it.
    pub filter: Option<Value>,
}

enum Scan {
    Here(Value),
    Further,
    Nowhere,
    TooMany,
}

impl Making<'_> {
    /// The recipe's next call.
    fn next<Output: DeserializeOwned>(
        &self,
        cx: &RecipeCx<'_>,
        progress: &mut Progress,
        last: &Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        if let Some(found) = &progress.found {
            return Ok(Next::Done(output(found)?));
        }
        if let Some(body) = super::answer(last)? {
            return Ok(Next::Done(output(body)?));
        }
        progress.begun.get_or_insert(cx.now.seconds());
        let mut metadata = self.metadata.clone();
        metadata.insert(REFERENCE.into(), cx.reference(REFERENCE_WIDTH));
        let mut params = self.params.clone();
        params.insert("metadata".into(), json!(metadata));
        let call = request::create(self.collection, Value::Object(params), cx.idempotency_key());
        Ok(Next::Call(call))
    }

    /// Before a refusal is believed: was it made by an earlier sending whose answer was lost?
    fn undo(
        &self,
        cx: &RecipeCx<'_>,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        let last = match last {
            Last::Nothing => None,
            other => super::answer(&other)?,
        };
        let Some(body) = last else {
            (progress.after, progress.pages) = (None, 0);
            return Ok(UndoNext::Call(self.look(progress)));
        };
        Ok(match self.scan(cx, progress, body.clone())? {
            Scan::Here(object) => {
                progress.found = Some(object);
                UndoNext::Kept
            }
            Scan::Further => UndoNext::Call(self.look(progress)),
            Scan::Nowhere => UndoNext::Undone,
            Scan::TooMany => UndoNext::Orphan(format!(
                "{} with {REFERENCE} {} may exist",
                self.collection,
                cx.reference(REFERENCE_WIDTH)
            )),
        })
    }

    /// Looks for what an interrupted effect left.
    async fn find<Output: DeserializeOwned>(
        &self,
        cx: &RecipeCx<'_>,
        progress: &Progress,
    ) -> Result<Found<Progress, Output>, Fault> {
        let mut looking = Progress {
            begun: progress.begun,
            ..Progress::default()
        };
        loop {
            let reply = ask(cx, &self.look(&looking)).await?;
            match self.scan(cx, &mut looking, request::body(&reply)?.clone())? {
                Scan::Here(object) => return Ok(Found::Complete(output(&object)?)),
                Scan::Further => {}
                Scan::Nowhere => return Ok(Found::Absent),
                Scan::TooMany => {
                    return Ok(Found::CannotTell(format!(
                        "Stripe lists too many of {} since then; look in its dashboard for the \
                         metadata {REFERENCE} = {}",
                        self.collection,
                        cx.reference(REFERENCE_WIDTH)
                    )));
                }
            }
        }
    }

    fn look(&self, progress: &Progress) -> Call {
        let mut params = self.filter.clone().unwrap_or_else(|| {
            let since = progress.begun.map(|begun| begun - SKEW);
            json!({"created": {"gte": since}})
        });
        params["limit"] = json!(PAGE);
        params["starting_after"] = json!(progress.after);
        request::get(self.collection, self.collection.into(), params)
    }

    fn scan(&self, cx: &RecipeCx<'_>, progress: &mut Progress, list: Value) -> Result<Scan, Fault> {
        let (page, more) = poll::page(list)?;
        let reference = cx.reference(REFERENCE_WIDTH);
        let ours = |object: &&Value| {
            object
                .pointer("/metadata/towpath_ref")
                .and_then(Value::as_str)
                == Some(&reference)
        };
        if let Some(object) = page.iter().find(ours) {
            return Ok(Scan::Here(object.clone()));
        }
        let Some(oldest) = page.last().filter(|_| more) else {
            return Ok(Scan::Nowhere);
        };
        progress.after = Some(request::text(oldest, "id")?.to_owned());
        progress.pages += 1;
        Ok(if progress.pages < PAGES {
            Scan::Further
        } else {
            Scan::TooMany
        })
    }
}

fn output<Output: DeserializeOwned>(object: &Value) -> Result<Output, Fault> {
    serde_json::from_value(object.clone())
        .map_err(|error| Fault::unknown(format!("Stripe's answer cannot be read: {error}")))
}

/// Adds what is given to parameters.
pub fn put(params: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        params.insert(name.into(), value.into());
    }
}

/// A number that a person typed, as an id: without blanks around it.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && form::escape(text) == text).then(|| text.to_owned())
}
