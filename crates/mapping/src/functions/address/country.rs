//! Countries, their regions and how they write addresses; where the data is from, says
//! `data/LICENCES.md`.

use crate::check::nearest;
use crate::functions::text::fold;
use crate::number::shorten;
use regex::Regex;
use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, OnceLock};

/// A country, or a territory that writes addresses of its own.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166-1, two letters.
    pub code: &'static str,
    /// Three letters.
    pub alpha3: &'static str,
    /// Lines and parts: `%N%n%O%n%A%n%Z %C`; see [`super::envelope`].
    pub format: &'static str,
    /// The parts that an address cannot do without, as letters of the format.
    pub required: &'static str,
    /// The parts that stand in upper case on an envelope.
    pub upper: &'static str,
    /// The whole of a postal code as a regular expression; empty if none is known.
    postal_source: &'static str,
    postal_pattern: OnceLock<Option<Regex>>,
    pub postal_examples: &'static str,
    /// What letters from abroad write before the code: `SE-`.
    pub postal_prefix: &'static str,
    /// In English first.
    names: &'static str,
    pub regions: Vec<Region>,
}

/// A state, province, prefecture: what the country's addresses name.
#[derive(Debug)]
pub struct Region {
    /// ISO 3166-2 without the country, or the word that addresses use.
    pub code: &'static str,
    /// What stands on an envelope: `CA`, `Alicante`, `東京都`.
    word: &'static str,
    names: &'static str,
}

impl Country {
    /// The English name.
    pub fn name(&self) -> &'static str {
        first(self.names).unwrap_or(self.code)
    }

    /// What the whole of a postal code matches, compiled once; nothing if no pattern is known.
    pub fn postal_pattern(&self) -> Option<&Regex> {
        let compiled = self.postal_pattern.get_or_init(|| {
            let source = Some(self.postal_source).filter(|source| !source.is_empty())?;
            Regex::new(&format!("^(?:{source})$")).ok()
        });
        compiled.as_ref()
    }

    /// The region of a code or a name, in either case and with or without marks.
    pub fn region(&self, text: &str) -> Option<&Region> {
        let (wanted, short) = (fold(text), without_kind(text));
        let code = |region: &&Region| region.code.eq_ignore_ascii_case(text.trim());
        let named = |region: &&Region| region.names.split('|').any(|name| fold(name) == wanted);
        let alike = |region: &&Region| region.names.split('|').any(|n| without_kind(n) == short);
        let exact = self
            .regions
            .iter()
            .find(code)
            .or_else(|| self.regions.iter().find(named));
        exact.or_else(|| {
            let mut alike = self.regions.iter().filter(alike);
            alike.next().filter(|_| alike.next().is_none())
        })
    }
}

impl Region {
    /// The name in Latin letters where there is one.
    pub fn name(&self) -> &'static str {
        first(self.names).unwrap_or(self.code)
    }

    /// What stands on an envelope, in Latin letters.
    pub fn on_envelope(&self) -> &'static str {
        if self.word.chars().all(|letter| letter < '\u{250}') {
            self.word
        } else {
            self.name()
        }
    }
}

fn first(names: &'static str) -> Option<&'static str> {
    names.split('|').next().filter(|name| !name.is_empty())
}

/// What kind of region it is, as some names say: `Guangdong Sheng`, `Co. Dublin`, `広島県`.
const KINDS: [&str; 12] = [
    "county",
    "co",
    "province",
    "prefecture",
    "sheng",
    "shi",
    "省",
    "市",
    "県",
    "都",
    "府",
    "縣",
];

/// A region's name, folded, without the word for what kind of region it is.
fn without_kind(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).map(fold);
    let kept = words.filter(|word| !KINDS.contains(&word.as_str()));
    let name: String = kept.collect();
    let foreign = KINDS.iter().filter(|kind| !kind.is_ascii());
    let mut bare = foreign.filter_map(|kind| name.strip_suffix(kind));
    bare.find(|bare| !bare.is_empty())
        .unwrap_or(&name)
        .to_owned()
}

/// A country's name for comparing: `Saint Lucia` is `St. Lucia`.
fn key(name: &str) -> String {
    fold(name).replace("saint", "st")
}

