//! The sandbox Infor over real HTTP: a small client, and the tests by topic.

mod auth;
mod books;
mod customers;
mod documents;
mod fault;
mod journals;
mod orders;
mod payments;
mod random;
mod rest;

use serde_json::{Value, json};
use sim::infor::{Config, Handle, Infor, Settings};
use std::collections::BTreeMap;

/// 2026-01-01.
pub const START_S: i64 = 1_767_225_600;

/// Name and value of each field of a call.
pub type Fields<'a> = &'a [(&'a str, &'a str)];
/// Item, quantity and price of each line of an order.
pub type Lines<'a> = &'a [(&'a str, &'a str, &'a str)];

/// A sandbox whose clock only moves by hand, and a client with a token.
pub struct Rig {
    pub sim: Handle,
    pub http: reqwest::Client,
    pub token: String,
}

/// How a single call of v2 ended.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The rows of a call that must have succeeded.
    pub fn rows(&self) -> Vec<BTreeMap<String, String>> {
        assert_eq!(self.body["nrOfSuccessfullTransactions"], 1, "{}", self.body);
        serde_json::from_value(self.body["results"][0]["records"].clone()).unwrap()
    }

    /// For calls that may answer no row at all.
    pub fn rows_or_none(&self) {
        self.rows();
    }

    /// A value of the first row.
    pub fn get(&self, name: &str) -> String {
        self.rows()[0][name].clone()
    }

    /// Code and field of a call that must have been refused.
    pub fn nok(&self) -> (String, String) {
        let result = &self.body["results"][0];
        assert_eq!(result["errorType"], "ServerReturnedNOK", "{}", self.body);
        let text = |name: &str| result[name].as_str().unwrap().trim().to_owned();
        (text("errorCode"), text("errorField"))
    }

    /// The error type of a call that must have been rejected before execution.
    pub fn terminated(&self) -> &str {
        assert_eq!(self.status, 400);
        assert_eq!(self.body["wasTerminated"], true);
        self.body["terminationErrorType"].as_str().unwrap()
    }
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

/// The body of a response that must be JSON.
pub async fn json_of(response: reqwest::Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

impl Rig {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        // Tests that move the clock by days are seldom about tokens.
        let mut settings = Settings {
            token_ttl_s: 1_000 * 86_400,
            ..Settings::default()
        };
        change(&mut settings);
        let config = Config {
            seed: 7,
            start_s: Some(START_S),
            settings,
            ..Config::default()
        };
        let sim = Infor::start(config, ([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let mut rig = Self {
            sim,
            http: client(),
            token: String::new(),
        };
        rig.sign_in().await;
        rig
    }

    pub async fn sign_in(&mut self) {
        let (status, body) = self.grant(&self.password_form()).await;
        assert_eq!(status, 200, "{body}");
        self.token = body["access_token"].as_str().unwrap().to_owned();
    }

    pub fn password_form(&self) -> Vec<(String, String)> {
        let keys = self.sim.ionapi();
        let pairs = [
            ("username", "saak"),
            ("password", "sask"),
            ("client_id", "ci"),
            ("client_secret", "cs"),
        ];
        let mut form = vec![("grant_type".to_owned(), "password".to_owned())];
        for (name, key) in pairs {
            form.push((name.to_owned(), keys[key].as_str().unwrap().to_owned()));
        }
        form
    }

    pub async fn grant(&self, form: &[(String, String)]) -> (u16, Value) {
        let keys = self.sim.ionapi();
        let url = format!(
            "{}{}",
            keys["pu"].as_str().unwrap(),
            keys["ot"].as_str().unwrap()
        );
        let body = encode(form.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        let request = self.http.post(url).body(body);
        let kind = "application/x-www-form-urlencoded";
        let response = request.header("content-type", kind).send().await.unwrap();
        (response.status().as_u16(), json_of(response).await)
    }

    pub fn url(&self, call: &str, fields: Fields<'_>) -> String {
        let base = format!("{}/SIM_TST/M3/m3api-rest/v2/execute", self.sim.url());
        format!("{base}/{call}?{}", encode(fields.iter().copied()))
    }

    pub async fn send(&self, url: &str) -> Result<reqwest::Response, reqwest::Error> {
        self.http.get(url).bearer_auth(&self.token).send().await
    }

    pub async fn json(&self, url: &str) -> Value {
        json_of(self.send(url).await.unwrap()).await
    }

    pub async fn call(&self, call: &str, fields: Fields<'_>) -> Answer {
        let response = self.send(&self.url(call, fields)).await.unwrap();
        let status = response.status().as_u16();
        Answer {
            status,
            body: json_of(response).await,
        }
    }

    pub async fn bulk(&self, program: &str, calls: &[(&str, Value)]) -> (u16, Value) {
        let transactions: Vec<Value> = calls
            .iter()
            .map(|(t, r)| json!({"transaction": t, "record": r}))
            .collect();
        let body = json!({"program": program, "cono": 100, "transactions": transactions});
        let response = self.bulk_raw(body.to_string()).await.unwrap();
        (response.status().as_u16(), json_of(response).await)
    }

    pub async fn bulk_raw(&self, body: String) -> Result<reqwest::Response, reqwest::Error> {
        let url = format!("{}/SIM_TST/M3/m3api-rest/v2/execute", self.sim.url());
        let request = self.http.post(url).bearer_auth(&self.token).body(body);
        request
            .header("content-type", "application/json")
            .send()
            .await
    }

    pub async fn admin(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/__sim/{path}", self.sim.url());
        let response = self
            .http
            .post(url)
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let body = json_of(response).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// A confirmed order of `cuno` with lines of (item, quantity, price). Returns Confirm's answer.
    pub async fn order(&self, cuno: &str, cuor: &str, currency: &str, lines: Lines<'_>) -> Answer {
        let head = [("CUNO", cuno), ("CUOR", cuor), ("CUCD", currency)];
        let orno = self.call("OIS100MI/AddBatchHead", &head).await.get("ORNO");
        for (itno, quantity, price) in lines {
            let fields = [
                ("ORNO", orno.as_str()),
                ("ITNO", itno),
                ("ORQT", quantity),
                ("SAPR", price),
            ];
            self.call("OIS100MI/AddBatchLine", &fields).await.rows();
        }
        self.call("OIS100MI/Confirm", &[("ORNO", &orno)]).await
    }

    /// How often (kind, reference) was committed.
    pub fn count(&self, kind: &str, reference: &str) -> u32 {
        let key = (kind.to_owned(), reference.to_owned());
        self.sim
            .postings_per_reference()
            .get(&key)
            .copied()
            .unwrap_or(0)
    }

    /// Every voucher sums to zero per currency, and so does the ledger.
    pub fn assert_balanced(&self) {
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for voucher in self.sim.vouchers() {
            let mut own: BTreeMap<String, i64> = BTreeMap::new();
            for line in &voucher.lines {
                *own.entry(line.currency.clone()).or_default() += line.amount;
                *sums.entry(line.currency.clone()).or_default() += line.amount;
            }
            assert!(own.values().all(|sum| *sum == 0), "{voucher:?}");
            assert_eq!(voucher.lines.iter().map(|l| l.local).sum::<i64>(), 0);
        }
        assert!(sums.values().all(|sum| *sum == 0));
    }
}

fn encode<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let escape = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    };
    pairs
        .map(|(k, v)| format!("{}={}", escape(k), escape(v)))
        .collect::<Vec<_>>()
        .join("&")
}
