//! What the sandbox company starts with. All of it is made up.

use super::record::Fields;
use super::settings::Settings;
use super::world::{Content, Customer, Item, Order, World};
use rust_decimal::Decimal;

/// How many closed orders `Y30003` has, for tests of cut lists.
const HISTORY: u64 = 2_500;

/// Item number, name, status, price in cents of USD, taxed.
const ITEMS: [(&str, &str, &str, i64, bool); 10] = [
    ("SUB-BASIC", "Subscription, basic", "20", 1_000, true),
    ("SUB-PRO", "Subscription, pro", "20", 4_900, true),
    ("SETUP", "Set-up", "20", 9_900, true),
    ("SHIPPING", "Shipping", "20", 500, true),
    ("MUG", "Mug", "20", 1_200, true),
    ("TSHIRT", "T-shirt", "20", 2_500, true),
    ("POSTER", "Poster", "20", 1_800, true),
    ("STICKERS", "Stickers", "20", 400, true),
    ("WEB-SALE", "Sale without an item of its own", "20", 0, true),
    ("OLD-MUG", "Mug, no longer sold", "90", 1_000, true),
];

type Seed<'a> = (&'a str, &'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Number, name, country, currency, and fields of its own.
const CUSTOMERS: [Seed<'_>; 6] = [
    ("WEBGUEST", "Guests of the web shop", "US", "USD", &[]),
    ("Y30000", "Ada Example", "DE", "EUR", &[]),
    ("Y30001", "Stopped Example", "DE", "EUR", &[("BLCD", "1")]),
    (
        "Y30002",
        "Over Limit Example",
        "DE",
        "EUR",
        &[("CRL3", "1")],
    ),
    ("Y30003", "Many Orders Example", "US", "USD", &[]),
    (
        "Y30004",
        "A name that is thirty-six chars long",
        "GB",
        "GBP",
        &[],
    ),
];

/// The fields that a template gives to a customer: `TPL001` for card payers, `TPL002` on account.
fn template(number: &str) -> Fields {
    let (terms, method) = if number == "TPL002" {
        ("30", "BT")
    } else {
        ("00", "CC")
    };
    let values = [
        (
            "CUNM",
            if number == "TPL002" {
                "Template on account"
            } else {
                "Template web"
            },
        ),
        ("STAT", "20"),
        ("CUTP", "0"),
        ("LNCD", "GB"),
        ("CSCD", "US"),
        ("CUCD", "USD"),
        ("ORTP", "C01"),
        ("TEPY", terms),
        ("PYCD", method),
        ("FACI", "100"),
        ("WHLO", "100"),
        ("BLCD", "0"),
    ];
    values
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

/// A fresh company.
pub fn world(settings: Settings, now_s: i64) -> World {
    let mut world = World::default();
    (world.settings, world.now_s) = (settings, now_s);
    for number in ["TPL001", "TPL002"] {
        world.templates.insert(number.to_owned(), template(number));
    }
    for (number, name, stat, cents, taxed) in ITEMS {
        let item = Item {
            name: name.to_owned(),
            stat: stat.to_owned(),
            price: Decimal::new(cents, 2),
            currency: "USD".to_owned(),
            taxed,
        };
        world.items.insert(number.to_owned(), item);
    }
    for (number, name, country, currency, own) in CUSTOMERS {
        let mut fields = template("TPL001");
        let given = [
            ("CUNO", number),
            ("CUNM", name),
            ("CUA1", "1 Example Street"),
            ("CSCD", country),
            ("CUCD", currency),
            ("PYNO", number),
        ];
        for (name, value) in given.iter().chain(own) {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
        let stamp = world.stamp();
        let customer = Customer {
            fields,
            stamp,
            ..Customer::default()
        };
        world.customers.insert(number.to_owned(), customer);
    }
    world.series.customer = 30_100;
    world.series.batch = 9_000_000;
    world.series.order = 1_000_000;
    history(&mut world);
    world
}

/// Closed orders without value, so that a list of them is long and the ledger stays empty.
fn history(world: &mut World) {
    let created = world.today();
    for n in 0..HISTORY {
        let orno = format!("{}", 500_001 + n);
        let head = [("CUOR", format!("OLD{n:05}")), ("ORTP", "C01".to_owned())];
        let content = Content {
            cuno: "Y30003".to_owned(),
            currency: "USD".to_owned(),
            head: head.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
            ..Content::default()
        };
        let order = Order {
            content,
            created: created.clone(),
            history: true,
            held: false,
        };
        world.orders.insert(orno.clone(), order);
        world
            .index
            .orders_by_customer
            .entry("Y30003".to_owned())
            .or_default()
            .insert(orno);
    }
}
