//! What ten pairs say: the median of their ratios and how sure it is.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

/// Samples drawn for an interval.
const RESAMPLES: usize = 10_000;

/// The value below which a share of the sorted `values` lies; the least if there are none.
pub fn percentile<T: Copy + Default>(values: &[T], share: f64) -> T {
    if values.is_empty() {
        return T::default();
    }
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
#[derive(Clone, Debug, Serialize)]
pub struct Estimate {
    pub median: f64,
    pub low: f64,
    pub high: f64,
    /// One value per pair.
    pub values: Vec<f64>,
}

impl Estimate {
    /// Estimates from one value per pair. The seed is fixed: the same values, the same interval.
    pub fn of(values: Vec<f64>) -> Self {
        let mut random = StdRng::seed_from_u64(1);
        let mut medians = Vec::with_capacity(RESAMPLES);
        let mut drawn = vec![0.0; values.len()];
        for _ in 0..RESAMPLES {
            if values.is_empty() {
                break;
            }
            for place in &mut drawn {
                *place = values[random.random_range(0..values.len())];
            }
            medians.push(median(&drawn));
        }
        medians.sort_unstable_by(f64::total_cmp);
        Self {
            median: median(&values),
            low: percentile(&medians, 0.025),
            high: percentile(&medians, 0.975),
            values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_medians_are_of_the_sorted_values() {
        assert_eq!(percentile(&[1, 2, 3, 4], 0.5), 2);
        assert_eq!(percentile(&[1, 2, 3, 4], 0.99), 4);
        assert_eq!(percentile::<u32>(&[], 0.5), 0);
        assert!((median(&[3.0, 1.0, 2.0, 10.0]) - 2.5).abs() < 1e-9);
    }

    #[test]
    fn an_interval_holds_its_median_and_is_a_point_where_all_agree() {
        let spread = Estimate::of(vec![0.8, 0.9, 1.0, 1.1, 0.7]);
        assert!(
            spread.low <= spread.median && spread.median <= spread.high,
            "{spread:?}"
        );
        let same = Estimate::of(vec![0.5; 10]);
        assert!(
            (same.low - 0.5).abs() < 1e-9 && (same.high - 0.5).abs() < 1e-9,
            "{same:?}"
        );
    }
}
