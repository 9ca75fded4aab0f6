//! What an account's name and mail address may be.

use crate::Problem;

/// The longest name, in characters.
const NAME_MAX: usize = 80;
/// The longest mail address (RFC 5321).
const EMAIL_MAX: usize = 254;
/// Names that the audit trail gives to what is no person.
const RESERVED: [&str; 5] = ["api", "configuration", "console", "demo", "towpath"];

/// A name as it stands in the audit trail: nobody is taken for a program or for a run.
///
/// # Errors
/// What is wrong with it, at `path`.
pub fn check_name(path: &str, name: &str) -> Result<(), Problem> {
    let wrong = |message: String, cure: &str| {
        let problem = Problem::error(path, "wrong_name", message, cure);
        Err(problem)
    };
    let lower = name.to_lowercase();
    if name.trim() != name || name.is_empty() || name.chars().count() > NAME_MAX {
        let message = format!("a name has 1 to {NAME_MAX} characters and no space at its ends");
        return wrong(message, "write the person's name");
    }
    if name.chars().any(char::is_control) {
        return wrong(
            "a name is one line of text".into(),
            "write the person's name",
        );
    }
    if RESERVED.contains(&lower.as_str()) || lower.starts_with("run_") {
        return wrong(
            format!("`{name}` stands for a program in the audit trail"),
            "write the person's name",
        );
    }
    Ok(())
}

/// A mail address: only what is certainly none is refused.
///
/// # Errors
/// What is wrong with it, at `path`.
pub fn check_email(path: &str, email: &str) -> Result<(), Problem> {
    let parts = email.split_once('@');
    let is_one = parts.is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    let is_plain = !email
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '<' || c == '>');
    if is_one && is_plain && email.len() <= EMAIL_MAX {
        return Ok(());
    }
    let message = "this is no mail address".to_owned();
    Err(Problem::error(
        path,
        "wrong_email",
        message,
        "write it like ada@example.com",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_persons_and_addresses_of_mail() {
        for name in ["Ada", "Ada Lovelace", "Łukasz", "李"] {
            assert!(check_name("name", name).is_ok(), "{name}");
        }
        for name in [
            "",
            " Ada",
            "API",
            "towpath",
            "run_0000000000001",
            "a\nb",
            &"x".repeat(81),
        ] {
            assert!(check_name("name", name).is_err(), "{name}");
        }
        assert!(check_email("email", "ada+x@example.com").is_ok());
        for email in ["ada", "@x", "a@", "a@b@c", "a b@c", "A <a@b>"] {
            assert!(check_email("email", email).is_err(), "{email}");
        }
    }
}
