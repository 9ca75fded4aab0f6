//! The shop: what is bought, and what goes wrong with it on purpose.

use super::world::World;
use anyhow::{Context, Result, ensure};
use engine::Replay;
use serde_json::{Value, json};
use sim::faults::{Action, Fault, Match};
use sim::infor::BankLine;

/// Products and their item numbers in M3. `prod_poster` is left out on purpose, and the row of
/// `prod_sticker` names an item that M3 lacks.
pub const ITEMS: &[(&str, &str)] = &[
    ("prod_mug", "MUG"),
    ("prod_tshirt", "TSHIRT"),
    ("prod_basic", "SUB-BASIC"),
    ("prod_pro", "SUB-PRO"),
    ("prod_setup", "SETUP"),
    ("prod_sticker", "STICKER-404"),
];

/// A sale that is going to be made.
pub struct Sale {
    pub what: &'static str,
    pub purchase: Value,
}

/// A sale that was made.
pub struct Bought {
    pub what: &'static str,
    pub charge: String,
    pub payment_intent: String,
    pub transaction: Option<String>,
    pub amount: i64,
    pub currency: String,
    pub declined: bool,
}

fn item(product: &str, name: &str, quantity: i64, subtotal: i64) -> Value {
    json!({"product": product, "name": name, "quantity": quantity, "amount_subtotal": subtotal})
}

fn taxed(mut item: Value, discount: i64, tax: i64) -> Value {
    item["amount_discount"] = json!(discount);
    item["amount_tax"] = json!(tax);
    item
}

fn person(name: &str, line1: &str, city: &str, postal_code: &str, country: &str) -> Value {
    let email = format!(
        "{}@example.com",
        name.split(' ').next().unwrap_or("x").to_lowercase()
    );
    json!({"name": name, "email": email, "address": {
        "line1": line1, "city": city, "postal_code": postal_code, "country": country}})
}

fn sale(what: &'static str, currency: &str, who: &Value, items: &[Value]) -> Sale {
    let purchase = json!({
        "currency": currency, "customer": "new", "customer_details": who, "line_items": items,
        "payment_method": "pm_card_bypassPending",
    });
    Sale { what, purchase }
}

impl Sale {
    fn with(mut self, key: &str, value: Value) -> Self {
        self.purchase[key] = value;
        self
    }
}

/// What is bought in the demo.
pub fn basket() -> Vec<Sale> {
    let ada = person("Ada Byron", "12 Canal Street", "Springfield", "62701", "US");
    let jan = person(
        "Jan de Vries",
        "Keizersgracht 10",
        "Amsterdam",
        "1015 CN",
        "NL",
    );
    let yuki = person("Yuki Tanaka", "1-2-3 Kanda", "Tokyo", "101-0047", "JP");
    let mary = person("Mary Smith", "5 Lock Lane", "Leeds", "LS1 4AP", "GB");
    let mugs = |n: i64| item("prod_mug", "Mug", n, n * 1200);
    vec![
        sale("two mugs", "usd", &ada, &[mugs(2)]),
        sale(
            "discount, tax, shipping",
            "usd",
            &mary,
            &[
                taxed(item("prod_tshirt", "T-shirt", 3, 7500), 750, 540),
                taxed(mugs(1), 0, 96),
            ],
        )
        .with("shipping_amount", json!(595)),
        sale(
            "premium plan",
            "eur",
            &jan,
            &[item("prod_pro", "Pro, a year", 1, 49_900)],
        )
        .with("metadata", json!({"plan": "premium"})),
        sale(
            "in yen",
            "jpy",
            &yuki,
            &[item("prod_basic", "Basic", 1, 1500)],
        ),
        sale(
            "in pounds",
            "gbp",
            &mary,
            &[
                item("prod_setup", "Setup", 1, 10_000),
                item("prod_basic", "Basic", 3, 2_999),
            ],
        ),
        sale("a guest", "usd", &ada, &[mugs(1)]).with("customer", Value::Null),
        sale("a declined card", "usd", &ada, &[mugs(1)])
            .with("payment_method", json!("pm_card_visa_chargeDeclined")),
        sale(
            "a product without a lookup row",
            "usd",
            &mary,
            &[item("prod_poster", "Poster", 1, 1800)],
        ),
        sale(
            "an item that M3 lacks",
            "usd",
            &jan,
            &[mugs(1), item("prod_sticker", "Stickers", 10, 1000)],
        ),
        sale("to be refunded in part", "eur", &jan, &[mugs(5)]),
        sale("to be refunded whole", "usd", &mary, &[mugs(2)]),
        sale("to be disputed", "usd", &ada, &[mugs(3)])
            .with("payment_method", json!("pm_card_createDispute")),
        sale("M3 is away for a moment", "usd", &ada, &[mugs(4)]),
        sale("M3's answer to Confirm is lost", "usd", &mary, &[mugs(6)]),
    ]
}

