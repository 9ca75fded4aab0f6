//! `infor.sales_order.note`: a text on an order's head, once per reference.
//!
//! ```text
//! GetTextID ─▶ (none: RtvNewTextID) ─▶ AddTxtBlockHead ─▶ AddTxtBlockLine ×n ─▶ (new: SetTextID)
//! ```
//! Each note is a text block of its own, named by our reference (TXVR) and titled with the source's
//! id (TX40). Block and line numbers are natural keys: a repeat is refused, and reading tells that
//! it was ours. A text identity that is set nowhere is seen by nobody.

use super::sales_order_text as requests;
use crate::m3::field;
use crate::m3::operations::read::{call, not_found};
use crate::m3::reply::{MiReply, text};
use crate::settings::Settings;
use async_trait::async_trait;
use connector::operation::ask;
use connector::{Effect, Found, Identity, Last, Next, Operation, RecipeCx, Repeat, UndoNext};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Adds a text to an order.
pub struct SalesOrderNote;

/// What is noted.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// ORNO.
    #[schemars(length(min = 1, max = 10))]
    pub number: String,
    /// What it is noted for, such as `re_…`: it is noted once, ever. The block's title (TX40).
    #[schemars(length(min = 1, max = 40))]
    pub reference: String,
    /// TX60 of each line. Wrap longer sentences with `split_lines(text, 60)`.
    #[schemars(length(min = 1, max = 20), inner(length(max = 60)))]
    pub lines: Vec<String>,
}

/// The note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    pub number: String,
    /// TXID.
    pub text: String,
    /// TXVR: the block's name.
    pub block: String,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// TXID, once known.
    text: Option<String>,
    /// The order had no text: TXID must be set on it in the end.
    new: bool,
    step: Step,
    /// Why M3 refused a part, until reading has told whether it is there.
    refusal: Option<Fault>,
}

/// The call that is next, or on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    #[default]
    Look,
    New,
    Head,
    Blocks,
    Lines,
    Read,
    LookAgain,
    Attach,
}

impl Progress {
    fn go(&mut self, cx: &RecipeCx<'_>, input: &Input, step: Step) -> Result<Next<Output>, Fault> {
        self.step = step;
        self.begin(cx, input)
    }

    /// The call that the step begins with.
    fn begin(&self, cx: &RecipeCx<'_>, input: &Input) -> Result<Next<Output>, Fault> {
        let settings = cx.settings::<Settings>()?;
        let (text, block) = (self.text.as_deref().unwrap_or_default(), cx.reference(10));
        // Whatever is repeated is refused as there already, and then read.
        let safe = Repeat::Safe;
        match self.step {
            Step::Look | Step::LookAgain => call(requests::look(settings, &input.number).read()),
            Step::New => call(requests::new_identity().stage(safe)),
            Step::Head => call(requests::head(settings, input, text, &block).stage(safe)),
            Step::Blocks => call(requests::blocks(text).read()),
            Step::Lines => call(requests::lines(input, text, &block).stage(safe)),
            Step::Read => call(requests::read_lines(text, &block).read()),
            Step::Attach => {
                let attach = requests::attach(settings, &input.number, text);
                call(attach.call(connector::CallKind::Commit, safe))
            }
        }
    }

    fn done(&self, cx: &RecipeCx<'_>, input: &Input) -> Next<Output> {
        Next::Done(Output {
            number: input.number.clone(),
            text: self.text.clone().unwrap_or_default(),
            block: cx.reference(10),
        })
    }

    /// The text that the order has by now.
    fn found_text(
        &mut self,
        cx: &RecipeCx<'_>,
        input: &Input,
        reply: &MiReply,
    ) -> Result<Next<Output>, Fault> {
        let there = identity(reply)?;
        if self.step == Step::Look {
            self.new = there.is_none();
            self.text = there;
            let step = if self.new { Step::New } else { Step::Head };
            return self.go(cx, input, step);
        }
        match there {
            None => self.go(cx, input, Step::Attach),
            Some(text) if self.text.as_ref() == Some(&text) => Ok(self.done(cx, input)),
            // Somebody gave the order a text meanwhile: the note goes there.
            Some(text) => {
                (self.text, self.new) = (Some(text), false);
                self.go(cx, input, Step::Head)
            }
        }
    }

    /// Whether the block that was refused is there because it is ours.
    fn found_blocks(
        &mut self,
        cx: &RecipeCx<'_>,
        input: &Input,
        reply: &MiReply,
    ) -> Result<Next<Output>, Fault> {
        let name = cx.reference(10);
        let mut rows = reply.outcome(0)?.records.iter();
        match rows.find(|row| text(row, "TXVR") == name) {
            Some(row) if text(row, "TX40") == input.reference => self.go(cx, input, Step::Lines),
            Some(row) => Err(Fault::rejected(format!(
                "the order's text has a block {name} of `{}`, which is not this one",
                text(row, "TX40")
            ))),
            None => Err(self.refused()),
        }
    }

    /// Whether the lines that were refused are there because they are ours.
    fn found_lines(
        &mut self,
        cx: &RecipeCx<'_>,
        input: &Input,
        reply: &MiReply,
    ) -> Result<Next<Output>, Fault> {
        let rows = reply.outcome(0)?.records.iter();
        let there: Vec<&str> = rows.map(|row| text(row, "TX60")).collect();
        let wanted: Vec<&str> = input.lines.iter().map(|l| l.trim()).collect();
        if there != wanted {
            return Err(self.refused());
        }
        self.after_lines(cx, input)
    }

