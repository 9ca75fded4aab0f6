//! Published JSON forms: what is read is checked, what is written reads back the same.

use finance::posting::{BalanceTransaction, PostingRules, RuleSchedule};
use serde_json::{Value, json};

fn transaction() -> Value {
    json!({
        "id": "txn_1", "amount": 10_000, "fee": 320, "net": 9_680,
        "fee_details": [{"amount": 320, "currency": "USD", "kind": "stripe_fee"}],
        "currency": "USD", "reporting_category": "charge", "kind": "charge",
        "created": 1_790_000_000, "available_on": 1_790_000_000, "source": "ch_1",
        "exchange_rate": "1.25", "balance_type": "payments",
    })
}

#[test]
fn a_transaction_reads_back_as_written() {
    let read: BalanceTransaction = serde_json::from_value(transaction()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), transaction());
}

#[test]
fn a_transaction_whose_numbers_do_not_tie_is_not_read() {
    for (path, value, message) in [
        (
            "/net",
            json!(9_681),
            "txn_1: net 9681 is not amount 10000 less fee 320",
        ),
        (
            "/fee_details/0/amount",
            json!(319),
            "txn_1: the fee details sum to 319, the fee is 320",
        ),
        (
            "/fee_details/0/currency",
            json!("EUR"),
            "txn_1: a fee detail is in EUR, the transaction in USD",
        ),
        (
            "/currency",
            json!("dollar"),
            "`dollar` is no currency code: three letters, such as EUR",
        ),
    ] {
        let mut json = transaction();
        *json.pointer_mut(path).unwrap() = value;
        let error = serde_json::from_value::<BalanceTransaction>(json).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let mut json = transaction();
    json.as_object_mut().unwrap().remove("available_on");
    let error = serde_json::from_value::<BalanceTransaction>(json).unwrap_err();
    assert_eq!(error.to_string(), "missing field `available_on`");
}

#[test]
fn rules_are_written_whole_and_read_with_defaults() {
    let rules = PostingRules::default();
    let json = serde_json::to_value(&rules).unwrap();
    assert_eq!(serde_json::from_value::<PostingRules>(json).unwrap(), rules);
    let one: PostingRules = serde_json::from_value(json!({"clearing": "1090"})).unwrap();
    assert_eq!((one.clearing.as_str(), one.fees.as_str()), ("1090", "6000"));
    assert!(serde_json::from_value::<PostingRules>(json!({"clearin": "1090"})).is_err());
    let schedule: RuleSchedule =
        serde_json::from_value(json!([{}, {"revision": 2, "effective_from": "2026-12-01"}]))
            .unwrap();
    assert_eq!(schedule.on("2026-12-01").revision, 2);
    assert!(serde_json::from_value::<RuleSchedule>(json!([])).is_err());
}
