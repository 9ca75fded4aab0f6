//! The subledger: journal entries, deposit items, exceptions.

use finance::journal::JournalEntry;
use model::ids::{EntryId, EnvironmentId, RunId};
use model::{EffectId, Timestamp};

/// How far an entry is in the ERP's books, in this order and never backwards.
pub const STATES: [&str; 3] = ["sent", "staged", "posted"];

/// An entry and how far it is in the ERP's books: `sent`, `staged`, `posted`.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryRecord {
    pub id: EntryId,
    pub environment: EnvironmentId,
    pub entry: JournalEntry,
    pub effect: EffectId,
    pub run: RunId,
    pub state: String,
    /// Our reference as the ERP stores it.
    pub sent_reference: String,
    /// The ERP's voucher, once read back.
    pub voucher: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A change of the subledger within an advance.
#[derive(Clone, Debug)]
pub enum EntryWrite {
    /// A new entry in state `sent`; nothing if (environment, reference, kind) exists with the same
    /// lines, an error if with others.
    Insert {
        entry: JournalEntry,
        effect: EffectId,
        sent_reference: String,
    },
    /// `sent` to `staged` or `posted`; never backwards.
    State {
        reference: String,
        kind: String,
        state: String,
        voucher: Option<String>,
    },
    /// The effect turned out not to exist: the entry is taken out, with an audit row.
    Withdraw { reference: String, kind: String },
}

/// What is left of one charge's deposit, in presentment and settlement currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositRecord {
    pub environment: EnvironmentId,
    pub charge: String,
    pub payment_intent: Option<String>,
    pub presentment_currency: String,
    pub presentment_minor: i64,
    pub presentment_left: i64,
    pub settlement_currency: String,
    pub settlement_minor: i64,
    pub settlement_left: i64,
    pub opened_at: Timestamp,
}

/// A change of a deposit within an advance.
#[derive(Clone, Debug)]
pub enum DepositWrite {
    /// Nothing happens if it is open already with the same amounts.
    Open(DepositRecord),
    /// Consumes a part once per `use_key` (`<charge>:<invoice>:<year>`); stale if less is left than
    /// was read.
    Take {
        use_key: String,
        charge: String,
        presentment_left_before: i64,
        presentment_minor: i64,
        settlement_minor: i64,
    },
}

/// Something that a person must look at, named and in money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionRecord {
    /// `payout_difference`, `credit_memo_needed`, `suspense`, …
    pub kind: String,
    /// What it is about: `po_…`; unique with `kind` while open.
    pub key: String,
    pub sentence: String,
    pub amount_minor: Option<i64>,
    pub currency: Option<String>,
}
