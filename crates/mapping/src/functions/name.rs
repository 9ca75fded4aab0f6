//! Names of people and companies.

use super::{Function, fail, text};
use crate::value::Value;

pub const PERSON_NAME: Function = Function {
    name: "person_name",
    signature: "person_name(text: text) -> map",
    doc: "The parts of a person's name: {title?, given?, family, suffix?, sure}. Given names are \
          taken to come first, unless a comma says otherwise; particles (von, van, de …) go to the \
          family name. `sure` is false where this is a guess: one word, more than two, scripts \
          that put the family first. A payment does not say which part is which: never link by it.",
    examples: &[
        (
            "person_name('Ada Lovelace')",
            r#"{"family":"Lovelace","given":"Ada","sure":true}"#,
        ),
        (
            "person_name('Lovelace, Ada King')",
            r#"{"family":"Lovelace","given":"Ada King","sure":true}"#,
        ),
        (
            "person_name('Dr. Ludwig van  Beethoven Jr.')",
            r#"{"family":"van Beethoven","given":"Ludwig","suffix":"Jr.","sure":false,"title":"Dr."}"#,
        ),
        (
            "person_name('Gabriel García Márquez')",
            r#"{"family":"Márquez","given":"Gabriel García","sure":false}"#,
        ),
        (
            "person_name('King, Martin Luther, Jr.')",
            r#"{"family":"King","given":"Martin Luther","suffix":"Jr.","sure":false}"#,
        ),
        (
            "person_name('von Trapp')",
            r#"{"family":"von Trapp","sure":false}"#,
        ),
        ("person_name('Cher')", r#"{"family":"Cher","sure":false}"#),
        ("person_name('王 小明').sure", "false"),
        ("person_name(' ')", "!is blank"),
    ],
    run: |a, _| person(text(a, 0)).map_err(fail("person_name")),
};

const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "dame", "herr", "frau", "mme", "mlle",
    "hr", "fr", "ing", "sr", "sra",
];
const SUFFIXES: &[&str] = &["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "mba"];
const PARTICLES: &[&str] = &[
    "von", "van", "der", "den", "de", "del", "della", "di", "da", "das", "do", "dos", "du", "la",
    "le", "af", "av", "zu", "zum", "zur", "ten", "ter", "bin", "ibn", "al", "el", "st", "san",
];

/// Whether the word, without its point and in small letters, is one of these.
fn is_among(word: &str, known: &[&str]) -> bool {
    let plain = word.trim_end_matches(['.', ',']).to_lowercase();
    known.contains(&plain.as_str())
}

fn person(whole: &str) -> Result<Value, String> {
    let (before, after) = whole.split_once(',').unwrap_or((whole, ""));
    let first: Vec<&str> = before.split_whitespace().collect();
    let second: Vec<&str> = after.split_whitespace().collect();
    if first.is_empty() {
        return Err("the name is blank".to_owned());
    }
    let suffix_alone = !second.is_empty() && second.iter().all(|word| is_among(word, SUFFIXES));
    if !second.is_empty() && !suffix_alone {
        let suffixes = second
            .iter()
            .rev()
            .take_while(|word| is_among(word, SUFFIXES))
            .count();
        let (given, suffix) = second.split_at(second.len() - suffixes);
        return Ok(named(
            &[],
            given,
            &first,
            suffix,
            !given.concat().contains(','),
        ));
    }
    let titles = first
        .iter()
        .take_while(|word| is_among(word, TITLES))
        .count();
    let (title, rest) = first.split_at(titles.min(first.len() - 1));
    let suffixes = rest
        .iter()
        .rev()
        .take_while(|word| is_among(word, SUFFIXES))
        .count();
    let (core, suffix) = rest.split_at(rest.len() - suffixes.min(rest.len() - 1));
    let suffix = if suffix_alone { &second } else { suffix };
    let particle = core
        .iter()
        .skip(1)
        .position(|word| is_among(word, PARTICLES));
    let family = match particle {
        _ if is_among(core[0], PARTICLES) => 0,
        Some(at) if at + 2 < core.len() => at + 1,
        _ => core.len() - 1,
    };
    let latin = core.iter().all(|word| word.chars().all(|c| c < '\u{2000}'));
    let (given, family) = core.split_at(family);
    let sure = core.len() == 2 && !given.is_empty() && latin;
    Ok(named(title, given, family, suffix, sure))
}

fn named(title: &[&str], given: &[&str], family: &[&str], suffix: &[&str], sure: bool) -> Value {
    let joined = |words: &[&str]| match words {
        [] => Value::Null,
        words => words.join(" ").trim_end_matches(',').into(),
    };
    Value::map([
        ("title", joined(title)),
        ("given", joined(given)),
        ("family", joined(family)),
        ("suffix", joined(suffix)),
        ("sure", Value::Bool(sure)),
    ])
}

pub const NAME_KEY: Function = Function {
    name: "name_key",
    signature: "name_key(text: text) -> text",
    doc: "A company's or person's name for comparing: small letters without marks, punctuation and \
          legal forms (GmbH, AB, Oy, Inc …). It proposes candidates to a person; two with the same \
          key are not the same for that.",
    examples: &[
        (
            "name_key('Müller & Söhne GmbH & Co. KG')",
            "\"muller and sohne\"",
        ),
        ("name_key('MULLER AND SOHNE')", "\"muller and sohne\""),
        ("name_key('AB Volvo (publ)')", "\"volvo\""),
        ("name_key('Acme S.p.A.')", "\"acme\""),
        ("name_key('The Widget Company, Inc.')", "\"widget\""),
        ("name_key('AB')", "\"ab\""),
        ("name_key('株式会社山田')", "\"株式会社山田\""),
    ],
    run: |a, _| Ok(key(text(a, 0)).into()),
};

/// Legal forms as they stand behind a name, folded: the common ones of Europe, America and Asia.
const FORMS: &str = "ab ag ao aps as asa bv bvba co company corp corporation cv dd doo ead eeig ek \
    eg eirl ev eood gbr gesmbh gmbh hb ik inc incorporated is jsc kb kda kft kg kgaa kk \
    kommanditgesellschaft ks lda limited limitada llc llp lp ltd ltda mbh nv nyrt ob od oe oo ooo \
    oy oyj plc private pte pty publ pvt rt sa sab sapi sarl sas sasu sca scs sdnbhd se sia sl slu \
    snc soc sp spa spk spol spzoo srl sro ug \
    unlimited uab vof zoo zrt";
/// Those that stand before a name, too.
const LEADING: &str = "ab oy ooo pt as sia uab the firma";

fn key(whole: &str) -> String {
    let words = words(whole);
    let is_form = |word: &String| FORMS.split_whitespace().any(|form| form == word);
    let leads = |word: &String| LEADING.split_whitespace().any(|form| form == word);
    let mut kept = &words[..];
    while let [rest @ .., last] = kept
        && !rest.is_empty()
        && (is_form(last) || last == "and")
    {
        kept = rest;
    }
    while let [first, rest @ ..] = kept
        && !rest.is_empty()
        && leads(first)
    {
        kept = rest;
    }
    kept.join(" ")
}

/// The folded words; single letters that follow one another are one word: `S. A.` is `sa`.
fn words(whole: &str) -> Vec<String> {
    let undotted = whole.replace(['.', '\'', '’'], "").replace('&', " & ");
    let parts = undotted.split(|c: char| !(c.is_alphanumeric() || c == '&'));
    let mut words: Vec<String> = Vec::new();
    let mut letters = false;
    for word in parts.map(super::text::fold).filter(|word| !word.is_empty()) {
        let letter = word.len() == 1;
        match words.last_mut() {
            Some(last) if letter && letters => last.push_str(&word),
            _ => words.push(word),
        }
        letters = letter;
    }
    words
}
