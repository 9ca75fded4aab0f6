//! Countries and regions, by code and by name.

use super::country;
use crate::functions::{Function, fail, text};
use crate::number::shorten;

pub const COUNTRY: Function = Function {
    name: "country",
    signature: "country(country: text) -> text",
    doc: "The two letters of ISO 3166-1 for a country: from its code of two or three letters, or \
          from its name in one of some twenty languages or its own.",
    examples: &[
        ("country('se')", "\"SE\""),
        ("country('DEU')", "\"DE\""),
        ("country('Deutschland')", "\"DE\""),
        ("country('UK')", "\"GB\""),
        ("country('U.S.A.')", "\"US\""),
        ("country('Cote d\\'Ivoire')", "\"CI\""),
        ("country('日本')", "\"JP\""),
        ("country('Saint Kitts and Nevis')", "\"KN\""),
        ("country('Swedn')", "!did you mean Sweden?"),
        ("country('Atlantis')", "!no country"),
    ],
    run: |a, _| {
        let country = country::find(text(a, 0)).map_err(fail("country"))?;
        Ok(country.code.into())
    },
};

pub const COUNTRY_ALPHA3: Function = Function {
    name: "country_alpha3",
    signature: "country_alpha3(country: text) -> text",
    doc: "The three letters of ISO 3166-1 for a country, given as of `country`.",
    examples: &[
        ("country_alpha3('SE')", "\"SWE\""),
        ("country_alpha3('Suisse')", "\"CHE\""),
    ],
    run: |a, _| {
        let country = country::find(text(a, 0)).map_err(fail("country_alpha3"))?;
        Ok(country.alpha3.into())
    },
};

pub const COUNTRY_NAME: Function = Function {
    name: "country_name",
    signature: "country_name(country: text) -> text",
    doc: "The English name of a country, given as of `country`.",
    examples: &[
        ("country_name('CH')", "\"Switzerland\""),
        ("country_name('JPN')", "\"Japan\""),
    ],
    run: |a, _| {
        let country = country::find(text(a, 0)).map_err(fail("country_name"))?;
        Ok(country.name().into())
    },
};

pub const STATE_CODE: Function = Function {
    name: "state_code",
    signature: "state_code(text: text, country: text) -> text",
    doc: "The code of a state, province or the like, from its code or name: ISO 3166-2 without the \
          country, or the word that addresses use where ISO has no code. Known for the countries \
          whose addresses name them.",
    examples: &[
        ("state_code('California', 'US')", "\"CA\""),
        ("state_code('ca', 'US')", "\"CA\""),
        ("state_code('Quebec', 'Canada')", "\"QC\""),
        ("state_code('東京都', 'JP')", "\"13\""),
        ("state_code('Guangdong', 'CN')", "\"44\""),
        ("state_code('Dublin', 'IE')", "\"D\""),
        ("state_code('Kalifornia', 'US')", "!no state"),
        (
            "state_code('Bayern', 'DE')",
            "!addresses in Germany name no states",
        ),
    ],
    run: |a, _| {
        let region = region(text(a, 0), text(a, 1)).map_err(fail("state_code"))?;
        Ok(region.code.into())
    },
};

pub const STATE_NAME: Function = Function {
    name: "state_name",
    signature: "state_name(text: text, country: text) -> text",
    doc: "The name of a state, province or the like, from its code or name, in Latin letters.",
    examples: &[
        ("state_name('CA', 'US')", "\"California\""),
        ("state_name('13', 'JP')", "\"Tokyo\""),
        ("state_name('QC', 'CA')", "\"Quebec\""),
        ("state_name('ZZ', 'US')", "!no state"),
    ],
    run: |a, _| {
        let region = region(text(a, 0), text(a, 1)).map_err(fail("state_name"))?;
        Ok(region.name().into())
    },
};

pub fn region(text: &str, country: &str) -> Result<&'static country::Region, String> {
    let country = country::find(country)?;
    let name = country.name();
    if country.regions.is_empty() {
        return Err(format!(
            "addresses in {name} name no states; map them with a lookup if the ERP wants them"
        ));
    }
    country.region(text).ok_or_else(|| {
        let names = country.regions.iter().map(country::Region::name);
        let shown = shorten(text);
        match crate::check::nearest(&shown, names) {
            Some(near) => format!("`{shown}` is no state of {name}; did you mean {near}?"),
            None => format!("`{shown}` is no state of {name}"),
        }
    })
}
