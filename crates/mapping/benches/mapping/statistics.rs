//! What interleaved pairs say: the median of their ratios and how sure it is.

use serde_json::{Value as Json, json};
use std::fmt;

/// Samples drawn for an interval.
const RESAMPLES: usize = 2_000;

/// The value below which a share of the sorted `values` lies.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let at = (values.len() as f64 * share).ceil() as usize;
    values[at.clamp(1, values.len()) - 1]
}

/// The middle of the values.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// A median with its 95 % interval, by the percentile bootstrap of the median.
pub struct Estimate {
    pub median: f64,
    pub low: f64,
    pub high: f64,
}

impl Estimate {
    /// The seed is fixed: the same values, the same interval.
    pub fn of(values: &[f64]) -> Self {
        let mut state = 1_u64;
        let mut draw = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            values[(state >> 33) as usize % values.len()]
        };
        let mut medians: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let drawn: Vec<f64> = (0..values.len()).map(|_| draw()).collect();
                median(&drawn)
            })
            .collect();
        medians.sort_unstable_by(f64::total_cmp);
        Self {
            median: median(values),
            low: percentile(&medians, 0.025),
            high: percentile(&medians, 0.975),
        }
    }

    pub fn to_json(&self) -> Json {
        json!({"median": self.median, "low": self.low, "high": self.high})
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>8.2} [{:.2}, {:.2}]",
            self.median, self.low, self.high
        )
    }
}
