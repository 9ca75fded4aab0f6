//! The official CLI and the official SDKs as judges. They are not part of the project:
//! `TOWPATH_STRIPE_CLI` (the binary), `TOWPATH_STRIPE_NODE` (a folder with `node_modules/stripe`)
//! and `TOWPATH_STRIPE_PYTHON` (an interpreter that can import `stripe`) say where they are. With
//! `TOWPATH_REQUIRE_PEERS=1` a missing one is a failure, otherwise the test says so and passes.

use super::client::{START, sandbox, with};
use super::listener::Listener;
use sim::clock::Clock;
use sim::stripe::DEFAULT_KEY;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

fn peer(variable: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        let required = std::env::var_os("TOWPATH_REQUIRE_PEERS").is_some_and(|v| v == "1");
        assert!(!required, "{variable} is not set but peers are required");
        println!("skipped: {variable} is not set");
    }
    found
}

/// Runs `command` with `input`; its output, after a success.
async fn run(mut command: Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the peer starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin
        .write_all(input.as_bytes())
        .await
        .expect("the peer reads");
    drop(stdin);
    let output = child.wait_with_output().await.expect("the peer ends");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_cli_triggers_events() {
    let Some(cli) = peer("TOWPATH_STRIPE_CLI") else {
        return;
    };
    for (trigger, wanted) in [
        ("charge.succeeded", "charge.succeeded"),
        ("charge.captured", "charge.captured"),
        ("charge.failed", "charge.failed"),
        ("charge.refunded", "charge.refunded"),
        ("charge.dispute.created", "charge.dispute.created"),
        ("charge.dispute.closed", "charge.dispute.closed"),
        ("balance.available", "balance.available"),
        ("customer.created", "customer.created"),
        ("customer.deleted", "customer.deleted"),
        ("payment_intent.succeeded", "payment_intent.succeeded"),
        (
            "payment_intent.payment_failed",
            "payment_intent.payment_failed",
        ),
        ("payment_intent.canceled", "payment_intent.canceled"),
        (
            "payment_intent.requires_action",
            "payment_intent.requires_action",
        ),
        ("payout.created", "payout.created"),
        ("payout.updated", "payout.updated"),
        ("product.created", "product.created"),
        ("price.created", "price.created"),
    ] {
        let (handle, _api) = with(|c| c.clock = Arc::new(Clock::live())).await;
        let listener = Listener::start().await;
        let (_, secret) = handle.add_webhook_endpoint(&listener.url());
        let home = std::env::temp_dir().join(format!("sim-cli-{}", std::process::id()));
        std::fs::create_dir_all(&home).expect("a home");
        let mut command = Command::new(&cli);
        command
            .args(["trigger", trigger, "--api-base", &handle.url()])
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", &home)
            // Nothing leaves this machine; and waiting for its telemetry, the CLI has panicked.
            .env("STRIPE_CLI_TELEMETRY_OPTOUT", "1")
            .env("DO_NOT_TRACK", "1")
            .env("STRIPE_API_KEY", DEFAULT_KEY);
        run(command, "").await;
        handle.settled().await;
        std::fs::remove_dir_all(&home).ok();
        let kinds = listener.kinds();
        assert!(kinds.iter().any(|k| k == wanted), "{trigger}: {kinds:?}");
        assert!(listener.received().iter().all(|r| r.signed_with(&secret)));
        println!("{trigger}: {} events, all signed", kinds.len());
    }
}

/// Deliveries signed with two live secrets, as the SDKs' judges get them: JSON lines.
async fn deliveries() -> (String, String, String) {
    let (handle, api) = sandbox().await;
    let listener = Listener::start().await;
    let (endpoint, old) = handle.add_webhook_endpoint(&listener.url());
    api.paid(1_000, "usd", "pm_card_visa").await;
    handle.settled().await;
    let path = format!("/_sandbox/webhooks/{endpoint}/mode");
    let reply = api.post(&path, r#"{"roll_secret": true}"#).await;
    let new = reply.body["secret"].as_str().expect("secret").to_owned();
    api.made("/v1/customers", "name=Zo%C3%AB").await;
    handle.settled().await;
    let lines: Vec<String> = listener
        .received()
        .iter()
        .map(|r| serde_json::json!({"header": r.signature, "body": r.body}).to_string())
        .collect();
    (lines.join("\n"), old, new)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_node_sdk_accepts_every_signature() {
    let Some(folder) = peer("TOWPATH_STRIPE_NODE") else {
        return;
    };
    let (lines, old, new) = deliveries().await;
    let script = r#"
        const stripe = new (require('stripe'))('sk_test_x');
        const [old, neu, now] = process.argv.slice(1);
        const lines = require('fs').readFileSync(0, 'utf8').split('\n').map(JSON.parse);
        const tries = (l, secret) => {
            const at = +now * 1000;
            const {webhooks} = stripe;
            try { return webhooks.constructEvent(l.body, l.header, secret, 300, undefined, at).id; }
            catch (e) { return null; }
        };
        const verdicts = lines.map(l => [old, neu, 'whsec_wrong'].map(s => tries(l, s) !== null));
        console.log(JSON.stringify(verdicts));
    "#;
    let mut command = Command::new("node");
    command
        .current_dir(&folder)
        .args(["-e", script, "--", &old, &new, &START.to_string()]);
    judge(&run(command, &lines).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_python_sdk_accepts_every_signature() {
    let Some(python) = peer("TOWPATH_STRIPE_PYTHON") else {
        return;
    };
    let (lines, old, new) = deliveries().await;
    let script = r#"
import json, sys, time
import stripe
old, new, now = sys.argv[1:]
time.time = lambda: float(now)
def accepts(line, secret):
    try:
        stripe.Webhook.construct_event(line["body"], line["header"], secret)
        return True
    except stripe.SignatureVerificationError:
        return False
lines = [json.loads(line) for line in sys.stdin.read().split("\n")]
print(json.dumps([[accepts(l, s) for s in (old, new, "whsec_wrong")] for l in lines]))
"#;
    let mut command = Command::new(&python);
    command.args(["-c", script, &old, &new, &START.to_string()]);
    judge(&run(command, &lines).await);
}

/// Three deliveries under the old secret, one under both, none under a wrong one.
fn judge(output: &str) {
    let verdicts: Vec<[bool; 3]> = serde_json::from_str(output.trim()).expect("verdicts");
    let only_old = [true, false, false];
    assert_eq!(
        verdicts,
        [only_old, only_old, only_old, [true, true, false]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_node_sdk_is_served() {
    let Some(folder) = peer("TOWPATH_STRIPE_NODE") else {
        return;
    };
    let (handle, _api) = with(|c| c.clock = Arc::new(Clock::live())).await;
    let port = handle
        .url()
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .to_owned();
    let script = r#"
        const assert = require('assert');
        const [key, port] = process.argv.slice(1);
        const stripe = new (require('stripe'))(key, {host: '127.0.0.1', port, protocol: 'http'});
        (async () => {
            for (let i = 0; i < 12; i++)
                await stripe.customers.create({name: 'N ' + i, metadata: {i}});
            let seen = 0;
            for await (const c of stripe.customers.list({limit: 5})) seen++;
            assert.equal(seen, 12);
            const idempotencyKey = 'k1';
            const pay = {amount: 1000, currency: 'eur', payment_method: 'pm_card_visa',
                confirm: true, expand: ['latest_charge.balance_transaction']};
            const create = (change) => stripe.paymentIntents.create({...pay, ...change});
            const one = await stripe.paymentIntents.create(pay, {idempotencyKey});
            const two = await stripe.paymentIntents.create(pay, {idempotencyKey});
            assert.equal(one.id, two.id);
            assert.equal(one.latest_charge.balance_transaction.fee, 40);
            const other = stripe.paymentIntents.create({...pay, amount: 2}, {idempotencyKey});
            await assert.rejects(other, {type: 'StripeIdempotencyError'});
            await assert.rejects(create({payment_method: 'pm_card_chargeDeclined'}),
                {type: 'StripeCardError', decline_code: 'generic_decline'});
            await assert.rejects(stripe.charges.retrieve('ch_none'),
                {type: 'StripeInvalidRequestError', code: 'resource_missing'});
            await assert.rejects(create({payment_method_types: ['card']}),
                {code: 'parameter_unknown'});
            const refund = await stripe.refunds.create({payment_intent: one.id, amount: 300});
            assert.equal(refund.status, 'succeeded');
            const types = ['charge.refunded', 'refund.created'];
            const events = await stripe.events.list({types});
            assert.equal(events.data.length, 2);
            console.log('served');
        })().catch(e => { console.error(e); process.exit(1); });
    "#;
    let mut command = Command::new("node");
    command
        .current_dir(&folder)
        .args(["-e", script, "--", DEFAULT_KEY, &port]);
    assert_eq!(run(command, "").await.trim(), "served");
}
