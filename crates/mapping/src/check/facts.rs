//! What is known of texts and numbers before they are there: how long, how large, which of which.

use super::pattern;
use serde_json::Value as Json;
use std::sync::Arc;

/// What is known of a text. Lengths count characters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextFacts {
    /// The most characters it can have.
    pub most: Option<usize>,
    /// The fewest characters it has.
    pub least: usize,
    /// It is one of these.
    pub words: Option<Arc<[Arc<str>]>>,
    pub format: Option<Format>,
    /// A regular expression that it matches, as JSON Schema means it: anywhere in the text.
    pub pattern: Option<Arc<str>>,
    /// It has no character beyond ASCII, so that changing its case keeps its length.
    pub ascii: bool,
}

/// The formats of texts that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `date`: ISO 8601, YYYY-MM-DD.
    Date,
    /// `date-basic`: ISO 8601's basic format, YYYYMMDD.
    DateBasic,
    /// `currency`: a code of ISO 4217, in any case.
    Currency,
}

impl Format {
    pub const ALL: [(&'static str, Self); 3] = [
        ("date", Self::Date),
        ("date-basic", Self::DateBasic),
        ("currency", Self::Currency),
    ];

    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, format)| *format)
    }

    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, format)| *format == self);
        found.map_or("", |(name, _)| name)
    }

    /// How many characters every text of this format has.
    pub const fn length(self) -> usize {
        match self {
            Self::Date => 10,
            Self::DateBasic => 8,
            Self::Currency => 3,
        }
    }
}

/// What is known of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumberFacts {
    /// It has no fraction.
    pub whole: bool,
    pub low: Option<i64>,
    pub high: Option<i64>,
    /// The most digits after the point.
    pub scale: Option<u32>,
    /// The most digits altogether.
    pub precision: Option<u32>,
}

impl TextFacts {
    /// A text of at most so many characters.
    pub fn at_most(most: usize) -> Self {
        Self {
            most: Some(most),
            ..Self::default()
        }
    }

    /// A text of a format, which is ASCII in all of them.
    pub fn formatted(format: Format) -> Self {
        Self {
            most: Some(format.length()),
            least: format.length(),
            format: Some(format),
            ascii: true,
            ..Self::default()
        }
    }

    /// A text that is one of some words.
    pub fn one_of(words: Vec<Arc<str>>) -> Self {
        let lengths = || words.iter().map(|word| word.chars().count());
        Self {
            most: lengths().max(),
            least: lengths().min().unwrap_or_default(),
            ascii: words.iter().all(|word| word.is_ascii()),
            words: Some(words.into()),
            ..Self::default()
        }
    }

    /// What the parts of a schema that hold together say of a text.
    pub fn of_schema(parts: &[&Json]) -> Self {
        let mut facts = Self::default();
        for part in parts {
            if let Some(words) = words_of(part) {
                let known = Self::one_of(words);
                facts.words = known.words;
                facts.ascii |= known.ascii;
                facts.shorter(known.most);
                facts.least = facts.least.max(known.least);
            }
            if let Some(format) = part.get("format").and_then(Json::as_str) {
                facts.format = Format::named(format).or(facts.format);
            }
            if let Some(pattern) = part.get("pattern").and_then(Json::as_str) {
                facts.pattern = Some(Arc::from(pattern));
            }
            facts.shorter(length(part, "maxLength"));
            facts.least = facts.least.max(length(part, "minLength").unwrap_or(0));
        }
        facts
    }

    /// As [`TextFacts::of_schema`], with what the pattern and the format imply: for a text that is
    /// known to obey its schema.
    pub fn obeying(mut self) -> Self {
        if let Some(format) = self.format {
            self.shorter(Some(format.length()));
            self.least = self.least.max(format.length());
            self.ascii = true;
        }
        if let Some(source) = &self.pattern {
            let reach = pattern::reach(source);
            self.shorter(reach.most);
            self.ascii |= reach.ascii;
        }
        self
    }

    fn shorter(&mut self, most: Option<usize>) {
        if let Some(most) = most {
            self.most = Some(self.most.map_or(most, |known| known.min(most)));
        }
    }

    /// What is known of a text that is the one or the other.
    pub fn or(&self, other: &Self) -> Self {
        let words = self.words.as_ref().zip(other.words.as_ref());
        Self {
            most: self.most.zip(other.most).map(|(a, b)| a.max(b)),
            least: self.least.min(other.least),
            words: words.map(|(a, b)| a.iter().chain(b.iter()).cloned().collect()),
            format: self.format.filter(|_| self.format == other.format),
            pattern: self
                .pattern
                .clone()
                .filter(|_| self.pattern == other.pattern),
            ascii: self.ascii && other.ascii,
        }
    }
}

impl NumberFacts {
    pub const INT: Self = Self {
        whole: true,
        low: None,
        high: None,
        scale: Some(0),
        precision: None,
    };

    /// What the parts of a schema that hold together say of a number.
    pub fn of_schema(parts: &[&Json], whole: bool) -> Self {
        let mut facts = Self {
            whole,
            scale: whole.then_some(0),
            ..Self::default()
        };
        let number = |part: &Json, key: &str| part.get(key).and_then(Json::as_i64);
        let digits = |part: &Json, key: &str| {
            let digits = part.get(key).and_then(Json::as_u64);
            digits.and_then(|n| u32::try_from(n).ok())
        };
        for part in parts {
            facts.low = number(part, "minimum").or(facts.low);
            facts.high = number(part, "maximum").or(facts.high);
            facts.scale = digits(part, "scale").or(facts.scale);
            facts.precision = digits(part, "precision").or(facts.precision);
        }
        facts
    }

    /// What is known of a number that is the one or the other.
    pub fn or(self, other: Self) -> Self {
        Self {
            whole: self.whole && other.whole,
            low: self.low.zip(other.low).map(|(a, b)| a.min(b)),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
            scale: self.scale.zip(other.scale).map(|(a, b)| a.max(b)),
            precision: self.precision.zip(other.precision).map(|(a, b)| a.max(b)),
        }
    }

    /// The most characters that it takes as a text.
    pub fn characters(self) -> usize {
        // 28 digits, a sign, a point and a leading zero are the most that a decimal has.
        const DECIMAL: usize = 31;
        if !self.whole {
            return DECIMAL;
        }
        let long = |n: i64| n.to_string().len();
        long(self.low.unwrap_or(i64::MIN)).max(long(self.high.unwrap_or(i64::MAX)))
    }
}

/// The texts of `enum` or `const`.
fn words_of(schema: &Json) -> Option<Vec<Arc<str>>> {
    let text = |json: &Json| json.as_str().map(Arc::from);
    if let Some(word) = schema.get("const") {
        return Some(vec![text(word)?]);
    }
    let words = schema.get("enum")?.as_array()?.iter();
    words.filter(|word| !word.is_null()).map(text).collect()
}

fn length(schema: &Json, key: &str) -> Option<usize> {
    let length = schema.get(key)?.as_u64()?;
    usize::try_from(length).ok()
}
