//! Mail addresses (RFC 5322), refused by name where they are none.

use lettre::message::Mailbox;
use model::Fault;

/// The longest address with its name that is taken.
const MAX: usize = 320;

/// Reads `Name <user@domain>` or `user@domain`. `field` is where it stands in the input.
///
/// # Errors
/// `Rejected`, naming the field.
pub fn mailbox(field: &str, text: &str) -> Result<Mailbox, Fault> {
    let refuse = |why: &str| Err(Fault::rejected(format!("{field}: {why}")).with_field(field));
    if text.chars().any(char::is_control) {
        return refuse("an address may hold no control character such as a line break");
    }
    if text.chars().count() > MAX {
        return refuse(&format!("an address has at most {MAX} characters"));
    }
    match text.trim().parse() {
        Ok(mailbox) => Ok(mailbox),
        Err(_) => refuse("this is no mail address; give `user@example.com` or `Name <user@…>`"),
    }
}
