//! The balance transaction in its canonical form: what the books are made of.
//!
//! Field meanings: stripe.com/docs/api/balance_transactions/object and the SDK's type comments.

use crate::request::{id_of, minor, text};
pub use finance::posting::BalanceTransaction;
use finance::{Currency, Money, posting::FeeDetail};
use model::Fault;
use rust_decimal::Decimal;
use serde_json::{Number, Value};

/// So many digits of a rate survive the way through JSON's floating point.
const RATE_DIGITS: u32 = 15;

/// Reads a balance transaction; `source` stands in where Stripe did not expand the source.
/// Whether its numbers tie is not looked at.
///
/// # Errors
/// `Unknown` if a field that Stripe always sends is missing.
pub fn read(txn: &Value, source: Option<&Value>) -> Result<BalanceTransaction, Fault> {
    let expanded = txn.get("source").filter(|s| s.is_object()).or(source);
    let optional = |field: &str| txn.get(field).and_then(Value::as_str).map(str::to_owned);
    let rate = txn
        .get("exchange_rate")
        .and_then(Value::as_number)
        .and_then(rate);
    Ok(BalanceTransaction {
        id: text(txn, "id")?.to_owned(),
        amount: minor(txn, "amount")?,
        fee: minor(txn, "fee")?,
        net: minor(txn, "net")?,
        fee_details: fees(txn)?,
        currency: currency(txn)?,
        reporting_category: text(txn, "reporting_category")?.to_owned(),
        kind: text(txn, "type")?.to_owned(),
        created: minor(txn, "created")?,
        available_on: minor(txn, "available_on")?,
        source: txn.get("source").and_then(id_of).map(str::to_owned),
        charge: expanded.and_then(charge).map(str::to_owned),
        payment_intent: expanded
            .and_then(|s| id_of(s.get("payment_intent")?))
            .map(str::to_owned),
        exchange_rate: rate,
        description: optional("description"),
        balance_type: optional("balance_type"),
        source_amount: expanded.and_then(source_amount),
        source_transactions: expanded.map(source_transactions).unwrap_or_default(),
    })
}

/// Reads one and refuses it if its numbers do not tie: net = amount − fee, fee = its parts.
///
/// # Errors
/// Those of [`read`]; `Rejected` if the numbers do not tie.
pub fn checked(txn: &Value, source: Option<&Value>) -> Result<BalanceTransaction, Fault> {
    let transaction = read(txn, source)?;
    transaction
        .check()
        .map_err(|error| Fault::rejected(error.to_string()))?;
    Ok(transaction)
}

fn fees(txn: &Value) -> Result<Vec<FeeDetail>, Fault> {
    let details = txn.get("fee_details").and_then(Value::as_array);
    let details = details.ok_or_else(|| Fault::unknown("Stripe's answer has no `fee_details`"))?;
    let detail = |detail: &Value| {
        Ok(FeeDetail {
            amount: minor(detail, "amount")?,
            currency: currency(detail)?,
            kind: text(detail, "type")?.to_owned(),
            description: detail
                .get("description")
                .and_then(Value::as_str)
                .map(str::to_owned),
        })
    };
    details.iter().map(detail).collect()
}

fn currency(object: &Value) -> Result<Currency, Fault> {
    text(object, "currency")?
        .parse()
        .map_err(|error| Fault::unknown(format!("Stripe: {error}")))
}

/// The charge behind a source: itself, or that of a refund, a dispute, a fee.
fn charge(source: &Value) -> Option<&str> {
    if source.get("object").and_then(Value::as_str) == Some("charge") {
        return source.get("id")?.as_str();
    }
    id_of(source.get("charge")?)
}

/// What a charge, a refund or a dispute is of, in the customer's currency. Other sources (a payout,
/// a fee) are in the balance's own.
fn source_amount(source: &Value) -> Option<Money> {
    let object = source.get("object").and_then(Value::as_str)?;
    if !matches!(object, "charge" | "refund" | "dispute") {
        return None;
    }
    let minor = source.get("amount").and_then(Value::as_i64)?;
    Some(Money::new(minor, currency(source).ok()?))
}

