//! The posting job: what was staged and released becomes vouchers.

use super::agenda::Event;
use super::codes;
use super::ledger::{Draft, Line};
use super::programs::{ars040, gls840};
use super::world::{DIVISIONS, Paid, World};
use std::collections::BTreeMap;

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
