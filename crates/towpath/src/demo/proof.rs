//! What must hold at the end, or the demo fails.

use super::report::money;
use super::shop::Bought;
use super::world::World;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};

/// Checks the books; returns what does not hold.
pub async fn check(world: &World, bought: &[Bought]) -> Result<Vec<String>> {
    let mut failures = Vec::new();
    balances(world, &mut failures).await?;
    once_each(world, bought, &mut failures);
    documents(world, bought, &mut failures).await?;
    for problem in world.engine.store().verify().await? {
        failures.push(format!("the store: {problem}"));
    }
    Ok(failures)
}

/// Stripe's balance = our entries = what Infor has posted or staged, per currency.
async fn balances(world: &World, failures: &mut Vec<String>) -> Result<()> {
    let stripe = world.shop_call("/v1/balance", &[]).await?;
    let mut theirs: BTreeMap<String, i64> = BTreeMap::new();
    for part in ["available", "pending"] {
        for line in stripe[part].as_array().context("the balance is a list")? {
            let currency = line["currency"].as_str().unwrap_or_default().to_uppercase();
            *theirs.entry(currency).or_default() += line["amount"].as_i64().unwrap_or_default();
        }
    }
    let totals = world
        .engine
        .store()
        .entry_totals(world.environment())
        .await?;
    let mut ours: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for total in totals.iter().filter(|t| t.account == "1010") {
        let states = ours.entry(total.currency.clone()).or_default();
        *states.entry(total.state.clone()).or_default() += total.amount_minor;
    }
    let currencies: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    say!("\nStripe's balance, our clearing account (1010), Infor's clearing account (1010):");
    for currency in currencies {
        let stripe = theirs.get(currency).copied().unwrap_or(0);
        let states = ours.get(currency).cloned().unwrap_or_default();
        let sum: i64 = states.values().sum();
        let posted = states.get("posted").copied().unwrap_or(0);
        let infor = world.sandboxes.infor.balance("1010", currency);
        let waiting = sum - posted;
        say!(
            "  {:>14} = {:>14} = {:>14} posted + {} staged",
            money(stripe, currency),
            money(sum, currency),
            money(infor, currency),
            money(waiting, currency)
        );
        if stripe != sum {
            let off = money(stripe - sum, currency);
            failures.push(format!(
                "{currency}: Stripe and our entries differ by {off}"
            ));
        }
        if infor != posted {
            let off = money(posted - infor, currency);
            failures.push(format!(
                "{currency}: what we hold for posted differs by {off}"
            ));
        }
    }
    Ok(())
}

/// The sandbox's books hold each thing once, and no order head is left over.
fn once_each(world: &World, bought: &[Bought], failures: &mut Vec<String>) {
    for ((kind, reference), count) in world.sandboxes.infor.postings_per_reference() {
        if count != 1 {
            failures.push(format!("Infor has {count} of {kind} {reference}"));
        }
    }
    let orphans = world.sandboxes.infor.orphan_batch_heads();
    if !orphans.is_empty() {
        failures.push(format!(
            "order heads without an order: {}",
            orphans.join(", ")
        ));
    }
    let orders = world.sandboxes.infor.orders();
    let ours = orders.values().filter(|o| !o.history).count();
    let paid = bought.iter().filter(|b| !b.declined).count();
    if ours != paid {
        failures.push(format!(
            "{paid} sales were paid and Infor has {ours} orders"
        ));
    }
    say!("Infor holds each customer, order, payment and journal once: {ours} orders.");
}

/// Each refund has one document in Infor, each refund and each failed payment one mail.
async fn documents(world: &World, bought: &[Bought], failures: &mut Vec<String>) -> Result<()> {
    let refunds = world.shop_call("/v1/refunds?limit=100", &[]).await?;
    let refunds = refunds["data"].as_array().context("refunds are a list")?;
    let orders = world.sandboxes.infor.orders();
    let notes: Vec<String> = orders
        .keys()
        .flat_map(|order| world.sandboxes.infor.order_texts(order))
        .map(|(_, block)| block.title)
        .collect();
    let batches = world.sandboxes.infor.batches();
    for refund in refunds {
        let id = refund["id"].as_str().unwrap_or_default();
        let noted = notes.iter().filter(|n| n.starts_with(id)).count();
        let requested = batches.values().filter(|b| b.content.get("OREF") == id);
        let requested = requested.filter(|b| b.is_credit_request()).count();
        if noted + requested != 1 {
            failures.push(format!(
                "the refund {id} has {noted} notes and {requested} credit requests"
            ));
        }
    }
    let messages = world.sandboxes.mail.messages();
    let ids: BTreeSet<Option<String>> = messages.iter().map(|m| m.header("message-id")).collect();
    let due = refunds.len() + bought.iter().filter(|b| b.declined).count();
    if ids.len() != due || messages.len() < due {
        failures.push(format!("{due} mails were due, {} came", messages.len()));
    }
    say!(
        "Infor holds one document for each of {} refunds; {due} mails were due and sent.",
        refunds.len()
    );
    Ok(())
}
