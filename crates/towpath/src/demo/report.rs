//! The demo's tables.

use super::shop::Bought;
use super::world::World;
use anyhow::Result;
use comfy_table::Table;
use comfy_table::{ContentArrangement, presets};
use finance::{Currency, Money};
use model::RunState;
use store::{EntryRecord, LetterFilter, Page};

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.iter().copied());
    table
}

pub fn money(minor: i64, currency: &str) -> String {
    match currency.parse::<Currency>() {
        Ok(currency) => Money::new(minor, currency).to_string(),
        Err(_) => format!("{minor} {currency}"),
    }
}

/// What stands in the ERP of an entry.
fn voucher(entry: &EntryRecord) -> String {
    match &entry.voucher {
        Some(voucher) => format!("{} {voucher}", entry.state),
        None => entry.state.clone(),
    }
}

/// Each sale from its event to its vouchers.
pub async fn journey(world: &World, bought: &[Bought]) -> Result<()> {
    let (store, environment) = (world.engine.store(), world.environment());
    let (orders, invoices) = (
        world.sandboxes.infor.orders(),
        world.sandboxes.infor.invoices(),
    );
    let mut out = table(&[
        "sale",
        "paid",
        "order",
        "lines",
        "invoice",
        "payment",
        "deposit entry",
    ]);
    for sale in bought {
        let order = store
            .cross_reference(environment, "order", &sale.payment_intent)
            .await?;
        let made = order.as_ref().and_then(|o| orders.get(o));
        let invoiced: Vec<_> = invoices
            .iter()
            .filter(|i| Some(&i.orno) == order.as_ref())
            .collect();
        let payments = invoiced.iter().filter(|i| !i.payments.is_empty()).count();
        let entry = match &sale.transaction {
            Some(transaction) => store
                .entries(environment, std::slice::from_ref(transaction))
                .await?
                .pop(),
            None => None,
        };
        out.add_row(vec![
            sale.what.to_owned(),
            if sale.declined {
                "declined".into()
            } else {
                money(sale.amount, &sale.currency)
            },
            order.clone().unwrap_or_else(|| "-".into()),
            made.map_or_else(|| "-".into(), |o| o.content.lines.len().to_string()),
            invoiced
                .iter()
                .map(|i| i.exin.as_str())
                .collect::<Vec<_>>()
                .join(", "),
            match (payments, invoiced.len()) {
                (_, 0) => "-".into(),
                (paid, all) if paid == all => "posted".into(),
                _ => "staged".into(),
            },
            entry.as_ref().map_or_else(|| "-".into(), voucher),
        ]);
    }
    say!("\n{out}");
    Ok(())
}

/// What was written about refunds and failures: documents in Infor, and mail.
pub async fn documents(world: &World, bought: &[Bought]) -> Result<()> {
    let (store, environment) = (world.engine.store(), world.environment());
    let (orders, batches) = (
        world.sandboxes.infor.orders(),
        world.sandboxes.infor.batches(),
    );
    let mut out = table(&["sale", "order", "held", "notes", "credit requests"]);
    for sale in bought {
        let order = store
            .cross_reference(environment, "order", &sale.payment_intent)
            .await?;
        let Some(order) = order else { continue };
        let notes = world.sandboxes.infor.order_texts(&order).into_iter();
        let notes: Vec<String> = notes
            .map(|(_, block)| block.lines.into_values().collect::<Vec<_>>().join(" "))
            .collect();
        let requests = batches
            .iter()
            .filter(|(_, batch)| batch.is_credit_request() && batch.content.get("YREF") == order);
        let requests: Vec<String> = requests
            .map(|(number, batch)| {
                let amount: i64 = batch.content.lines.iter().map(|l| l.amount).sum();
                format!("{number}: {}", money(amount, &batch.content.currency))
            })
            .collect();
        let held = orders.get(&order).is_some_and(|o| o.held);
        if held || !notes.is_empty() || !requests.is_empty() {
            out.add_row(vec![
                sale.what.to_owned(),
                order,
                if held { "held" } else { "-" }.to_owned(),
                notes.join("\n"),
                requests.join("\n"),
            ]);
        }
    }
    say!("{out}");
    let mut out = table(&["mail to", "subject"]);
    for message in world.sandboxes.mail.messages() {
        let subject = message.header("subject").unwrap_or_default();
        out.add_row(vec![message.to.join(", "), subject]);
    }
    say!("{out}");
    Ok(())
}

/// Each payout and how it ties.
pub async fn payouts(world: &World, payouts: &[String]) -> Result<()> {
    let (store, environment) = (world.engine.store(), world.environment());
    let mut out = table(&["payout", "amount", "members", "status", "bank line"]);
    for id in payouts {
        let payout = world.shop_call(&format!("/v1/payouts/{id}"), &[]).await?;
        let path = format!("/v1/balance_transactions?payout={id}&limit=100");
        let members = world.shop_call(&path, &[]).await?;
        let members = members["data"].as_array().cloned().unwrap_or_default();
        let sum: i64 = members.iter().filter_map(|m| m["net"].as_i64()).sum();
        let amount = payout["amount"].as_i64().unwrap_or_default();
        let currency = payout["currency"].as_str().unwrap_or_default();
        let bank = store.cross_reference(environment, "bank_line", id).await?;
        let tied = if sum == amount {
            "ties to the cent"
        } else {
            "DOES NOT TIE"
        };
        out.add_row(vec![
            id.clone(),
            money(amount, currency),
            format!("{}, {tied}", members.len()),
            payout["status"].as_str().unwrap_or_default().to_owned(),
            bank.unwrap_or_else(|| "-".into()),
        ]);
    }
    say!("{out}");
    Ok(())
}

/// What did not go through at the first try.
pub async fn retried(world: &World) -> Result<()> {
    let (store, environment) = (world.engine.store(), world.environment());
    let mut out = table(&["run", "key", "call", "what the peer said"]);
    let mut page = Page::first(200);
    loop {
        let runs = store
            .runs(environment, store::RunFilter::default(), page)
            .await?;
        let Some(last) = runs.last() else { break };
        page.after = Some(last.id.0);
        for run in runs.iter().filter(|r| r.state == RunState::Done) {
            let (_, _, calls) = store.journal(run.id).await?;
            for call in calls {
                if let Some((class, message)) = call.fault {
                    out.add_row(vec![
                        run.id.to_string(),
                        run.key.clone(),
                        call.label,
                        format!("{class}: {message}"),
                    ]);
                }
            }
        }
    }
    say!("Tried again, and done:\n{out}");
    Ok(())
}

/// What needs a person.
pub async fn dead_letters(world: &World) -> Result<()> {
    let (store, environment) = (world.engine.store(), world.environment());
    let letters = store
        .dead_letters(environment, LetterFilter::default(), Page::first(100))
        .await?;
    if letters.is_empty() {
        say!("\nNo dead letters.");
        return Ok(());
    }
    let mut out = table(&["dead letter", "step", "at stake", "why"]);
    for stored in letters {
        let stake = match (stored.letter.amount_minor, &stored.letter.currency) {
            (Some(minor), Some(currency)) => money(minor, currency),
            _ => "-".into(),
        };
        out.add_row(vec![
            stored.run.to_string(),
            stored.letter.step,
            stake,
            stored.letter.message,
        ]);
    }
    say!("\n{out}");
    Ok(())
}