/// A dispute lists its balance transactions; at most two, says the type's comment.
fn source_transactions(source: &Value) -> Vec<String> {
    let list = source.get("balance_transactions").and_then(Value::as_array);
    let ids = list.into_iter().flatten().filter_map(id_of);
    ids.map(str::to_owned).collect()
}

/// A rate as an exact decimal text. It is a JSON fraction, the only one among the facts of money;
/// it is shown and never calculated with.
fn rate(number: &Number) -> Option<String> {
    let text = number.to_string();
    let rate = Decimal::from_str_exact(&text)
        .or_else(|_| Decimal::from_scientific(&text))
        .ok()?;
    Some(rate.round_sf(RATE_DIGITS)?.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refund() -> Value {
        json!({
            "id": "txn_1", "object": "balance_transaction", "amount": -1000, "fee": 0,
            "net": -1000, "fee_details": [], "currency": "eur", "reporting_category": "refund",
            "type": "refund", "created": 1_790_000_000, "available_on": 1_790_000_000,
            "exchange_rate": 1.234, "description": null, "balance_type": "payments",
            "source": {
                "id": "re_1", "object": "refund", "charge": "ch_1", "amount": 1234,
                "currency": "usd",
                "payment_intent": {"id": "pi_1", "object": "payment_intent"},
            },
        })
    }

    #[test]
    fn the_source_gives_charge_and_payment() {
        let read = checked(&refund(), None).unwrap();
        assert_eq!(read.source.as_deref(), Some("re_1"));
        assert_eq!(read.charge.as_deref(), Some("ch_1"));
        assert_eq!(read.payment_intent.as_deref(), Some("pi_1"));
        assert_eq!(read.source_amount, Some(Money::new(1234, Currency::USD)));
        assert_eq!(
            (read.currency, read.exchange_rate.as_deref()),
            (Currency::EUR, Some("1.234"))
        );
        let canonical = serde_json::to_value(&read).unwrap();
        let back: BalanceTransaction = serde_json::from_value(canonical).unwrap();
        assert_eq!(back, read);
    }

    #[test]
    fn a_dispute_lists_its_transactions() {
        let mut txn = refund();
        txn["source"] = json!({
            "id": "du_1", "object": "dispute", "charge": "ch_1", "amount": 1000, "currency": "usd",
            "balance_transactions": [{"id": "txn_1", "object": "balance_transaction"}, "txn_2"],
        });
        let read = checked(&txn, None).unwrap();
        assert_eq!(read.source_transactions, ["txn_1", "txn_2"]);
        txn["source"] = json!({"id": "po_1", "object": "payout", "amount": 5, "currency": "eur"});
        assert_eq!(checked(&txn, None).unwrap().source_amount, None);
    }

    #[test]
    fn a_source_that_is_not_expanded_is_only_an_id() {
        let mut txn = refund();
        txn["source"] = json!("re_1");
        let read = checked(&txn, None).unwrap();
        assert_eq!((read.source.as_deref(), read.charge), (Some("re_1"), None));
    }

    #[test]
    fn numbers_that_do_not_tie_are_refused() {
        for (field, value) in [
            ("net", json!(-999)),
            ("fee", json!(1)),
            ("currency", json!("x")),
        ] {
            let mut txn = refund();
            txn[field] = value;
            assert!(checked(&txn, None).is_err(), "{field}");
        }
    }

    #[test]
    fn rates_keep_their_digits() {
        for (json, expected) in [
            ("1.234", "1.234"),
            ("0.000089", "0.000089"),
            ("1e-7", "0.0000001"),
            ("0.921659", "0.921659"),
            ("156.23", "156.23"),
            ("1.10000000000000009", "1.1"),
            ("2", "2"),
        ] {
            let number: Number = serde_json::from_str(json).unwrap();
            assert_eq!(rate(&number).as_deref(), Some(expected));
        }
    }
}
