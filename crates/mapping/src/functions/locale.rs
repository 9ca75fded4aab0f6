//! How numbers and dates are written in a language or a country.
//!
//! Source of the signs: Unicode's CLDR 48 (`decimal`, `group` and short dates of each locale). A
//! locale that is not listed is refused: the nearest one may write `1.234` and mean something else.

/// In which order a date has its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    DayFirst,
    MonthFirst,
    YearFirst,
    /// The language alone does not say.
    Unsure,
}

/// What a locale writes.
#[derive(Debug)]
pub struct Locale {
    /// The tags that write so: `de`, `de-AT`.
    tags: &'static str,
    pub decimal: char,
    /// What stands between groups of digits; a blank also means the blanks that do not break.
    pub group: &'static [char],
    /// The sizes of groups from the right: three digits, but 3, 2, 2 in India.
    pub lakh: bool,
    pub order: Order,
    pub date_separator: &'static [char],
}

const fn locale(
    tags: &'static str,
    decimal: char,
    group: &'static [char],
    order: Order,
    date_separator: &'static [char],
) -> Locale {
    Locale {
        tags,
        decimal,
        group,
        lakh: false,
        order,
        date_separator,
    }
}

const APOSTROPHES: &[char] = &['\'', '’'];

const LOCALES: &[Locale] = &[
    locale("en", '.', &[','], Order::Unsure, &['/']),
    locale("en-US es-US", '.', &[','], Order::MonthFirst, &['/']),
    locale(
        "en-GB en-IE en-AU en-NZ en-SG en-HK ms mt th es-MX es-PE",
        '.',
        &[','],
        Order::DayFirst,
        &['/'],
    ),
    locale("en-CA", '.', &[','], Order::YearFirst, &['-']),
    locale("en-ZA", ',', &[' '], Order::YearFirst, &['/']),
    Locale {
        lakh: true,
        ..locale("en-IN hi", '.', &[','], Order::DayFirst, &['/', '-'])
    },
    locale(
        "de de-DE de-LU da da-DK ro ro-RO sl sl-SI hr hr-HR tr tr-TR is is-IS sr",
        ',',
        &['.'],
        Order::DayFirst,
        &['.'],
    ),
    locale(
        "es es-ES es-AR es-CO it it-IT pt pt-BR el el-GR id id-ID vi vi-VN nl-BE",
        ',',
        &['.'],
        Order::DayFirst,
        &['/'],
    ),
    locale("nl nl-NL es-CL", ',', &['.'], Order::DayFirst, &['-']),
    locale(
        "de-AT fi fi-FI sv-FI nb nb-NO nn no pl pl-PL cs cs-CZ sk sk-SK bg bg-BG et et-EE \
         lv lv-LV ru ru-RU uk uk-UA",
        ',',
        &[' '],
        Order::DayFirst,
        &['.'],
    ),
    locale(
        "fr fr-FR fr-BE fr-LU pt-PT",
        ',',
        &[' '],
        Order::DayFirst,
        &['/'],
    ),
    locale(
        "sv sv-SE lt lt-LT fr-CA",
        ',',
        &[' '],
        Order::YearFirst,
        &['-'],
    ),
    locale("hu hu-HU", ',', &[' '], Order::YearFirst, &['.']),
    locale(
        "de-CH de-LI it-CH",
        '.',
        APOSTROPHES,
        Order::DayFirst,
        &['.'],
    ),
    locale("fr-CH", ',', APOSTROPHES, Order::DayFirst, &['.']),
    locale(
        "ja ja-JP zh zh-CN zh-TW zh-Hant",
        '.',
        &[','],
        Order::YearFirst,
        &['/', '-'],
    ),
    locale("ko ko-KR", '.', &[','], Order::YearFirst, &['.', '-']),
    locale("he he-IL", '.', &[','], Order::DayFirst, &['.']),
];

/// The locale of a tag, in either case and with `-` or `_`.
pub fn find(tag: &str) -> Result<&'static Locale, String> {
    let wanted = tag.replace('_', "-");
    let found = LOCALES.iter().find(|locale| {
        let mut tags = locale.tags.split(' ');
        tags.any(|known| known.eq_ignore_ascii_case(&wanted))
    });
    found.ok_or_else(|| {
        let shown = crate::number::shorten(tag);
        format!("`{shown}` is no locale that is known here, such as de, en-US or sv")
    })
}
