//! What of a list stays in its order, so that as little as can be is called moved.

/// Which places of `sequence` belong to its longest rising part. All numbers differ.
pub fn rising(sequence: &[usize]) -> Vec<bool> {
    // The place of the smallest last number of a rising part, by the part's length.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(sequence.len());
    for (at, number) in sequence.iter().enumerate() {
        let length = ends.partition_point(|end| sequence[*end] < *number);
        previous.push(length.checked_sub(1).map(|n| ends[n]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut stays = vec![false; sequence.len()];
    let mut at = ends.last().copied();
    while let Some(place) = at {
        stays[place] = true;
        at = previous[place];
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::rising;

    #[test]
    fn as_much_as_can_be_stays() {
        let kept = |sequence: &[usize]| -> Vec<usize> {
            let stays = rising(sequence).into_iter();
            let both = sequence.iter().zip(stays);
            both.filter(|(_, stays)| *stays).map(|(n, _)| *n).collect()
        };
        assert_eq!(kept(&[]), [] as [usize; 0]);
        assert_eq!(kept(&[0, 1, 2]), [0, 1, 2]);
        assert_eq!(kept(&[1, 2, 3, 0]), [1, 2, 3]);
        assert_eq!(kept(&[3, 0, 1, 2]), [0, 1, 2]);
        assert_eq!(kept(&[2, 1, 0]).len(), 1);
    }
}
