//! Writes: what would be sent, under which identity, and what is known of it already.

use super::Reads;
use super::ask::{failed, in_field};
use super::invent::invent;
use super::reader::Reader;
use super::trace::{EffectIdentity, Origin, Request, WouldBe};
use super::walk::{Halt, Walk};
use crate::execute::is_refusal;
use crate::plan::{CallWork, PlanStep};
use crate::seal::{Purpose, open};
use connector::effect::Progress;
use connector::{CallKind, Last, Next, RecipeCx, Session};
use model::{EffectId, EffectState, Fault, FaultClass};
use serde_json::Value;
use store::EffectRecord;

/// A recipe that has not written after so many reads is not followed further.
const READS_MAX: usize = 20;

/// What the recipe begins with.
#[derive(Default)]
struct Beginning {
    request: Option<Request>,
    assumed_absent: Vec<String>,
}

impl Walk<'_> {
    pub async fn write(
        &mut self,
        step: &PlanStep,
        call: &CallWork,
        input: &Value,
        reader: &Reader,
    ) -> Result<(), Halt> {
        let operation = call.operation;
        if self.is_older_than_written(call, input, reader).await? {
            self.skip();
            return Ok(());
        }
        let identity = operation.identity(input).map_err(failed)?;
        let mut id = identity.map(|identity| EffectId {
            peer: reader.peer(),
            kind: identity.kind,
            reference: identity.reference,
            generation: 0,
        });
        let known = match &id {
            Some(id) => self.known(id).await?,
            None => None,
        };
        let progress = match &known {
            Some(record) => self.progress(record)?,
            None => None,
        };
        if let Some(record) = &known {
            id = Some(EffectId::clone(&record.id));
        }
        let attempt = Progress::next_attempt(progress.as_ref());
        let cx = RecipeCx {
            session: reader,
            effect: id.as_ref().map(|id| (id, attempt)),
            now: self.place.now,
        };
        let confirmed = progress.filter(|p| p.state == EffectState::Confirmed);
        let mut beginning = Beginning::default();
        let mut at_peer = None;
        let live = self.dry.reads == Reads::Live;
        if confirmed.is_none() {
            operation.validate(&cx, input).map_err(in_field)?;
            beginning = begin(call, &cx, input, live).await?;
        }
        let made = confirmed.as_ref().and_then(|p| p.output.as_deref());
        if live && (made.is_some() || known.is_none()) {
            at_peer = super::at_peer::at_peer(call, &cx, reader, input, made).await;
        }
        let booking = operation.booking(&cx, input).map_err(failed)?;
        self.would(WouldBe {
            step: step.id.clone(),
            at: format!("{}{}", self.at, step.id),
            operation: operation.id().into(),
            input: input.clone(),
            peer: Some(reader.peer().0),
            identity: id.as_ref().map(|id| EffectIdentity {
                kind: id.kind.clone(),
                reference: id.reference.clone(),
                key: id.key().iter().map(|byte| format!("{byte:02x}")).collect(),
            }),
            request: beginning.request,
            assumed_absent: beginning.assumed_absent,
            entry: booking.map(|booking| booking.entry),
            ledger: known.map(|record| record.state.as_str().to_owned()),
            at_peer,
        });
        if let Some(given) = self.given(step) {
            return self.finish_json(step, given, &call.shape, Origin::Given);
        }
        if let Some(output) = confirmed.and_then(|p| p.output) {
            return self.finish_json(step, &output, &call.shape, Origin::Store);
        }
        let made = invent(&operation.output_schema(), input);
        self.finish_json(step, &made, &call.shape, Origin::Invented)
    }

    /// Something newer was written already, which an old `set` must not overwrite.
    async fn is_older_than_written(
        &self,
        call: &CallWork,
        input: &Value,
        reader: &Reader,
    ) -> Result<bool, Halt> {
        let guard = call.operation.as_of(input).map_err(failed)?;
        let (Some(guard), Some(here)) = (guard, &self.place.here) else {
            return Ok(false);
        };
        let peer = reader.peer();
        let store = &here.shared.store;
        let last = store
            .set_guard(&peer, &guard.kind, &guard.reference)
            .await?;
        Ok(last.is_some_and(|last| last > guard.as_of))
    }

    /// What the effect ledger has of it.
    async fn known(&self, id: &EffectId) -> Result<Option<EffectRecord>, Halt> {
        let Some(here) = &self.place.here else {
            return Ok(None);
        };
        let store = &here.shared.store;
        Ok(store.effect(&id.peer, &id.kind, &id.reference).await?)
    }

    fn progress(&self, record: &EffectRecord) -> Result<Option<Progress>, Halt> {
        match &self.place.here {
            Some(here) if !record.body.0.is_empty() => {
                let key = &here.environment.key;
                Ok(Some(open(key, Purpose::Effect, &record.body)?))
            }
            _ => Ok(None),
        }
    }
}

/// Follows a recipe up to its first call that changes something. Reads before it are sent if they
/// may be, and otherwise taken to find nothing.
async fn begin(
    call: &CallWork,
    cx: &RecipeCx<'_>,
    input: &Value,
    live: bool,
) -> Result<Beginning, Halt> {
    let mut beginning = Beginning::default();
    let mut progress = Value::Null;
    let mut answer: Option<Result<Value, Fault>> = None;
    for _ in 0..READS_MAX {
        let last = match &answer {
            None => Last::Nothing,
            Some(Ok(reply)) => Last::Reply(reply),
            Some(Err(fault)) => Last::Refused(fault),
        };
        let next = match call.operation.next(cx, input, &mut progress, last) {
            // After an assumed answer that says nothing of the peer.
            Err(_) if !beginning.assumed_absent.is_empty() => return Ok(beginning),
            next => next.map_err(failed)?,
        };
        let Next::Call(next) = next else {
            return Ok(beginning);
        };
        if next.kind != CallKind::Read {
            beginning.request = Some(Request {
                label: next.label,
                kind: next.kind.as_str().into(),
                content: Value::clone(&next.request),
            });
            return Ok(beginning);
        }
        answer = Some(if live {
            match cx.session.send(&next).await {
                Err(fault) if !is_refusal(&fault) => return Err(failed(fault).into()),
                answered => answered,
            }
        } else {
            beginning.assumed_absent.push(next.label);
            Err(Fault::new(FaultClass::NotFound, "nobody was asked"))
        });
    }
    Ok(beginning)
}
