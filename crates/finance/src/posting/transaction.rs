//! A balance transaction: one movement of the payment provider's balance.
//!
//! Source of the fields: types of the official Stripe SDK; classification by `reporting_category`
//! (docs.stripe.com/reports/reporting-categories).

use crate::currency::Currency;
use crate::money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of the fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeeDetail {
    /// In minor units; negative when a fee comes back.
    pub amount: i64,
    pub currency: Currency,
    /// `stripe_fee`, `application_fee`, `payment_method_passthrough_fee`, `tax`, `withheld_tax`.
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One movement of the balance, in its canonical form. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Unchecked")]
pub struct BalanceTransaction {
    /// `txn_…`
    pub id: String,
    /// Gross, signed, in minor units.
    pub amount: i64,
    /// In minor units.
    pub fee: i64,
    /// What the balance changes by: amount less fee, in minor units.
    pub net: i64,
    pub fee_details: Vec<FeeDetail>,
    /// The settlement currency.
    pub currency: Currency,
    pub reporting_category: String,
    /// Stripe's `type`, which is finer.
    pub kind: String,
    /// Unix seconds.
    pub created: i64,
    /// Unix seconds from which it can be paid out.
    pub available_on: i64,
    /// What caused it: `ch_…`, `re_…`, `po_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The charge behind it: itself, or that of the refund or dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<String>,
    /// The payment behind it; refunds keep their order behind the charge by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_intent: Option<String>,
    /// As a decimal text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_rate: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `payments`, `risk_reserved`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_type: Option<String>,
    /// The source's own amount, unsigned, in the customer's currency: of a charge, a refund, a
    /// dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_amount: Option<Money>,
    /// Every balance transaction of the source, where it lists them: of a dispute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_transactions: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Unchecked {
    id: String,
    amount: i64,
    fee: i64,
    net: i64,
    fee_details: Vec<FeeDetail>,
    currency: Currency,
    reporting_category: String,
    kind: String,
    created: i64,
    available_on: i64,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    charge: Option<String>,
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    exchange_rate: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    balance_type: Option<String>,
    #[serde(default)]
    source_amount: Option<Money>,
    #[serde(default)]
    source_transactions: Vec<String>,
}

/// Amounts beyond this many minor units are an error of who sent them: Stripe's largest charge has
/// twelve digits. Sums of amounts below it cannot overflow.
const MOST: u64 = 1_000_000_000_000_000;

/// Why it is not booked: its own numbers do not tie.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    #[error("{id}: net {net} is not amount {amount} less fee {fee}")]
    Net {
        id: String,
        amount: i64,
        fee: i64,
        net: i64,
    },
    #[error("{id}: the fee details sum to {sum}, the fee is {fee}")]
    Fees { id: String, sum: i128, fee: i64 },
    #[error("{id}: an amount is beyond what can be booked")]
    TooLarge { id: String },
    #[error("{id}: a fee detail is in {other}, the transaction in {currency}")]
    Currency {
        id: String,
        other: Currency,
        currency: Currency,
    },
}

impl TryFrom<Unchecked> for BalanceTransaction {
    type Error = TransactionError;

    fn try_from(u: Unchecked) -> Result<Self, TransactionError> {
        let transaction = Self {
            id: u.id,
            amount: u.amount,
            fee: u.fee,
            net: u.net,
            fee_details: u.fee_details,
            currency: u.currency,
            reporting_category: u.reporting_category,
            kind: u.kind,
            created: u.created,
            available_on: u.available_on,
            source: u.source,
            charge: u.charge,
            payment_intent: u.payment_intent,
            exchange_rate: u.exchange_rate,
            description: u.description,
            balance_type: u.balance_type,
            source_amount: u.source_amount,
            source_transactions: u.source_transactions,
        };
        transaction.check()?;
        Ok(transaction)
    }
}

impl BalanceTransaction {
    /// # Errors
    /// If its numbers do not tie.
    pub fn check(&self) -> Result<(), TransactionError> {
        let id = || self.id.clone();
        let fees = self.fee_details.iter().map(|f| f.amount);
        let source = self.source_amount.map(|m| m.minor);
        let amounts = [self.amount, self.fee, self.net].into_iter();
        let mut amounts = amounts.chain(fees).chain(source);
        if amounts.any(|a| a.unsigned_abs() > MOST) {
            return Err(TransactionError::TooLarge { id: id() });
        }
        if i128::from(self.net) != i128::from(self.amount) - i128::from(self.fee) {
            let (amount, fee, net) = (self.amount, self.fee, self.net);
            return Err(TransactionError::Net {
                id: id(),
                amount,
                fee,
                net,
            });
        }
        let sum: i128 = self.fee_details.iter().map(|f| i128::from(f.amount)).sum();
        if sum != i128::from(self.fee) {
            return Err(TransactionError::Fees {
                id: id(),
                sum,
                fee: self.fee,
            });
        }
        if let Some(fee) = self
            .fee_details
            .iter()
            .find(|f| f.currency != self.currency)
        {
            let (other, currency) = (fee.currency, self.currency);
            return Err(TransactionError::Currency {
                id: id(),
                other,
                currency,
            });
        }
        Ok(())
    }
}
