//! A histogram of short times.

use super::text::Text;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds in microseconds, and as Prometheus writes them in seconds.
const BOUNDS: [(u64, &str); 13] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// Counts times by size.
#[derive(Default)]
pub struct Histogram {
    /// One more than the bounds: the last is for all that is longer.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// Counts one time.
    pub fn record(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|(bound, _)| micros <= *bound);
        self.buckets[place.unwrap_or(BOUNDS.len())].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Writes the family `name`.
    pub fn render(&self, text: &mut Text, name: &str, help: &str) {
        let mut family = text.histogram(name, help);
        let mut count = 0;
        let bounds = BOUNDS.iter().map(|(_, label)| *label).chain(["+Inf"]);
        for (bucket, bound) in self.buckets.iter().zip(bounds) {
            count += bucket.load(Ordering::Relaxed);
            family.part("_bucket", &[("le", bound)], count);
        }
        let micros = self.micros.load(Ordering::Relaxed);
        let sum = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        family.part("_sum", &[], sum);
        family.part("_count", &[], count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_the_sum_is_in_seconds() {
        let histogram = Histogram::default();
        for micros in [400, 1_000, 30_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let mut text = Text::default();
        histogram.render(&mut text, "x_seconds", "X.");
        let text = text.into_string();
        for line in [
            "# TYPE x_seconds histogram",
            "x_seconds_bucket{le=\"0.0005\"} 1",
            "x_seconds_bucket{le=\"0.001\"} 2",
            "x_seconds_bucket{le=\"10\"} 2",
            "x_seconds_bucket{le=\"+Inf\"} 3",
            "x_seconds_sum 30.001400",
            "x_seconds_count 3",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }
}
