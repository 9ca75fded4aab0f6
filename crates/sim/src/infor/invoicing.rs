//! Invoices: made from what was delivered, posted to the ledger at once.

use super::ledger::{Draft, Line};
use super::world::{DIVISIONS, Invoice, InvoiceLine, OrderLine, World};
use super::{codes, day, money};
use rust_decimal::Decimal;

/// Delivers and invoices every open order now; line by line if deliveries are partial. Of a held
/// order only what was delivered before is invoiced.
pub fn invoice_all(world: &mut World) -> Vec<u64> {
    let mut made = Vec::new();
    for orno in world.index.open_orders.clone() {
        let Some(order) = world.orders.get_mut(&orno) else {
            continue;
        };
        let mut lines = vec![None];
        if world.settings.partial_delivery_gap_s.is_some() {
            lines = order.content.lines.iter().map(|l| Some(l.ponr)).collect();
        }
        let held = order.held;
        let open = |l: &&mut OrderLine| l.status < 66 && !held;
        for line in order.content.lines.iter_mut().filter(open) {
            line.status = 66;
        }
        made.extend(
            lines
                .into_iter()
                .filter_map(|ponr| invoice(world, &orno, ponr)),
        );
    }
    made
}

/// Invoices what was delivered (of line `ponr`) and not invoiced, and posts it: debit 1100, credit
/// 4000 and 2000. Charges go on the first invoice.
pub fn invoice(world: &mut World, orno: &str, ponr: Option<u32>) -> Option<u64> {
    let (include, percent) = (
        world.settings.prices_include_vat,
        world.settings.vat_percent,
    );
    let order = world.orders.get_mut(orno)?;
    let currency = order.content.currency.clone();
    let mut lines = Vec::new();
    for line in &mut order.content.lines {
        if line.status == 66 && ponr.is_none_or(|p| p == line.ponr) {
            line.status = 77;
            let (gross, vat) = split(line.amount, line.taxed, include, percent, &currency);
            lines.push(InvoiceLine {
                kind: "31",
                what: line.itno.clone(),
                gross,
                vat,
            });
        }
    }
    if lines.is_empty() {
        return None;
    }
    for charge in order.content.charges.iter_mut().filter(|c| !c.invoiced) {
        charge.invoiced = true;
        let (gross, vat) = split(charge.amount, true, include, percent, &currency);
        lines.push(InvoiceLine {
            kind: "60",
            what: charge.crid.clone(),
            gross,
            vat,
        });
    }
    let content = &order.content;
    let cuno = content.cuno.clone();
    let (tepy, pycd) = (
        content.get("TEPY").to_owned(),
        content.get("PYCD").to_owned(),
    );
    if order.content.lines.iter().all(|l| l.status == 77) {
        world.index.open_orders.remove(orno);
    }
    world.series.invoice += 1;
    world.series.delivery += 1;
    let number = 800_000 + world.series.invoice;
    let exin = format!("SI{number}");
    let (gross, vat) = lines
        .iter()
        .fold((0, 0), |(g, v), l| (g + l.gross, v + l.vat));
    let date = world.today();
    let text = format!("Invoice {exin} order {orno}");
    let posted = vec![
        Line::new("1100", gross, &currency, &text),
        Line::new("4000", vat - gross, &currency, &text),
        Line::new("2000", -vat, &currency, &text),
    ];
    let draft = Draft {
        divi: DIVISIONS[0],
        date: &date,
        entered: &date,
        feid: "OI20",
        title: &text,
        lines: posted.into_iter().filter(|l| l.amount != 0).collect(),
    };
    let voucher = world
        .ledger
        .post(draft)
        .expect("an invoice's voucher is built balanced");
    let days = codes::terms_days(&tepy);
    let stamp = world.stamp();
    let invoice = Invoice {
        number,
        year: date.get(..4).and_then(|y| y.parse().ok()).unwrap_or(0),
        exin: exin.clone(),
        orno: orno.to_owned(),
        dlix: 100 + world.series.delivery,
        cuno: cuno.clone(),
        currency,
        gross,
        vat,
        paid: 0,
        due: day::of(world.now_s + days * 86_400),
        date,
        voucher,
        tepy,
        pycd,
        lines,
        payments: Vec::new(),
        stamp,
    };
    world.invoices.insert(number, invoice);
    world
        .index
        .invoices_by_order
        .entry(orno.to_owned())
        .or_default()
        .push(number);
    world
        .index
        .invoices_by_customer
        .entry(cuno)
        .or_default()
        .push(number);
    world.index.invoices_by_name.insert(exin, number);
    Some(number)
}

/// Gross and VAT of an amount as it was entered.
pub fn split(amount: i64, taxed: bool, include: bool, percent: u8, currency: &str) -> (i64, i64) {
    let percent = Decimal::from(if taxed { percent } else { 0 });
    if include {
        return (amount, money::vat_inside(amount, percent, currency));
    }
    let places = money::decimals(currency).unwrap_or(2);
    let vat = Decimal::new(amount, places) * percent / Decimal::ONE_HUNDRED;
    let vat = money::round(vat, currency);
    (amount + vat, vat)
}
