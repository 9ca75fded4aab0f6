//! Refunds and failed payments from end to end: documents in Infor, mail over real SMTP, and books
//! that tie.

use crate::mailbox::Mailbox;
use crate::sandbox::{Sandboxes, Towpath};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Everything between the sandboxes; nothing is delivered unless the test says so.
struct World {
    sandboxes: Sandboxes,
    towpath: Towpath,
    mailbox: Mailbox,
    settings: store::Settings,
    _guard: store::testing::Guard,
}

/// A sale: its charge, its payment and its order in Infor.
struct Sale {
    charge: String,
    order: String,
}

impl World {
    async fn start() -> Option<Self> {
        let mailbox = Mailbox::start().await?;
        let (store, guard) = store::testing::sqlite().await;
        store.close().await;
        let never = sim::infor::Settings {
            allocate_after_s: 1_000_000_000,
            ..sim::infor::Settings::default()
        };
        let sandboxes = Sandboxes::with(Some(mailbox.port), never).await;
        let settings = guard.settings();
        let towpath = Towpath::start(&sandboxes, &settings).await;
        towpath.fill_lookups().await;
        Some(Self {
            sandboxes,
            towpath,
            mailbox,
            settings,
            _guard: guard,
        })
    }

    /// Sells mugs at 12.00 USD; gives the charge.
    fn sell(&self, mugs: i64, name: &str) -> String {
        let purchase = json!({
            "currency": "usd", "customer": "new",
            "customer_details": {"name": name, "email": "ada@example.com", "address": {
                "line1": "1 Lock Lane", "city": "Leeds", "postal_code": "LS1 4AP",
                "country": "GB"}},
            "line_items": [{"product": "prod_mug", "name": "Mug", "quantity": mugs,
                            "amount_subtotal": mugs * 1200}],
            "payment_method": "pm_card_bypassPending",
        });
        let purchase = serde_json::from_value(purchase).expect("a purchase");
        let bought = self.sandboxes.stripe.purchase(&purchase);
        bought.expect("it is paid").charge
    }

    /// The order of a charge, as Towpath told Stripe.
    async fn sold(&self, charge: String) -> Sale {
        let path = format!("/v1/charges/{charge}");
        let told = self.sandboxes.shop_call(&path, &[]).await;
        let order = told["metadata"]["infor_order_no"].as_str();
        let order = order.expect("an order").to_owned();
        Sale { charge, order }
    }

    async fn refund(&self, sale: &Sale, amount: Option<&str>) -> String {
        let mut form = vec![("charge", sale.charge.as_str())];
        form.extend(amount.map(|a| ("amount", a)));
        let refund = self.sandboxes.shop_call("/v1/refunds", &form).await;
        refund["id"].as_str().expect("a refund").to_owned()
    }

    async fn finish(&mut self) {
        self.towpath.finish(&self.sandboxes).await;
    }

    /// What is noted on an order, by title.
    fn notes(&self, order: &str) -> BTreeMap<String, String> {
        let texts = self.sandboxes.infor.order_texts(order).into_iter();
        texts
            .map(|(_, b)| (b.title, b.lines.into_values().collect::<Vec<_>>().join(" ")))
            .collect()
    }

    fn held(&self, order: &str) -> bool {
        self.sandboxes.infor.orders()[order].held
    }

    /// Open credit requests: source, order, invoice and amount in minor units.
    fn credit_requests(&self) -> Vec<(String, String, String, i64)> {
        let batches = self.sandboxes.infor.batches();
        let open = batches.values().filter(|b| b.is_credit_request());
        open.map(|b| {
            let head = |name: &str| b.content.get(name).to_owned();
            let amount = b.content.lines.iter().map(|l| l.amount).sum();
            (head("OREF"), head("YREF"), head("OIVR"), amount)
        })
        .collect()
    }

    async fn exceptions(&self) -> Vec<(String, String)> {
        let found = self.towpath.api("/api/v1/books/exceptions").await;
        let found = found["data"].as_array().expect("a list").iter();
        let word = |e: &Value, key: &str| e[key].as_str().unwrap_or_default().to_owned();
        let mut found: Vec<_> = found.map(|e| (word(e, "kind"), word(e, "key"))).collect();
        found.sort();
        found
    }

