//! Object ids: production's prefixes and lengths, from a seeded counter, so that a run can be
//! repeated and ids ascend in time.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Makes ids. The same seed makes the same ids in the same order.
pub struct Ids {
    seed: u64,
    next: u64,
}

impl Ids {
    pub fn new(seed: u64) -> Self {
        Self { seed, next: 0 }
    }

    /// The next id with `prefix`, `length` characters after the underscore.
    pub fn make(&mut self, prefix: &str, length: usize) -> String {
        self.next += 1;
        let mut id = String::with_capacity(prefix.len() + 1 + length);
        id.push_str(prefix);
        id.push('_');
        let mut counter = [b'0'; 7];
        let mut rest = self.next;
        for slot in counter.iter_mut().rev() {
            *slot = digit(rest % 62);
            rest /= 62;
        }
        id.push('3');
        id.extend(counter.iter().map(|b| char::from(*b)));
        let mut noise = mix(self.seed ^ self.next.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        while id.len() < prefix.len() + 1 + length {
            id.push(char::from(digit(noise % 62)));
            noise = mix(noise);
        }
        id
    }

    /// A secret with `prefix`: 32 characters that no id reveals.
    pub fn secret(&mut self, prefix: &str) -> String {
        self.next += 1;
        let mut noise = mix(self.seed.rotate_left(17) ^ mix(self.next));
        let mut secret = String::from(prefix);
        for _ in 0..32 {
            noise = mix(noise);
            secret.push(char::from(digit(noise % 62)));
        }
        secret
    }

    /// A number below `limit`, for orders that shall look random and be repeatable.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next += 1;
        if limit == 0 {
            0
        } else {
            mix(self.seed ^ self.next) % limit
        }
    }
}

fn digit(n: u64) -> u8 {
    ALPHABET[usize::try_from(n % 62).unwrap_or(0)]
}

/// SplitMix64's finaliser.
fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_repeat_with_the_seed_and_have_productions_length() {
        let (mut a, mut b) = (Ids::new(7), Ids::new(7));
        let first: Vec<String> = (0..200).map(|_| a.make("ch", 24)).collect();
        let again: Vec<String> = (0..200).map(|_| b.make("ch", 24)).collect();
        assert_eq!(first, again);
        assert!(first.is_sorted());
        assert_eq!(first[0].len(), 27);
        assert_ne!(Ids::new(8).make("ch", 24), first[0]);
    }
}
