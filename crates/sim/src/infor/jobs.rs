//! What happens in M3 without a call: orders move on, the jobs run, the bank's statement arrives.

use super::agenda::{BankLine, Event};
use super::invoicing::invoice;
use super::ledger::{Draft, Line};
use super::posting;
use super::programs::ois100_create;
use super::world::{DIVISIONS, World};

/// Lets `event` happen now.
pub fn happen(world: &mut World, event: Event) {
    match event {
        Event::Create { batch } => ois100_create::create(world, &batch),
        Event::Allocate { orno } => allocate(world, &orno),
        Event::Deliver { orno, ponr } => deliver(world, &orno, ponr),
        Event::Invoice { orno, ponr } => {
            invoice(world, &orno, ponr);
        }
        Event::Post => {
            let delay_s = world.settings.post_delay_s;
            posting::post(world, delay_s);
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
    let Some(order) = world.orders.get_mut(orno).filter(|o| !o.held) else {
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
