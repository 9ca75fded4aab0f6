//! The fixed code tables of the sandbox company. All values are made up.

/// CSCD, name, its currency.
pub const COUNTRIES: [(&str, &str, &str); 14] = [
    ("AT", "Austria", "EUR"),
    ("AU", "Australia", "USD"),
    ("BE", "Belgium", "EUR"),
    ("CA", "Canada", "USD"),
    ("CH", "Switzerland", "EUR"),
    ("DE", "Germany", "EUR"),
    ("ES", "Spain", "EUR"),
    ("FR", "France", "EUR"),
    ("GB", "United Kingdom", "GBP"),
    ("IT", "Italy", "EUR"),
    ("JP", "Japan", "JPY"),
    ("KW", "Kuwait", "KWD"),
    ("NL", "Netherlands", "EUR"),
    ("US", "United States", "USD"),
];

/// TEPY, name, days.
pub const TERMS: [(&str, &str, i64); 4] = [
    ("00", "Paid in advance", 0),
    ("14", "14 days net", 14),
    ("30", "30 days net", 30),
    ("60", "60 days net", 60),
];

/// PYCD, name.
pub const PAYMENT_METHODS: [(&str, &str); 5] = [
    ("CC", "Card"),
    ("BT", "Bank transfer"),
    ("DD", "Direct debit"),
    ("WA", "Wallet"),
    ("LA", "Buy now, pay later"),
];

/// ORTP, name.
pub const ORDER_TYPES: [(&str, &str); 3] = [
    ("C01", "Web order"),
    ("C02", "Subscription"),
    (CREDIT_ORDER_TYPE, "Credit order"),
];
/// ORTP of orders that give money back.
pub const CREDIT_ORDER_TYPE: &str = "CR1";

/// CRID, name.
pub const CHARGES: [(&str, &str); 4] = [
    ("SHIP", "Shipping"),
    ("FRT", "Freight"),
    ("HAND", "Handling"),
    ("GIFT", "Gift wrap"),
];

/// BSID, its currency.
pub const BANK_IDENTITIES: [(&str, &str); 5] = [
    ("STRIPE-USD", "USD"),
    ("STRIPE-EUR", "EUR"),
    ("STRIPE-GBP", "GBP"),
    ("STRIPE-JPY", "JPY"),
    ("STRIPE-KWD", "KWD"),
];

/// A payment type (CRS078) and the account that a payment of it debits.
///
/// In M3 the account follows from accounting rules; how a tenant lets a program read it is
/// unverified. The sandbox shows it as AIT1 of `CRS078MI/GetBasicData` and as the first ten
/// characters of PARM in `CRS175MI/GetGeneralCode` with STCO `PYTP`.
pub struct PaymentType {
    pub pytp: &'static str,
    pub name: &'static str,
    pub account: &'static str,
}

/// All payment types.
pub const PAYMENT_TYPES: [PaymentType; 2] = [
    PaymentType {
        pytp: "ST",
        name: "Stripe, out of customer deposits",
        account: "2300",
    },
    PaymentType {
        pytp: "BK",
        name: "Bank",
        account: "1000",
    },
];

/// A batch payment type (ARS075) and the payment type that its lines have by default.
pub struct BatchType {
    pub bope: &'static str,
    pub name: &'static str,
    pub pytp: &'static str,
}

/// All batch payment types.
pub const BATCH_TYPES: [BatchType; 2] = [
    BatchType {
        bope: "STR",
        name: "Stripe",
        pytp: "ST",
    },
    BatchType {
        bope: "BNK",
        name: "Bank",
        pytp: "BK",
    },
];

impl BatchType {
    /// The account that its default payment type debits.
    pub fn account(&self) -> &'static str {
        payment_type(self.pytp).map_or("1000", |p| p.account)
    }
}

/// The payment type `pytp`.
pub fn payment_type(pytp: &str) -> Option<&'static PaymentType> {
    PAYMENT_TYPES.iter().find(|p| p.pytp == pytp)
}

/// The batch payment type `bope`.
pub fn batch_type(bope: &str) -> Option<&'static BatchType> {
    BATCH_TYPES.iter().find(|b| b.bope == bope)
}

/// Days of the payment terms `tepy`; none known: 0.
pub fn terms_days(tepy: &str) -> i64 {
    TERMS.iter().find(|t| t.0 == tepy).map_or(0, |t| t.2)
}

/// Key, name and PARM of every code of the constant `stco`; nothing for an unknown constant.
pub fn general(stco: &str) -> Option<Vec<(String, String, String)>> {
    let rows = |list: &[(&str, &str)]| {
        list.iter()
            .map(|(k, n)| ((*k).to_owned(), (*n).to_owned(), String::new()))
            .collect()
    };
    Some(match stco {
        "TEPY" => TERMS
            .iter()
            .map(|(k, n, days)| ((*k).to_owned(), (*n).to_owned(), format!("{days:03}")))
            .collect(),
        "PYCD" => rows(&PAYMENT_METHODS),
        "ORTP" => rows(&ORDER_TYPES),
        "CRID" => rows(&CHARGES),
        "CUCD" => super::money::CURRENCIES
            .iter()
            .map(|(k, dccd, n)| ((*k).to_owned(), (*n).to_owned(), dccd.to_string()))
            .collect(),
        "CSCD" => COUNTRIES
            .iter()
            .map(|(k, n, cucd)| ((*k).to_owned(), (*n).to_owned(), (*cucd).to_owned()))
            .collect(),
        "PYTP" => PAYMENT_TYPES
            .iter()
            .map(|p| {
                (
                    p.pytp.to_owned(),
                    p.name.to_owned(),
                    format!("{:<10}", p.account),
                )
            })
            .collect(),
        "BOPE" => BATCH_TYPES
            .iter()
            .map(|b| (b.bope.to_owned(), b.name.to_owned(), b.pytp.to_owned()))
            .collect(),
        _ => return None,
    })
}
