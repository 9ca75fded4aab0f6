//! Addresses in the fields of an ERP, with the lengths of those fields.

use super::Parts;
use crate::functions::{Function, fail, text};
use crate::value::Value;

pub const FIT_ADDRESS: Function = Function {
    name: "fit_address",
    signature: "fit_address(product: text, of: map, widths?: map) -> map",
    doc: "An address (as of `normal_address`) in its one form, with its lines broken at blanks so \
          that they fit the product: `m3`, `csi` or `ln`. What does not fit even so is an error \
          that names every such field and its limit; nothing is cut. `widths` gives a field \
          another width than the table's: {'TOWN': 30}.",
    examples: &[
        (
            "fit_address('m3', {'line1': 'Building 7, Entrance C, Third floor, Industrial Estate \
             North', 'city': 'Leeds', 'postal_code': 'ls11aa', 'country': 'UK'})",
            r#"{"city":"Leeds","country":"GB","lines":["Building 7, Entrance C, Third floor,","Industrial Estate North"],"postal_code":"LS1 1AA"}"#,
        ),
        (
            "fit_address('m3', {'city': 'Llanfairpwllgwyngyllgogerych', 'country': 'GB'})",
            "!TOWN takes 20 characters, city has 28",
        ),
    ],
    run: |a, _| {
        let product = find(text(a, 0)).map_err(fail("fit_address"))?;
        let fitted = Parts::normal(&a[1]).and_then(|parts| product.fit(parts, a.get(2)));
        fitted
            .map(|parts| parts.to_value())
            .map_err(fail("fit_address"))
    },
};

pub const ADDRESS_FOR: Function = Function {
    name: "address_for",
    signature: "address_for(product: text, of: map, widths?: map) -> map",
    doc: "An address (as of `fit_address`) under the product's own field names. m3: CUNM, CUA1 to \
          CUA4, TOWN, PONO, ECAR, CSCD, lengths of the public M3 API metadata; a place without a \
          street has its city or country in CUA1, which M3 demands. csi: Name, Addr_1 to Addr_4, \
          City, State, Zip, Country of SLCustomers and SLCustAddrs, lengths unverified. ln: Name, \
          AddressLine (a list), CityName, CountrySubDivisionCode, PostalCode, CountryCode of a \
          business document, lengths unverified. Sites keep their own codes of countries and areas \
          (M3: CRS045): look them up where they are not ISO's.",
    examples: &[
        (
            "address_for('m3', {'name': 'Ada', 'address': {'line1': '1 Main St', 'city': 'Fresno', \
             'state': 'California', 'postal_code': '93701', 'country': 'US'}})",
            r#"{"CSCD":"US","CUA1":"1 Main St","CUNM":"Ada","ECAR":"CA","PONO":"93701","TOWN":"Fresno"}"#,
        ),
        (
            "address_for('csi', {'line1': '1 Main St', 'line2': 'Suite 4', 'city': 'Fresno', \
             'state': 'CA', 'postal_code': '93701', 'country': 'US'})",
            r#"{"Addr_1":"1 Main St","Addr_2":"Suite 4","City":"Fresno","Country":"US","State":"CA","Zip":"93701"}"#,
        ),
        (
            "address_for('ln', {'line1': 'Storgatan 1', 'city': 'Lund', 'postal_code': '223 50', \
             'country': 'SE'})",
            r#"{"AddressLine":["Storgatan 1"],"CityName":"Lund","CountryCode":"SE","PostalCode":"22350"}"#,
        ),
        (
            "address_for('m3', {'city': 'Lund', 'country': 'SE'}).CUA1",
            "\"Lund\"",
        ),
        (
            "address_for('m3', {'line1': '1 George St', 'city': 'Sydney', 'state': \
             'New South Wales', 'country': 'AU'})",
            "!ECAR takes 2 characters, state has 3: `NSW`",
        ),
        (
            "address_for('m3', {'line1': '1 George St', 'city': 'Sydney', 'state': \
             'New South Wales', 'country': 'AU'}, {'ECAR': 3}).ECAR",
            "\"NSW\"",
        ),
        ("address_for('sap', {})", "!m3, csi or ln"),
        ("address_for('m3', {}, {'CITY': 3})", "!has no field `CITY`"),
    ],
    run: |a, _| {
        let product = find(text(a, 0)).map_err(fail("address_for"))?;
        let fitted = Parts::normal(&a[1]).and_then(|parts| product.fit(parts, a.get(2)));
        fitted
            .map(|parts| product.fields(&parts))
            .map_err(fail("address_for"))
    },
};

/// A field and how many characters it takes.
#[derive(Debug)]
struct Field {
    name: &'static str,
    width: usize,
}

const fn field(name: &'static str, width: usize) -> Field {
    Field { name, width }
}

/// The fields of an address in an ERP.
#[derive(Debug)]
pub struct Product {
    key: &'static str,
    title: &'static str,
    name: Field,
    /// One for each line; or one list, of as many lines as it has entries here.
    lines: [Field; 4],
    lines_are_a_list: bool,
    city: Field,
    state: Field,
    postal_code: Field,
    country: Field,
    /// The first line may not be empty where anything else is given.
    needs_a_line: bool,
}

