//! OIS100MI/Confirm: a batch order becomes an order, or is stopped with errors.
//!
//! Batch status: 10 entered, 15 error in the head, 20 no lines, 25 error in a line, 30 stopped by
//! the credit check, 55 interrupted, 90 order created. What Confirm answers for a stopped order is
//! unverified: here it is OK with the temporary number and the status.

use super::super::agenda::Event;
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Row};
use super::super::world::{Content, Order, World};
use super::super::{jobs, money};
use super::ois100::{absent, open};
use super::ois100_order as orders;

/// Submits a batch order; in asynchronous mode the order is made later.
pub fn confirm(world: &mut World, input: &Input) -> Result<Answer, Nok> {
    let orno = input.text("ORNO").to_owned();
    let after_s = world.settings.confirm_after_s;
    let batch = open(world, input)?;
    let reference = batch.content.get("CUOR").to_owned();
    batch.errors.clear();
    batch.waiting = true;
    if let Some(after_s) = after_s {
        let at_s = world.now_s + after_s;
        world.agenda.plan(
            at_s,
            Event::Create {
                batch: orno.clone(),
            },
        );
    } else {
        create(world, &orno);
    }
    let batch = world.batches.get(&orno).ok_or_else(|| absent(&orno))?;
    let row = Row::default().with("STAT", &batch.stat);
    Ok(Answer::wrote(row.with("ORNO", batch.orno.as_ref().unwrap_or(&orno))).about(&reference))
}

/// Why `itno` can't be sold, if it can't.
pub fn item_fault(world: &World, itno: &str) -> Option<Nok> {
    match world.items.get(itno) {
        None => Some(Nok::missing("ITNO", "Item number", itno)),
        Some(item) if item.stat != "20" => Some(Nok::new(
            14,
            "ITNO",
            format!("Item number {itno} is not released for sale"),
        )),
        Some(_) => None,
    }
}

/// Makes the order of a confirmed batch order, or stops it with errors.
pub fn create(world: &mut World, number: &str) {
    let Some(batch) = world.batches.get(number) else {
        return;
    };
    let content = batch.content.clone();
    let mut errors: Vec<[String; 3]> = Vec::new();
    for line in &content.lines {
        if let Some(nok) = item_fault(world, &line.itno) {
            let key = format!("{number} {:05}", line.ponr);
            errors.push(["2".to_owned(), key, format!("{} {}", nok.code, nok.message)]);
        }
    }
    let customer = world.customers.get(&content.cuno);
    let stat = if customer.is_none_or(|c| c.get("STAT") != "20" || c.get("BLCD") == "1") {
        errors.push([
            "1".to_owned(),
            number.to_owned(),
            "XIM0002 Customer number is invalid".into(),
        ]);
        "15"
    } else if content.lines.is_empty() {
        errors.push([
            "1".to_owned(),
            number.to_owned(),
            "SIM0017 There are no lines".into(),
        ]);
        "20"
    } else if !errors.is_empty() {
        "25"
    } else if over_limit(world, &content) {
        errors.push([
            "1".to_owned(),
            number.to_owned(),
            "SIM0018 Credit limit exceeded".into(),
        ]);
        "30"
    } else {
        "90"
    };
    let Some(batch) = world.batches.get_mut(number) else {
        return;
    };
    stat.clone_into(&mut batch.stat);
    batch.waiting = false;
    batch.errors = errors;
    if stat != "90" {
        return;
    }
    world.series.order += 1;
    let orno = world.series.order.to_string();
    batch.orno = Some(orno.clone());
    let cuno = content.cuno.clone();
    let order = Order {
        content,
        created: world.today(),
        history: false,
        held: false,
    };
    world.orders.insert(orno.clone(), order);
    world
        .index
        .orders_by_customer
        .entry(cuno)
        .or_default()
        .insert(orno.clone());
    jobs::follow(world, &orno);
}

/// CRL3 limits outstanding invoices plus orders; 0 or blank: no limit. The limit is in the
/// customer's currency; what is in another isn't counted.
fn over_limit(world: &World, content: &Content) -> bool {
    let Some(customer) = world.customers.get(&content.cuno) else {
        return false;
    };
    let limit = money::to_minor(customer.get("CRL3"), &content.currency).unwrap_or(0);
    limit > 0
        && customer.get("CUCD") == content.currency
        && orders::totals(&world.settings, content).gross > limit
}
