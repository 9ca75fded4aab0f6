//! Settings of an Infor M3 connection. Nothing in them is secret.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a connection speaks to its M3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The gateway's base URL, `iu` of the `.ionapi` file.
    pub gateway_url: String,
    /// The tenant, `ti`; its suffix names its kind (`ACME_TST`, `ACME_PRD`).
    pub tenant: String,
    /// The authorisation server's base URL, `pu`.
    pub auth_url: String,
    /// The token path below it, `ot`.
    pub token_path: String,
    /// `password` (service-account keys) or `client_credentials`; by the credential if absent.
    #[serde(default)]
    pub grant: Option<String>,
    /// The path of M3's REST API below the tenant.
    #[serde(default = "m3_path")]
    pub m3_path: String,
    /// CONO.
    pub company: u32,
    /// DIVI.
    pub division: String,
    /// FACI, if not the user's own.
    #[serde(default)]
    pub facility: Option<String>,
    /// WHLO, if not the user's own.
    #[serde(default)]
    pub warehouse: Option<String>,
    /// ORTP of sales orders.
    pub order_type: String,
    /// CUTM: the template that new customers are made from.
    pub customer_template: String,
    /// CRID of the charge that shipping is added as.
    #[serde(default = "shipping_charge")]
    pub shipping_charge: String,
    /// BOPE of payment batches: a payment type bound to the deposits account.
    pub payment_batch_type: String,
    /// The payment type (CRS078) behind it, read at deploy to see which account it is bound to.
    pub payment_type: String,
    /// The account that the payment type must be bound to.
    #[serde(default = "deposits_account")]
    pub deposits_account: String,
    /// INTN: the GLS850 template of journals.
    pub journal_template: String,
    /// The positions of a journal line in that template.
    #[serde(default = "standard_line")]
    pub journal_line: Vec<LinePart>,
    /// Whether EXPORTMI may be used to prove that a journal does not exist.
    #[serde(default)]
    pub exportmi: bool,
    /// Where options stand in a request: `matrix` parameters of the path, or the `query`.
    #[serde(default = "matrix")]
    pub options_in: String,
    /// The bank account and the cash-in-transit account of the ERP's bank entries.
    #[serde(default = "bank_account")]
    pub bank_account: String,
    #[serde(default = "transit_account")]
    pub transit_account: String,
    /// The first date (YYYYMMDD) from which invoices and vouchers are read.
    pub read_from: String,
}

/// One part of a fixed-width journal line: which value, from which column (counted from 1), how
/// wide, and how it is put there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinePart {
    /// `literal:I1`, `key`, `line`, `division`, `account`, `dimension`, `amount`, `currency`,
    /// `date`, `text`.
    pub value: String,
    pub start: usize,
    pub width: usize,
    /// `left` or `right`.
    #[serde(default = "left")]
    pub align: String,
    /// What fills it up: a blank or `0`.
    #[serde(default = "blank")]
    pub pad: String,
    /// The decimal character of amounts; credits carry a minus in front.
    #[serde(default = "point")]
    pub decimal: String,
}

fn m3_path() -> String {
    "M3/m3api-rest".into()
}
fn shipping_charge() -> String {
    "SHIP".into()
}
fn deposits_account() -> String {
    "2300".into()
}
fn matrix() -> String {
    "matrix".into()
}
fn bank_account() -> String {
    "1000".into()
}
fn transit_account() -> String {
    "1005".into()
}
fn left() -> String {
    "left".into()
}
fn blank() -> String {
    " ".into()
}
fn point() -> String {
    ".".into()
}

/// The layout of the sandbox's template `STRIPE-POS1`. A real installation has its own: it is always
/// a setting, never assumed.
fn standard_line() -> Vec<LinePart> {
    let part = |value: &str, start, width| LinePart {
        value: value.into(),
        start,
        width,
        align: left(),
        pad: blank(),
        decimal: point(),
    };
    let right = |p: LinePart, pad: &str| LinePart {
        align: "right".into(),
        pad: pad.into(),
        ..p
    };
    vec![
        part("literal:I1", 1, 2),
        part("key", 3, 15),
        right(part("line", 18, 8), "0"),
        part("division", 26, 3),
        part("account", 29, 10),
        part("dimension", 39, 10),
        right(part("amount", 49, 17), " "),
        part("currency", 66, 3),
        part("date", 69, 8),
        part("text", 77, 40),
    ]
}
