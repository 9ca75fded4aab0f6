//! Spreading an amount over shares so that it closes exactly.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of what was sold, and the account and dimension it is credited to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub account: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimension: Option<String>,
    /// Its weight, in minor units of the currency it was sold in.
    pub amount_minor: i64,
}

/// Spreads `total` in proportion to `weights`: part n is the rounded cumulative share less the
/// parts before, so that the parts sum to the total. Half is rounded away from zero.
///
/// Weights that are empty, sum to zero, or are too large to calculate with give no parts.
pub fn spread(total: i64, weights: &[i64]) -> Vec<i64> {
    checked(total, weights).unwrap_or_default()
}

fn checked(total: i64, weights: &[i64]) -> Option<Vec<i64>> {
    let whole: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    let (mut seen, mut given) = (0_i128, 0_i128);
    let mut parts = Vec::with_capacity(weights.len());
    for weight in weights {
        seen += i128::from(*weight);
        let upto = share(total, seen, whole)?;
        parts.push(i64::try_from(upto - given).ok()?);
        given = upto;
    }
    Some(parts)
}

/// The part of `total` that belongs to `part` of `whole`, half away from zero, never more than all
/// of it; nothing where there is no whole.
pub fn part_of(total: i64, part: i64, whole: i64) -> i64 {
    if whole > 0 && part >= whole {
        return total;
    }
    share(total, part.into(), whole.into())
        .and_then(|n| i64::try_from(n).ok())
        .unwrap_or(0)
}

/// `total * part / whole`, half away from zero; `None` if `whole` is zero or it does not fit.
pub(crate) fn share(total: i64, part: i128, whole: i128) -> Option<i128> {
    if whole == 0 {
        return None;
    }
    i128::from(total)
        .checked_mul(part)
        .map(|n| rounded(n, whole))
}

/// `numerator / denominator`, half away from zero.
fn rounded(numerator: i128, denominator: i128) -> i128 {
    let (n, d) = if denominator < 0 {
        (-numerator, -denominator)
    } else {
        (numerator, denominator)
    };
    let half = d / 2;
    // The quotient first, so that nothing overflows by adding the half.
    let (quotient, rest) = (n / d, n % d);
    if rest.abs() > half || (rest.abs() == half && d % 2 == 0) {
        quotient + n.signum()
    } else {
        quotient
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sum_to_the_total() {
        assert_eq!(spread(100, &[1, 1, 1]), [33, 34, 33]);
        assert_eq!(spread(-100, &[1, 1, 1]), [-33, -34, -33]);
        assert_eq!(spread(7, &[0, 5, 0]), [0, 7, 0]);
        assert_eq!(spread(5, &[1, 1]), [3, 2]);
        assert_eq!(spread(-5, &[1, 1]), [-3, -2]);
        assert!(spread(7, &[]).is_empty());
        assert!(spread(7, &[1, -1]).is_empty());
        assert!(spread(i64::MAX, &[i64::MAX; 9]).is_empty());
        for total in [1, 99, 10_001] {
            for weights in [vec![3, 7, 11], vec![1; 13], vec![999_999_999, 1]] {
                assert_eq!(spread(total, &weights).iter().sum::<i64>(), total);
            }
        }
    }
}