    /// Stripe's balance is our clearing account, each posting is there once, and no entry of a
    /// refund is under anything but its balance transaction.
    async fn assert_ties(&self) {
        let balance = self.sandboxes.shop_call("/v1/balance", &[]).await;
        let mut theirs = BTreeMap::new();
        for part in ["available", "pending"] {
            for line in balance[part].as_array().expect("a list") {
                let currency = line["currency"].as_str().expect("a code").to_uppercase();
                *theirs.entry(currency).or_insert(0) += line["amount"].as_i64().expect("minor");
            }
        }
        let totals = self.towpath.api("/api/v1/books/totals").await;
        let mut ours = BTreeMap::new();
        for total in totals["data"].as_array().expect("a list") {
            if total["account"] == "1010" {
                let currency = total["currency"].as_str().expect("a code").to_owned();
                let amount = total["amount_minor"].as_i64().expect("minor");
                *ours.entry(currency).or_insert(0) += amount;
            }
        }
        assert_eq!(theirs, ours);
        let entries = self.towpath.api("/api/v1/books/entries?limit=200").await;
        for entry in entries["data"].as_array().expect("a list") {
            let reference = entry["reference"].as_str().unwrap_or_default();
            assert!(
                reference.starts_with("txn_") || reference.starts_with("ch_"),
                "{entry}"
            );
        }
        for ((kind, reference), count) in self.sandboxes.infor.postings_per_reference() {
            assert_eq!(count, 1, "Infor has {count} of {kind} {reference}");
        }
        assert!(self.sandboxes.infor.orphan_batch_heads().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_become_documents_and_never_entries() {
    let Some(mut world) = World::start().await else {
        return;
    };
    let (partly, wholly) = (world.sell(5, "Ada Byron"), world.sell(2, "Mary Smith"));
    world.finish().await;
    let (partly, wholly) = (world.sold(partly).await, world.sold(wholly).await);

    // Before the invoice: a note each, and the second partial refund is no duplicate.
    let first = world.refund(&partly, Some("1500")).await;
    let second = world.refund(&partly, Some("1500")).await;
    let third = world.refund(&wholly, None).await;
    world.finish().await;
    let notes = world.notes(&partly.order);
    let sentence = "Refunded 15.00 USD of 60.00 USD (no reason given).";
    assert_eq!(
        notes,
        BTreeMap::from([
            (format!("{first}:succeeded"), sentence.to_owned()),
            (format!("{second}:succeeded"), sentence.to_owned()),
        ])
    );
    assert!(!world.held(&partly.order));
    assert!(world.credit_requests().is_empty());

    // All of an order before delivery: a note, and it stays here.
    assert!(
        world
            .notes(&wholly.order)
            .contains_key(&format!("{third}:succeeded"))
    );
    assert!(world.held(&wholly.order));

    // After the invoice: a request for a credit note, which posts nothing.
    world.sandboxes.infor.invoice_all();
    world.finish().await;
    let fourth = world.refund(&partly, Some("500")).await;
    world.finish().await;
    let invoice = world.sandboxes.infor.invoices()[0].exin.clone();
    assert_eq!(
        world.credit_requests(),
        [(fourth.clone(), partly.order.clone(), invoice, -500)]
    );
    assert_eq!(world.notes(&partly.order).len(), 2);

    // It fails: noted, owed, and told.
    let path = format!("/_sandbox/refunds/{fourth}/fail");
    world.sandboxes.sandbox_call(&path, &json!({})).await;
    world.finish().await;
    assert_eq!(
        world.notes(&partly.order)[&format!("{fourth}:failed")],
        "The refund of 5.00 USD of 60.00 USD failed; the money is still owed."
    );
    assert!(
        world
            .exceptions()
            .await
            .contains(&("refund_failed".into(), fourth.clone()))
    );
    world.assert_ties().await;

    // One notice each, to the books' people.
    let messages = world.mailbox.messages();
    let subjects: Vec<&str> = messages.iter().map(|m| m.header("Subject")).collect();
    assert_eq!(messages.len(), 5, "{subjects:?}");
    assert!(messages.iter().all(|m| m.to == ["books@example.com"]));
    let last = &messages[4].text;
    for line in [
        format!("Order    {}", partly.order),
        format!("Refund   {fourth}"),
        "In M3    a note on the order".into(),
    ] {
        assert!(last.contains(&line), "{last}");
    }
    assert!(messages[3].text.contains("a credit request to confirm or"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_payment_is_told_once_and_only_if_it_stays_failed() {
    let Some(mut world) = World::start().await else {
        return;
    };
    let intent = |method: &'static str, email: &'static str| {
        vec![
            ("amount", "1200"),
            ("currency", "usd"),
            ("payment_method_types[]", "card"),
            ("payment_method", method),
            ("receipt_email", email),
            ("confirm", "true"),
        ]
    };
    let declined = "pm_card_visa_chargeDeclined";
    // It fails twice, and is told once.
    let form = intent(declined, "eve@example.com");
    let refused = world
        .sandboxes
        .shop_call("/v1/payment_intents", &form)
        .await;
    let failed = refused["error"]["payment_intent"]["id"].as_str();
    let failed = failed.expect("a payment intent").to_owned();
    world.finish().await;
    let again = [("payment_method", declined)];
    let confirm = format!("/v1/payment_intents/{failed}/confirm");
    world.sandboxes.shop_call(&confirm, &again).await;
    world.finish().await;
    let messages = world.mailbox.messages();
    let [message] = &messages[..] else {
        panic!("one message: {messages:?}")
    };
    assert_eq!(message.to, ["eve@example.com"]);
    assert_eq!(
        message.header("Subject"),
        "Your payment of 12.00 USD to Test did not go through"
    );

    // It fails while Towpath is away, and has succeeded when Towpath looks: nothing is told.
    world.towpath.kill();
    let form = intent(declined, "bob@example.com");
    let refused = world
        .sandboxes
        .shop_call("/v1/payment_intents", &form)
        .await;
    let id = refused["error"]["payment_intent"]["id"].as_str();
    let confirm = format!("/v1/payment_intents/{}/confirm", id.expect("an intent"));
    let other = [("payment_method", "pm_card_bypassPending")];
    let paid = world.sandboxes.shop_call(&confirm, &other).await;
    assert_eq!(paid["status"], "succeeded", "{paid}");
    world.towpath = Towpath::start(&world.sandboxes, &world.settings).await;
    world.finish().await;
    assert_eq!(world.mailbox.messages().len(), 1);
    assert_eq!(world.sandboxes.infor.orders().len(), 1);
    world.assert_ties().await;
}
