//! Letters without marks, for peers that know only ASCII and for comparing names.

use crate::functions::{Function, fail, locale, optional_text, text};
use crate::number::shorten;

pub const ASCII: Function = Function {
    name: "ascii",
    signature: "ascii(text: text, locale?: text) -> text",
    doc: "The text in ASCII: marks are taken off and other scripts written by sound, as the crate \
          deunicode has them. With de, ä ö ü become ae oe ue; with da, nb or no, æ ø å become ae \
          oe aa. A character without a likeness is an error.",
    examples: &[
        ("ascii('Łódź, Åre, Straße')", "\"Lodz, Are, Strasse\""),
        ("ascii('Müller Öl', 'de')", "\"Mueller Oel\""),
        ("ascii('Ærø Ål', 'da')", "\"Aeroe Aal\""),
        ("ascii('Ελλάδα')", "\"Ellada\""),
        ("ascii('北京')", "\"Bei Jing\""),
        ("ascii('a\\u0378b')", "!no likeness"),
    ],
    run: |a, _| {
        let locale = optional_text(a, 1);
        if let Some(tag) = locale {
            locale::find(tag).map_err(fail("ascii"))?;
        }
        ascii(text(a, 0), locale.unwrap_or_default())
            .map(Into::into)
            .map_err(fail("ascii"))
    },
};

pub const SLUG: Function = Function {
    name: "slug",
    signature: "slug(text: text, separator?: text) -> text",
    doc: "The text as a key: ASCII letters in lower case and digits, with `-` or another separator \
          between the words.",
    examples: &[
        (
            "slug('Årsplan: Premium (2026)')",
            "\"arsplan-premium-2026\"",
        ),
        ("slug('Annual plan', '_')", "\"annual_plan\""),
        ("slug('--')", "\"\""),
    ],
    run: |a, _| {
        let ascii = ascii(text(a, 0), "").map_err(fail("slug"))?.to_lowercase();
        let words = ascii.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let separator = optional_text(a, 1).unwrap_or("-");
        let between = words.len().saturating_mul(separator.len());
        super::bounded("slug", ascii.len().saturating_add(between))?;
        Ok(words.join(separator).into())
    },
};

/// How languages write their own letters in ASCII; others take the marks off.
const OWN: [(&str, &[(char, &str)]); 2] = [
    ("de", &[('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('ß', "ss")]),
    ("da nb nn no", &[('æ', "ae"), ('ø', "oe"), ('å', "aa")]),
];

fn ascii(whole: &str, locale: &str) -> Result<String, String> {
    let language = locale
        .split(['-', '_'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let own = OWN
        .iter()
        .find(|(languages, _)| languages.split(' ').any(|l| l == language));
    let own = own.map_or(&[][..], |(_, letters)| letters);
    let mut folded = String::with_capacity(whole.len());
    for letter in whole.chars() {
        let lower = letter.to_lowercase().next().unwrap_or(letter);
        if let Some((_, written)) = own.iter().find(|(own, _)| *own == lower) {
            let mut characters = written.chars();
            if letter.is_uppercase() {
                folded.extend(characters.next().map(|first| first.to_ascii_uppercase()));
            }
            folded.push_str(characters.as_str());
            continue;
        }
        match deunicode::deunicode_char(letter) {
            Some(written) => folded.push_str(written),
            None => {
                let shown = shorten(whole);
                return Err(format!("`{shown}`: `{letter}` has no likeness in ASCII"));
            }
        }
        super::bounded("ascii", folded.len()).map_err(|stop| stop.to_string())?;
    }
    // Signs of other scripts are words of their own, with a blank behind each.
    if !whole.ends_with(char::is_whitespace) {
        folded.truncate(folded.trim_end().len());
    }
    Ok(folded)
}

/// A text for comparing: lower case, Latin letters without marks, letters and digits only, `&` as
/// `and`. Other scripts stay as they are, so that names in them do not fall together.
pub fn fold(whole: &str) -> String {
    let mut folded = String::with_capacity(whole.len());
    for letter in whole.chars() {
        match letter {
            '&' => folded.push_str("and"),
            '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => {
                let written = deunicode::deunicode_char(letter).unwrap_or_default();
                folded.extend(written.chars().flat_map(char::to_lowercase));
            }
            letter if letter.is_alphanumeric() => folded.extend(letter.to_lowercase()),
            _ => {}
        }
    }
    folded
}
