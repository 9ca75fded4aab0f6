//! What happens in M3 without a call: orders move, invoices and vouchers are made.

use super::agenda::{BankLine, Event};
use super::ledger::{Draft, Line};
use super::programs::{ars040, gls840, ois100};
use super::world::{DIVISIONS, Invoice, InvoiceLine, Paid, World};
use super::{codes, day, money};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Lets `event` happen now.
pub fn happen(world: &mut World, event: Event) {
    match event {
        Event::Create { batch } => ois100::create(world, &batch),
        Event::Allocate { orno } => allocate(world, &orno),
        Event::Deliver { orno, ponr } => deliver(world, &orno, ponr),
        Event::Invoice { orno, ponr } => {
            invoice(world, &orno, ponr);
        }
        Event::Post => {
            let delay_s = world.settings.post_delay_s;
            post(world, delay_s);
        }
        Event::Bank(line) => {
            bank(world, &line);
        }
    }
}

/// Plans the way of a new order through allocation, delivery and invoice.
pub fn follow(world: &mut World, orno: &str) {
    let allocate_s = world.now_s + world.settings.allocate_after_s;
    world.index.open_orders.insert(orno.to_owned());
    world.agenda.plan(
        allocate_s,
        Event::Allocate {
            orno: orno.to_owned(),
        },
    );
}

fn allocate(world: &mut World, orno: &str) {
    let Some(order) = world.orders.get_mut(orno) else {
        return;
    };
    let mut lines = Vec::new();
    for line in order.content.lines.iter_mut().filter(|l| l.status < 33) {
        line.status = 33;
        lines.push(line.ponr);
    }
    let (settings, deliver_s) = (
        &world.settings,
        world.now_s + world.settings.deliver_after_s,
    );
    match settings.partial_delivery_gap_s {
        None => {
            let event = Event::Deliver {
                orno: orno.to_owned(),
                ponr: None,
            };
            world.agenda.plan(deliver_s, event);
        }
        Some(gap_s) => {
            let mut at_s = deliver_s;
            for ponr in lines {
                let event = Event::Deliver {
                    orno: orno.to_owned(),
                    ponr: Some(ponr),
                };
                world.agenda.plan(at_s, event);
                at_s += gap_s;
            }
        }
    }
}

fn deliver(world: &mut World, orno: &str, ponr: Option<u32>) {
    let Some(order) = world.orders.get_mut(orno) else {
        return;
    };
    for line in &mut order.content.lines {
        if line.status < 66 && ponr.is_none_or(|p| p == line.ponr) {
            line.status = 66;
        }
    }
    let invoice_s = world.now_s + world.settings.invoice_after_s;
    world.agenda.plan(
        invoice_s,
        Event::Invoice {
            orno: orno.to_owned(),
            ponr,
        },
    );
}

