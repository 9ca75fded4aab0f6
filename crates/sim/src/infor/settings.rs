//! The switches of the sandbox Infor: every manner in which real installations differ.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// When an unknown or unusable item is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemCheck {
    /// At AddBatchLine, as NOK.
    AtLine,
    /// At Confirm, as batch status 25.
    AtConfirm,
}

/// What the gateway answers to a bad token. The real body is unpublished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unauthorized {
    Json,
    /// The page of an on-premises grid.
    Html,
    Empty,
}

/// Requests beyond `max` in a window of `period_s` get 429.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spike {
    pub max: u32,
    pub period_s: i64,
    /// Send `Retry-After`. Whether the real gateway does is unpublished.
    #[serde(default)]
    pub retry_after: bool,
}

/// Calls beyond `allow` in `interval_s`, counted from the first request, are rejected.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    pub allow: u32,
    pub interval_s: i64,
    /// 429 or 403: the real status is unpublished.
    pub status: u16,
}

/// After `after` requests in a window of `period_s`, further ones are answered `ms` later.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smoothing {
    pub after: u32,
    pub period_s: i64,
    pub ms: u64,
}

/// All switches. An administrator changes them while the sandbox runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// HTTP status of a business error on a single call: 200 or 400. Both exist.
    pub nok_status: u16,
    /// Messages are padded and carry code and field.
    pub padded_messages: bool,
    /// Options in the query are ignored, and lists end at 100 rows unless `maxrecs` is a matrix
    /// option.
    pub grid_mode: bool,
    /// No list is longer; the cut is silent.
    pub row_ceiling: Option<usize>,
    /// v1 lists break off after this many rows with a NOK.
    pub v1_partial_after: Option<usize>,
    /// An upper-case name that the transaction doesn't have is refused (as `InputFieldNotFound`,
    /// a type that nobody has confirmed) instead of ignored.
    pub refuse_unknown_fields: bool,
    /// Fields whose values are stored in upper case, whatever was sent.
    pub upper_case: BTreeSet<String>,
    /// Fields whose values are stored in lower case.
    pub lower_case: BTreeSet<String>,
    /// Programs that the user may not run.
    pub denied: BTreeSet<String>,
    /// EXPORTMI may be used.
    pub exportmi: bool,
    /// Numbers (CUNO, ORNO, PBID, KEY1) that another user holds: writes are refused.
    pub locked: BTreeSet<String>,

    /// Seconds that a token lives.
    pub token_ttl_s: i64,
    /// Answers of the token endpoint carry a refresh token.
    pub refresh_tokens: bool,
    /// Tokens per day and client; none: no limit.
    pub token_budget: Option<u32>,
    pub unauthorized: Unauthorized,
    pub spike: Option<Spike>,
    pub quota: Option<Quota>,
    pub smoothing: Option<Smoothing>,

    /// Confirm creates the order this many seconds later; none: at once.
    pub confirm_after_s: Option<i64>,
    pub item_check: ItemCheck,
    /// Prices contain VAT, so that a total equals what was paid.
    pub prices_include_vat: bool,
    /// VAT of taxed items, in per cent.
    pub vat_percent: u8,
    /// DIA1-6 are amounts per unit, not per line. Unverified which M3 means.
    pub discount_per_unit: bool,
    /// From creation to allocation.
    pub allocate_after_s: i64,
    /// From allocation to delivery.
    pub deliver_after_s: i64,
    /// Deliver line by line, each this much later than the one before: one invoice per line.
    pub partial_delivery_gap_s: Option<i64>,
    /// From delivery to invoice.
    pub invoice_after_s: i64,

    /// The caller of ARS040MI may choose PBID; otherwise it must send 0. Unverified which holds.
    pub pbid_by_caller: bool,
    /// The posting job runs at multiples of this; none: only when an administrator runs it.
    pub job_every_s: Option<i64>,
    /// The posting job leaves alone what was released less than this ago.
    pub post_delay_s: i64,
    /// UpdBatch of GLS840MI posts at once, not by the job.
    pub update_at_once: bool,
    /// Vouchers dated before this day (yyyyMMdd) are refused: the period is closed.
    pub open_from: String,
    /// A GLS840 line that debits 1005 is followed by the bank's own entry this much later.
    pub bank_follows_after_s: Option<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            nok_status: 200,
            padded_messages: true,
            grid_mode: false,
            row_ceiling: Some(1_000),
            v1_partial_after: None,
            refuse_unknown_fields: true,
            upper_case: BTreeSet::new(),
            lower_case: BTreeSet::new(),
            denied: BTreeSet::new(),
            exportmi: true,
            locked: BTreeSet::new(),
            token_ttl_s: 7_200,
            refresh_tokens: false,
            token_budget: Some(1_000),
            unauthorized: Unauthorized::Json,
            spike: None,
            quota: None,
            smoothing: None,
            confirm_after_s: None,
            item_check: ItemCheck::AtLine,
            prices_include_vat: true,
            vat_percent: 20,
            discount_per_unit: true,
            allocate_after_s: 3_600,
            deliver_after_s: 3_600,
            partial_delivery_gap_s: None,
            invoice_after_s: 3_600,
            pbid_by_caller: true,
            job_every_s: Some(60),
            post_delay_s: 0,
            update_at_once: false,
            open_from: "20200101".to_owned(),
            bank_follows_after_s: None,
        }
    }
}
