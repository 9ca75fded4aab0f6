//! `infor.payment.create`: a payment on an invoice, out of the deposits, staged for M3's own job.
//!
//! No transaction lists payment batches, so a lost answer is looked for in the ledger only: posted
//! is found, anything else is a person's question. A head whose answer was lost holds no line and
//! counts for nothing, so that one is simply begun again.

use crate::m3::amount::Amount;
use crate::m3::day;
use crate::m3::operations::read::call;
use crate::m3::reply::{MiReply, text};
use crate::m3::request::{MiRequest, MiTransaction};
use crate::m3::voucher::{by_date, reference};
use crate::settings::Settings;
use async_trait::async_trait;
use connector::operation::ask;
use connector::{
    Booking, Effect, Found, Identity, Last, Next, Operation, PostingState, RecipeCx, Repeat,
    UndoNext,
};
use finance::journal::JournalEntry;
use model::{Fault, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Stages a payment of one invoice.
pub struct PaymentCreate;

/// What is paid.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it is made for, such as `<charge>:<invoice>:<year>`: one payment is made for it, ever.
    #[schemars(length(min = 1))]
    pub reference: String,
    /// CINO, the invoice's number in the receivables ledger.
    #[schemars(length(min = 1, max = 15))]
    pub invoice: String,
    /// INYR.
    #[schemars(length(min = 4, max = 4))]
    pub year: String,
    /// CUNO.
    #[schemars(length(min = 1, max = 10))]
    pub customer: String,
    /// PYNO, if it is not the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10))]
    pub payer: Option<String>,
    /// PYAM, in the invoice's currency.
    pub amount: Amount,
    /// CUCD.
    #[schemars(length(min = 3, max = 3))]
    pub currency: String,
    /// Accounting date, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub date: String,
    /// What M3 will post for it: the deposits account against receivables (J5).
    pub entry: JournalEntry,
}

/// The staged payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// PBID.
    pub batch: String,
    /// Staged until M3's job has posted it.
    pub state: PostingState,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    batch: Option<String>,
    #[serde(default)]
    step: Step,
    /// When the call on its way was named.
    #[serde(default)]
    at: Timestamp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    #[default]
    Head,
    Line,
    Control,
}

/// PBID of a batch whose number M3 gives.
const NEXT_NUMBER: &str = "0";
/// The one line of a batch.
const FIRST: &str = "1";

fn date(input: &Input) -> Result<String, Fault> {
    day::to_mi(&input.date).ok_or_else(|| {
        let message = format!("date: `{}` is no date of the form YYYY-MM-DD", input.date);
        Fault::rejected(message).with_field("date")
    })
}

fn head(settings: &Settings, input: &Input) -> Result<MiRequest, Fault> {
    let fields = [
        ("PBID", Some(NEXT_NUMBER.to_owned())),
        ("BOPE", Some(settings.payment_batch_type.clone())),
        ("ACDT", Some(date(input)?)),
    ];
    let head = MiTransaction::new("AddBatchHead", fields).needs("PBID");
    Ok(MiRequest::one("ARS040MI", head))
}

fn line(settings: &Settings, input: &Input, batch: &str, reference: String) -> MiRequest {
    let fields = [
        ("PBID", Some(batch.to_owned())),
        ("TRNO", Some(FIRST.to_owned())),
        ("CINO", Some(input.invoice.clone())),
        ("INYR", Some(input.year.clone())),
        ("CUNO", Some(input.customer.clone())),
        ("PYNO", input.payer.clone()),
        ("PYAM", Some(input.amount.to_mi())),
        ("CUCD", Some(input.currency.to_uppercase())),
        ("PYTP", Some(settings.payment_type.clone())),
        ("IRNO", Some(reference)),
    ];
    MiRequest::one("ARS040MI", MiTransaction::new("AddBatchLine", fields))
}

fn check(settings: &Settings, input: &Input) -> Result<(), Fault> {
    let currency = crate::m3::amount::currency(&input.currency)?;
    input.amount.check("amount", currency)?;
    if input.amount.0.is_zero() {
        let message = "amount: nothing is paid; leave the payment out where the amount is zero";
        return Err(Fault::rejected(message).with_field("amount"));
    }
    crate::m3::field::check(settings, &head(settings, input)?)?;
    crate::m3::field::check(settings, &line(settings, input, "", String::new()))
}

