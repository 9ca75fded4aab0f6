//! Which known name was meant.

/// The closest of the known names, as a cure.
pub(super) fn nearest(name: &str, known: &[&str]) -> String {
    let best = known.iter().min_by_key(|k| distance(name, k));
    best.map_or_else(
        || "there is none".into(),
        |best| format!("did you mean `{best}`?"),
    )
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (corner + usize::from(x != *y))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}
