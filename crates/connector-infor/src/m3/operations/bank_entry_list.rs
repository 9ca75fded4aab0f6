//! `infor.bank_entry.list`: what the bank's statements posted, for the proof of payouts.

use crate::m3::day;
use crate::m3::reply::MiReply;
use crate::m3::voucher::{self, Line};
use crate::settings::Settings;
use connector::{Effect, Last, Next, Operation, RecipeCx};
use finance::payout::BankLine;
use jiff::civil::Date;
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Which days.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The first accounting date, YYYY-MM-DD.
    pub from: String,
    /// The last one.
    pub to: String,
}

/// The bank's lines.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// Money that arrived is positive.
    pub lines: Vec<BankLine>,
}

/// What was listed so far.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// The first day that is still to be read; `from` if absent.
    next: Option<Date>,
    /// The last day of the list that is on its way; `to` if absent.
    until: Option<Date>,
    output: Output,
}

pub struct BankEntryList;

impl Operation for BankEntryList {
    const ID: &'static str = "infor.bank_entry.list";
    const TITLE: &'static str = "List the bank's entries";
    const DOC: &'static str = "Lists posted vouchers that have a line on the bank account and one \
        on the cash-in-transit account (GLS200MI/LstVouchersByDt): one line for each of the \
        latter, with its text. That a tenant's bank statements post so is unverified; the accounts \
        are settings.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = Progress;
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"from": "2026-11-01", "to": "2026-11-30"})]
    }

    fn validate(_cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        span(input).map(|_| ())
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        progress: &mut Progress,
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        let settings: &Settings = cx.settings()?;
        let (from, to) = span(input)?;
        let first = progress.next.unwrap_or(from);
        let until = progress.until.unwrap_or(to);
        match last {
            Last::Refused(fault) => return Err(fault.clone()),
            Last::Nothing => {}
            Last::Reply(answer) => {
                let reply = MiReply::read(answer)?;
                let outcome = reply.outcome(0)?;
                if outcome.truncated && first == until {
                    return Err(voucher::too_many(first));
                }
                if outcome.truncated {
                    progress.until = Some(day::middle(first, until));
                } else {
                    let lines = bank_lines(settings, &Line::all(outcome)?);
                    progress.output.lines.extend(lines);
                    if until >= to {
                        return Ok(Next::Done(std::mem::take(&mut progress.output)));
                    }
                    progress.next = Some(day::later(until, 1));
                    progress.until = None;
                }
            }
        }
        let (first, until) = (progress.next.unwrap_or(from), progress.until.unwrap_or(to));
        Ok(Next::Call(voucher::list(settings, first, until).read()))
    }
}

fn span(input: &Input) -> Result<(Date, Date), Fault> {
    let (from, to) = (
        day::given(&input.from, "from")?,
        day::given(&input.to, "to")?,
    );
    if from > to {
        return Err(Fault::rejected("it ends before it begins").with_field("to"));
    }
    Ok((from, to))
}

/// The cash-in-transit side of each voucher that moves the bank account as well.
fn bank_lines(settings: &Settings, lines: &[Line]) -> Vec<BankLine> {
    let banked: BTreeSet<&str> = lines
        .iter()
        .filter(|l| l.account == settings.bank_account)
        .map(|l| l.voucher.as_str())
        .collect();
    lines
        .iter()
        .filter(|l| l.account == settings.transit_account && banked.contains(l.voucher.as_str()))
        .map(|l| BankLine {
            id: format!("{}-{}", l.voucher, l.number),
            text: l.text.clone(),
            // What leaves the transit account arrives at the bank.
            amount_minor: -l.amount.minor,
            currency: l.amount.currency.code().to_owned(),
            date: l.date.to_string(),
        })
        .collect()
}
