//! `infor.journal.post`: a journal entry, once per reference.
//!
//! ```text
//! AddBatchHead ─▶ lines (one bulk) ─▶ CtrlBatch ─▶ UpdBatch ─▶ staged until M3's job has posted it
//!    natural keys: KEY1, KEY1 + line     check       commits
//! ```
//! KEY1 is our reference, and the voucher text begins with it. A head or a line that is there
//! already is ours: the key holds the effect and the try. Where EXPORTMI may be used that is even
//! verified.

use crate::m3::day;
use crate::m3::export::{JOURNAL_HEAD, JOURNAL_LINE};
use crate::m3::field;
use crate::m3::operations::read::call;
use crate::m3::parm::{self, LineValues};
use crate::m3::reply::{MiReply, Outcome, text};
use crate::m3::request::{MiRequest, MiTransaction};
use crate::m3::voucher::{VoucherLine, by_date, reference};
use crate::settings::Settings;
use async_trait::async_trait;
use connector::operation::ask;
use connector::{
    Booking, Effect, Found, Identity, Last, Next, Operation, PostingState, RecipeCx, Repeat,
    UndoNext,
};
use finance::Money;
use finance::journal::JournalEntry;
use model::{Fault, FaultClass, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// Posts a journal entry through GLS840.
pub struct JournalPost;

/// What is booked.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it is booked under, such as `txn_…`: one entry is posted for it, ever.
    #[schemars(length(min = 1))]
    pub reference: String,
    pub entry: JournalEntry,
}

/// The journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// KEY1.
    pub key: String,
    /// Posted once the voucher was read back.
    pub state: PostingState,
    /// Year, series and number of the voucher, once it is posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<String>,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    #[serde(default)]
    step: Step,
    /// Something was there already.
    #[serde(default)]
    met: bool,
    /// When UpdBatch was sent.
    #[serde(default)]
    updated_at: Option<Timestamp>,
    /// A head is there or may be there.
    #[serde(default)]
    begun: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    #[default]
    Head,
    Lines,
    /// What was there already is compared.
    Compare,
    Control,
    Update,
}

/// M3's job may take so long to post what UpdBatch released; before that, a voucher that is not
/// there proves nothing, and asking a person is premature.
const JOB: Duration = Duration::from_secs(300);

fn keyed(
    settings: &Settings,
    key: &str,
    transaction: &str,
    more: &[(&str, Option<String>)],
) -> MiTransaction {
    let keys = [
        ("CONO", Some(settings.cono())),
        ("DIVI", Some(settings.division.clone())),
        ("KEY1", Some(key.to_owned())),
    ];
    MiTransaction::new(transaction, keys.into_iter().chain(more.iter().cloned()))
}

fn head(settings: &Settings, input: &Input, key: &str) -> MiRequest {
    let about = format!("{} {}", input.entry.kind, input.reference);
    let description: String = about.chars().take(40).collect();
    let fields = [
        ("INTN", Some(settings.journal_template.clone())),
        ("DESC", Some(description)),
    ];
    MiRequest::one("GLS840MI", keyed(settings, key, "AddBatchHead", &fields))
}

/// Every line's PARM.
fn parms(settings: &Settings, input: &Input, key: &str) -> Result<Vec<String>, Fault> {
    let entry = &input.entry;
    let date = day::to_mi(&entry.date).ok_or_else(|| {
        Fault::rejected(format!("`{}` is no date", entry.date)).with_field("entry.date")
    })?;
    let lines = entry.lines.iter().enumerate().map(|(n, line)| {
        let about = if line.text.is_empty() {
            &input.reference
        } else {
            &line.text
        };
        let values = LineValues {
            key,
            line: n + 1,
            division: &settings.division,
            account: &line.account,
            dimension: line.dimension.as_deref().unwrap_or(""),
            amount: Money::new(line.amount_minor, entry.currency).to_decimal(),
            currency: entry.currency,
            date: &date,
            text: &format!("{key} {about}"),
        };
        parm::line(&settings.journal_line, &values)
    });
    lines.collect()
}

fn lines(settings: &Settings, input: &Input, key: &str) -> Result<MiRequest, Fault> {
    let parms = parms(settings, input, key)?;
    let lines = parms.into_iter().enumerate().map(|(n, parm)| {
        let fields = [("LINE", Some((n + 1).to_string())), ("PARM", Some(parm))];
        keyed(settings, key, "AddBatchLine", &fields)
    });
    Ok(MiRequest::bulk("GLS840MI", lines.collect()))
}

