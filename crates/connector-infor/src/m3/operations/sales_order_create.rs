//! `infor.sales_order.create`: a sales order, once per reference.
//!
//! ```text
//! AddBatchHead ─▶ lines, charge, address (one bulk) ─▶ Confirm ─▶ number
//!       temporary order, may be deleted                    └─ or wait, at most three questions
//! ```
//! The reference stands in CUOR. Until Confirm nothing counts: whatever is in doubt is deleted and
//! built anew.

use super::sales_order_look::{self as look, State, at_line};
use super::sales_order_requests as requests;
use crate::m3::address::Address;
use crate::m3::amount::{Amount, currency};
use crate::m3::field;
use crate::m3::operations::read::call;
use crate::m3::reply::MiReply;
use crate::settings::Settings;
use async_trait::async_trait;
use connector::{
    Effect, Found, Identity, Last, Next, Operation, ReadBack, RecipeCx, Repeat, UndoNext,
};
use model::Fault;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// Makes a sales order through M3's batch orders.
pub struct SalesOrderCreate;

/// What was sold.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// CUNO.
    #[schemars(length(min = 1, max = 10))]
    pub customer: String,
    /// What it is made for, such as `ch_…`: one order is made for it, ever.
    #[schemars(length(min = 1))]
    pub reference: String,
    /// Order date, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub date: String,
    /// CUCD.
    #[schemars(length(min = 3, max = 3))]
    pub currency: String,
    /// TEPY, payment terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 3))]
    pub terms: Option<String>,
    /// PYCD, payment method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 3))]
    pub payment_method: Option<String>,
    /// ORTP, if not the connection's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 3))]
    pub order_type: Option<String>,
    /// The delivery address, if it is not the customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_to: Option<Address>,
    #[schemars(length(min = 1, max = 90))]
    pub lines: Vec<Line>,
    /// Shipping, added as a charge if it is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Amount>,
}

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// ITNO.
    #[schemars(length(min = 1, max = 15))]
    pub item: String,
    /// ORQT.
    pub quantity: Amount,
    /// What the whole line costs, discounts taken off.
    pub amount: Amount,
    /// ITDS, if not the item's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 30))]
    pub description: Option<String>,
}

/// The order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// ORNO, the final number.
    #[schemars(length(max = 10))]
    pub number: String,
    /// The batch order it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary: Option<String>,
}

impl Output {
    pub fn new(number: &str, temporary: Option<&str>) -> Self {
        Self {
            number: number.to_owned(),
            temporary: temporary.map(str::to_owned),
        }
    }
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The batch order's number.
    pub temporary: Option<String>,
    #[serde(default)]
    pub step: Step,
    /// Questions for the number so far.
    #[serde(default)]
    pub polls: u32,
    /// Whether Confirm arrived is not known.
    #[serde(default)]
    pub doubt: bool,
    /// Confirm is sent a second time.
    #[serde(default)]
    pub repeated: bool,
    /// Batch orders to delete before beginning anew.
    #[serde(default)]
    pub doomed: Vec<String>,
    /// The deletion was sent; a read must confirm it.
    #[serde(default)]
    pub deleted: bool,
}

/// The call that is next, or on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    #[default]
    Head,
    Parts,
    Confirm,
    Submitted,
    Rebuild,
}

/// The order number is asked for so often with these waits after each; then the run is retried like
/// any other.
const WAITS: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];

impl SalesOrderCreate {
    /// The call that a step begins with.
    fn begin(cx: &RecipeCx<'_>, input: &Input, progress: &Progress) -> Result<Next<Output>, Fault> {
        let settings = cx.settings::<Settings>()?;
        let number = progress.temporary.as_deref().unwrap_or_default();
        match progress.step {
            Step::Head => {
                check(settings, input)?;
                call(requests::head(settings, input, cx.reference(20))?.stage(Repeat::Look))
            }
            Step::Parts => call(requests::parts(settings, input, number)?.stage(Repeat::Look)),
            Step::Confirm => call(requests::confirm(number).commit()),
            Step::Submitted => call(requests::status(number).read()),
            Step::Rebuild => {
                let doomed = progress.doomed.first().map_or("", String::as_str);
                call(requests::delete(doomed).undo())
            }
        }
    }

