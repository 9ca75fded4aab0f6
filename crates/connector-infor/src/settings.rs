//! Settings of an Infor M3 connection. Nothing in them is secret.

use crate::m3::parm::LinePart;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a connection speaks to its M3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Instead of `iu` of the `.ionapi` file: the gateway's base URL.
    #[serde(default)]
    pub gateway_url: Option<String>,
    /// Instead of `ti`: the tenant as it stands in paths. On premises it is `infor`.
    #[serde(default)]
    pub tenant: Option<String>,
    /// Instead of `pu`: the authorisation server's base URL.
    #[serde(default)]
    pub auth_url: Option<String>,
    /// Instead of `ot`: the token path below it.
    #[serde(default)]
    pub token_path: Option<String>,
    /// How to sign in; without it, by service-account keys if the file has them.
    #[serde(default)]
    pub grant: Option<Grant>,
    /// Sent as `scope` if set: only where the tenant enforces scopes.
    #[serde(default)]
    pub scope: Option<String>,
    /// The product behind the gateway.
    #[serde(default)]
    pub product: Product,
    /// The path of M3's REST API below the tenant.
    #[serde(default = "m3_path")]
    pub m3_path: String,
    /// Where options stand in a request.
    #[serde(default)]
    pub options_in: OptionsIn,
    /// The row limit of lists. A list of exactly so many rows proves no absence.
    #[serde(default = "max_records")]
    pub max_records: u32,
    /// NOK codes that mean "another user holds the record": tried again instead of given up. Real
    /// codes are unpublished, so there is no default.
    #[serde(default)]
    pub locked_codes: Vec<String>,
    /// Widths of fields that differ here: `OIS100MI/AddBatchLine/ITDS`, or `OIS100MI/ITDS` for all
    /// transactions of a program.
    #[serde(default)]
    pub field_widths: BTreeMap<String, usize>,

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
    /// ORTP of credit requests: an order type that gives money back (OIS010). Without it none can be
    /// made.
    #[serde(default)]
    pub credit_order_type: Option<String>,
    /// The order head's field that holds the identity of its text: POTX, the text behind the lines,
    /// or PRTX, the one before them.
    #[serde(default = "order_text_field")]
    pub order_text_field: String,
    /// USID of texts on orders. Whether M3 wants a real user there is unverified.
    #[serde(default = "text_user")]
    pub text_user: String,
    /// CUTM: the template that new customers are made from.
    pub customer_template: String,
    /// CRID of the charge that shipping is added as.
    #[serde(default = "shipping_charge")]
    pub shipping_charge: String,
    /// BOPE of payment batches (ARS075).
    pub payment_batch_type: String,
    /// PYTP of payments (CRS078). Its accounting rule must debit the deposits account.
    pub payment_type: String,
    /// The account that the payment type must be bound to; `check` compares where M3 says it.
    #[serde(default = "deposits_account")]
    pub deposits_account: String,
    /// INTN: the GLS850 template of journals.
    pub journal_template: String,
    /// The positions of a journal line in that template. They are always the installation's own.
    #[serde(default = "crate::m3::parm::sandbox_line")]
    pub journal_line: Vec<LinePart>,
    /// Whether EXPORTMI may be used to prove that something does not exist. `check` probes it.
    #[serde(default)]
    pub exportmi: bool,
    /// Programs that `m3.mi.execute` may read.
    #[serde(default = "raw_programs")]
    pub raw_programs: Vec<String>,
    /// The bank account in the ledger.
    #[serde(default = "bank_account")]
    pub bank_account: String,
    /// The account of money that is under way to the bank.
    #[serde(default = "transit_account")]
    pub transit_account: String,
    /// The first date (YYYYMMDD) from which invoices and vouchers are read.
    pub read_from: String,
}

/// OAuth grants that a backend may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Service-account keys as user and password.
    Password,
    ClientCredentials,
}

/// Products of Infor that the canonical operations exist for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    #[default]
    M3,
}

/// Where a request's options stand. One on-premises grid ignored those of the query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptionsIn {
    /// Matrix parameters of the path, as the vendor's own client sends them.
    #[default]
    Matrix,
    Query,
}

impl Settings {
    /// CONO as a field's value.
    pub fn cono(&self) -> String {
        self.company.to_string()
    }
}

fn m3_path() -> String {
    "M3/m3api-rest".into()
}
fn max_records() -> u32 {
    500
}
fn order_text_field() -> String {
    "POTX".into()
}
fn text_user() -> String {
    "TOWPATH".into()
}
fn shipping_charge() -> String {
    "SHIP".into()
}
fn deposits_account() -> String {
    "2300".into()
}
fn bank_account() -> String {
    "1000".into()
}
fn transit_account() -> String {
    "1005".into()
}
fn raw_programs() -> Vec<String> {
    let programs = [
        "GENERAL", "MRS001MI", "CRS610MI", "OIS100MI", "OIS350MI", "ARS200MI", "GLS200MI",
        "MMS200MI", "CRS045MI", "CRS055MI", "CRS078MI", "CRS175MI", "CRS980MI",
    ];
    programs.map(str::to_owned).to_vec()
}
