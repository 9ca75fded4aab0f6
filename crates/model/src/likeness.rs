//! Which known name was meant by an unknown one.

/// The known name that is most like `name`, if one is much like it: a third of its characters
/// differ at most, and not more than four.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let most = (name.chars().count() / 3).clamp(1, 4);
    let far = known.iter().map(|other| (distance(name, other), *other));
    let near = far.filter(|(distance, _)| *distance <= most).min();
    near.map(|(_, other)| other)
}

/// How many characters must be changed, added, taken away or swapped with their neighbour; case
/// does not count. (Damerau's and Levenshtein's distance, each place edited once.)
fn distance(a: &str, b: &str) -> usize {
    let chars = |text: &str| -> Vec<char> { text.to_lowercase().chars().collect() };
    let (a, b) = (chars(a), chars(b));
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let other = usize::from(a[i - 1] != b[j - 1]);
            let above = &rows[i - 1];
            let mut best = (above[j - 1] + other).min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_much_alike_is_meant() {
        let known = ["trigger", "title", "steps"];
        assert_eq!(nearest("trigers", &known), Some("trigger"));
        assert_eq!(nearest("Step", &known), Some("steps"));
        assert_eq!(nearest("setps", &known), Some("steps"));
        assert_eq!(nearest("colour", &known), None);
    }
}