    fn go(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        step: Step,
    ) -> Result<Next<Output>, Fault> {
        progress.step = step;
        progress.polls = 0;
        Self::begin(cx, input, progress)
    }

    /// Confirm's answer. Status 90 with another number than the temporary one is an order; anything
    /// else only means that it was submitted.
    fn confirmed(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        reply: &MiReply,
    ) -> Result<Next<Output>, Fault> {
        let (number, status) = (reply.field(0, "ORNO")?, reply.field(0, "STAT")?);
        let temporary = progress.temporary.as_deref();
        if status == "90" && !number.is_empty() && temporary != Some(number) {
            return Ok(Next::Done(Output::new(number, temporary)));
        }
        Self::go(cx, input, progress, Step::Submitted)
    }

    /// The batch order's state after Confirm.
    fn polled(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        reply: &MiReply,
    ) -> Result<Next<Output>, Fault> {
        match look::state(input, reply)? {
            State::Made(number) => Ok(Next::Done(Output::new(
                &number,
                progress.temporary.as_deref(),
            ))),
            State::Stopped(fault) => Err(fault),
            State::Gone if progress.doomed.is_empty() => Err(Fault::transient(
                "the batch order is gone, and its order is not there yet",
            )),
            // It was to be deleted, and it is.
            State::Gone => Self::next_doomed(cx, input, progress),
            State::Waiting => {
                let wait = usize::try_from(progress.polls)
                    .ok()
                    .and_then(|n| WAITS.get(n));
                progress.polls += 1;
                if let Some(wait) = wait {
                    return Ok(Next::Wait(*wait));
                }
                if !progress.doomed.is_empty() {
                    progress.step = Step::Rebuild;
                    return Err(Fault::transient("a batch order cannot be deleted yet"));
                }
                if progress.doubt {
                    (progress.doubt, progress.repeated) = (false, true);
                    return Self::go(cx, input, progress, Step::Confirm);
                }
                Err(Fault::transient("M3 has not made the order yet"))
            }
        }
    }

    fn next_doomed(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
    ) -> Result<Next<Output>, Fault> {
        progress.doomed.remove(0);
        progress.temporary = None;
        let step = if progress.doomed.is_empty() {
            Step::Head
        } else {
            Step::Rebuild
        };
        Self::go(cx, input, progress, step)
    }
}

/// Refuses everything that can be known before anything is sent.
fn check(settings: &Settings, input: &Input) -> Result<(), Fault> {
    if input.lines.is_empty() {
        return Err(Fault::rejected("an order needs a line").with_field("lines"));
    }
    let currency = currency(&input.currency)?;
    for (n, line) in input.lines.iter().enumerate() {
        line.amount.check(&format!("lines[{n}].amount"), currency)?;
    }
    if let Some(shipping) = input.shipping {
        shipping.check("shipping", currency)?;
    }
    field::check(settings, &requests::head(settings, input, String::new())?)?;
    field::check(settings, &requests::parts(settings, input, "")?)
}