    fn after_lines(&mut self, cx: &RecipeCx<'_>, input: &Input) -> Result<Next<Output>, Fault> {
        if self.new {
            self.go(cx, input, Step::LookAgain)
        } else {
            Ok(self.done(cx, input))
        }
    }

    fn refused(&mut self) -> Fault {
        let fault = self.refusal.take();
        fault.unwrap_or_else(|| Fault::rejected("M3 has other lines under this note's name"))
    }
}

/// TXID of an answer; none if the order has no text.
fn identity(reply: &MiReply) -> Result<Option<String>, Fault> {
    let text = reply.field(0, "TXID")?.trim_start_matches('0').to_owned();
    Ok(Some(text).filter(|t| !t.is_empty()))
}

fn check(settings: &Settings, input: &Input) -> Result<(), Fault> {
    if input.lines.is_empty() || input.lines.iter().any(|l| l.trim().is_empty()) {
        let message = "lines: a note needs lines, and none of them may be blank";
        return Err(Fault::rejected(message).with_field("lines"));
    }
    if input.lines.len() > 20 {
        let message = format!("lines: {} lines, a note has at most 20", input.lines.len());
        return Err(Fault::rejected(message).with_field("lines"));
    }
    field::check(settings, &requests::look(settings, &input.number))?;
    field::check(settings, &requests::head(settings, input, "", ""))?;
    field::check(settings, &requests::lines(input, "", ""))
}

#[async_trait]
impl Operation for SalesOrderNote {
    const ID: &'static str = "infor.sales_order.note";
    const TITLE: &'static str = "Note something on a sales order";
    const DOC: &'static str = "CRS980MI: a text block of its own on the order's head, named by our \
        reference and titled with the source's id. Tables, fields and the order of calls were \
        observed in public client code for CRS980MI; nothing was tried on a tenant. 4 M3 \
        transactions and one per line, 2 fewer where the order has a text already.";
    const EFFECT: Effect = Effect::Append;

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({
            "number": "1000001",
            "reference": "re_3Q1example",
            "lines": ["Refunded 15.00 EUR of 60.00 EUR."],
        })]
    }

    fn identity(input: &Input) -> Option<Identity> {
        Some(Identity {
            kind: "order_note".into(),
            reference: input.reference.clone(),
            guarded: json!({"order": input.number}),
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
            Last::Nothing => {
                if progress.step == Step::Look {
                    check(cx.settings()?, input)?;
                }
                return progress.begin(cx, input);
            }
            Last::Reply(answer) => MiReply::read(answer)?,
            Last::Refused(fault) => {
                let step = match progress.step {
                    Step::Look => return Err(not_found(fault, "KV02")),
                    Step::Head => Step::Blocks,
                    Step::Lines => Step::Read,
                    _ => return Err(fault.clone()),
                };
                progress.refusal = Some(fault.clone());
                return progress.go(cx, input, step);
            }
        };
        match progress.step {
            Step::Look | Step::LookAgain => progress.found_text(cx, input, &reply),
            Step::New => {
                progress.text = identity(&reply)?;
                if progress.text.is_none() {
                    return Err(Fault::rejected("M3 gave no text identity").with_field("TXID"));
                }
                progress.go(cx, input, Step::Head)
            }
            Step::Head => progress.go(cx, input, Step::Lines),
            Step::Blocks => progress.found_blocks(cx, input, &reply),
            Step::Lines => {
                progress.refusal = reply.outcomes.iter().find_map(|o| o.fault.clone());
                match progress.refusal {
                    None => progress.after_lines(cx, input),
                    Some(_) => progress.go(cx, input, Step::Read),
                }
            }
            Step::Read => progress.found_lines(cx, input, &reply),
            Step::Attach => {
                reply.outcome(0)?;
                Ok(progress.done(cx, input))
            }
        }
    }

    fn undo(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        _last: Last<'_>,
    ) -> Result<UndoNext, Fault> {
        // An unset text identity is nothing; a block on a text that the order has can be seen.
        Ok(match (&progress.text, progress.new) {
            (Some(text), false) => UndoNext::Orphan(format!(
                "text block {} of order {} (text {text})",
                cx.reference(10),
                input.number
            )),
            _ => UndoNext::Undone,
        })
    }

    async fn find(
        cx: &RecipeCx<'_>,
        input: &Input,
        _progress: &Progress,
    ) -> Result<Found<Progress, Output>, Fault> {
        let look = requests::look(cx.settings()?, &input.number);
        let Some(id) = identity(&MiReply::read(&ask(cx, &look.read()).await?)?)? else {
            return Ok(Found::Absent);
        };
        let reply = MiReply::read(&ask(cx, &requests::blocks(&id).read()).await?)?;
        let list = reply.outcome(0)?;
        let name = cx.reference(10);
        let ours = |row: &&_| text(row, "TXVR") == name && text(row, "TX40") == input.reference;
        if list.records.iter().any(|row| ours(&row)) {
            return Ok(Found::Partial(Progress {
                text: Some(id),
                step: Step::Lines,
                ..Progress::default()
            }));
        }
        Ok(if list.truncated {
            Found::CannotTell(format!(
                "order {} has more text blocks than M3 lists; look for one named {name}",
                input.number
            ))
        } else {
            Found::Absent
        })
    }

    fn adopt(input: &Input, number: &str) -> Option<Output> {
        Some(Output {
            number: input.number.clone(),
            text: String::new(),
            block: number.to_owned(),
        })
    }
}