/// Delivers and invoices every open order now; line by line if deliveries are partial.
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
        for line in order.content.lines.iter_mut().filter(|l| l.status < 66) {
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
fn invoice(world: &mut World, orno: &str, ponr: Option<u32>) -> Option<u64> {
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

/// Plans the posting job for what was released now.
pub fn release(world: &mut World) {
    let Some(every_s) = world.settings.job_every_s.map(|s| s.max(1)) else {
        return;
    };
    let ready_s = world.now_s + world.settings.post_delay_s;
    let at_s = (ready_s.div_euclid(every_s) + 1) * every_s;
    if !world.agenda.posts_at(at_s) {
        world.agenda.plan(at_s, Event::Post);
    }
}

/// Runs the posting job over everything released at least `delay_s` ago. Returns the vouchers.
pub fn post(world: &mut World, delay_s: i64) -> Vec<u64> {
    let ready_s = world.now_s - delay_s;
    let mut made = Vec::new();
    let batches = world
        .payments
        .iter()
        .filter(|(_, b)| b.status == 8 && b.released_s <= ready_s);
    for pbid in batches.map(|(pbid, _)| *pbid).collect::<Vec<_>>() {
        match post_payments(world, pbid) {
            Ok(voucher) => made.push(voucher),
            Err(failure) => {
                let batch = world.payments.get_mut(&pbid).expect("it was just listed");
                (batch.status, batch.failure) = (0, Some(failure));
            }
        }
    }
    let journals = world.journals.iter().filter(|(_, j)| {
        j.updated && j.voucher.is_none() && j.failure.is_none() && j.released_s <= ready_s
    });
    for key in journals.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
        made.extend(gls840::post(world, &key));
    }
    made
}

/// Posts one payment batch, wholly or not at all: debit the account of each payment type, credit
/// 1100; charges debit 6000 and reduce the account.
fn post_payments(world: &mut World, pbid: u64) -> Result<u64, String> {
    let batch = world
        .payments
        .get(&pbid)
        .ok_or("the batch is gone")?
        .clone();
    let mut lines = Vec::new();
    let mut paid: BTreeMap<u64, Vec<(i64, String)>> = BTreeMap::new();
    for payment in &batch.lines {
        let account = codes::payment_type(&payment.pytp)
            .ok_or("unknown payment type")?
            .account;
        let invoice = ars040::invoice(world, payment).map_err(|nok| nok.message)?;
        let parts = paid.entry(invoice.number).or_default();
        parts.push((payment.amount, payment.reference.clone()));
        if parts.iter().map(|p| p.0).sum::<i64>() > invoice.gross - invoice.paid {
            return Err(format!("Payment exceeds what is open on {}", payment.cino));
        }
        let text = &payment.reference;
        lines.push(Line::new(account, payment.amount, &payment.currency, text));
        lines.push(Line::new("1100", -payment.amount, &payment.currency, text));
    }
    let title = format!("Payment batch {pbid}");
    let account = codes::batch_type(&batch.bope).map_or("1000", |b| b.account());
    for (currency, amount) in &batch.charges {
        lines.push(Line::new("6000", *amount, currency, &title));
        lines.push(Line::new(account, -amount, currency, &title));
    }
    let entered = world.today();
    let draft = Draft {
        divi: DIVISIONS[0],
        date: &batch.date,
        entered: &entered,
        feid: "AR30",
        title: &title,
        lines,
    };
    let voucher = world.ledger.post(draft)?;
    for (number, parts) in paid {
        let mut stamp = world
            .invoices
            .get(&number)
            .map(|i| i.stamp.clone())
            .unwrap_or_default();
        world.touch(&mut stamp);
        let invoice = world.invoices.get_mut(&number).expect("it was found above");
        invoice.stamp = stamp;
        for (amount, reference) in parts {
            invoice.paid += amount;
            invoice.payments.push(Paid {
                amount,
                voucher,
                date: batch.date.clone(),
                reference,
            });
        }
    }
    let batch = world.payments.get_mut(&pbid).ok_or("the batch is gone")?;
    (batch.status, batch.failure) = (9, None);
    Ok(voucher)
}

/// Books a line of the bank's statement: debit 1000, credit 1005, or the other way round.
pub fn bank(world: &mut World, line: &BankLine) -> u64 {
    let date = world.today();
    let lines = vec![
        Line::new("1000", line.amount, &line.currency, &line.reference),
        Line::new("1005", -line.amount, &line.currency, &line.reference),
    ];
    let draft = Draft {
        divi: DIVISIONS[0],
        date: &date,
        entered: &date,
        feid: "AB10",
        title: &line.reference,
        lines,
    };
    world
        .ledger
        .post(draft)
        .expect("a bank line's voucher is built balanced")
}

/// Plans the bank's own entry for each line on 1005: what left Stripe arrives at the bank.
pub fn bank_follows(world: &mut World, transit: &[Line], after_s: i64) {
    let at_s = world.now_s + after_s;
    for line in transit {
        let entry = BankLine {
            reference: line.text.clone(),
            currency: line.currency.clone(),
            amount: line.amount,
        };
        world.agenda.plan(at_s, Event::Bank(entry));
    }
}
