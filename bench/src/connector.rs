//! The connector of the bench: one operation that makes a thing at the fast peer, once per
//! reference, with one call. The peer recognises a repeat by its key.

use async_trait::async_trait;
use connector::http::{Http, Request};
use connector::session::SharedSession;
use connector::{
    Call, ConnectionConfig, Connector, Credential, Effect, Erased, Identity, Last, Mode, Next,
    Operation, RecipeCx, Repeat, Runtime, Session,
};
use model::{EnvironmentKind, Fault, Peer, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// As long as the Stripe connector waits.
const TIMEOUT: Duration = Duration::from_secs(80);

/// The list entry.
pub static CONNECTOR: Connector = Connector {
    id: "bench",
    title: "Bench",
    doc: "The fast peer of the bench.",
    settings: || schemars::schema_for!(Settings).to_value(),
    credential: || json!({"type": "object", "properties": {}}),
    file: None,
    operations: &[&Erased::<Make>::NEW, &Erased::<List>::NEW],
    triggers: &[],
    verify: None,
    envelope: None,
    example,
    open,
};

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// Where effects are posted to.
    url: String,
}

struct BenchSession {
    settings: Settings,
    http: Http,
}

fn example() -> ConnectionConfig {
    ConnectionConfig {
        name: "example".into(),
        environment: EnvironmentKind::Test,
        settings: json!({"url": "http://127.0.0.1:9"}),
        credential: Credential::default(),
    }
}

fn open(config: ConnectionConfig, runtime: Runtime) -> Result<SharedSession, Vec<Problem>> {
    let settings = serde_json::from_value(config.settings).map_err(|error| {
        vec![Problem::error(
            "settings",
            "invalid_settings",
            error.to_string(),
            "Give `url`.",
        )]
    })?;
    Ok(Arc::new(BenchSession {
        settings,
        http: runtime.http,
    }))
}

#[async_trait]
impl Session for BenchSession {
    fn peer(&self) -> Peer {
        Peer("bench:peer".into())
    }

    fn mode(&self) -> Mode {
        Mode::Unknown
    }

    fn settings(&self) -> &(dyn Any + Send + Sync) {
        &self.settings
    }

    async fn send(&self, call: &Call) -> Result<Value, Fault> {
        let key = call.request["key"].as_str().unwrap_or_default().to_owned();
        let body = serde_json::to_vec(&call.request["body"]);
        let body = body.map_err(|error| Fault::bug(error.to_string()))?;
        let request = Request {
            method: "POST",
            url: &self.settings.url,
            headers: vec![("idempotency-key", key)],
            authorization: None,
            body: Some(("application/json", body.into())),
            timeout: TIMEOUT,
        };
        let reply = self.http.send(request).await?;
        if reply.status != 200 {
            return Err(Fault::transient(format!(
                "the peer answered {}",
                reply.status
            )));
        }
        serde_json::from_slice(&reply.body)
            .map_err(|error| Fault::unknown(format!("the peer's answer: {error}")))
    }

    async fn check(&self) -> Result<String, Fault> {
        Ok("bench".into())
    }
}

/// The thing to make.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Input {
    /// What makes it one.
    reference: String,
    /// Minor units.
    amount: i64,
    /// The one before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// What was made.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Output {
    /// The peer's id.
    id: String,
}

struct Make;

#[async_trait]
impl Operation for Make {
    const ID: &'static str = "bench.effect.make";
    const TITLE: &'static str = "Make a thing";
    const DOC: &'static str = "Posts to the fast peer of the bench.";
    const EFFECT: Effect = Effect::Create;

    type Input = Input;
    type Progress = ();
    type Output = Output;

    fn examples() -> Vec<Value> {
        vec![json!({"reference": "ch_1/1", "amount": 100})]
    }

    fn identity(input: &Input) -> Option<Identity> {
        Some(Identity {
            kind: "made".into(),
            reference: input.reference.clone(),
            guarded: json!({"amount": input.amount}),
        })
    }

    fn next(
        cx: &RecipeCx<'_>,
        input: &Input,
        (): &mut (),
        last: Last<'_>,
    ) -> Result<Next<Output>, Fault> {
        match last {
            Last::Reply(reply) => Output::deserialize(reply)
                .map(Next::Done)
                .map_err(|error| Fault::unknown(format!("the peer's answer: {error}"))),
            Last::Refused(fault) => Err(fault.clone()),
            Last::Nothing => {
                let request = json!({"key": cx.idempotency_key(), "body": input});
                Ok(Next::Call(Call::commit(
                    "POST /make",
                    Repeat::Safe,
                    request,
                )))
            }
        }
    }
}

/// How many items.
#[derive(Serialize, Deserialize, JsonSchema)]
struct ListInput {
    count: usize,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct ListOutput {
    items: Vec<Item>,
}

/// An item as a page of a peer's list would have it.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Item {
    name: String,
    /// Minor units.
    amount_minor: i64,
}

struct List;

#[async_trait]
impl Operation for List {
    const ID: &'static str = "bench.item.list";
    const TITLE: &'static str = "List items";
    const DOC: &'static str = "Makes a list, as a peer with many things would give it.";
    const EFFECT: Effect = Effect::Read;

    type Input = ListInput;
    type Progress = ();
    type Output = ListOutput;

    fn examples() -> Vec<Value> {
        vec![json!({"count": 3})]
    }

    fn next(
        _cx: &RecipeCx<'_>,
        input: &ListInput,
        (): &mut (),
        _last: Last<'_>,
    ) -> Result<Next<ListOutput>, Fault> {
        let item = |n: i64| Item {
            name: format!("item {n}"),
            amount_minor: n,
        };
        let count = i64::try_from(input.count).unwrap_or(i64::MAX);
        let items = (0..count).map(item).collect();
        Ok(Next::Done(ListOutput { items }))
    }
}
