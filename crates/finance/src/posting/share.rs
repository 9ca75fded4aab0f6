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

/// Spreads `total` in proportion to `weights`: part n is the rounded cumulative share less the parts
/// before, so that the parts sum to the total. Half is rounded away from zero.
///
/// Empty or zero weights give no parts.
pub fn spread(total: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    if whole == 0 {
        return Vec::new();
    }
    let (mut seen, mut given) = (0_i128, 0_i128);
    weights
        .iter()
        .map(|weight| {
            seen += i128::from(*weight);
            let upto = rounded(i128::from(total) * seen, whole);
            let part = upto - given;
            given = upto;
            i64::try_from(part).unwrap_or(i64::MAX)
        })
        .collect()
}

/// `numerator / denominator`, half away from zero.
pub(crate) fn rounded(numerator: i128, denominator: i128) -> i128 {
    let (n, d) = if denominator < 0 {
        (-numerator, -denominator)
    } else {
        (numerator, denominator)
    };
    let half = d / 2;
    if n >= 0 {
        (n + half) / d
    } else {
        -((-n + half) / d)
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
        assert!(spread(7, &[]).is_empty());
        for total in [1, 99, 10_001] {
            for weights in [vec![3, 7, 11], vec![1; 13], vec![999_999_999, 1]] {
                assert_eq!(spread(total, &weights).iter().sum::<i64>(), total);
            }
        }
    }
}
