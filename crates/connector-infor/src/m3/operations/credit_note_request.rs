//! `infor.credit_note.request`: a batch order of the credit type that waits for a person, once per
//! reference.
//!
//! ```text
//! AddBatchHead (original invoice in OIVR, OYEA) ─▶ AddBatchLine, quantity -1
//! ```
//! It is never confirmed from here, so it posts nothing: a person looks at it in OIS275 and confirms
//! it, which makes the credit order, or deletes it.

use crate::m3::amount::{Amount, currency};
use crate::m3::day;
use crate::m3::export::BATCH_ORDER;
use crate::m3::field;
use crate::m3::operations::read::call;
use crate::m3::operations::sales_order_requests as requests;
use crate::m3::reply::{MiReply, text};
use crate::m3::request::{MiRequest, MiTransaction};
use crate::settings::Settings;
use async_trait::async_trait;
use connector::operation::ask;
use connector::{Effect, Found, Identity, Last, Next, Operation, RecipeCx, Repeat, UndoNext};
use model::Fault;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Asks for a credit note.
pub struct CreditNoteRequest;

/// What is to be credited.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// CUNO.
    #[schemars(length(min = 1, max = 10))]
    pub customer: String,
    /// What it is made for, such as `re_…`: one request is made for it, ever.
    #[schemars(length(min = 1))]
    pub reference: String,
    /// The order that is credited (YREF).
    #[schemars(length(min = 1, max = 10))]
    pub order: String,
    /// The invoice that is credited (OIVR).
    #[schemars(length(min = 1, max = 15))]
    pub invoice: String,
    /// Its year (OYEA).
    #[schemars(length(min = 4, max = 4))]
    pub year: String,
    /// Day of the request, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub date: String,
    /// CUCD.
    #[schemars(length(min = 3, max = 3))]
    pub currency: String,
    /// ITNO of the line: which item stands for credits is the company's choice.
    #[schemars(length(min = 1, max = 15))]
    pub item: String,
    /// What is credited, more than zero.
    pub amount: Amount,
    /// ITDS, if not the item's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 30))]
    pub description: Option<String>,
}

/// The request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// ORNO of the batch order, as OIS275 shows it.
    pub number: String,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The batch order's number, once the head is there.
    number: Option<String>,
    /// The deletion was sent; a read must confirm it.
    deleted: bool,
}

fn head(settings: &Settings, input: &Input, reference: String) -> Result<MiRequest, Fault> {
    let date = day::to_mi(&input.date).ok_or_else(|| {
        let message = format!("date: `{}` is no date of the form YYYY-MM-DD", input.date);
        Fault::rejected(message).with_field("date")
    })?;
    let order_type = settings.credit_order_type.clone().ok_or_else(|| {
        Fault::rejected(
            "the connection has no `credit_order_type`; name the order type of credits (OIS010) in \
             its settings",
        )
        .with_field("credit_order_type")
    })?;
    let source = Some(input.reference.clone()).filter(|r| r.chars().count() <= 30);
    let fields = [
        ("CUNO", Some(input.customer.clone())),
        ("ORTP", Some(order_type)),
        ("FACI", settings.facility.clone()),
        ("WHLO", settings.warehouse.clone()),
        ("ORDT", Some(date.clone())),
        ("RLDT", Some(date)),
        ("CUOR", Some(reference)),
        ("OREF", source),
        ("YREF", Some(input.order.clone())),
        ("CUCD", Some(currency(&input.currency)?.code().to_owned())),
        ("OIVR", Some(input.invoice.clone())),
        ("OYEA", Some(input.year.clone())),
    ];
    let head = MiTransaction::new("AddBatchHead", fields).needs("ORNO");
    Ok(MiRequest::one("OIS100MI", head))
}

fn line(input: &Input, number: &str) -> MiRequest {
    let fields = [
        ("ORNO", Some(number.to_owned())),
        ("ITNO", Some(input.item.clone())),
        ("ORQT", Some("-1".to_owned())),
        ("SAPR", Some(input.amount.to_mi())),
        ("CUPO", Some("1".to_owned())),
        ("ITDS", input.description.clone()),
    ];
    MiRequest::one("OIS100MI", MiTransaction::new("AddBatchLine", fields))
}

/// Refuses everything that can be known before anything is sent.
fn check(settings: &Settings, input: &Input) -> Result<(), Fault> {
    if input.amount.0 <= Decimal::ZERO {
        let message = format!("amount: {} is nothing to credit", input.amount);
        return Err(Fault::rejected(message).with_field("amount"));
    }
    input.amount.check("amount", currency(&input.currency)?)?;
    field::check(settings, &head(settings, input, String::new())?)?;
    field::check(settings, &line(input, ""))
}

async fn read(cx: &RecipeCx<'_>, request: MiRequest) -> Result<MiReply, Fault> {
    MiReply::read(&ask(cx, &request.read()).await?)
}