impl PaymentCreate {
    fn begin(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
    ) -> Result<Next<Output>, Fault> {
        let settings = cx.settings::<Settings>()?;
        let batch = progress.batch.clone().unwrap_or_default();
        progress.at = cx.now;
        match progress.step {
            Step::Head => {
                check(settings, input)?;
                call(head(settings, input)?.stage(Repeat::Look))
            }
            Step::Line => call(line(settings, input, &batch, cx.reference(20)).stage(Repeat::Look)),
            Step::Control => {
                let control = MiTransaction::by("ControlBatch", "PBID", &batch);
                call(MiRequest::one("ARS040MI", control).commit())
            }
        }
    }
}

#[async_trait]
impl Operation for PaymentCreate {
    const ID: &'static str = "infor.payment.create";
    const TITLE: &'static str = "Pay an invoice";
    const DOC: &'static str = "ARS040MI: AddBatchHead, AddBatchLine, ControlBatch. Three M3 \
        transactions. It stays staged until M3's own job or a person posts the batch; the payment \
        type decides which account it comes out of.";
    const EFFECT: Effect = Effect::Create;

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "reference": "ch_3Q1example:SI800001:2026",
            "invoice": "SI800001",
            "year": "2026",
            "customer": "Y30000",
            "amount": "29.00",
            "currency": "EUR",
            "date": "2026-11-24",
            "entry": {
                "reference": "ch_3Q1example:SI800001:2026",
                "kind": "J5",
                "date": "2026-11-24",
                "currency": "EUR",
                "rule_revision": 1,
                "lines": [
                    {"account": "2300", "amount_minor": 2900},
                    {"account": "1100", "amount_minor": -2900},
                ],
            },
        })]
    }

    fn identity(input: &Input) -> Option<Identity> {
        Some(Identity {
            kind: "payment".into(),
            reference: input.reference.clone(),
            guarded: json!({
                "invoice": input.invoice,
                "year": input.year,
                "customer": input.customer,
                "currency": input.currency,
                "amount": input.amount.to_mi(),
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
        let reply = match last {
            Last::Nothing => return Self::begin(cx, input, progress),
            Last::Reply(answer) => MiReply::read(answer)?,
            Last::Refused(fault) => return Err(fault.clone()),
        };
        match progress.step {
            Step::Head => {
                progress.batch = Some(reply.field(0, "PBID")?.to_owned());
                progress.step = Step::Line;
                Self::begin(cx, input, progress)
            }
            Step::Line => {
                progress.step = Step::Control;
                Self::begin(cx, input, progress)
            }
            Step::Control => {
                let batch = progress.batch.clone().unwrap_or_default();
                Ok(Next::Done(Output {
                    batch,
                    state: PostingState::Staged,
                }))
            }
        }
    }

    fn undo(
        _cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        _last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        let Some(batch) = &progress.batch else {
            return Ok(UndoNext::Undone);
        };
        Ok(UndoNext::Orphan(format!(
            "payment batch {batch} in ARS040 (invoice {}, {} {}): delete it there",
            input.invoice, input.amount, input.currency
        )))
    }

    async fn find(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &Progress,
    ) -> Result<Found<Progress, Output>, Fault> {
        let Some(batch) = &progress.batch else {
            return Ok(Found::Partial(Progress::default()));
        };
        let mut cut = "";
        if progress.step == Step::Control {
            let date = date(input)?;
            let list = by_date(cx.settings()?, &date, &date).read();
            let reply = MiReply::read(&ask(cx, &list).await?)?;
            let wanted = cx.reference(20);
            let list = reply.outcome(0)?;
            let mut rows = list.records.iter();
            if rows.any(|row| reference(text(row, "VTXT")) == Some(wanted.as_str())) {
                let (batch, state) = (batch.clone(), PostingState::Posted);
                return Ok(Found::Complete(Output { batch, state }));
            }
            if list.truncated {
                cut = "; M3 listed only a part of that day's vouchers, so it may be posted already";
            }
        }
        let what = match progress.step {
            Step::Head | Step::Line => "got its line",
            Step::Control => "was controlled",
        };
        Ok(Found::CannotTell(format!(
            "it is not known whether payment batch {batch} in ARS040 {what}: invoice {} of {}, \
             customer {}, {} {}, sent at {} (unix){cut}. If the payment stands there, answer that \
             it exists with number {batch}; otherwise delete the batch and answer that it was \
             abandoned",
            input.invoice,
            input.year,
            input.customer,
            input.amount,
            input.currency,
            progress.at.seconds()
        )))
    }

    fn adopt(_input: &Input, number: &str) -> Option<Output> {
        Some(Output {
            batch: number.to_owned(),
            state: PostingState::Staged,
        })
    }

    fn booking(cx: &RecipeCx<'_>, input: &Input) -> Option<Booking> {
        Some(Booking {
            entry: input.entry.clone(),
            sent_reference: cx.reference(20),
        })
    }

    fn posting(output: &Output) -> PostingState {
        output.state
    }
}
