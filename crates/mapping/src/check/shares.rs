//! Over what the credit of a charge is spread: dimensions of the deposits account, and no other.

use super::known::Known;
use finance::posting::PostingRules;
use model::Problem;

/// What is wrong with the accounts of `post(transaction, date, shares, deposit_left)`, as far as
/// they are known: by literals, and by the rows of lookup tables. An error if none of them could be
/// posted.
pub fn other_accounts(arguments: &[Known<'_>], path: &str) -> Option<Problem> {
    let account = arguments.get(2)?.item().member("account")?.known.text()?;
    let words = account.words?;
    // One revision of the rules is known so far: the default chart.
    let deposits = PostingRules::default().deposits;
    let others: Vec<String> = words
        .iter()
        .filter(|word| ***word != *deposits)
        .map(|word| format!("`{word}`"))
        .collect();
    if others.is_empty() {
        return None;
    }
    let message = format!(
        "the deposit would be credited to {}; invoices are paid out of the deposits account \
         `{deposits}`, and would never relieve another",
        others.join(", ")
    );
    let cure = format!("use `{deposits}`, and tell what was sold apart by `dimension`");
    Some(match others.len() == words.len() {
        true => Problem::error(path, "not_the_deposits_account", message, cure),
        false => Problem::warning(path, "not_the_deposits_account", message, cure),
    })
}
