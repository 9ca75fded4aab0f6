//! The sandbox's general ledger: balanced vouchers over a small chart of accounts.

use super::money;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// The chart: AIT1 and its name.
pub const ACCOUNTS: [(&str, &str); 27] = [
    ("1000", "Bank"),
    ("1005", "Cash in transit"),
    ("1010", "Stripe clearing"),
    ("1015", "Stripe reserve"),
    ("1100", "Accounts receivable"),
    ("1200", "Disputes receivable"),
    ("1410", "Recoverable tax on fees"),
    ("2000", "VAT payable"),
    ("2100", "Deferred revenue"),
    ("2200", "Customer credit balance"),
    ("2300", "Customer deposits"),
    ("2350", "Refunds payable"),
    ("2400", "Payable to connected accounts"),
    ("4000", "Revenue"),
    ("4100", "Platform fee revenue"),
    ("4900", "Refunds and allowances"),
    ("6000", "Processing fees"),
    ("6010", "Conversion fees"),
    ("6020", "Platform fees paid"),
    ("6100", "Dispute fees"),
    ("6150", "Chargeback losses"),
    ("6200", "Bad debt"),
    ("7000", "Realised currency difference"),
    ("7010", "Unrealised currency difference"),
    ("9000", "Migration opening"),
    ("9900", "Rounding"),
    ("9990", "Suspense"),
];

/// Does the chart have `ait1`?
pub fn has_account(ait1: &str) -> bool {
    ACCOUNTS.iter().any(|a| a.0 == ait1)
}

/// Units of the local currency (USD) for one unit of `currency`; fixed, made up.
pub fn rate(currency: &str) -> Decimal {
    match currency {
        "EUR" => Decimal::new(110, 2),
        "GBP" => Decimal::new(125, 2),
        "JPY" => Decimal::new(7, 3),
        "KWD" => Decimal::new(325, 2),
        _ => Decimal::ONE,
    }
}

/// The local currency of the company.
pub const LOCAL: &str = "USD";

/// One line of a voucher. Debit is positive.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub ait1: String,
    pub ait2: String,
    /// Minor units of `currency`.
    pub amount: i64,
    pub currency: String,
    pub text: String,
    /// Minor units of the local currency; filled in when the voucher is posted.
    pub local: i64,
}

impl Line {
    /// A line on `ait1`.
    pub fn new(ait1: &str, amount: i64, currency: &str, text: &str) -> Self {
        Self {
            ait1: ait1.to_owned(),
            ait2: String::new(),
            amount,
            currency: currency.to_owned(),
            text: text.chars().take(40).collect(),
            local: 0,
        }
    }
}

/// A posted voucher.
#[derive(Clone, Debug, Serialize)]
pub struct Voucher {
    pub divi: String,
    pub year: u16,
    /// VSER.
    pub series: String,
    /// VONO.
    pub number: u64,
    /// JRNO.
    pub journal: u64,
    /// Accounting date, yyyyMMdd.
    pub date: String,
    /// Date of entry, yyyyMMdd.
    pub entered: String,
    /// The function that posted it: `OI20` invoice, `AR30` payment, `GL01` journal, `AB10` bank
    /// statement. Made up but for their shape.
    pub feid: String,
    pub title: String,
    pub lines: Vec<Line>,
}

/// All vouchers, oldest first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    pub vouchers: Vec<Voucher>,
    next: u64,
}

/// What a voucher is made of before it has numbers.
pub struct Draft<'a> {
    pub divi: &'a str,
    pub date: &'a str,
    pub entered: &'a str,
    pub feid: &'a str,
    pub title: &'a str,
    pub lines: Vec<Line>,
}

impl Ledger {
    /// Posts a voucher and returns its number; refuses one that doesn't balance per currency.
    pub fn post(&mut self, draft: Draft<'_>) -> Result<u64, String> {
        let mut lines = draft.lines;
        balanced(&lines)?;
        let mut sum = 0;
        for line in &mut lines {
            let places = money::decimals(&line.currency).unwrap_or(2);
            let local = Decimal::new(line.amount, places) * rate(&line.currency);
            line.local = money::round(local, LOCAL);
            sum += line.local;
        }
        // Converting line by line may leave a cent in local currency: the last line takes it.
        if let Some(line) = lines.last_mut() {
            line.local -= sum;
        }
        self.next += 1;
        let number = 600_000 + self.next;
        self.vouchers.push(Voucher {
            divi: draft.divi.to_owned(),
            year: draft
                .date
                .get(..4)
                .and_then(|y| y.parse().ok())
                .unwrap_or(0),
            series: "A".to_owned(),
            number,
            journal: 3_000_000 + self.next,
            date: draft.date.to_owned(),
            entered: draft.entered.to_owned(),
            feid: draft.feid.to_owned(),
            title: draft.title.to_owned(),
            lines,
        });
        Ok(number)
    }

    /// The balance of `ait1` in minor units of `currency`, debit positive.
    pub fn balance(&self, ait1: &str, currency: &str) -> i64 {
        let lines = self.vouchers.iter().flat_map(|v| &v.lines);
        lines
            .filter(|l| l.ait1 == ait1 && l.currency == currency)
            .map(|l| l.amount)
            .sum()
    }

    /// Balances per account and currency, debit positive, minor units; zero balances included.
    pub fn balances(&self) -> BTreeMap<String, BTreeMap<String, i64>> {
        let mut balances: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
        for line in self.vouchers.iter().flat_map(|v| &v.lines) {
            let account = balances.entry(line.ait1.clone()).or_default();
            *account.entry(line.currency.clone()).or_default() += line.amount;
        }
        balances
    }
}

/// Fails with the difference of the first currency in which `lines` don't sum to zero.
pub fn balanced(lines: &[Line]) -> Result<(), String> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for line in lines {
        *sums.entry(&line.currency).or_default() += line.amount;
    }
    match sums.iter().find(|(_, sum)| **sum != 0) {
        Some((currency, sum)) => Err(format!(
            "Difference {} {currency}",
            money::to_text(*sum, currency)
        )),
        None => Ok(()),
    }
}
