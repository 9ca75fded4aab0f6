//! GLS200MI, vouchers as they were posted.
//!
//! This is also the sandbox's *bank entry list*: the ERP's own bank statement posts debit 1000,
//! credit 1005 under FEID `AB10` with the payout's reference in VTXT, and `LstVouchersByDt` lists
//! it. Which transaction a tenant offers for reading bank entries is unverified; this is a choice.

use super::super::ledger::{self, Line, Voucher};
use super::super::money;
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::World;

pub fn run(world: &World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "GetVoucherHead" => find(world, input).map(|v| Answer::one(head(v))),
        "LstVoucherLines" => find(world, input).map(|v| Answer::read(rows(v))),
        "GetVoucherLine" => line(world, input),
        "LstVouchersByDt" => Ok(by_date(world, input)),
        _ => return None,
    })
}

fn find<'a>(world: &'a World, input: &Input) -> Result<&'a Voucher, Nok> {
    let number = u64::try_from(input.number("VONO")).unwrap_or(0);
    // Numbers are given out in order, so the list is sorted by them.
    let vouchers = &world.ledger.vouchers;
    let found = vouchers
        .binary_search_by_key(&number, |v| v.number)
        .ok()
        .map(|i| &vouchers[i]);
    let found = found.filter(|v| {
        v.divi == input.text("DIVI")
            && i64::from(v.year) == input.number("YEA4")
            && input.given("VSER").is_none_or(|s| s == v.series)
            && input
                .given("JRNO")
                .is_none_or(|j| j.parse() == Ok(v.journal))
    });
    found.ok_or_else(|| Nok::missing("VONO", "Voucher", input.text("VONO")))
}

fn head(voucher: &Voucher) -> Row {
    let sum = |debit: bool, value: fn(&Line) -> i64| -> i64 {
        voucher
            .lines
            .iter()
            .filter(|l| (l.amount >= 0) == debit)
            .map(value)
            .sum()
    };
    let currency = voucher.lines.first().map_or(ledger::LOCAL, |l| &l.currency);
    let local = |minor: i64| money::to_text(minor, ledger::LOCAL);
    let foreign = |minor: i64| money::to_text(minor, currency);
    Row::default()
        .with("FEID", &voucher.feid)
        .with("FNCN", 1)
        .with("DSUM", local(sum(true, |l| l.local)))
        .with("CSUM", local(sum(false, |l| -l.local)))
        .with("CUAD", foreign(sum(true, |l| l.amount)))
        .with("CUAC", foreign(sum(false, |l| -l.amount)))
        .with("CUCD", currency)
        .with("TDSC", &voucher.title)
}

fn rows(voucher: &Voucher) -> Vec<Row> {
    let rows = voucher.lines.iter().enumerate().map(|(i, line)| {
        Row::default()
            .with("DIVI", &voucher.divi)
            .with("YEA4", voucher.year)
            .with("VSER", &voucher.series)
            .with("VONO", voucher.number)
            .with("JRNO", voucher.journal)
            .with("JSNO", i + 1)
            .with("ACDT", &voucher.date)
            .with("OCDT", &voucher.date)
            .with("AIT1", &line.ait1)
            .with("AIT2", &line.ait2)
            .with("ACAM", money::to_text(line.local, ledger::LOCAL))
            .with("CUAM", money::to_text(line.amount, &line.currency))
            .with("DBCR", if line.amount < 0 { "C" } else { "D" })
            .with("CUCD", &line.currency)
            .with("ARAT", ledger::rate(&line.currency))
            .with("ACYP", voucher.date.get(..6).unwrap_or(""))
            .with("VTXT", &line.text)
            .with("FEID", &voucher.feid)
            .with("CHID", "SIMUSER")
            .with("RGDT", &voucher.entered)
            .with("LMDT", &voucher.entered)
            .with("CHNO", 1)
    });
    rows.collect()
}

fn line(world: &World, input: &Input) -> Result<Answer, Nok> {
    let voucher = find(world, input)?;
    let wanted = usize::try_from(input.number("JSNO")).unwrap_or(0);
    let row = wanted
        .checked_sub(1)
        .and_then(|i| rows(voucher).into_iter().nth(i));
    let row = row.ok_or_else(|| Nok::missing("JSNO", "Line", input.text("JSNO")))?;
    Ok(Answer::one(row))
}

/// Lines with an accounting date from FRDT to TODT (open end if blank).
fn by_date(world: &World, input: &Input) -> Answer {
    let (from, to) = (input.text("FRDT"), input.given("TODT"));
    let vouchers = world.ledger.vouchers.iter().filter(|v| {
        v.date.as_str() >= from
            && to.is_none_or(|to| v.date.as_str() <= to)
            && input.given("DIVI").is_none_or(|d| d == v.divi)
    });
    Answer::read(vouchers.flat_map(rows).take(world.row_limit).collect())
}
