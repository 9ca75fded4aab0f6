//! Operations: reads are answered, books are asked, writes are shown.

use super::Reads;
use super::invent::invent;
use super::reader::Reader;
use super::trace::{Origin, WouldBe};
use super::walk::{Halt, Walk};
use crate::books::{Book, BookCx, BookStop, GivenBooks, View};
use crate::execute::is_refusal;
use crate::pending::wait_key;
use crate::plan::{CallWork, PlanStep};
use crate::stop::Stop;
use connector::{AnyOperation, Effect, Last, Next, RecipeCx};
use mapping::{Shape, Template};
use model::ids::EnvironmentId;
use model::{Fault, FaultClass, Timestamp};
use serde_json::Value;

/// A read that has not come to an end after so many calls would take too long.
const CALLS_MAX: usize = 50;
/// What operations on our own books take for the environment where there is none.
const NOWHERE: EnvironmentId = EnvironmentId(0);

impl<'a> Walk<'a> {
    /// The input of the present step, noted in the trace.
    pub async fn input(&mut self, with: &Template) -> Result<Value, Halt> {
        let (input, converted) = self.evaluate_noting(with, "with").await?;
        let input = input.to_json();
        if self.past.is_some() {
            return Ok(input);
        }
        self.weigh(&input);
        let row = self.present();
        row.input = Some(input.clone());
        row.converted = converted;
        Ok(input)
    }

    pub async fn call(&mut self, step: &PlanStep, call: &CallWork) -> Result<(), Halt> {
        let input = self.input(&call.with).await?;
        let place = self.place;
        let reader = place.reader(call).ok_or_else(|| {
            let message = format!("no connection is bound for `{}`", call.need);
            Stop::dead(Fault::rejected(message))
        })?;
        if call.operation.effect() != Effect::Read {
            return self.write(step, call, &input, reader).await;
        }
        let cx = RecipeCx {
            session: reader,
            effect: None,
            now: place.now,
        };
        call.operation.validate(&cx, &input).map_err(in_field)?;
        if let Some(given) = self.given(step) {
            return self.finish_json(step, given, &call.shape, Origin::Given);
        }
        let (output, origin) = match self.dry.reads {
            Reads::Live => {
                let asked = ask(call.operation, reader, place.now, &input).await;
                (asked.map_err(failed)?, Origin::Live)
            }
            Reads::Invented => {
                let made = invent(&call.operation.output_schema(), &input);
                (made, Origin::Invented)
            }
        };
        self.finish_json(step, &output, &call.shape, origin)
    }

    /// Our own books. Their operations are worked in full, up to the commit, on what is given or on
    /// the environment's books. Where there are neither, they hold nothing, and what would wait for
    /// something in them is made up.
    pub async fn book(
        &mut self,
        step: &PlanStep,
        book: &'static dyn Book,
        with: &Template,
        shape: &Shape,
    ) -> Result<(), Halt> {
        let input = self.input(with).await?;
        if !book.is_read() {
            self.would(WouldBe {
                step: step.id.clone(),
                at: format!("{}{}", self.at, step.id),
                operation: book.id().into(),
                input: input.clone(),
                peer: None,
                identity: None,
                request: None,
                assumed_absent: Vec::new(),
                entry: None,
                ledger: None,
                at_peer: None,
            });
        }
        if let Some(given) = self.given(step) {
            return self.finish_json(step, given, shape, Origin::Given);
        }
        let nothing = GivenBooks::default();
        let (books, origin) = match (&self.place.books, &self.place.here) {
            (Some(given), _) => (View::Given(given), Some(Origin::Worked)),
            (None, Some(here)) => {
                let (store, environment) = (&here.shared.store, here.environment.id);
                (View::Stored { store, environment }, Some(Origin::Store))
            }
            (None, None) => (View::Given(&nothing), None),
        };
        let cx = BookCx {
            books,
            environment: self
                .place
                .here
                .as_ref()
                .map_or(NOWHERE, |h| h.environment.id),
            now: self.place.now,
        };
        let stop = match book.run(&cx, &input).await {
            Ok(booked) => {
                let origin = origin.unwrap_or(Origin::Worked);
                return self.finish_json(step, &booked.output, shape, origin);
            }
            Err(BookStop::Store(error)) => Stop::Store(error),
            Err(BookStop::Fault(fault)) => failed(fault),
            Err(BookStop::Await { kind, id }) => Stop::Leave {
                key: wait_key(&kind, &id),
                until: Timestamp::default(),
                deadline: None,
            },
        };
        match stop {
            Stop::Leave { .. } | Stop::Retry(_) if origin.is_none() => {
                let made = invent(&book.output_schema(), &input);
                self.finish_json(step, &made, shape, Origin::Invented)
            }
            stop => Err(stop.into()),
        }
    }

    /// Notes a change that the present step would make.
    pub fn would(&mut self, effect: WouldBe) {
        self.weigh(&effect.input);
        self.present().effect = Some(self.effects.len());
        self.effects.push(effect);
    }
}

/// Sends a read and gives what it comes to.
pub(super) async fn ask(
    operation: &dyn AnyOperation,
    reader: &Reader,
    now: Timestamp,
    input: &Value,
) -> Result<Value, Fault> {
    use connector::Session;
    let cx = RecipeCx {
        session: reader,
        effect: None,
        now,
    };
    let mut progress = Value::Null;
    let mut answer: Option<Result<Value, Fault>> = None;
    for _ in 0..CALLS_MAX {
        let last = match &answer {
            None => Last::Nothing,
            Some(Ok(reply)) => Last::Reply(reply),
            Some(Err(fault)) => Last::Refused(fault),
        };
        match operation.next(&cx, input, &mut progress, last)? {
            Next::Done(output) => return Ok(output),
            Next::Wait(span) => {
                let message = format!("the peer is to be asked again in {} s", span.as_secs());
                return Err(Fault::transient(message));
            }
            Next::Call(next) => {
                answer = Some(match reader.send(&next).await {
                    Err(fault) if !is_refusal(&fault) => return Err(fault),
                    answered => answered,
                });
            }
        }
    }
    let message = format!("it takes more than {CALLS_MAX} calls, too many for a dry run");
    Err(Fault::rejected(message))
}

/// What a fault means for a run.
pub(super) fn failed(fault: Fault) -> Stop {
    match fault.class {
        FaultClass::Transient
        | FaultClass::RateLimited
        | FaultClass::Unknown
        | FaultClass::Unauthorized => Stop::Retry(fault),
        FaultClass::Rejected | FaultClass::NotFound | FaultClass::Conflict | FaultClass::Bug => {
            Stop::dead(fault)
        }
    }
}

/// The same for what is wrong with an input: its field stands below `with`.
pub(super) fn in_field(mut fault: Fault) -> Stop {
    fault.field = fault.field.map(|field| format!("with.{field}"));
    failed(fault)
}
