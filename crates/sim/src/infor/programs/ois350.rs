//! OIS350MI, invoices.

use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::{Invoice, World};
use super::super::{codes, ledger, money};

pub fn run(world: &World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "LstInvHeadByCo" => by_order(world, input, input.text("OOIN") == "1"),
        "LstAllInvByCO" => by_order(world, input, false),
        "GetInvHead" => find(world, input).map(|i| Answer::one(row(i))),
        "LstInvHead" => Ok(list(world, input)),
        "LstInvLine" => find(world, input).map(|i| Answer::read(lines(i))),
        _ => return None,
    })
}

fn row(invoice: &Invoice) -> Row {
    let text = |minor: i64| money::to_text(minor, &invoice.currency);
    Row::default()
        .with("IVNO", invoice.number)
        .with("YEA4", invoice.year)
        .with("EXIN", &invoice.exin)
        .with("INPX", "SI")
        .with("VONO", invoice.voucher)
        .with("VSER", "A")
        .with("CUNO", &invoice.cuno)
        .with("PYNO", &invoice.cuno)
        .with("INRC", &invoice.cuno)
        .with("IDAT", &invoice.date)
        .with("IVDT", &invoice.date)
        .with("ACDT", &invoice.date)
        .with("DUDT", &invoice.due)
        .with("RAFC", text(invoice.gross - invoice.paid))
        .with("CUCD", &invoice.currency)
        .with("INST", "90")
        .with("AMT1", text(invoice.gross))
        .with("AMT2", text(invoice.gross - invoice.vat))
        .with("IVAV", text(invoice.gross))
        .with("RAIN", ledger::rate(&invoice.currency))
        .with("IVTP", "01")
        .with("ORST", "77")
        .with("TEPY", &invoice.tepy)
        .with("PYCD", &invoice.pycd)
        .with("PITP", codes::terms_days(&invoice.tepy).min(99))
}

fn by_order(world: &World, input: &Input, open: bool) -> Result<Answer, Nok> {
    let orno = input.text("ORNO");
    let order = world
        .orders
        .get(orno)
        .ok_or_else(|| Nok::missing("ORNO", "Order", orno))?;
    let numbers = world
        .index
        .invoices_by_order
        .get(orno)
        .into_iter()
        .flatten();
    let invoices = numbers.filter_map(|n| world.invoices.get(n));
    let rows = invoices.filter(|i| !open || i.paid < i.gross).map(row);
    Ok(Answer::read(rows.collect()).about(order.content.get("CUOR")))
}

fn find<'a>(world: &'a World, input: &Input) -> Result<&'a Invoice, Nok> {
    let number = u64::try_from(input.number("IVNO")).unwrap_or(0);
    let invoice = world.invoices.get(&number);
    invoice
        .filter(|i| i64::from(i.year) == input.number("YEA4"))
        .ok_or_else(|| Nok::missing("IVNO", "Invoice", input.text("IVNO")))
}

/// The invoices of a year from IVNO on.
fn list(world: &World, input: &Input) -> Answer {
    let from = u64::try_from(input.number("IVNO")).unwrap_or(0);
    let invoices = world.invoices.range(from..).map(|(_, i)| i);
    Answer::read(
        invoices
            .filter(|i| i64::from(i.year) == input.number("YEA4"))
            .map(row)
            .take(world.row_limit)
            .collect(),
    )
}

fn lines(invoice: &Invoice) -> Vec<Row> {
    let text = |minor: i64| money::to_text(minor, &invoice.currency);
    let lines = invoice.lines.iter().map(|line| {
        Row::default()
            .with("IVTP", line.kind)
            .with("ORNO", &invoice.orno)
            .with("DLIX", invoice.dlix)
            .with("WHLO", "100")
            .with("AMT1", text(line.gross))
            .with("AMT2", text(line.gross - line.vat))
            .with("AMT3", text(0))
            .with("VTAM", text(line.vat))
            .with("VTCD", u8::from(line.vat != 0))
    });
    lines.collect()
}
