//! ARS200MI, the receivables ledger: invoices as open items, and what paid them.

use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::{DIVISIONS, Invoice, World};
use super::super::{ledger, money};

pub fn run(world: &World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "LstInvoices" => {
            if world.customers.contains_key(input.text("CUNO")) {
                Ok(list(world, input))
            } else {
                Err(Nok::customer())
            }
        }
        "LstInvByDivi" => Ok(by_division(world, input)),
        "GetInvTotInfo" => totals(world, input),
        _ => return None,
    })
}

/// The rows of one invoice: itself (TRCD 10) and each payment (TRCD 20).
fn rows(invoice: &Invoice) -> Vec<Row> {
    let paid = invoice.paid >= invoice.gross;
    let text = |minor: i64| money::to_text(minor, &invoice.currency);
    let base = Row::default()
        .with("CINO", &invoice.exin)
        .with("INYR", invoice.year)
        .with("CUNO", &invoice.cuno)
        .with("PYNO", &invoice.cuno)
        .with("CUCD", &invoice.currency)
        .with("PYCD", &invoice.pycd)
        .with("VSER", "A")
        .with("DIVI", DIVISIONS[0])
        .with("DUDT", &invoice.due)
        .with("RECO", if paid { 9 } else { 0 });
    let last = invoice.payments.last().filter(|_| paid);
    let mut rows = vec![
        base.clone()
            .with("YEA4", invoice.year)
            .with("JRNO", journal(invoice.voucher))
            .with("JSNO", 1)
            .with("TRCD", 10)
            .with("REDE", last.map_or("", |p| &p.date))
            .with("IVDT", &invoice.date)
            .with("CUAM", text(invoice.gross))
            .with("VONO", invoice.voucher)
            .with("TDSC", "Invoice"),
    ];
    for payment in &invoice.payments {
        rows.push(
            base.clone()
                .with("YEA4", payment.date.get(..4).unwrap_or(""))
                .with("JRNO", journal(payment.voucher))
                .with("JSNO", 2)
                .with("TRCD", 20)
                .with("IVDT", &payment.date)
                .with("CUAM", text(-payment.amount))
                .with("VONO", payment.voucher)
                .with("TDSC", "Payment"),
        );
    }
    rows
}

/// Journal numbers run beside voucher numbers.
fn journal(voucher: u64) -> u64 {
    voucher.saturating_sub(600_000) + 3_000_000
}

fn chosen(invoice: &Invoice, input: &Input) -> bool {
    (input.text("AAC0") != "1" || invoice.paid < invoice.gross)
        && input
            .given("IVDT")
            .is_none_or(|from| invoice.date.as_str() >= from)
}

fn list(world: &World, input: &Input) -> Answer {
    let numbers = world
        .index
        .invoices_by_customer
        .get(input.text("CUNO"))
        .into_iter()
        .flatten();
    let invoices = numbers.filter_map(|n| world.invoices.get(n));
    Answer::read(
        invoices
            .filter(|i| chosen(i, input))
            .flat_map(rows)
            .take(world.row_limit)
            .collect(),
    )
}

fn by_division(world: &World, input: &Input) -> Answer {
    let division = DIVISIONS[0];
    let from = input.given("FDIV").is_none_or(|from| division >= from);
    let to = input.given("TDIV").is_none_or(|to| division <= to);
    let invoices = world.invoices.values().filter(|i| {
        from && to
            && chosen(i, input)
            && ["CUNO", "PYNO"]
                .iter()
                .all(|name| input.given(name).is_none_or(|c| c == i.cuno))
    });
    Answer::read(invoices.flat_map(rows).take(world.row_limit).collect())
}

fn totals(world: &World, input: &Input) -> Result<Answer, Nok> {
    let cino = input.text("CINO");
    let number = world.index.invoices_by_name.get(cino);
    let invoice = number.and_then(|n| world.invoices.get(n)).filter(|i| {
        i.cuno == input.text("CUNO")
            && i.cuno == input.text("PYNO")
            && i64::from(i.year) == input.number("INYR")
    });
    let invoice = invoice.ok_or_else(|| Nok::missing("CINO", "Invoice", cino))?;
    let text = |minor: i64| money::to_text(minor, &invoice.currency);
    let row = Row::default()
        .with("CUAM", text(invoice.gross))
        .with("PCUA", text(invoice.paid))
        .with("OCUA", text(invoice.gross - invoice.paid))
        .with("CUCD", &invoice.currency)
        .with("LOCD", ledger::LOCAL)
        .with("RECO", if invoice.paid >= invoice.gross { 9 } else { 0 })
        .with("VSER", "A")
        .with("VONO", invoice.voucher)
        .with("IVDT", &invoice.date)
        .with("DUDT", &invoice.due)
        .with("ACDT", &invoice.date)
        .with("VTAM", text(invoice.vat))
        .with("CHNO", invoice.stamp.chno)
        .with("LMTS", invoice.stamp.lmts);
    Ok(Answer::one(row))
}