/// The head's answer was lost: numbers of batch orders with our reference, or why nobody can tell.
async fn heads(cx: &RecipeCx<'_>, input: &Input) -> Result<Result<Vec<String>, String>, Fault> {
    let reference = cx.reference(20);
    let reply = read(cx, requests::batch_heads(&input.customer)).await?;
    let list = reply.outcome(0)?;
    let ours = list.records.iter().filter(|r| text(r, "CUOR") == reference);
    let found: Vec<String> = ours.map(|r| text(r, "ORNO").to_owned()).collect();
    if !found.is_empty() || !list.truncated {
        return Ok(Ok(found));
    }
    Ok(match BATCH_ORDER.ask(cx, &reference).await? {
        Some(rows) => Ok(rows.iter().filter_map(|row| row.get(1).cloned()).collect()),
        None => Err(format!(
            "customer {} has more batch orders than M3 lists; look in OIS275 for one with customer \
             order number {reference}",
            input.customer
        )),
    })
}

#[async_trait]
impl Operation for CreditNoteRequest {
    const ID: &'static str = "infor.credit_note.request";
    const TITLE: &'static str = "Request a credit note";
    const DOC: &'static str = "OIS100MI: AddBatchHead of the credit order type with the original \
        invoice (OIVR, OYEA), AddBatchLine with quantity -1, and no Confirm: it posts nothing and \
        waits for a person in OIS275. That no job confirms it by itself, and that credits have \
        negative quantities, is unverified. 2 M3 transactions.";
    const EFFECT: Effect = Effect::Create;

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "customer": "Y30000",
            "reference": "re_3Q1example",
            "order": "1000001",
            "invoice": "SI800001",
            "year": "2026",
            "date": "2026-11-24",
            "currency": "EUR",
            "item": "WEB-SALE",
            "amount": "15.00",
            "description": "Refund",
        })]
    }

    fn identity(input: &Input) -> Option<Identity> {
        Some(Identity {
            kind: "credit_request".into(),
            reference: input.reference.clone(),
            guarded: json!({
                "customer": input.customer,
                "order": input.order,
                "amount": input.amount.to_mi(),
                "currency": input.currency,
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
        let settings = cx.settings::<Settings>()?;
        match (last, &progress.number) {
            (Last::Refused(fault), _) => Err(fault.clone()),
            (Last::Nothing, None) => {
                check(settings, input)?;
                call(head(settings, input, cx.reference(20))?.stage(Repeat::Look))
            }
            // With its line it is a request that a person sees.
            (Last::Nothing, Some(number)) => call(line(input, number).commit()),
            (Last::Reply(answer), None) => {
                let number = MiReply::read(answer)?.field(0, "ORNO")?.to_owned();
                progress.number = Some(number.clone());
                call(line(input, &number).commit())
            }
            (Last::Reply(answer), Some(number)) => {
                MiReply::read(answer)?.outcome(0)?;
                let number = number.clone();
                Ok(Next::Done(Output { number }))
            }
        }
    }

    fn undo(
        _cx: &RecipeCx<'_>,
        _input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        let Some(number) = progress.number.clone() else {
            return Ok(UndoNext::Undone);
        };
        if matches!(last, Last::Nothing) {
            progress.deleted = false;
            return Ok(UndoNext::Call(requests::delete(&number).undo()));
        }
        if !progress.deleted {
            // Deleted or refused: a read must say which.
            progress.deleted = true;
            return Ok(UndoNext::Call(requests::batch_head(&number).read()));
        }
        match last {
            Last::Refused(fault) if fault.field.as_deref() == Some("ORNO") => {
                *progress = Progress::default();
                Ok(UndoNext::Undone)
            }
            Last::Refused(fault) => Err(Fault::transient(format!(
                "the batch order cannot be read: {fault}"
            ))),
            _ => Err(Fault::transient("the batch order could not be deleted yet")),
        }
    }

    async fn find(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &Progress,
    ) -> Result<Found<Progress, Output>, Fault> {
        let numbers = match &progress.number {
            Some(number) => vec![number.clone()],
            None => match heads(cx, input).await? {
                Ok(numbers) => numbers,
                Err(question) => return Ok(Found::CannotTell(question)),
            },
        };
        let Some(number) = numbers.into_iter().next() else {
            return Ok(Found::Absent);
        };
        let reply = match read(cx, requests::batch_lines(&number)).await {
            Ok(reply) => reply,
            // A person deleted it meanwhile.
            Err(fault) if fault.field.as_deref() == Some("ORNO") => return Ok(Found::Absent),
            Err(fault) => return Err(fault),
        };
        Ok(if reply.outcome(0)?.records.is_empty() {
            Found::Partial(Progress {
                number: Some(number),
                deleted: false,
            })
        } else {
            Found::Complete(Output { number })
        })
    }

    fn adopt(_input: &Input, number: &str) -> Option<Output> {
        Some(Output {
            number: number.to_owned(),
        })
    }
}
