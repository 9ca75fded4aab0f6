//! ARS040MI, payment batches: staged and controlled here, posted by M3's own job.
//!
//! Unverified, so a switch: whether the caller may choose PBID. With it on (the default) a number
//! other than 0 is taken as given and may be used once; 0 always means the next of the series.

use super::super::codes;
use super::super::nok::Nok;
use super::super::posting;
use super::super::record::{Answer, Input, Outcome, Row};
use super::super::world::{Invoice, Payment, Payments, World};

pub fn run(world: &mut World, transaction: &str, input: &Input) -> Outcome {
    Some(match transaction {
        "AddBatchHead" => add_head(world, input),
        "AddBatchLine" => add_line(world, input),
        "AddBatchCharge" => add_charge(world, input),
        "ControlBatch" => control(world, input),
        _ => return None,
    })
}

fn pbid(input: &Input) -> u64 {
    u64::try_from(input.number("PBID")).unwrap_or(0)
}

/// The batch, if it may still be changed.
fn open<'a>(world: &'a mut World, input: &Input) -> Result<&'a mut Payments, Nok> {
    let id = input.text("PBID");
    let batch = world.payments.get_mut(&pbid(input));
    let batch = batch.ok_or_else(|| Nok::missing("PBID", "Payment batch", id))?;
    if batch.status != 0 {
        return Err(Nok::new(
            30,
            "PBID",
            format!("Payment batch {id} is already controlled"),
        ));
    }
    Ok(batch)
}

fn add_head(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let bope = input.text("BOPE");
    codes::batch_type(bope).ok_or_else(|| Nok::missing("BOPE", "Batch payment type", bope))?;
    let pbid = match pbid(input) {
        0 => loop {
            world.series.payment += 1;
            if !world.payments.contains_key(&world.series.payment) {
                break world.series.payment;
            }
        },
        _ if !world.settings.pbid_by_caller => {
            return Err(Nok::new(
                31,
                "PBID",
                "The batch number is assigned by the system",
            ));
        }
        given if world.payments.contains_key(&given) => {
            return Err(Nok::exists("PBID", "Payment batch", input.text("PBID")));
        }
        given => given,
    };
    let date = input
        .given("ACDT")
        .map_or_else(|| world.today(), str::to_owned);
    let batch = Payments {
        bope: bope.to_owned(),
        date,
        ..Payments::default()
    };
    world.payments.insert(pbid, batch);
    Ok(Answer::wrote(Row::default().with("PBID", pbid)).about(&pbid.to_string()))
}

fn add_line(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let number = world.index.invoices_by_name.get(input.text("CINO"));
    let known = number
        .and_then(|n| world.invoices.get(n))
        .map(|i| i.currency.clone());
    let batch = open(world, input)?;
    let currency = input.given("CUCD").map(str::to_owned).or(known);
    let currency = currency.unwrap_or_else(|| super::super::ledger::LOCAL.to_owned());
    let amount = input.amount("PYAM", &currency)?;
    if amount == 0 {
        return Err(Nok::new(32, "PYAM", "The amount must not be zero"));
    }
    let trno = input.text("TRNO").to_owned();
    if batch.lines.iter().any(|l| l.trno == trno) {
        return Err(Nok::exists("TRNO", "Transaction number", &trno));
    }
    let default = codes::batch_type(&batch.bope).map_or("", |b| b.pytp);
    let pytp = input.given("PYTP").unwrap_or(default);
    codes::payment_type(pytp).ok_or_else(|| Nok::missing("PYTP", "Payment type", pytp))?;
    let reference = input
        .given("IRNO")
        .or(input.given("CKNO"))
        .unwrap_or("")
        .to_owned();
    batch.lines.push(Payment {
        trno,
        cino: input.text("CINO").to_owned(),
        inyr: u16::try_from(input.number("INYR")).unwrap_or(0),
        cuno: input.text("CUNO").to_owned(),
        currency,
        amount,
        pytp: pytp.to_owned(),
        reference: reference.clone(),
    });
    Ok(Answer::wrote(Row::default()).about(&reference))
}

fn add_charge(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let batch = open(world, input)?;
    let first = batch.lines.first().map(|l| l.currency.clone());
    let currency = input.given("CUCD").map(str::to_owned).or(first);
    let currency = currency.unwrap_or_else(|| super::super::ledger::LOCAL.to_owned());
    let amount = input.amount("CHAM", &currency)?;
    batch.charges.push((currency, amount));
    Ok(Answer::wrote(Row::default()).about(input.text("PBID")))
}

/// The open item that a line pays; CINO is the extended invoice number (EXIN).
pub fn invoice<'a>(world: &'a World, payment: &Payment) -> Result<&'a Invoice, Nok> {
    let number = world.index.invoices_by_name.get(&payment.cino);
    let invoice = number.and_then(|n| world.invoices.get(n));
    let invoice = invoice.ok_or_else(|| Nok::missing("CINO", "Invoice", &payment.cino))?;
    if invoice.year != payment.inyr {
        return Err(Nok::missing(
            "INYR",
            "Invoice year",
            &payment.inyr.to_string(),
        ));
    }
    if invoice.cuno != payment.cuno {
        return Err(Nok::customer());
    }
    if invoice.currency != payment.currency {
        let text = format!("Invoice {} is in {}", payment.cino, invoice.currency);
        return Err(Nok::new(33, "CUCD", text));
    }
    Ok(invoice)
}

fn control(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let batch = open(world, input)?.clone();
    let mut sums = std::collections::BTreeMap::new();
    for payment in &batch.lines {
        let invoice = invoice(world, payment)?;
        let sum: &mut i64 = sums.entry(&payment.cino).or_default();
        *sum += payment.amount;
        if *sum > invoice.gross - invoice.paid {
            let text = format!("Payment exceeds what is open on {}", payment.cino);
            return Err(Nok::new(34, "PYAM", text));
        }
    }
    if batch.lines.is_empty() {
        return Err(Nok::new(35, "PBID", "The batch has no lines"));
    }
    if batch.date < world.settings.open_from {
        return Err(Nok::new(
            36,
            "ACDT",
            format!("The period of {} is closed", batch.date),
        ));
    }
    let released_s = world.now_s;
    let batch = open(world, input)?;
    (batch.status, batch.released_s, batch.failure) = (8, released_s, None);
    let reference = batch
        .lines
        .first()
        .map_or_else(String::new, |l| l.reference.clone());
    posting::release(world);
    Ok(Answer::wrote(Row::default()).about(&reference))
}