#[async_trait]
impl Operation for SalesOrderCreate {
    const ID: &'static str = "infor.sales_order.create";
    const TITLE: &'static str = "Create a sales order";
    const DOC: &'static str = "OIS100MI: AddBatchHead, lines with charge and address in one bulk \
        call, Confirm. Found again by CUOR. 2 M3 transactions, one per line, charge and address, \
        and up to three questions for the number where M3 makes orders later.";
    const EFFECT: Effect = Effect::Create;
    const READ_BACK: Option<ReadBack> = Some(ReadBack {
        operation: "infor.sales_order.get",
        by: "number",
        of: "number",
        fields: &[("customer", "customer"), ("currency", "currency")],
    });

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "customer": "Y30000",
            "reference": "ch_3Q1example",
            "date": "2026-11-24",
            "currency": "EUR",
            "terms": "00",
            "payment_method": "CC",
            "deliver_to": {"lines": ["1 Example Street"], "city": "Berlin", "country": "DE"},
            "lines": [{"item": "MUG", "quantity": 2, "amount": "24.00", "description": "Mug"}],
            "shipping": "5.00",
        })]
    }

    fn identity(input: &Input) -> Option<Identity> {
        let total: Decimal = input.lines.iter().map(|l| l.amount.0).sum();
        let total = total + input.shipping.map_or(Decimal::ZERO, |s| s.0);
        Some(Identity {
            kind: "sales_order".into(),
            reference: input.reference.clone(),
            guarded: json!({
                "customer": input.customer,
                "currency": input.currency,
                "total": total.normalize().to_string(),
            }),
        })
    }

    fn validate(cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        check(cx.settings()?, input)
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        let answer = match last {
            Last::Nothing => return Self::begin(cx, input, progress),
            Last::Reply(answer) => Ok(MiReply::read(answer)?),
            Last::Refused(fault) => Err(fault.clone()),
        };
        match (progress.step, answer) {
            (Step::Head, Ok(reply)) => {
                progress.temporary = Some(reply.field(0, "ORNO")?.to_owned());
                Self::go(cx, input, progress, Step::Parts)
            }
            (Step::Parts, Ok(reply)) => {
                for (n, outcome) in reply.outcomes.iter().enumerate() {
                    if let Some(mut fault) = outcome.fault.clone() {
                        if n < input.lines.len() {
                            fault.message = at_line(input, n + 1, &fault.message);
                        }
                        return Err(fault);
                    }
                }
                Self::go(cx, input, progress, Step::Confirm)
            }
            (Step::Confirm, Ok(reply)) => Self::confirmed(cx, input, progress, &reply),
            // Refused the second time: the first may have arrived.
            (Step::Confirm, Err(_)) if progress.repeated => {
                Self::go(cx, input, progress, Step::Submitted)
            }
            (Step::Parts, Err(mut fault)) if input.lines.len() == 1 => {
                if !requests::has_extras(input) {
                    fault.message = at_line(input, 1, &fault.message);
                }
                Err(fault)
            }
            (Step::Submitted, Ok(reply)) => Self::polled(cx, input, progress, &reply),
            (Step::Rebuild, Ok(_)) => Self::next_doomed(cx, input, progress),
            (Step::Rebuild, Err(_)) => {
                // Not deleted: gone already, or an order by now. The batch order says which.
                progress.temporary = progress.doomed.first().cloned();
                Self::go(cx, input, progress, Step::Submitted)
            }
            (_, Err(fault)) => Err(fault),
        }
    }

    fn undo(
        _cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        let Some(number) = progress
            .temporary
            .clone()
            .or_else(|| progress.doomed.first().cloned())
        else {
            return Ok(UndoNext::Undone);
        };
        let reply = match last {
            Last::Nothing if !progress.deleted => {
                return Ok(UndoNext::Call(requests::delete(&number).undo()));
            }
            Last::Reply(answer) if progress.deleted => MiReply::read(answer)?,
            Last::Refused(fault) if progress.deleted => {
                return Err(Fault::transient(format!(
                    "the batch order cannot be read: {fault}"
                )));
            }
            // Deleted or refused: a read must say which.
            _ => {
                progress.deleted = true;
                return Ok(UndoNext::Call(requests::status(&number).read()));
            }
        };
        progress.deleted = false;
        match look::state(input, &reply)? {
            State::Gone => {
                progress.temporary = None;
                progress.doomed.retain(|n| *n != number);
                Ok(match progress.doomed.first() {
                    Some(next) => UndoNext::Call(requests::delete(next).undo()),
                    None => UndoNext::Undone,
                })
            }
            State::Made(_) => {
                progress.step = Step::Submitted;
                progress.temporary = Some(number);
                Ok(UndoNext::Kept)
            }
            // Submitted, and M3 will make the order: it can only be waited for.
            State::Waiting if progress.step == Step::Submitted => Ok(UndoNext::Kept),
            State::Waiting | State::Stopped(_) => {
                Err(Fault::transient("the batch order could not be deleted yet"))
            }
        }
    }

    async fn find(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &Progress,
    ) -> Result<Found<Progress, Output>, Fault> {
        look::find(cx, input, progress).await
    }

    fn adopt(_input: &Input, number: &str) -> Option<Output> {
        Some(Output::new(number, None))
    }
}
