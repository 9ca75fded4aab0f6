//! ABS100MI, of which only the bank account identities can be read.

use super::super::codes::BANK_IDENTITIES;
use super::super::nok::Nok;
use super::super::record::{Answer, Input, Outcome, Row};

pub fn run(transaction: &str, input: &Input) -> Outcome {
    let "GetBankIdent" = transaction else {
        return None;
    };
    let bsid = input.text("BSID");
    let known = BANK_IDENTITIES.iter().find(|b| b.0 == bsid);
    Some(
        known
            .ok_or_else(|| Nok::missing("BSID", "Bank account identity", bsid))
            .map(|known| {
                let row = Row::default()
                    .with("BKID", known.1)
                    .with("STAT", "20")
                    .with("BSJD", 1)
                    .with("BSLN", 0)
                    .with("BSTY", 1);
                Answer::one(row)
            }),
    )
}
