//! `infor.customer.create`: a customer, once per external id.

use crate::m3::address::Address;
use crate::m3::operations::read::call;
use crate::m3::reply::{MiReply, text};
use crate::m3::request::{MiRequest, MiTransaction};
use crate::settings::Settings;
use async_trait::async_trait;
use connector::operation::ask;
use connector::{Effect, Found, Identity, Last, Next, Operation, ReadBack, RecipeCx, UndoNext};
use model::{Fault, FaultClass};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Makes a customer from the connection's template and writes the external id beside it.
///
/// `Add` counts at once: a customer cannot be taken back. What comes after it only adds to it, so
/// none of it can fail the operation for good.
pub struct CustomerCreate;

/// Who.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The id elsewhere, such as `cus_…`: one customer is made for it, ever.
    #[schemars(length(min = 1))]
    pub external_id: String,
    /// CUNM.
    #[schemars(length(min = 1, max = 36))]
    pub name: String,
    #[serde(default)]
    pub address: Address,
    /// MAIL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 50))]
    pub email: Option<String>,
    /// PHNO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub phone: Option<String>,
    /// CUCD, if it is not to be the template's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 3))]
    pub currency: Option<String>,
}

/// The customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// CUNO.
    #[schemars(length(max = 10))]
    pub number: String,
    /// Whether the external id (or, where M3 changes its letters, our reference) stands beside the
    /// customer in CUSEXTMI.
    pub marked: bool,
}

/// How far it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    number: Option<String>,
    #[serde(default)]
    step: Step,
    #[serde(default)]
    marked: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    #[default]
    Add,
    Mark,
    ReadMark,
    MarkByReference,
    Currency,
}

/// The file of customers, whose first key is the number [unverified].
const CUSTOMERS: &str = "OCUSMA";

fn add(cx: &RecipeCx<'_>, input: &Input, reference: String) -> Result<MiRequest, Fault> {
    let settings = cx.settings::<Settings>()?;
    let mut fields = vec![
        ("CUTM", Some(settings.customer_template.clone())),
        ("CUNM", Some(input.name.clone())),
        ("MAIL", input.email.clone()),
        ("PHNO", input.phone.clone()),
        // The search key: what an interrupted creation is found by.
        ("ALCU", Some(reference)),
    ];
    fields.extend(input.address.fields()?);
    let add = MiTransaction::new("Add", fields).needs("CUNO");
    if !add.record.contains_key("CUA1") {
        let message = "address.lines: M3 makes no customer without an address line (CUA1), and \
            there is no city or country to stand there either; map a line of the address, or a \
            fixed text for customers that give none";
        return Err(Fault::rejected(message)
            .with_field("address.lines")
            .with_code("missing"));
    }
    Ok(MiRequest::one("CRS610MI", add))
}

fn beside(transaction: &str, number: &str, mark: Option<String>) -> MiRequest {
    let fields = [
        ("FILE", Some(CUSTOMERS.to_owned())),
        ("PK01", Some(number.to_owned())),
        ("A030", mark),
    ];
    MiRequest::one("CUSEXTMI", MiTransaction::new(transaction, fields))
}

/// Writes the mark and reads it back, in one call: M3 may change its letters.
fn mark_and_read(transaction: &str, number: &str, mark: String) -> MiRequest {
    let mut both = beside(transaction, number, Some(mark));
    let read = beside("GetFieldValue", number, None);
    both.transactions.extend(read.transactions);
    both
}

fn set_currency(number: &str, currency: &str) -> MiRequest {
    let fields = [
        ("CUNO", Some(number.to_owned())),
        ("CUCD", Some(currency.to_owned())),
    ];
    MiRequest::one("CRS610MI", MiTransaction::new("ChgFinancial", fields))
}

/// What stands beside the customer when it is ours.
fn marks(cx: &RecipeCx<'_>, input: &Input) -> [String; 2] {
    [input.external_id.clone(), cx.reference(30)]
}

impl CustomerCreate {
    fn after_mark(input: &Input, progress: &mut Progress) -> Result<Next<Output>, Fault> {
        let number = progress.number.clone().unwrap_or_default();
        match &input.currency {
            Some(currency) if progress.step != Step::Currency => {
                progress.step = Step::Currency;
                call(set_currency(&number, currency).set())
            }
            _ => Ok(Next::Done(Output {
                number,
                marked: progress.marked,
            })),
        }
    }

    /// The call that a step begins with.
    fn begin(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
    ) -> Result<Next<Output>, Fault> {
        let number = progress.number.clone().unwrap_or_default();
        let [id, reference] = marks(cx, input);
        // An id longer than the field is known by our reference alone.
        let mark = if id.chars().count() > 30 {
            reference.clone()
        } else {
            id
        };
        match progress.step {
            Step::Add => {
                let request = add(cx, input, cx.reference(10))?;
                crate::m3::field::check(cx.settings()?, &request)?;
                call(request.commit())
            }
            Step::Mark => call(mark_and_read("AddFieldValue", &number, mark).set()),
            Step::ReadMark => call(beside("GetFieldValue", &number, None).read()),
            Step::MarkByReference => call(mark_and_read("ChgFieldValue", &number, reference).set()),
            Step::Currency => {
                let currency = input.currency.clone().unwrap_or_default();
                call(set_currency(&number, &currency).set())
            }
        }
    }
}

