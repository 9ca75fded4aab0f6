//! That a payout is the sum of its members, each of them booked.

use crate::currency::Currency;
use crate::money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A balance transaction of a payout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// `txn_…`
    pub txn: String,
    /// In minor units of the payout's currency.
    pub net_minor: i64,
    /// In our books, or registered as before the cut-over.
    pub booked: bool,
}

/// Something about a payout that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Discrepancy {
    /// `payout_difference`, `payout_unbooked`, `payout_member_twice`.
    pub kind: String,
    pub key: String,
    pub sentence: String,
    /// In minor units of `currency`.
    pub amount_minor: i64,
    pub currency: Currency,
}

/// What the proof of a payout came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayoutProof {
    /// What the members sum to, in minor units.
    pub sum_minor: i64,
    /// What is paid out, in minor units.
    pub expected_minor: i64,
    pub discrepancies: Vec<Discrepancy>,
}

impl PayoutProof {
    /// Whether the payout is explained to the last member.
    pub fn holds(&self) -> bool {
        self.discrepancies.is_empty()
    }
}

/// Checks that the members of an automatic payout, without the payout's own transaction `own`, sum
/// to `payout` and are booked. A member that is listed twice with the same net counts once.
pub fn prove(id: &str, payout: Money, members: &[Member], own: Option<&str>) -> PayoutProof {
    let discrepancy = |kind: &str, key: String, sentence: String, amount_minor| Discrepancy {
        kind: kind.into(),
        key,
        sentence,
        amount_minor,
        currency: payout.currency,
    };
    let mut discrepancies = Vec::new();
    let mut once: BTreeMap<&str, &Member> = BTreeMap::new();
    for member in members.iter().filter(|m| Some(m.txn.as_str()) != own) {
        let first = *once.entry(&member.txn).or_insert(member);
        if first.net_minor != member.net_minor {
            discrepancies.push(discrepancy(
                "payout_member_twice",
                format!("{id}:{}", member.txn),
                format!("{} is listed in {id} with two amounts", member.txn),
                member.net_minor,
            ));
        }
    }
    let sum: i128 = once.values().map(|m| i128::from(m.net_minor)).sum();
    let sum_minor = saturated(sum);
    let difference = saturated(i128::from(payout.minor) - sum);
    if difference != 0 {
        let off = Money::new(difference, payout.currency);
        let sum = Money::new(sum_minor, payout.currency);
        let sentence = format!(
            "{id} pays out {payout}, its {} members sum to {sum}: {off} is not explained",
            once.len()
        );
        discrepancies.push(discrepancy(
            "payout_difference",
            id.into(),
            sentence,
            difference,
        ));
    }
    for member in once.values().filter(|m| !m.booked) {
        discrepancies.push(discrepancy(
            "payout_unbooked",
            format!("{id}:{}", member.txn),
            format!("{} of {id} is not booked", member.txn),
            member.net_minor,
        ));
    }
    PayoutProof {
        sum_minor,
        expected_minor: payout.minor,
        discrepancies,
    }
}

/// Beyond 64 bits the sum is wrong in any case, and shown as the most there is.
fn saturated(minor: i128) -> i64 {
    let most = if minor < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(minor).unwrap_or(most)
}