fn check(settings: &Settings, input: &Input, key: &str) -> Result<(), Fault> {
    field::check(settings, &head(settings, input, key))?;
    field::check(settings, &lines(settings, input, key)?)
}

/// A refusal of the key itself may mean that it is there already. Which code says so is
/// unpublished, so what was met is compared, or left to CtrlBatch and the key's uniqueness.
fn may_exist(fault: &Fault, key: &str) -> bool {
    fault.class == FaultClass::Rejected && fault.field.as_deref() == Some(key)
}

impl JournalPost {
    fn go(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        step: Step,
    ) -> Result<Next<Output>, Fault> {
        let settings = cx.settings::<Settings>()?;
        let key = cx.reference(15);
        progress.step = step;
        match step {
            Step::Head => {
                check(settings, input, &key)?;
                progress.begun = true;
                call(head(settings, input, &key).stage(Repeat::Safe))
            }
            Step::Lines => call(lines(settings, input, &key)?.stage(Repeat::Safe)),
            Step::Compare => call(JOURNAL_LINE.request(settings, &key).read()),
            Step::Control => {
                let control = keyed(settings, &key, "CtrlBatch", &[]);
                call(MiRequest::one("GLS840MI", control).set())
            }
            Step::Update => {
                progress.updated_at = Some(cx.now);
                let update = keyed(settings, &key, "UpdBatch", &[]);
                call(MiRequest::one("GLS840MI", update).commit())
            }
        }
    }

    fn after_lines(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
    ) -> Result<Next<Output>, Fault> {
        let compare = progress.met && cx.settings::<Settings>()?.exportmi;
        Self::go(
            cx,
            input,
            progress,
            if compare {
                Step::Compare
            } else {
                Step::Control
            },
        )
    }

    /// The lines that M3 has must be exactly ours.
    fn compared(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        stored: &Outcome,
    ) -> Result<Next<Output>, Fault> {
        let key = cx.reference(15);
        let ours = parms(cx.settings()?, input, &key)?;
        let rows = crate::m3::export::Query::rows(stored);
        let mut theirs: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.get(2))
            .map(|parm| parm.trim_end())
            .collect();
        let mut ours: Vec<&str> = ours.iter().map(|parm| parm.trim_end()).collect();
        ours.sort_unstable();
        theirs.sort_unstable();
        if stored.truncated || ours == theirs {
            return Self::go(cx, input, progress, Step::Control);
        }
        let message = format!("journal batch {key} is in M3 already, with other lines");
        Err(Fault::rejected(message)
            .with_field("KEY1")
            .with_code("other_content"))
    }
}

