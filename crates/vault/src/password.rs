//! Passwords: hashed by argon2id, never kept.

use crate::{Error, Result};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use model::Secret;

/// The shortest password, in characters.
pub const PASSWORD_MIN: usize = 12;
/// The longest, in bytes: hashing is not to be made slow by length.
const LONGEST: usize = 1_024;

/// A hash of no password that anybody knows, for names that nobody has: to verify it takes as long as
/// any other.
pub const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$dG93cGF0aCBub2JvZHk\
    $RfQjZ3b0nXw0c8zCkq5yVw1oA2m8p7t6s4r3q2e1w0A";

/// The hash of a password, with its salt and how it was made. Takes 19 MiB of memory and a while.
///
/// # Errors
/// If the password is too short or too long, or the machine gives no randomness.
pub fn hash(password: &Secret) -> Result<Secret> {
    let text = password.expose();
    if text.chars().count() < PASSWORD_MIN || text.len() > LONGEST {
        return Err(Error::Password);
    }
    let hash: PasswordHash = Argon2::default()
        .hash_password(text.as_bytes())
        .map_err(|_| Error::Randomness)?;
    Ok(Secret::new(hash.to_string()))
}

/// Whether a hash is of this password; false for what is no hash.
pub fn verify(password: &Secret, hash: &Secret) -> bool {
    let text = password.expose();
    let parsed = PasswordHash::new(hash.expose());
    text.len() <= LONGEST
        && parsed.is_ok_and(|hash| {
            let verified = Argon2::default().verify_password(text.as_bytes(), &hash);
            verified.is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let password = Secret::new("correct horse battery");
        let first = hash(&password).expect("it is long enough");
        let second = hash(&password).expect("it is long enough");
        assert!(
            first
                .expose()
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        assert_ne!(first, second, "each has a salt of its own");
        assert!(verify(&password, &first) && verify(&password, &second));
        assert!(!verify(&Secret::new("correct horse batter"), &first));
        assert!(!verify(&password, &Secret::new("")));
        assert!(PasswordHash::new(NOBODY).is_ok() && !verify(&password, &Secret::new(NOBODY)));
        assert!(matches!(
            hash(&Secret::new("elevenchars")),
            Err(Error::Password)
        ));
        assert!(matches!(
            hash(&Secret::new("x".repeat(1_025))),
            Err(Error::Password)
        ));
    }
}
