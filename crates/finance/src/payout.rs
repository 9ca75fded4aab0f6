//! Proving a payout: its members are all booked and sum to it, and the bank has it.

use crate::money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A balance transaction of a payout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    pub txn: String,
    pub net_minor: i64,
    pub booked: bool,
}

/// Something about a payout that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Discrepancy {
    /// `payout_difference`, `payout_unbooked`.
    pub kind: String,
    pub key: String,
    pub sentence: String,
    pub amount_minor: i64,
}

/// What the proof of a payout came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayoutProof {
    pub sum_minor: i64,
    pub expected_minor: i64,
    pub discrepancies: Vec<Discrepancy>,
}

impl PayoutProof {
    pub fn holds(&self) -> bool {
        self.discrepancies.is_empty()
    }
}

/// Checks that the members, without the payout's own transaction `own`, sum to `payout`.
pub fn prove(id: &str, payout: Money, members: &[Member], own: Option<&str>) -> PayoutProof {
    let others = || members.iter().filter(|m| Some(m.txn.as_str()) != own);
    let sum_minor: i64 = others().map(|m| m.net_minor).sum();
    let mut discrepancies = Vec::new();
    let difference = payout.minor - sum_minor;
    if difference != 0 {
        let (off, sum) = (
            Money::new(difference, payout.currency),
            Money::new(sum_minor, payout.currency),
        );
        discrepancies.push(Discrepancy {
            kind: "payout_difference".into(),
            key: id.into(),
            sentence: format!(
                "{id} pays out {payout}, its {} members sum to {sum}: {off} is not explained",
                others().count()
            ),
            amount_minor: difference,
        });
    }
    for member in others().filter(|m| !m.booked) {
        discrepancies.push(Discrepancy {
            kind: "payout_unbooked".into(),
            key: format!("{id}:{}", member.txn),
            sentence: format!("{} of {id} is not booked", member.txn),
            amount_minor: member.net_minor,
        });
    }
    PayoutProof {
        sum_minor,
        expected_minor: payout.minor,
        discrepancies,
    }
}

/// A line of the bank, as the ERP has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BankLine {
    pub id: String,
    pub text: String,
    pub amount_minor: i64,
    pub currency: String,
    pub date: String,
}

/// What the bank shows of a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BankMatch<'a> {
    Found(&'a BankLine),
    NotYet,
    /// Its reference is there with another amount.
    Different(&'a BankLine),
    /// Several lines fit: a person chooses.
    Several(Vec<&'a BankLine>),
}

/// Finds the payout's line: by its trace or id in the text, else the only one of its amount.
pub fn match_bank<'a>(references: &[&str], payout: Money, lines: &'a [BankLine]) -> BankMatch<'a> {
    let fits = |l: &&BankLine| {
        l.amount_minor == payout.minor && l.currency.eq_ignore_ascii_case(payout.currency.code())
    };
    let named = lines.iter().find(|l| {
        references
            .iter()
            .any(|r| !r.is_empty() && l.text.contains(r))
    });
    if let Some(line) = named {
        return if fits(&line) {
            BankMatch::Found(line)
        } else {
            BankMatch::Different(line)
        };
    }
    let candidates: Vec<&BankLine> = lines
        .iter()
        .filter(fits)
        .filter(|l| l.text.to_uppercase().contains("STRIPE"))
        .collect();
    match candidates.as_slice() {
        [] => BankMatch::NotYet,
        [only] => BankMatch::Found(only),
        _ => BankMatch::Several(candidates),
    }
}