#[async_trait]
impl Operation for JournalPost {
    const ID: &'static str = "infor.journal.post";
    const TITLE: &'static str = "Post a journal entry";
    const DOC: &'static str = "GLS840MI: AddBatchHead, one AddBatchLine per line in one bulk call, \
        CtrlBatch, UpdBatch. 3 M3 transactions and one per line. Read back from GLS200MI by KEY1 \
        in the voucher text.";
    const EFFECT: Effect = Effect::Append;

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "reference": "txn_3Q1example",
            "entry": {
                "reference": "txn_3Q1example",
                "kind": "J4",
                "date": "2026-11-24",
                "currency": "EUR",
                "rule_revision": 1,
                "lines": [
                    {"account": "1010", "amount_minor": 2791},
                    {"account": "6000", "amount_minor": 109},
                    {"account": "2300", "amount_minor": -2900},
                ],
            },
        })]
    }

    fn identity(input: &Input) -> Option<Identity> {
        Some(Identity {
            kind: "journal".into(),
            reference: input.reference.clone(),
            guarded: json!({
                "currency": input.entry.currency,
                "debit_minor": input.entry.debit_minor(),
            }),
        })
    }

    fn validate(cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        check(cx.settings()?, input, "ST")
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        let answer = match last {
            Last::Nothing => {
                let step = progress.step;
                return Self::go(cx, input, progress, step);
            }
            Last::Reply(answer) => Ok(MiReply::read(answer)?),
            Last::Refused(fault) => Err(fault),
        };
        match (progress.step, answer) {
            (Step::Head, Ok(_)) => Self::go(cx, input, progress, Step::Lines),
            (Step::Head, Err(fault)) if may_exist(fault, "KEY1") => {
                progress.met = true;
                Self::go(cx, input, progress, Step::Lines)
            }
            (Step::Lines, Ok(reply)) => {
                for (n, outcome) in reply.outcomes.iter().enumerate() {
                    match &outcome.fault {
                        None => {}
                        Some(fault) if may_exist(fault, "LINE") => progress.met = true,
                        Some(fault) => return Err(at_line(fault, n + 1)),
                    }
                }
                Self::after_lines(cx, input, progress)
            }
            (Step::Compare, Ok(reply)) => {
                let stored = reply.outcome(0)?.clone();
                Self::compared(cx, input, progress, &stored)
            }
            // EXPORTMI is not to be had after all: the key must do.
            (Step::Compare, Err(_)) => Self::go(cx, input, progress, Step::Control),
            (Step::Control, Ok(_)) => Self::go(cx, input, progress, Step::Update),
            (Step::Update, Ok(_)) => {
                let key = cx.reference(15);
                Ok(Next::Done(Output {
                    key,
                    state: PostingState::Staged,
                    voucher: None,
                }))
            }
            (_, Err(fault)) => Err(fault.clone()),
        }
    }

    fn undo(
        cx: &RecipeCx<'_>,
        _input: &Input,
        progress: &mut Progress,
        _last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        if !progress.begun {
            return Ok(UndoNext::Undone);
        }
        let key = cx.reference(15);
        Ok(UndoNext::Orphan(format!(
            "journal batch {key} in GLS840: delete it there"
        )))
    }

    async fn find(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &Progress,
    ) -> Result<Found<Progress, Output>, Fault> {
        let settings = cx.settings::<Settings>()?;
        let key = cx.reference(15);
        let date = day::to_mi(&input.entry.date).unwrap_or_default();
        let list = by_date(settings, &date, &date).read();
        let reply = MiReply::read(&ask(cx, &list).await?)?;
        let list = reply.outcome(0)?;
        let mut rows = list.records.iter();
        if let Some(row) = rows.find(|row| reference(text(row, "VTXT")) == Some(key.as_str())) {
            let voucher = Some(VoucherLine::read(row)?.voucher);
            let state = PostingState::Posted;
            return Ok(Found::Complete(Output {
                key,
                state,
                voucher,
            }));
        }
        // Once UpdBatch may have been sent, the head was there (CtrlBatch has checked it): without
        // its row it was removed, before or after it was posted. And a cut list hides vouchers.
        let provable = progress.updated_at.is_none() && !list.truncated;
        let rows = JOURNAL_HEAD.ask(cx, &key).await?;
        if provable && rows.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Found::Absent);
        }
        if let Some(row) = rows.as_ref().and_then(|rows| rows.first()) {
            // 40 released, 90 posted: the sandbox's guess of FHSTAT [unverified].
            let status = row.get(1).and_then(|s| s.parse::<u32>().ok()).unwrap_or(0);
            if status >= 40 {
                let state = PostingState::Staged;
                return Ok(Found::Complete(Output {
                    key,
                    state,
                    voucher: None,
                }));
            }
            return Ok(Found::Partial(Progress {
                step: Step::Control,
                ..progress.clone()
            }));
        }
        if progress.updated_at.is_some_and(|at| cx.now.since(at) < JOB) {
            return Err(Fault::transient(format!(
                "the voucher of journal batch {key} is not there yet; M3's job may still post it"
            )));
        }
        let seen = if list.truncated {
            "and of the vouchers M3 listed only a part, none of which begins with it, for"
        } else {
            "and no voucher begins with it on"
        };
        Ok(Found::CannotTell(format!(
            "it is not known whether journal batch {key} was released in GLS840 (UpdBatch), {seen} \
             {}. If it was, answer that it exists with number {key}; otherwise delete the batch \
             and answer that it was abandoned",
            input.entry.date
        )))
    }

    fn adopt(_input: &Input, number: &str) -> Option<Output> {
        let (key, state) = (number.to_owned(), PostingState::Staged);
        Some(Output {
            key,
            state,
            voucher: None,
        })
    }

    fn booking(cx: &RecipeCx<'_>, input: &Input) -> Option<Booking> {
        Some(Booking {
            entry: input.entry.clone(),
            sent_reference: cx.reference(15),
        })
    }

    fn posting(output: &Output) -> PostingState {
        output.state
    }
}

fn at_line(fault: &Fault, line: usize) -> Fault {
    let mut fault = fault.clone();
    fault.message = format!("line {line}: {}", fault.message);
    fault
}
