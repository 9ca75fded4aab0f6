//! Texts at their places: lengths, words, formats, patterns.

use super::{Fit, Outcome, Want};
use crate::check::facts::Format;
use crate::check::known::Known;
use crate::check::likeness::nearest;
use crate::check::pattern;
use crate::coercion::{Rule, convert};
use crate::number::shorten;
use std::sync::Arc;

impl Fit<'_> {
    /// How a text is made to fit.
    pub(super) fn shortening(&self, of: &str, most: usize) -> String {
        let cut = format!("cut it on purpose: truncate({of}, {most})");
        let path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        if of.chars().all(path) {
            format!("{cut}, or say what goes instead: {of}.size() <= {most} ? {of} : …")
        } else {
            cut
        }
    }

    pub(super) fn text(&self, value: &Known<'_>, want: &Want<'_>, inside: &str) -> Outcome {
        let facts = value.text().unwrap_or_default();
        if want.text.format == Some(Format::DateBasic) && facts.words.is_none() {
            return match facts.format {
                Some(Format::DateBasic) => Outcome::default(),
                Some(Format::Date) => self.conversion(Rule::DateToBasic, value, want, inside),
                _ => Outcome {
                    conversions: self.possible(want, inside),
                    ..Outcome::default()
                },
            };
        }
        if let Some(words) = &facts.words {
            return self.words(words, value, want, inside);
        }
        let mut outcome = Outcome::default();
        if let Some(most) = want.text.most
            && want.text.words.is_none()
            && facts.most.is_none_or(|long| long > most)
        {
            let long = match facts.most {
                Some(long) => format!("up to {long}"),
                None => "any number of".to_owned(),
            };
            let message = format!("the text may have {long} characters, at most {most} fit");
            let cure = self.shortening(&self.source, most);
            outcome.merge(self.warned(inside, "may_be_too_long", message, cure));
        }
        if let Some(most) = facts.most
            && most < want.text.least
        {
            let least = want.text.least;
            let message =
                format!("the text has at most {most} characters, at least {least} are due");
            let cure = "give a longer text, such as pad_left(x, width, '0')".to_owned();
            outcome.merge(self.found(inside, "too_short", message, cure));
        }
        if let Some(words) = &want.text.words {
            let message = format!("the text may be another than {}", quoted(words));
            let cure = "map it: lookup('table', x), or x == 'a' ? 'b' : 'c'".to_owned();
            outcome.merge(self.warned(inside, "may_not_be_listed", message, cure));
        }
        if want.text.format == Some(Format::Date)
            && facts.most.is_some_and(|most| most < Format::Date.length())
        {
            let message = "the text is too short for a date, YYYY-MM-DD".to_owned();
            let cure = "make a date of unix seconds: date(x, company.books_zone)".to_owned();
            outcome.merge(self.found(inside, "bad_date", message, cure));
        }
        outcome
    }

    /// A text that is one of some words: each is looked at, as it is.
    pub(super) fn words(
        &self,
        words: &[Arc<str>],
        value: &Known<'_>,
        want: &Want<'_>,
        inside: &str,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let mut good = 0;
        for word in words {
            let found = self.word(word, value, want, inside);
            good += usize::from(!found.fails());
            outcome.merge(found);
        }
        if good > 0 {
            for finding in &mut outcome.findings {
                finding.certain = false;
            }
        }
        outcome
    }

    pub(super) fn word(
        &self,
        word: &str,
        value: &Known<'_>,
        want: &Want<'_>,
        inside: &str,
    ) -> Outcome {
        let (facts, shown) = (&want.text, shorten(word));
        if let Some(words) = &facts.words
            && !words.iter().any(|known| known.as_ref() == word)
        {
            let message = format!("`{shown}` is none of {}", quoted(words));
            let cure = match nearest(word, words.iter().map(AsRef::as_ref)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write one of them".to_owned(),
            };
            return self.found(inside, "not_listed", message, cure);
        }
        let long = word.chars().count();
        if let Some(most) = facts.most
            && long > most
        {
            let message = format!("`{shown}` has {long} characters, at most {most} fit");
            return self.found(inside, "too_long", message, "shorten it".to_owned());
        }
        if long < facts.least {
            let least = facts.least;
            let message = format!("`{shown}` has {long} characters, at least {least} are due");
            let cure = match long {
                0 => "write a text, or leave the field out".to_owned(),
                _ => "write a longer text".to_owned(),
            };
            return self.found(inside, "too_short", message, cure);
        }
        match facts.format {
            Some(Format::Date) if !convert::is_date(word) => {
                let message = format!("`{shown}` is no date");
                let cure = "write it as YYYY-MM-DD".to_owned();
                return self.found(inside, "bad_date", message, cure);
            }
            Some(Format::DateBasic) if convert::is_date(word) => {
                return self.conversion(Rule::DateToBasic, value, want, inside);
            }
            Some(Format::DateBasic) if !convert::is_basic_date(word) => {
                let message = format!("`{shown}` is no date");
                let cure = "write it as YYYY-MM-DD or YYYYMMDD".to_owned();
                return self.found(inside, "bad_date", message, cure);
            }
            Some(Format::Currency) if word.parse::<finance::Currency>().is_err() => {
                let message = format!("`{shown}` is no currency code");
                let cure = "use the code of ISO 4217, such as EUR".to_owned();
                return self.found(inside, "bad_currency", message, cure);
            }
            _ => {}
        }
        if let Some(pattern) = &facts.pattern
            && pattern::matches(pattern, word) == Some(false)
        {
            let message = format!("`{shown}` does not match {pattern}");
            let cure = format!("write a text that matches {pattern}");
            return self.found(inside, "pattern_mismatch", message, cure);
        }
        Outcome::default()
    }
}

fn quoted(words: &[Arc<str>]) -> String {
    const SHOWN: usize = 12;
    let mut shown: Vec<String> = words.iter().take(SHOWN).map(|w| format!("`{w}`")).collect();
    if words.len() > SHOWN {
        shown.push(format!("{} more", words.len() - SHOWN));
    }
    shown.join(", ")
}