/// What people write besides codes and names, folded.
const ALSO: [(&str, &str); 16] = [
    ("el", "GR"),
    ("england", "GB"),
    ("greatbritain", "GB"),
    ("holland", "NL"),
    ("koreasouth", "KR"),
    ("macedonia", "MK"),
    ("northernireland", "GB"),
    ("republicofkorea", "KR"),
    ("russianfederation", "RU"),
    ("scotland", "GB"),
    ("slovakrepublic", "SK"),
    ("thegambia", "GM"),
    ("thenetherlands", "NL"),
    ("uae", "AE"),
    ("unitedstatesofamerica", "US"),
    ("wales", "GB"),
];

struct Atlas {
    countries: BTreeMap<&'static str, Country>,
    /// Folded names and codes of three letters.
    by_name: HashMap<String, &'static str>,
}

static ATLAS: LazyLock<Atlas> = LazyLock::new(|| {
    let mut countries = BTreeMap::new();
    let mut by_name = HashMap::new();
    for row in rows(include_str!("../../../data/countries.tsv")) {
        let [
            code,
            alpha3,
            format,
            required,
            upper,
            pattern,
            examples,
            prefix,
            _,
            names,
        ] = columns(row);
        for name in names
            .split('|')
            .chain([alpha3])
            .filter(|name| !name.is_empty())
        {
            by_name.insert(key(name), code);
        }
        let country = Country {
            code,
            alpha3,
            format,
            required,
            upper,
            postal_source: pattern,
            postal_pattern: OnceLock::new(),
            postal_examples: examples,
            postal_prefix: prefix,
            names,
            regions: Vec::new(),
        };
        countries.insert(code, country);
    }
    for row in rows(include_str!("../../../data/regions.tsv")) {
        let [country, code, word, names] = columns(row);
        if let Some(country) = countries.get_mut(country) {
            country.regions.push(Region { code, word, names });
        }
    }
    by_name.extend(ALSO.map(|(name, code)| (name.to_owned(), code)));
    Atlas { countries, by_name }
});

fn rows(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().filter(|line| !line.starts_with('#'))
}

/// The columns of a row; those at the end that are not there are empty.
fn columns<const N: usize>(row: &'static str) -> [&'static str; N] {
    let mut columns = row.split('\t');
    std::array::from_fn(|_| columns.next().unwrap_or_default())
}

/// The country of a code of two or three letters, or of a name in one of many languages.
pub fn find(text: &str) -> Result<&'static Country, String> {
    let trimmed = text.trim();
    let by_code = ATLAS.countries.get(trimmed.to_ascii_uppercase().as_str());
    let by_name = || {
        let code = ATLAS.by_name.get(&key(trimmed))?;
        ATLAS.countries.get(code)
    };
    by_code.or_else(by_name).ok_or_else(|| {
        let shown = shorten(trimmed);
        let names = ATLAS.countries.values().map(Country::name);
        match nearest(&shown, names) {
            Some(near) => format!("`{shown}` is no country that is known; did you mean {near}?"),
            None => format!("`{shown}` is no country that is known; use two letters, as SE"),
        }
    })
}

/// All countries, by code.
#[cfg(test)]
pub fn all() -> impl Iterator<Item = &'static Country> {
    ATLAS.countries.values()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_country() {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for country in all() {
            for name in country.names.split('|').filter(|name| !name.is_empty()) {
                assert_eq!(find(name).map(|c| c.code), Ok(country.code), "{name}");
                let other = seen.insert(key(name), country.code);
                assert!(
                    other.is_none_or(|other| other == country.code),
                    "{name}: {other:?}"
                );
            }
            assert_eq!(find(country.code).map(|c| c.code), Ok(country.code));
            assert!(!country.names.is_empty(), "{}", country.code);
            let compiles = country.postal_source.is_empty() || country.postal_pattern().is_some();
            assert!(compiles, "{}: {}", country.code, country.postal_source);
        }
        assert!(all().count() > 240);
    }

    #[test]
    fn a_region_is_found_by_its_code_and_its_name() {
        for country in all() {
            for region in &country.regions {
                let found = |text: &str| country.region(text).map(|r| r.code);
                assert_eq!(found(region.code), Some(region.code), "{}", country.code);
                for name in region.names.split('|') {
                    // A name may be the code of another region, which comes first.
                    let is_code = country.regions.iter().any(|other| other.code == name);
                    let same = found(name) == Some(region.code);
                    assert!(
                        same || is_code,
                        "{} {name}: {:?}",
                        country.code,
                        found(name)
                    );
                }
            }
        }
    }
}
