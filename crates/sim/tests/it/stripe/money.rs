//! Money: every path a payment can take, and that everything adds up whatever is done.

use super::client::{Api, sandbox, with};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use sim::stripe::Handle;
use std::collections::BTreeMap;

const DAY: i64 = 86_400;

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key} in {object}"))
}

fn sum(list: &[Value], key: &str) -> i64 {
    list.iter()
        .map(|t| t[key].as_i64().expect("a number"))
        .sum()
}

/// (available, pending) of `currency`.
async fn balance(api: &Api, currency: &str) -> (i64, i64) {
    let balance = api.read("/v1/balance").await;
    let side = |name: &str| {
        let entries = balance[name].as_array().expect("a list").iter();
        entries
            .filter(|e| e["currency"] == currency)
            .map(|e| e["amount"].as_i64().unwrap_or(0))
            .sum()
    };
    (side("available"), side("pending"))
}

#[tokio::test]
async fn each_currency_has_its_fee_and_settles_in_itself() {
    let (handle, api) = sandbox().await;
    for (currency, amount, fee) in [
        ("usd", 10_000, 320),
        ("eur", 10_000, 175),
        ("jpy", 10_000, 360),
        ("kwd", 10_000, 320),
    ] {
        let intent = api.paid(amount, currency, "pm_card_visa").await;
        let charge = text(&intent, "latest_charge");
        let found = api
            .all(&format!("/v1/balance_transactions?source={charge}"))
            .await;
        assert_eq!(found.len(), 1);
        let t = &found[0];
        assert_eq!(
            (&t["amount"], &t["fee"]),
            (&json!(amount), &json!(fee)),
            "{currency}"
        );
        assert_eq!(
            (&t["net"], &t["currency"]),
            (&json!(amount - fee), &json!(currency))
        );
        assert_eq!(
            (&t["status"], &t["exchange_rate"]),
            (&json!("pending"), &Value::Null)
        );
        assert_eq!(
            sum(t["fee_details"].as_array().expect("details"), "amount"),
            fee
        );
        assert_eq!(balance(&api, currency).await, (0, amount - fee));
    }
    handle.advance(2 * DAY - 1);
    assert_eq!(balance(&api, "usd").await, (0, 9_680));
    api.post("/_sandbox/settings", r#"{"daily_payouts": false}"#)
        .await;
    handle.advance(1);
    assert_eq!(balance(&api, "usd").await, (9_680, 0));
    assert_eq!(
        api.all("/v1/balance_transactions?currency=usd").await[0]["status"],
        "available"
    );
    let intent = api.paid(5_000, "usd", "pm_card_bypassPending").await;
    assert_eq!(intent["status"], "succeeded");
    assert_eq!(balance(&api, "usd").await, (9_680 + 5_000 - 175, 0));
}

#[tokio::test]
async fn automatic_payouts_are_the_sum_of_their_members() {
    let (handle, api) = sandbox().await;
    for currency in ["usd", "eur"] {
        for amount in [1_000, 2_500, 7_777] {
            api.paid(amount, currency, "pm_card_visa").await;
        }
    }
    let charge = text(
        &api.paid(4_000, "usd", "pm_card_visa").await,
        "latest_charge",
    )
    .to_owned();
    api.made(
        "/v1/refunds",
        &format!("charge={charge}&amount=1500&reason=requested_by_customer"),
    )
    .await;
    handle.advance(3 * DAY);
    let payouts = api.all("/v1/payouts").await;
    assert_eq!(payouts.len(), 2);
    for payout in &payouts {
        let id = text(payout, "id");
        let members = api
            .all(&format!("/v1/balance_transactions?payout={id}"))
            .await;
        assert_eq!(
            sum(&members, "net"),
            payout["amount"].as_i64().expect("amount")
        );
        assert!(
            members
                .iter()
                .all(|t| t["type"] != "payout" && t["currency"] == payout["currency"])
        );
        assert_eq!(payout["reconciliation_status"], "completed");
        assert_eq!(payout["automatic"], true);
        assert_eq!(balance(&api, text(payout, "currency")).await, (0, 0));
    }
    let statuses: Vec<&Value> = payouts.iter().map(|p| &p["status"]).collect();
    assert_eq!(statuses, ["in_transit", "in_transit"]);
    handle.advance(DAY);
    assert_eq!(api.all("/v1/payouts?status=paid").await.len(), 2);

    // The bank returns one: the money goes out again with the next.
    let id = text(&payouts[0], "id");
    let failed = api
        .post(
            &format!("/_sandbox/payouts/{id}/fail"),
            r#"{"code": "no_account"}"#,
        )
        .await;
    assert_eq!(
        (&failed.body["status"], &failed.body["failure_code"]),
        (&json!("failed"), &json!("no_account"))
    );
    assert_eq!(
        balance(&api, text(&payouts[0], "currency")).await.0,
        payouts[0]["amount"]
    );
    let again = handle.run_payouts();
    assert_eq!(again.len(), 1);
    let next = api.read(&format!("/v1/payouts/{}", again[0])).await;
    assert_eq!(
        (&next["amount"], &next["status"]),
        (&payouts[0]["amount"], &json!("paid"))
    );
    let members = api
        .all(&format!("/v1/balance_transactions?payout={}", again[0]))
        .await;
    assert_eq!(members.len(), 1);
    assert_eq!(members[0]["reporting_category"], "payout_reversal");
    assert_eq!(
        api.post(&format!("/_sandbox/payouts/{id}/fail"), "")
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn manual_payouts_take_what_is_there() {
    let (handle, api) = sandbox().await;
    api.paid(10_000, "usd", "pm_card_bypassPending").await;
    let reply = api.post("/v1/payouts", "amount=9681&currency=usd").await;
    assert_eq!((reply.status, reply.code()), (400, "balance_insufficient"));
    let kept = api.made("/v1/payouts", "amount=4000&currency=usd").await;
    assert_eq!(kept["reconciliation_status"], "not_applicable");
    let gone = api.made("/v1/payouts", "amount=5000&currency=usd").await;
    assert_eq!(balance(&api, "usd").await, (680, 0));
    let path = format!("/v1/payouts/{}", text(&gone, "id"));
    assert_eq!(
        api.made(&format!("{path}/cancel"), "").await["status"],
        "canceled"
    );
    assert_eq!(api.post(&format!("{path}/cancel"), "").await.status, 400);
    assert_eq!(balance(&api, "usd").await, (5_680, 0));
    let listed = format!("/v1/balance_transactions?payout={}", text(&kept, "id"));
    assert_eq!(api.get(&listed).await.status, 400);
    handle.advance(DAY);
    let path = format!("/v1/payouts/{}", text(&kept, "id"));
    assert_eq!(api.read(&path).await["status"], "paid");
    reconciles(&handle, &api).await;
}

#[tokio::test]
async fn refunds_settle_pend_and_fail() {
    let (handle, api) = sandbox().await;
    api.post("/_sandbox/settings", r#"{"daily_payouts": false}"#)
        .await;
    let charge = text(
        &api.paid(1_000, "usd", "pm_card_visa").await,
        "latest_charge",
    )
    .to_owned();
    let path = format!("/v1/charges/{charge}");
    let refund = api
        .made("/v1/refunds", &format!("charge={charge}&amount=300"))
        .await;
    assert_eq!(refund["status"], "succeeded");
    let t = api
        .read(&format!(
            "/v1/balance_transactions/{}",
            text(&refund, "balance_transaction")
        ))
        .await;
    assert_eq!(
        (&t["amount"], &t["fee"], &t["type"]),
        (&json!(-300), &json!(0), &json!("refund"))
    );
    let more = api
        .post("/v1/refunds", &format!("charge={charge}&amount=701"))
        .await;
    assert_eq!(more.status, 400);
    assert_eq!(api.read(&path).await["amount_refunded"], 300);
    api.made("/v1/refunds", &format!("charge={charge}")).await;
    assert_eq!(api.read(&path).await["refunded"], true);
    let more = api.post("/v1/refunds", &format!("charge={charge}")).await;
    assert_eq!((more.status, more.code()), (400, "charge_already_refunded"));

    let charge = text(
        &api.paid(1_000, "usd", "pm_card_pendingRefund").await,
        "latest_charge",
    )
    .to_owned();
    let refund = api.made("/v1/refunds", &format!("charge={charge}")).await;
    assert_eq!(refund["status"], "pending");
    handle.advance(60);
    let path = format!("/v1/refunds/{}", text(&refund, "id"));
    assert_eq!(api.read(&path).await["status"], "succeeded");

    let charge = text(
        &api.paid(1_000, "usd", "pm_card_refundFail").await,
        "latest_charge",
    )
    .to_owned();
    let refund = api.made("/v1/refunds", &format!("charge={charge}")).await;
    assert_eq!(refund["status"], "succeeded");
    handle.advance(60);
    let path = format!("/v1/refunds/{}", text(&refund, "id"));
    let failed = api.read(&path).await;
    assert_eq!(
        (&failed["status"], &failed["failure_reason"]),
        (&json!("failed"), &json!("expired_or_canceled_card"))
    );
    let back = text(&failed, "failure_balance_transaction");
    let t = api.read(&format!("/v1/balance_transactions/{back}")).await;
    assert_eq!(
        (&t["amount"], &t["reporting_category"]),
        (&json!(1_000), &json!("refund_failure"))
    );
    reconciles(&handle, &api).await;
}

#[tokio::test]
async fn a_refund_waits_for_money_if_nobody_lends() {
    let (handle, api) = sandbox().await;
    api.post(
        "/_sandbox/settings",
        r#"{"debit_negative": false, "daily_payouts": false}"#,
    )
    .await;
    let charge = text(
        &api.paid(1_000, "usd", "pm_card_bypassPending").await,
        "latest_charge",
    )
    .to_owned();
    handle.run_payouts();
    let refund = api.made("/v1/refunds", &format!("charge={charge}")).await;
    assert_eq!(
        (&refund["status"], &refund["pending_reason"]),
        (&json!("pending"), &json!("insufficient_funds"))
    );
    assert_eq!(refund["balance_transaction"], Value::Null);
    let path = format!("/v1/refunds/{}", text(&refund, "id"));
    handle.advance(600);
    assert_eq!(api.read(&path).await["status"], "pending");
    api.paid(5_000, "usd", "pm_card_bypassPending").await;
    handle.advance(60);
    assert_eq!(api.read(&path).await["status"], "succeeded");
    reconciles(&handle, &api).await;
}

#[tokio::test]
async fn disputes_take_money_and_may_give_it_back() {
    let (handle, api) = sandbox().await;
    let intent = api.paid(1_000, "usd", "pm_card_createDispute").await;
    let found = api
        .all(&format!(
            "/v1/disputes?payment_intent={}",
            text(&intent, "id")
        ))
        .await;
    let dispute = &found[0];
    assert_eq!(
        (&dispute["status"], &dispute["reason"]),
        (&json!("needs_response"), &json!("fraudulent"))
    );
    let t = &dispute["balance_transactions"][0];
    assert_eq!(
        (
            &t["amount"],
            &t["fee"],
            &t["net"],
            &t["reporting_category"],
            &t["type"]
        ),
        (
            &json!(-1_000),
            &json!(1_500),
            &json!(-2_500),
            &json!("dispute"),
            &json!("adjustment")
        )
    );
    let charge = text(&intent, "latest_charge");
    assert_eq!(
        api.post("/v1/refunds", &format!("charge={charge}"))
            .await
            .code(),
        "charge_disputed"
    );
    let path = format!("/v1/disputes/{}", text(dispute, "id"));
    let won = api
        .made(&path, "evidence[uncategorized_text]=winning_evidence")
        .await;
    assert_eq!(won["status"], "won");
    let t = &won["balance_transactions"][1];
    assert_eq!(
        (&t["net"], &t["reporting_category"]),
        (&json!(2_500), &json!("dispute_reversal"))
    );
    assert_eq!(api.post(&format!("{path}/close"), "").await.status, 400);

    let intent = api.paid(1_000, "usd", "pm_card_createDisputeInquiry").await;
    let found = api
        .all(&format!(
            "/v1/disputes?payment_intent={}",
            text(&intent, "id")
        ))
        .await;
    assert_eq!(found[0]["status"], "warning_needs_response");
    assert_eq!(found[0]["balance_transactions"], json!([]));
    let closed = api
        .made(&format!("/v1/disputes/{}/close", text(&found[0], "id")), "")
        .await;
    assert_eq!(closed["status"], "warning_closed");

    let done = api.paid(2_000, "usd", "pm_card_visa").await;
    let charge = text(&done, "latest_charge");
    let dispute = api
        .post(
            &format!("/_sandbox/charges/{charge}/dispute"),
            r#"{"reason": "duplicate"}"#,
        )
        .await;
    let path = format!("/_sandbox/disputes/{}/outcome", dispute.id());
    let lost = api.post(&path, r#"{"status": "lost"}"#).await;
    assert_eq!(lost.body["status"], "lost");
    reconciles(&handle, &api).await;
}

#[tokio::test]
async fn asynchronous_capture_books_later() {
    let (handle, api) = with(|c| c.settings.async_capture_s = 30).await;
    let intent = api.paid(1_000, "usd", "pm_card_visa").await;
    let path = format!("/v1/charges/{}", text(&intent, "latest_charge"));
    assert_eq!(api.read(&path).await["balance_transaction"], Value::Null);
    handle.advance(30);
    assert!(api.read(&path).await["balance_transaction"].is_string());
    let newest = api.read("/v1/events?limit=1").await;
    assert_eq!(newest["data"][0]["type"], "charge.updated");
    let previous = &newest["data"][0]["data"]["previous_attributes"];
    assert_eq!(*previous, json!({"balance_transaction": null}));
}

#[tokio::test]
async fn foreign_currency_settles_at_the_rate_of_its_day() {
    let (_handle, api) = sandbox().await;
    api.post("/_sandbox/fx", r#"{"pair": "gbp/usd", "rate": "1.27"}"#)
        .await;
    let intent = api.paid(1_000, "gbp", "pm_card_visa").await;
    let found = api
        .all(&format!(
            "/v1/balance_transactions?source={}",
            text(&intent, "latest_charge")
        ))
        .await;
    assert_eq!(
        (&found[0]["amount"], &found[0]["currency"]),
        (&json!(1_270), &json!("usd"))
    );
    assert_eq!(found[0]["exchange_rate"].to_string(), "1.27");
    api.post(
        "/_sandbox/fx",
        &format!(
            r#"{{"pair": "gbp/usd", "rate": "1.30", "from_s": {}}}"#,
            super::client::START
        ),
    )
    .await;
    let refund = api
        .made(
            "/v1/refunds",
            &format!("payment_intent={}", text(&intent, "id")),
        )
        .await;
    let t = api
        .read(&format!(
            "/v1/balance_transactions/{}",
            text(&refund, "balance_transaction")
        ))
        .await;
    assert_eq!(t["amount"], -1_300);
}

/// Sum of nets = balance, and every automatic payout = the sum of its members, each of which is in
/// no other.
async fn reconciles(handle: &Handle, api: &Api) {
    let transactions = api.all("/v1/balance_transactions").await;
    let mut nets: BTreeMap<String, i64> = BTreeMap::new();
    for t in &transactions {
        *nets.entry(text(t, "currency").to_owned()).or_default() += t["net"].as_i64().expect("net");
    }
    for (currency, net) in &nets {
        let (available, pending) = balance(api, currency).await;
        assert_eq!(available + pending, *net, "{currency}");
        assert_eq!(handle.state()["nets"][currency], *net);
    }
    let mut taken = std::collections::BTreeSet::new();
    for payout in api.all("/v1/payouts").await {
        if payout["automatic"] != true {
            continue;
        }
        let id = text(&payout, "id");
        let members = api
            .all(&format!("/v1/balance_transactions?payout={id}"))
            .await;
        assert_eq!(
            sum(&members, "net"),
            payout["amount"].as_i64().expect("amount"),
            "{id}"
        );
        for member in &members {
            assert!(
                taken.insert(text(member, "id").to_owned()),
                "in two payouts: {member}"
            );
        }
    }
}

#[tokio::test]
async fn whatever_is_done_the_books_add_up() {
    let (handle, api) = sandbox().await;
    let mut rng = StdRng::seed_from_u64(20_261_124);
    let methods = [
        "pm_card_visa",
        "pm_card_bypassPending",
        "pm_card_createDispute",
        "pm_card_pendingRefund",
        "pm_card_refundFail",
        "pm_card_chargeDeclined",
        "pm_card_createDisputeInquiry",
    ];
    let currencies = ["usd", "eur", "jpy", "gbp", "kwd"];
    let (mut done, mut refused) = (0, 0);
    for step in 0..400 {
        let pick = |list: &[Value], rng: &mut StdRng| -> Option<String> {
            let n = list.len();
            (n > 0).then(|| text(&list[rng.random_range(0..n)], "id").to_owned())
        };
        let reply = match rng.random_range(0..10) {
            0..=3 => {
                let amount = rng.random_range(5..5_000) * 10;
                let (method, currency) = (
                    methods[rng.random_range(0..methods.len())],
                    currencies[rng.random_range(0..5)],
                );
                let body = format!(
                    "amount={amount}&currency={currency}&payment_method={method}&confirm=true"
                );
                Some(api.post("/v1/payment_intents", &body).await)
            }
            4..=5 => {
                let page = api.read("/v1/charges?limit=30").await;
                match pick(page["data"].as_array().expect("data"), &mut rng) {
                    Some(id) => {
                        let amount = rng.random_range(1..1_000) * 10;
                        Some(
                            api.post("/v1/refunds", &format!("charge={id}&amount={amount}"))
                                .await,
                        )
                    }
                    None => None,
                }
            }
            6 => {
                let page = api.read("/v1/disputes?limit=30").await;
                match pick(page["data"].as_array().expect("data"), &mut rng) {
                    Some(id) => {
                        let body = if rng.random_bool(0.5) {
                            r#"{"status": "won", "return_fee": true}"#
                        } else {
                            r#"{"status": "lost"}"#
                        };
                        Some(
                            api.post(&format!("/_sandbox/disputes/{id}/outcome"), body)
                                .await,
                        )
                    }
                    None => None,
                }
            }
            7 => {
                let page = api.read("/v1/payouts?limit=10").await;
                match pick(page["data"].as_array().expect("data"), &mut rng) {
                    Some(id) => Some(api.post(&format!("/_sandbox/payouts/{id}/fail"), "").await),
                    None => None,
                }
            }
            8 => {
                let currency = currencies[rng.random_range(0..5)];
                let amount = rng.random_range(1..300) * 10;
                Some(
                    api.post(
                        "/v1/payouts",
                        &format!("amount={amount}&currency={currency}"),
                    )
                    .await,
                )
            }
            _ => {
                handle.advance(rng.random_range(1..100_000));
                None
            }
        };
        match reply.map(|r| r.status) {
            Some(200) => done += 1,
            Some(400 | 402) => refused += 1,
            None => {}
            Some(other) => panic!("step {step}: {other}"),
        }
        if step % 100 == 99 {
            reconciles(&handle, &api).await;
        }
    }
    assert!(done > 150 && refused > 20, "{done} {refused}");
    handle.advance(10 * DAY);
    reconciles(&handle, &api).await;
}
