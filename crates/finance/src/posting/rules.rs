//! Which accounts the books use.

use crate::currency::Currency;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Account numbers, by what they are for. A revision is never changed once it has booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PostingRules {
    pub revision: i64,
    /// The first books' date (`YYYY-MM-DD`) it is in force on; none: from the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<String>,
    /// Bank.
    pub bank: String,
    /// Payouts under way.
    pub transit: String,
    /// Stripe's balance, and exceptions of it by currency.
    pub clearing: String,
    pub clearing_by_currency: BTreeMap<Currency, String>,
    /// Stripe's reserve.
    pub reserve: String,
    /// Between clearing and reserve, where Stripe shows a hold as a pair of transactions, one per
    /// balance; zero once both are booked. None: it shows the payments side alone. Which of the two
    /// it does is unverified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserve_between: Option<String>,
    /// Stripe's further balances by `balance_type` (`issuing`, `refund_and_dispute_prefunding`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub other_balances: BTreeMap<String, String>,
    pub receivable: String,
    pub disputes_receivable: String,
    pub recoverable_tax: String,
    /// Money that is owed after a failed refund.
    pub refunds_payable: String,
    /// Prepaid orders.
    pub deposits: String,
    pub connected_accounts: String,
    pub platform_revenue: String,
    /// Refunds and allowances.
    pub refunds: String,
    pub fees: String,
    pub conversion_fees: String,
    pub platform_fees: String,
    pub dispute_fees: String,
    pub chargeback_losses: String,
    pub currency_difference: String,
    pub suspense: String,
}

impl Default for PostingRules {
    fn default() -> Self {
        let account = |number: &str| number.to_owned();
        Self {
            revision: 1,
            effective_from: None,
            bank: account("1000"),
            transit: account("1005"),
            clearing: account("1010"),
            clearing_by_currency: BTreeMap::new(),
            reserve: account("1015"),
            reserve_between: None,
            other_balances: BTreeMap::new(),
            receivable: account("1100"),
            disputes_receivable: account("1200"),
            recoverable_tax: account("1410"),
            refunds_payable: account("2350"),
            deposits: account("2300"),
            connected_accounts: account("2400"),
            platform_revenue: account("4100"),
            refunds: account("4900"),
            fees: account("6000"),
            conversion_fees: account("6010"),
            platform_fees: account("6020"),
            dispute_fees: account("6100"),
            chargeback_losses: account("6150"),
            currency_difference: account("7000"),
            suspense: account("9990"),
        }
    }
}

impl PostingRules {
    /// The clearing account of a currency.
    pub fn clearing(&self, currency: Currency) -> &str {
        self.clearing_by_currency
            .get(&currency)
            .unwrap_or(&self.clearing)
    }
}
