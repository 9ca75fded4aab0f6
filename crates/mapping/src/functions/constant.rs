//! Constant arguments that can never work: a pattern that is none, a time zone that does not exist.
//!
//! A parameter's name says what it is, so that every function that takes a zone refuses the same.

use super::{address, date, list, locale, money, text};
use crate::number;

/// A word that names parameters.
struct Word {
    name: &'static str,
    check: fn(&str) -> Result<(), String>,
    cure: &'static str,
}

const WORDS: &[Word] = &[
    Word {
        name: "country",
        check: |text| address::country::find(text).map(drop),
        cure: "use two letters of ISO 3166-1, such as SE",
    },
    Word {
        name: "currency",
        check: |text| money::currency(text).map(drop),
        cure: "use the code of ISO 4217, such as EUR",
    },
    Word {
        name: "date",
        check: |text| date::read(text).map(drop),
        cure: "write it as 2026-01-31",
    },
    Word {
        name: "format",
        check: date::check_format,
        cure: "write it as YYYYMMDD or DD.MM.YYYY",
    },
    Word {
        name: "locale",
        check: |text| locale::find(text).map(drop),
        cure: "use a language or a language and a country, such as de or en-US",
    },
    Word {
        name: "mode",
        check: |text| number::strategy(text).map(drop),
        cure: "the usual one is 'half_up'",
    },
    Word {
        name: "named_by",
        check: date::check_named_by,
        cure: "say 'starts' or 'ends'",
    },
    Word {
        name: "order",
        check: list::check_order,
        cure: "say 'rising' or 'falling'",
    },
    Word {
        name: "path",
        check: list::check_path,
        cure: "write the names of members with points between them",
    },
    Word {
        name: "pattern",
        check: |source| text::pattern(source).map(drop),
        cure: "write a regular expression in RE2 syntax",
    },
    Word {
        name: "product",
        check: |key| address::find_product(key).map(drop),
        cure: "say 'm3', 'csi' or 'ln'",
    },
    Word {
        name: "zone",
        check: |name| date::zone(name).map(drop),
        cure: "use company.books_zone, or a name as Europe/Stockholm",
    },
];

/// Why a constant can never be what a parameter of this name takes, and the cure.
pub(crate) fn refuse_constant(parameter: &str, text: &str) -> Option<(String, &'static str)> {
    let word = WORDS.iter().find(|word| word.name == parameter)?;
    (word.check)(text).err().map(|message| (message, word.cure))
}

#[cfg(test)]
mod tests {
    use super::WORDS;
    use crate::functions::FUNCTIONS;
    use crate::functions::signature::{Kind, Signature};

    #[test]
    fn a_word_names_texts_only_and_is_used() {
        let signatures = FUNCTIONS
            .iter()
            .map(|f| (f.name, Signature::parse(f.signature)));
        let all: Vec<_> = signatures
            .flat_map(|(name, signature)| {
                let parameters = signature.expect("it is one").parameters;
                parameters
                    .into_iter()
                    .map(move |parameter| (name, parameter))
            })
            .collect();
        for word in WORDS {
            let mut users = all
                .iter()
                .filter(|(_, parameter)| parameter.name == word.name);
            assert!(
                users.clone().next().is_some(),
                "nothing takes a {}",
                word.name
            );
            assert!(
                users.all(|(_, parameter)| parameter.kind.kind == Kind::Text),
                "{}",
                word.name
            );
        }
    }
}