const PRODUCTS: [Product; 3] = [
    // CRS610MI Add, ChgBasicData, AddAddress: lengths of the public M3 API metadata.
    Product {
        key: "m3",
        title: "M3",
        name: field("CUNM", 36),
        lines: [
            field("CUA1", 36),
            field("CUA2", 36),
            field("CUA3", 36),
            field("CUA4", 36),
        ],
        lines_are_a_list: false,
        city: field("TOWN", 20),
        state: field("ECAR", 2),
        postal_code: field("PONO", 10),
        country: field("CSCD", 3),
        needs_a_line: true,
    },
    // SLCustomers, SLCustAddrs: the properties are seen in public code, the lengths are unverified.
    Product {
        key: "csi",
        title: "CloudSuite Industrial",
        name: field("Name", 60),
        lines: [
            field("Addr_1", 50),
            field("Addr_2", 50),
            field("Addr_3", 50),
            field("Addr_4", 50),
        ],
        lines_are_a_list: false,
        city: field("City", 30),
        state: field("State", 5),
        postal_code: field("Zip", 10),
        country: field("Country", 30),
        needs_a_line: false,
    },
    // The address of an OAGIS business document; the lengths, LN's, are unverified. LN exchanges
    // countries as two letters (docs.infor.com, Addresses, tccom4530m000).
    Product {
        key: "ln",
        title: "LN",
        name: field("Name", 35),
        lines: [
            field("AddressLine", 30),
            field("AddressLine", 30),
            field("AddressLine", 30),
            field("AddressLine", 30),
        ],
        lines_are_a_list: true,
        city: field("CityName", 30),
        state: field("CountrySubDivisionCode", 3),
        postal_code: field("PostalCode", 10),
        country: field("CountryCode", 3),
        needs_a_line: false,
    },
];

/// The product of a key.
pub fn find(key: &str) -> Result<&'static Product, String> {
    let found = PRODUCTS.iter().find(|product| product.key == key);
    found.ok_or_else(|| {
        let shown = crate::number::shorten(key);
        format!("`{shown}` is no product; addresses are known for m3, csi or ln")
    })
}

impl Product {
    /// Breaks the lines and checks every length.
    fn fit(&self, mut parts: Parts, widths: Option<&Value>) -> Result<Parts, String> {
        let widths = self.widths(widths)?;
        let width = |field: &Field| widths.get(field.name).copied().unwrap_or(field.width);
        let mut problems = Vec::new();
        for (what, part, field) in [
            ("name", &parts.name, &self.name),
            ("city", &parts.city, &self.city),
            ("state", &parts.state, &self.state),
            ("postal_code", &parts.postal_code, &self.postal_code),
            ("country", &parts.country, &self.country),
        ] {
            let Some(part) = part else {
                continue;
            };
            let (most, has) = (width(field), part.chars().count());
            if has > most {
                let shown = crate::number::shorten(part);
                let name = field.name;
                problems.push(format!(
                    "{name} takes {most} characters, {what} has {has}: `{shown}`"
                ));
            }
        }
        let most = self.lines.iter().map(width).min().unwrap_or_default();
        match broken(&parts.lines, most, self.lines[0].name) {
            Ok(lines) if lines.len() > self.lines.len() => problems.push(format!(
                "the street takes {} lines of {most} characters, {} has {}",
                lines.len(),
                self.title,
                self.lines.len()
            )),
            Ok(lines) => parts.lines = lines,
            Err(problem) => problems.push(problem),
        }
        if problems.is_empty() {
            return Ok(parts);
        }
        let cure = "shorten it on purpose with truncate, look a code up, or give widths";
        Err(format!("{}; {cure}", problems.join("; ")))
    }

    /// The widths that were given, by field.
    fn widths(
        &self,
        given: Option<&Value>,
    ) -> Result<std::collections::BTreeMap<&'static str, usize>, String> {
        let given = given.and_then(Value::as_map).into_iter().flatten();
        let single = [
            &self.name,
            &self.city,
            &self.state,
            &self.postal_code,
            &self.country,
        ];
        let width = |(name, width): (&std::sync::Arc<str>, &Value)| {
            let mut fields = single.into_iter().chain(&self.lines);
            let field = fields
                .find(|field| *field.name == **name)
                .ok_or_else(|| format!("an address of {} has no field `{name}`", self.title))?;
            let width = width
                .as_int()
                .and_then(|n| usize::try_from(n).ok())
                .filter(|n| *n > 0);
            let width = width.ok_or_else(|| format!("the width of {name} is no number above 0"))?;
            Ok((field.name, width))
        };
        given.map(width).collect()
    }

    fn fields(&self, parts: &Parts) -> Value {
        let optional = |text: Option<&String>| text.map(|t| t.as_str().into()).unwrap_or_default();
        let mut fields: Vec<(&'static str, Value)> = vec![
            (self.name.name, optional(parts.name.as_ref())),
            (self.city.name, optional(parts.city.as_ref())),
            (self.state.name, optional(parts.state.as_ref())),
            (self.postal_code.name, optional(parts.postal_code.as_ref())),
            (self.country.name, optional(parts.country.as_ref())),
        ];
        let mut lines = parts.lines.clone();
        if lines.is_empty() && self.needs_a_line {
            lines.extend(parts.city.clone().or_else(|| parts.country.clone()));
        }
        let lines = lines.into_iter().map(Value::from);
        if self.lines_are_a_list {
            fields.push((self.lines[0].name, Value::list(lines.collect())));
        } else {
            fields.extend(self.lines.iter().map(|field| field.name).zip(lines));
        }
        Value::map(fields)
    }
}

/// The lines, each broken at blanks into lines of at most `most` characters.
fn broken(lines: &[String], most: usize, field: &str) -> Result<Vec<String>, String> {
    let mut words = lines.iter().flat_map(|line| line.split_whitespace());
    if let Some(word) = words.find(|word| word.chars().count() > most) {
        let (shown, has) = (crate::number::shorten(word), word.chars().count());
        return Err(format!(
            "{field} takes {most} characters, and a word of the street has {has}: `{shown}`"
        ));
    }
    Ok(lines
        .iter()
        .flat_map(|line| crate::functions::text::lines_of(line, most))
        .collect())
}
