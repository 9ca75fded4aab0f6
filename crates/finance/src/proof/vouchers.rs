//! Comparing our entries with the ERP's vouchers, one by one.

use super::difference::{Between, Cause, Difference};
use crate::currency::Currency;
use crate::money::{Money, MoneyError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What an entry does to an account, ours or the ERP's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Voucher {
    /// Our reference, as the ERP stores it.
    pub reference: String,
    /// Debit positive, in minor units.
    pub minor: i64,
}

/// Names each entry of `ours` that the ERP lacks, has with another amount or more than once, and
/// each of `theirs` that is not ours. Both are what stands on one account in one currency; an entry
/// of several lines may stand as several of `ours`, and the ERP's as several of `theirs` if they
/// sum to it.
///
/// # Errors
/// If a sum does not fit in 64 bits.
pub fn compare(
    currency: Currency,
    ours: &[Voucher],
    theirs: &[Voucher],
) -> Result<Vec<Difference>, MoneyError> {
    let ours = summed(currency, ours)?;
    let theirs = summed(currency, theirs)?;
    let references: BTreeSet<&str> = ours.keys().chain(theirs.keys()).copied().collect();
    let mut differences = Vec::new();
    for reference in references {
        let (our, their) = (ours.get(reference).copied(), theirs.get(reference).copied());
        let zero = Money::zero(currency);
        let off = our.unwrap_or(zero).checked_sub(their.unwrap_or(zero))?;
        let cause = match (our, their) {
            (Some(_), None) => Cause::Missing,
            (None, _) => Cause::Unknown,
            (Some(our), Some(their)) if our == their => continue,
            (Some(our), Some(their)) if is_multiple(their, our) => Cause::Twice,
            (Some(_), Some(_)) => Cause::Amount,
        };
        differences.push(Difference {
            between: Between::EntriesAndErp,
            cause,
            amount: off,
            items: 1,
            key: Some(reference.to_owned()),
        });
    }
    Ok(differences)
}

/// Whether `their` is `our` twice or more often.
fn is_multiple(their: Money, our: Money) -> bool {
    let rest = their.minor.checked_rem(our.minor);
    let times = their.minor.checked_div(our.minor);
    rest == Some(0) && times.is_some_and(|t| t > 1)
}

fn summed(currency: Currency, list: &[Voucher]) -> Result<BTreeMap<&str, Money>, MoneyError> {
    let mut sums = BTreeMap::new();
    for voucher in list {
        let sum = sums
            .entry(voucher.reference.as_str())
            .or_insert(Money::zero(currency));
        *sum = sum.checked_add(Money::new(voucher.minor, currency))?;
    }
    Ok(sums)
}