#[async_trait]
impl Operation for CustomerCreate {
    const ID: &'static str = "infor.customer.create";
    const TITLE: &'static str = "Create a customer";
    const DOC: &'static str = "CRS610MI/Add from a template, once per external id; the id is kept \
        in CUSEXTMI (A030) and read back. Known customers cost no transaction: follow it with \
        infor.customer.update.";
    const EFFECT: Effect = Effect::Create;
    const READ_BACK: Option<ReadBack> = Some(ReadBack {
        operation: "infor.customer.find",
        by: "number",
        of: "number",
        fields: &[
            ("name", "name"),
            ("address", "address"),
            ("email", "email"),
            ("phone", "phone"),
            ("currency", "currency"),
        ],
    });

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "external_id": "cus_Q1example",
            "name": "Ada Example",
            "address": {"lines": ["1 Example Street"], "city": "Berlin", "country": "DE"},
            "email": "ada@example.com",
            "currency": "EUR",
        })]
    }

    fn identity(input: &Input) -> Option<Identity> {
        Some(Identity {
            kind: "customer".into(),
            reference: input.external_id.clone(),
            // Whoever it is now, it is the same customer: nothing may differ for good.
            guarded: Value::Null,
        })
    }

    fn validate(cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        crate::m3::field::check(cx.settings()?, &add(cx, input, String::new())?)
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
            Last::Refused(fault) => Err(fault),
        };
        match (progress.step, answer) {
            (Step::Add, Ok(reply)) => {
                progress.number = Some(reply.field(0, "CUNO")?.to_owned());
                progress.step = Step::Mark;
                Self::begin(cx, input, progress)
            }
            (Step::Add, Err(fault)) => Err(fault.clone()),
            // Whether it was written, refused, or there from an answer that was lost: what is read
            // decides.
            (step @ (Step::Mark | Step::ReadMark | Step::MarkByReference), answer) => {
                let read = answer.ok().and_then(|reply| reply.outcomes.last().cloned());
                let read = read.filter(|outcome| outcome.fault.is_none());
                let found = read.as_ref().map(|outcome| outcome.field("A030"));
                progress.marked =
                    found.is_some_and(|found| marks(cx, input).iter().any(|mark| mark == found));
                if progress.marked || found.is_none() || step == Step::MarkByReference {
                    // Unmarked, because it cannot be read or our own letters were changed too: our
                    // cross-reference must do.
                    return Self::after_mark(input, progress);
                }
                progress.step = Step::MarkByReference;
                Self::begin(cx, input, progress)
            }
            (Step::Currency, _) => Self::after_mark(input, progress),
        }
    }

    fn undo(
        _cx: &RecipeCx<'_>,
        _input: &Input,
        progress: &mut Progress,
        _last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        // Made is made: it is finished with the input it was begun with, then updated.
        Ok(if progress.number.is_some() {
            UndoNext::Kept
        } else {
            UndoNext::Undone
        })
    }

    async fn find(
        cx: &RecipeCx<'_>,
        input: &Input,
        _progress: &Progress,
    ) -> Result<Found<Progress, Output>, Fault> {
        let list = MiTransaction::by("LstByName", "CUNM", &input.name);
        let list = list.columns(&["CUNO", "CUNM", "ALCU"]);
        let answer = ask(cx, &MiRequest::one("CRS610MI", list).read()).await?;
        let reply = MiReply::read(&answer)?;
        let outcome = reply.outcome(0)?;
        let reference = cx.reference(10);
        for row in outcome
            .records
            .iter()
            .filter(|r| text(r, "ALCU") == reference)
        {
            let number = text(row, "CUNO").to_owned();
            // Ten characters are not unique: what stands beside the customer decides.
            match ask(cx, &beside("GetFieldValue", &number, None).read()).await {
                Ok(answer) => {
                    let found = MiReply::read(&answer)?;
                    let ours = marks(cx, input)
                        .iter()
                        .any(|m| *m == found.outcomes[0].field("A030"));
                    if ours {
                        let step = Step::ReadMark;
                        return Ok(Found::Partial(Progress {
                            number: Some(number),
                            step,
                            marked: false,
                        }));
                    }
                }
                Err(fault) if fault.class == FaultClass::Rejected => {
                    let number = Some(number);
                    return Ok(Found::Partial(Progress {
                        number,
                        step: Step::Mark,
                        marked: false,
                    }));
                }
                Err(fault) => return Err(fault),
            }
        }
        // The list begins at the name. It may end before our customer only if it was cut while
        // still among customers of that very name.
        let same = |row: &&_| text(row, "CUNM").to_lowercase() == input.name.to_lowercase();
        if outcome.truncated && outcome.records.last().as_ref().is_some_and(same) {
            return Ok(Found::CannotTell(format!(
                "more customers are called `{}` than M3 lists; look for one with the search key \
                 (ALCU) {reference}",
                input.name
            )));
        }
        Ok(Found::Absent)
    }

    fn adopt(_input: &Input, number: &str) -> Option<Output> {
        Some(Output {
            number: number.to_owned(),
            marked: false,
        })
    }
}