/// One purchase; what goes wrong at the ERP is planted just before it.
pub async fn buy(world: &World, sale: Sale) -> Result<Bought> {
    match sale.what {
        "M3 is away for a moment" => {
            wait(world).await;
            let away = Action::Status {
                status: 503,
                code: None,
                message: None,
                headers: std::collections::BTreeMap::new(),
            };
            plant(world, "OIS100MI/AddBatchHead", away);
        }
        "M3's answer to Confirm is lost" => {
            wait(world).await;
            plant(world, "OIS100MI/Confirm", Action::DropAfter);
        }
        _ => {}
    }
    let purchase: sim::stripe::Purchase = serde_json::from_value(sale.purchase)?;
    let bought = world
        .sandboxes
        .stripe
        .purchase(&purchase)
        .map_err(|error| anyhow::anyhow!("the sandbox refused `{}`: {error}", sale.what))?;
    Ok(Bought {
        what: sale.what,
        declined: bought.declined.is_some(),
        charge: bought.charge,
        payment_intent: bought.payment_intent,
        transaction: bought.balance_transaction,
        amount: bought.amount,
        currency: bought.currency.to_uppercase(),
    })
}

/// Lets everything before it end, so that a fault meets the sale it is meant for.
async fn wait(world: &World) {
    for _ in 0..100 {
        world.sandboxes.stripe.settled().await;
        world.engine.settled().await;
        let counts = world.engine.store().counts().await;
        let open = [
            model::RunState::Ready,
            model::RunState::Running,
            model::RunState::Retry,
        ];
        if counts.is_ok_and(|c| open.into_iter().all(|s| c.runs_in(s) == 0)) {
            return;
        }
        world
            .engine
            .clock()
            .sleep(std::time::Duration::from_millis(50))
            .await;
    }
}

fn plant(world: &World, operation: &str, action: Action) {
    let matcher = Match {
        operation: Some(operation.into()),
        ..Match::default()
    };
    world.sandboxes.infor.faults().plant(Fault {
        matcher,
        times: Some(1),
        action,
    });
}

async fn first_charge_event(world: &World) -> Result<String> {
    let events = world
        .shop_call("/v1/events?types[]=charge.succeeded&limit=100", &[])
        .await?;
    let oldest = events["data"].as_array().and_then(|d| d.last());
    let id = oldest
        .and_then(|e| e["id"].as_str())
        .context("there is an event")?;
    Ok(id.to_owned())
}

/// Stripe delivers the first event a second time.
pub async fn duplicate_first_delivery(world: &World) -> Result<()> {
    let event = first_charge_event(world).await?;
    ensure!(
        world.sandboxes.stripe.resend(&event),
        "the sandbox repeats {event}"
    );
    world.sandboxes.stripe.settled().await;
    Ok(())
}

/// And a third time, after the restart. Returns how often it was delivered in all.
pub async fn repeat_first_delivery(world: &World) -> Result<i64> {
    let event = first_charge_event(world).await?;
    ensure!(
        world.sandboxes.stripe.resend(&event),
        "the sandbox repeats {event}"
    );
    world.sandboxes.stripe.settled().await;
    let filter = store::EventFilter {
        search: Some(event),
        ..store::EventFilter::default()
    };
    let found = world
        .engine
        .store()
        .events(world.environment(), filter, store::Page::first(1))
        .await?;
    Ok(found.first().map_or(0, |e| e.deliveries))
}

/// Refunds `amount` minor units of a sale, or all that is left of it.
pub async fn refund(
    world: &World,
    bought: &[Bought],
    what: &str,
    amount: Option<i64>,
) -> Result<()> {
    let sale = bought.iter().find(|b| b.what == what);
    let sale = sale.with_context(|| format!("the sale `{what}`"))?;
    let amount = amount.map(|a| a.to_string());
    let mut form = vec![
        ("charge", sale.charge.as_str()),
        ("reason", "requested_by_customer"),
    ];
    if let Some(amount) = &amount {
        form.push(("amount", amount));
    }
    let refund = world.shop_call("/v1/refunds", &form).await?;
    ensure!(refund["status"] == "succeeded", "the refund: {refund}");
    Ok(())
}

/// Stripe pays out what is available; the dollar payout fails and comes again.
pub async fn pay_out(world: &World) -> Result<Vec<String>> {
    let mut payouts = world.sandboxes.stripe.run_payouts();
    for id in &payouts {
        let payout = world.shop_call(&format!("/v1/payouts/{id}"), &[]).await?;
        if payout["currency"] == "usd" {
            let body = json!({"code": "account_closed"});
            world
                .sandbox_call(&format!("/_sandbox/payouts/{id}/fail"), &body)
                .await?;
        }
    }
    payouts.extend(world.sandboxes.stripe.run_payouts());
    for id in &payouts {
        let payout = world.shop_call(&format!("/v1/payouts/{id}"), &[]).await?;
        if payout["status"] == "failed" {
            continue;
        }
        world.sandboxes.infor.book_bank_line(&BankLine {
            reference: format!("STRIPE {id}"),
            currency: payout["currency"]
                .as_str()
                .unwrap_or_default()
                .to_uppercase(),
            amount: payout["amount"].as_i64().unwrap_or_default(),
        });
    }
    Ok(payouts)
}

/// A person fills in the missing row, corrects the wrong one, and replays each cause.
pub async fn repair(world: &World) -> Result<()> {
    world
        .put_rows(&[
            ("items", "prod_poster", json!("POSTER")),
            ("items", "prod_sticker", json!("STICKERS")),
        ])
        .await?;
    let environment = world.environment();
    let groups = world
        .engine
        .store()
        .dead_letter_groups(environment, None, 100)
        .await?;
    for group in groups {
        let how = Replay {
            from_start: true,
            ..Replay::default()
        };
        world
            .engine
            .replay_cause(environment, &group.fingerprint, &how, "demo")
            .await?;
    }
    Ok(())
}
