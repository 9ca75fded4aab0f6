//! `infor.bank_entry.list`: what the ERP's own bank statement has posted.

use crate::m3::amount::Amount;
use crate::m3::day;
use crate::m3::operations::read::{Step, call, step};
use crate::m3::voucher::{VoucherLine, by_date, minor, reference};
use crate::settings::Settings;
use connector::{Effect, Last, Next, Operation, RecipeCx};
use model::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Lists the vouchers between the bank account and the account of cash in transit.
pub struct BankEntryList;

/// Of which days.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// First accounting date, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub from: String,
    /// Last accounting date, YYYY-MM-DD.
    #[schemars(extend("format" = "date"))]
    pub to: String,
}

/// One entry on the bank account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BankEntry {
    pub voucher: String,
    /// YYYY-MM-DD.
    pub date: String,
    /// Positive: money arrived.
    pub amount: Amount,
    pub amount_minor: i64,
    pub currency: String,
    /// The voucher text, with what the bank said.
    pub text: String,
    /// Our reference in it, if it begins with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// The entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    pub entries: Vec<BankEntry>,
    /// M3 has more lines in these days than it lists: what is missing proves nothing.
    pub truncated: bool,
}

fn days(input: &Input) -> Result<(String, String), Fault> {
    let date = |name: &str, date: &str| {
        day::to_mi(date).ok_or_else(|| {
            let message = format!("{name}: `{date}` is no date of the form YYYY-MM-DD");
            Fault::rejected(message).with_field(name)
        })
    };
    Ok((date("from", &input.from)?, date("to", &input.to)?))
}

impl Operation for BankEntryList {
    const ID: &'static str = "infor.bank_entry.list";
    const TITLE: &'static str = "List bank entries";
    const DOC: &'static str = "GLS200MI/LstVouchersByDt: vouchers with a line on the bank account \
        and one on the account of cash in transit. One M3 transaction. Which transaction a tenant \
        offers for bank entries is unverified.";
    const EFFECT: Effect = Effect::Read;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"from": "2026-11-20", "to": "2026-11-24"})]
    }

    fn validate(_cx: &RecipeCx<'_>, input: &Input) -> Result<(), Fault> {
        days(input).map(|_| ())
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        let settings = cx.settings::<Settings>()?;
        let (from, to) = days(input)?;
        match step(&last, "FRDT", || by_date(settings, &from, &to))? {
            Step::Ask(ask) => call(ask),
            Step::Answered(reply) => {
                let list = reply.outcome(0)?;
                let lines = list
                    .records
                    .iter()
                    .map(VoucherLine::read)
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(Next::Done(Output {
                    entries: entries(settings, &lines)?,
                    truncated: list.truncated,
                }))
            }
        }
    }
}

fn entries(settings: &Settings, lines: &[VoucherLine]) -> Result<Vec<BankEntry>, Fault> {
    let on = |account: &str, line: &&VoucherLine| line.account == account;
    let transit: BTreeSet<&str> = lines
        .iter()
        .filter(|l| on(&settings.transit_account, l))
        .map(|l| l.voucher.as_str())
        .collect();
    let bank = lines.iter().filter(|l| on(&settings.bank_account, l));
    bank.filter(|l| transit.contains(l.voucher.as_str()))
        .map(|line| {
            Ok(BankEntry {
                voucher: line.voucher.clone(),
                date: day::from_mi(&line.date).unwrap_or_else(|| line.date.clone()),
                amount: line.amount,
                amount_minor: minor(line)?,
                currency: line.currency.clone(),
                text: line.text.clone(),
                reference: reference(&line.text).map(str::to_owned),
            })
        })
        .collect()
}
