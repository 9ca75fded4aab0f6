//! The sandboxes as the systems of one company: started together, and what joins Towpath to them.

use engine::{ConnectionSetup, Engine, EnvironmentSetup, Limits};
use model::ids::EnvironmentId;
use model::{Company, EnvironmentKind, Secret, Timestamp};
use serde_json::{Map, Value, json};
use server::guide::SandboxPage;
use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use store::{LookupChange, LookupPut};

/// A port of this machine that the system chooses.
pub const LOOPBACK: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

/// What the sandbox's shop sells: product, item number in M3, product group in the general ledger.
pub const PRODUCTS: &[(&str, &str, &str)] = &[
    ("prod_mug", "MUG", "GOODS"),
    ("prod_tshirt", "TSHIRT", "GOODS"),
    ("prod_poster", "POSTER", "GOODS"),
    ("prod_sticker", "STICKERS", "GOODS"),
    ("prod_basic", "SUB-BASIC", "SUBS"),
    ("prod_pro", "SUB-PRO", "SUBS"),
    ("prod_setup", "SETUP", "SERVICE"),
];

/// A row of a lookup table: the table, the key, the value.
pub type Row = (&'static str, &'static str, Value);

/// Sandboxes that are served. They end when dropped.
pub struct Sandboxes {
    pub stripe: sim::stripe::Handle,
    pub infor: sim::infor::Handle,
    pub mail: sim::mail::Handle,
}

impl Sandboxes {
    /// Starts them at ports that the system chooses. The company's tenant is the usual one if none is
    /// given.
    pub async fn start(seed: u64, tenant: Option<String>) -> io::Result<Self> {
        let config = sim::stripe::Config {
            seed,
            ..sim::stripe::Config::default()
        };
        let stripe = sim::stripe::Stripe::start(config, LOOPBACK).await?;
        let config = sim::infor::Config {
            seed,
            tenant,
            ..sim::infor::Config::default()
        };
        let infor = sim::infor::Infor::start(config, LOOPBACK).await?;
        let mail = sim::mail::start(LOOPBACK, LOOPBACK).await?;
        Ok(Self {
            stripe,
            infor,
            mail,
        })
    }

    /// Lets Stripe send its events to an environment of the Towpath at `url`. Returns the secret that
    /// signs them.
    pub fn send_webhooks(&self, url: &str, environment: &str) -> String {
        let hook = format!("{url}/hooks/{environment}/stripe/main");
        self.stripe.add_webhook_endpoint(&hook).1
    }

    /// An environment that is connected to them, without flows.
    pub fn environment(&self, name: &str, webhook_secret: &str) -> EnvironmentSetup {
        EnvironmentSetup {
            name: name.to_owned(),
            kind: EnvironmentKind::Test,
            company: company(),
            connections: vec![self.stripe(webhook_secret), self.infor(), self.mail()],
            flows: Vec::new(),
        }
    }

    fn stripe(&self, webhook_secret: &str) -> ConnectionSetup {
        ConnectionSetup {
            name: "stripe".into(),
            connector: "stripe".into(),
            settings: json!({
                "account": self.stripe.state()["account"], "base_url": self.stripe.url(), "since": 0,
            }),
            credential: BTreeMap::from([(
                "secret_key".to_owned(),
                Secret::new(sim::stripe::DEFAULT_KEY),
            )]),
            next_credential: None,
            webhook_secrets: vec![Secret::new(webhook_secret)],
            limits: LIMITS,
        }
    }

    fn infor(&self) -> ConnectionSetup {
        ConnectionSetup {
            name: "m3".into(),
            connector: "infor".into(),
            settings: json!({
                "company": 100, "division": "AAA", "facility": "100", "warehouse": "100",
                "order_type": "C01", "credit_order_type": "CR1",
                "customer_template": "TPL001",
                "payment_batch_type": "STR", "payment_type": "ST",
                "journal_template": "STRIPE-POS1", "exportmi": true,
                "read_from": "20260101",
            }),
            credential: BTreeMap::from([(
                "ionapi".to_owned(),
                Secret::new(self.infor.ionapi().to_string()),
            )]),
            next_credential: None,
            webhook_secrets: Vec::new(),
            limits: LIMITS,
        }
    }

    fn mail(&self) -> ConnectionSetup {
        let smtp = self.mail.smtp();
        ConnectionSetup {
            name: "mail".into(),
            connector: "mail".into(),
            settings: json!({
                "host": smtp.ip(), "port": smtp.port(), "tls": "none",
                "from": "Canal Goods <shop@canal.example>",
                "only_to": ["@canal.example", "@example.com"],
            }),
            credential: BTreeMap::new(),
            next_credential: None,
            webhook_secrets: Vec::new(),
            limits: LIMITS,
        }
    }

    /// Their pages for people.
    pub fn pages(&self) -> Vec<SandboxPage> {
        let page = |title: &str, about: &str, url: String| SandboxPage {
            title: title.to_owned(),
            about: about.to_owned(),
            url,
        };
        vec![
            page(
                "Shop of the sandbox Stripe",
                "Buy, refund, dispute; every test card",
                format!("{}/_sandbox/shop", self.stripe.url()),
            ),
            page(
                "Books of the sandbox Infor",
                "Customers, orders, invoices and vouchers as they stand in the ERP",
                format!("{}/_sandbox/books", self.infor.url()),
            ),
            page(
                "Sandbox mail",
                "What was mailed; nothing leaves this machine",
                self.mail.url(),
            ),
        ]
    }
}

/// They answer at once.
const LIMITS: Limits = Limits {
    per_second: 500,
    in_flight: 8,
};

/// The company that sells in the sandbox's shop.
fn company() -> Company {
    let settings = [
        ("default_terms", "00"),
        ("default_item", "WEB-SALE"),
        ("notices_to", "books@canal.example"),
    ];
    Company {
        name: "Canal Goods Inc".into(),
        currency: "USD".into(),
        books_zone: "America/New_York".into(),
        collective_customer: "WEBGUEST".into(),
        settings: Map::from_iter(settings.map(|(name, value)| (name.to_owned(), json!(value)))),
    }
}

/// Rows that name the company's codes.
pub fn code_rows() -> Vec<Row> {
    let groups = PRODUCTS.iter().map(|(product, _, group)| {
        let value = json!({"account": "2300", "dimension": group});
        ("gl_accounts", *product, value)
    });
    groups
        .chain([
            ("payment_methods", "card", json!("CC")),
            ("payment_terms", "premium", json!("30")),
        ])
        .collect()
}

/// Rows that name the items of the products.
pub fn item_rows() -> Vec<Row> {
    let rows = PRODUCTS.iter();
    rows.map(|(product, item, _)| ("items", *product, json!(item)))
        .collect()
}

/// Writes lookup rows as a person would: valid always.
pub async fn put_rows(
    engine: &Engine,
    environment: EnvironmentId,
    rows: &[Row],
    who: &str,
) -> Result<(), store::Error> {
    let rows = rows.iter().map(|(table, key, value)| LookupPut {
        table: (*table).to_owned(),
        key: (*key).to_owned(),
        valid_from: Timestamp::default(),
        value: Some(value.to_string()),
    });
    let change = LookupChange {
        environment,
        rows: rows.collect(),
        expected: None,
        who: who.to_owned(),
        at: engine.clock().now(),
    };
    engine.store().lookup_put(change).await.map(drop)
}
