//! Baseline 2: one file that does by hand what Towpath does, on Towpath's own schema, and no more.
//!
//! Ingest: checks the signature, reads the envelope and the two members that key and lane need,
//! hashes and seals the body (signature check and AES-256-GCM are Towpath's own functions), and
//! writes the rows of `event`, `event_body`, `run_key` and `run` in a group commit before it
//! answers. A run: three effects, one HTTP call each, with the rows of `step`, `effect` and `call`
//! and the updates of `run` in five durable points (ingest; three intents, the second and third
//! with the result before them; end). `effect_head` gets no row from either program.
//!
//! It has no formulas, no recovery, no retries, no lanes, no limits and no pause: what Towpath
//! costs beyond this file is what those cost. At most 400 lines, frozen by its digest.

use crate::role::Args;
use axum::http::{HeaderMap, StatusCode};
use connector_stripe::signature::verify;
use model::clock::Clock;
use model::ids::EnvironmentId;
use model::lane::{lane, shard};
use model::{EffectId, Peer, Secret, Timestamp};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_postgres::types::ToSql;

const PEER: &str = "stripe:acct_bench:test";
const MADE_AT: &str = "bench:peer";
/// Runs worked at the same time, as many as Towpath works.
const IN_FLIGHT: usize = 256;

#[derive(Deserialize)]
struct Event<'a> {
    id: &'a str, #[serde(rename = "type")] kind: &'a str, created: i64, livemode: bool,
    #[serde(borrow)] data: Data<'a>,
}
#[derive(Deserialize)]
struct Data<'a> { #[serde(borrow)] object: Charge<'a> }
#[derive(Deserialize)]
struct Charge<'a> { id: &'a str, amount: i64, payment_intent: &'a str }
#[derive(Deserialize)]
struct Made { id: String }

enum V { I(i64), T(String), B(Vec<u8>), Null }
use V::{B, I, Null, T};

impl V {
    fn int(&self) -> Option<i64> { if let I(v) = self { Some(*v) } else { None } }
    fn text(&self) -> Option<&str> { if let T(v) = self { Some(v) } else { None } }
    fn blob(&self) -> Option<&[u8]> { if let B(v) = self { Some(v) } else { None } }
}

fn t(text: &str) -> V {
    T(text.to_owned())
}

/// A statement over rows: table, columns with types, how many of them are the key of an update
/// (none: an insert), what an insert does on a conflict, the column that PostgreSQL returns.
struct Rows(&'static str, &'static str, usize, &'static str, &'static str);

mod at {
    pub const EVENT: usize = 0; pub const KEY: usize = 1; pub const RUN: usize = 2;
    pub const BODY: usize = 3; pub const STEP: usize = 4; pub const CALL: usize = 5;
    pub const EFFECT: usize = 6; pub const SETTLE: usize = 7; pub const ADVANCE: usize = 8;
}
use at::{ADVANCE, BODY, CALL, EFFECT, EVENT, KEY, RUN, SETTLE, STEP};

const STATEMENTS: [Rows; 9] = [
    Rows("event", "id:i environment:i connection:i peer:t dedupe_key:t kind:t occurred_at:i \
        received_at:i secret:i body_len:i body_sha256:b deliveries:i", 0,
        "ON CONFLICT(environment, peer, dedupe_key) DO NOTHING", "id"),
    Rows("run_key", "environment:i flow:i peer:t key:t run:i", 0,
        "ON CONFLICT(environment, flow, peer, key) DO NOTHING", "run"),
    Rows("run", "id:i environment:i flow:i deployment:i event:i peer:t key:t lane:i shard:i live:i \
        state:i rev:i cursor:i attempt:i due_at:i created_at:i", 0, "", "id"),
    Rows("event_body", "event:i body:b", 0, "", "event"),
    Rows("step", "run:i scope:i step:i idx:i state:i output:b effect:b reused:i started_at:i \
        ended_at:i", 0, "ON CONFLICT(run, scope, step, idx) DO UPDATE SET state = excluded.state, \
        output = excluded.output, ended_at = excluded.ended_at", "run"),
    Rows("call", "run:i rev:i place:i step:i label:t kind:t started_at:i ended_at:i status:i", 0,
        "", "run"),
    Rows("effect", "peer:t kind:t reference:t generation:i hash:b environment:i rev:i state:i \
        operation:t connection:i attempt:i holder:i body:b inflight:t inflight_at:i begun_at:i \
        updated_at:i", 0, "ON CONFLICT DO NOTHING", "rev"),
    Rows("effect", "peer:t kind:t reference:t generation:i rev:i state:i holder:i body:b \
        inflight:t inflight_at:i updated_at:i", 4, "", "rev"),
    Rows("run", "id:i rev:i live:i state:i cursor:i ended_at:i", 1, "", "rev"),
];

impl Rows {
    fn columns(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.1.split_whitespace().filter_map(|c| c.split_once(':'))
    }

    fn names(&self) -> String {
        self.columns().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
    }

    /// An update raises `rev`, its first column after the key, by one, or it changes nothing.
        fn sqlite(&self) -> String {
        let Rows(table, _, keys, conflict, _) = self;
        let places = (1..=self.columns().count()).map(|n| format!("?{n}")).collect::<Vec<_>>();
        if *keys == 0 {
            return format!("INSERT INTO {table}({}) VALUES({}) {conflict}", self.names(),
                places.join(", "));
        }
        let equal: Vec<_> =
            self.columns().enumerate().map(|(n, (c, _))| format!("{c} = ?{}", n + 1)).collect();
        let (which, set) = (equal[..*keys].join(" AND "), equal[*keys..].join(", "));
        format!("UPDATE {table} SET {set} WHERE {which} AND rev = ?{} - 1", keys + 1)
    }

        fn postgres(&self) -> String {
        let Rows(table, _, keys, conflict, back) = self;
        let kind = |kind| [("i", "BIGINT"), ("t", "TEXT"), ("b", "BYTEA")].into_iter()
            .find(|(short, _)| *short == kind).map_or("", |(_, long)| long);
        let array = |(n, (_, k)): (usize, (_, _))| format!("CAST(${} AS {}[])", n + 1, kind(k));
        let arrays = self.columns().enumerate().map(array).collect::<Vec<_>>().join(", ");
        let names = self.names();
        if *keys == 0 {
            return format!("INSERT INTO {table}({names}) SELECT * FROM unnest({arrays}) {conflict} \
                RETURNING {back}");
        }
        let equal: Vec<_> = self.columns().map(|(c, _)| format!("{c} = x.{c}")).collect();
        let (which, set) = (equal[..*keys].join(" AND o."), equal[*keys..].join(", "));
        format!("UPDATE {table} o SET {set} FROM unnest({arrays}) AS x({names}) \
            WHERE o.{which} AND o.rev = x.rev - 1 RETURNING o.{back}")
    }
}

/// Rows to be written together, and who waits for it; the answer is whether the event was new.
struct Op { rows: Vec<(usize, Vec<V>)>, reply: oneshot::Sender<bool> }

/// After the event's row: nothing if it was there, a covered run if its key is taken.
fn cover(op: &mut Op) {
    for (_, run) in op.rows.iter_mut().filter(|(s, _)| *s == RUN) {
        (run[9], run[10]) = (I(-1), I(7));
    }
}

fn write_sqlite(path: &str, mut inbox: mpsc::UnboundedReceiver<Op>) -> rusqlite::Result<()> {
    let db = rusqlite::Connection::open(path)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000")?;
    let texts: Vec<String> = STATEMENTS.iter().map(Rows::sqlite).collect();
    let mut statements = texts.iter().map(|s| db.prepare(s)).collect::<Result<Vec<_>, _>>()?;
    let mut batch: Vec<Op> = Vec::new();
    while inbox.blocking_recv_many(&mut batch, 2_000) > 0 {
        db.execute_batch("BEGIN IMMEDIATE")?;
        let mut fresh = vec![true; batch.len()];
        for (op, is_new) in batch.iter_mut().zip(&mut fresh) {
            for at in 0..op.rows.len() {
                let (which, values) = &op.rows[at];
                for (n, value) in values.iter().enumerate() {
                    statements[*which].raw_bind_parameter(n + 1, value)?;
                }
                match (*which, statements[*which].raw_execute()?) {
                    (EVENT, 0) => { *is_new = false; break }
                    (KEY, 0) => cover(op),
                    (which, n) => assert!(n == 1, "{} was changed", STATEMENTS[which].0),
                }
            }
        }
        db.execute_batch("COMMIT")?;
        for (op, is_new) in batch.drain(..).zip(fresh) {
            op.reply.send(is_new).ok();
        }
    }
    Ok(())
}

impl rusqlite::ToSql for V {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            I(v) => ValueRef::Integer(*v),
            T(v) => ValueRef::Text(v.as_bytes()),
            B(v) => ValueRef::Blob(v),
            Null => ValueRef::Null,
        }))
    }
}

type Param<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// All rows of one statement of a batch, one array per column; answers with the first column.
async fn rows(
    db: &tokio_postgres::Client, prepared: &tokio_postgres::Statement,
    (which, batch, skip): (usize, &[Op], &[bool]),
) -> Result<Vec<i64>, tokio_postgres::Error> {
    let ops = batch.iter().zip(skip).filter(|(_, skip)| !**skip);
    let all = ops.flat_map(|(op, _)| op.rows.iter().filter(|(s, _)| *s == which).map(|(_, r)| r));
    let all: Vec<&Vec<V>> = all.collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let column = |(at, (_, kind)): (usize, (&str, &str))| -> Param<'_> {
        let cells = all.iter().map(|row| &row[at]);
        match kind {
            "i" => Box::new(cells.map(V::int).collect::<Vec<_>>()),
            "t" => Box::new(cells.map(V::text).collect::<Vec<_>>()),
            _ => Box::new(cells.map(V::blob).collect::<Vec<_>>()),
        }
    };
    let params: Vec<Param<'_>> = STATEMENTS[which].columns().enumerate().map(column).collect();
    let params: Vec<_> = params.iter().map(|p| &**p as &(dyn ToSql + Sync)).collect();
    let written = db.query(prepared, &params).await?;
    let whole = which == EVENT || which == KEY || written.len() == all.len();
    assert!(whole, "{} was changed", STATEMENTS[which].0);
    Ok(written.iter().map(|row| row.get(0)).collect())
}

async fn write_postgres(url: String, mut inbox: mpsc::UnboundedReceiver<Op>)
    -> Result<(), tokio_postgres::Error> {
    let (db, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    db.batch_execute("SET synchronous_commit = on; SET plan_cache_mode = force_generic_plan;
        SET jit = off; SET enable_seqscan = off; SET enable_hashjoin = off;
        SET enable_mergejoin = off").await?;
    let mut prepared = Vec::new();
    for statement in &STATEMENTS {
        prepared.push(db.prepare(&statement.postgres()).await?);
    }
    let mut batch: Vec<Op> = Vec::new();
    while inbox.recv_many(&mut batch, 2_000).await > 0 {
        db.batch_execute("BEGIN").await?;
        let none = vec![false; batch.len()];
        let is_event = |op: &Op| matches!(op.rows.first(), Some((EVENT, _)));
        let mut stale = none.clone();
        if batch.iter().any(is_event) {
            let new: std::collections::HashSet<i64> =
                rows(&db, &prepared[EVENT], (EVENT, &batch, &none)).await?.into_iter().collect();
            let id = |op: &Op| op.rows.first().and_then(|(_, row)| row[0].int()).unwrap_or(0);
            stale = batch.iter().map(|op| is_event(op) && !new.contains(&id(op))).collect();
            let keys: std::collections::HashSet<i64> =
                rows(&db, &prepared[KEY], (KEY, &batch, &stale)).await?.into_iter().collect();
            for op in batch.iter_mut().filter(|op| is_event(op) && !keys.contains(&id(op))) {
                cover(op);
            }
        }
        let each = |which| rows(&db, &prepared[which], (which, &batch, &stale));
        tokio::try_join!(each(RUN), each(BODY), each(STEP), each(CALL), each(EFFECT), each(SETTLE),
            each(ADVANCE))?;
        db.batch_execute("COMMIT").await?;
        for (op, stale) in batch.drain(..).zip(stale) {
            op.reply.send(!stale).ok();
        }
    }
    Ok(())
}

struct Program {
    args: Args, clock: Clock, key: vault::DataKey, secrets: [Secret; 1], http: reqwest::Client,
    writer: mpsc::UnboundedSender<Op>, next: AtomicI64, flights: Semaphore,
    accepted: AtomicU64, done: AtomicU64,
}

impl Program {
    fn seal(&self, plain: &[u8], purpose: &[u8]) -> V {
        B(self.key.seal(plain, purpose).0)
    }

    async fn commit(&self, rows: Vec<(usize, Vec<V>)>) -> Option<bool> {
        let (reply, answer) = oneshot::channel();
        self.writer.send(Op { rows, reply }).ok()?;
        answer.await.ok()
    }

        async fn take(self: Arc<Self>, headers: HeaderMap, body: axum::body::Bytes) -> StatusCode {
        let now = self.clock.now().0;
        let header = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
        if verify(&header, &body, &self.secrets, Timestamp(now)).is_err() {
            return StatusCode::BAD_REQUEST;
        }
        let event = serde_json::from_slice::<Event<'_>>(&body).ok().filter(|e| !e.livemode);
        let Some(event) = event else { return StatusCode::BAD_REQUEST };
        let id = self.next.fetch_add(1, Relaxed);
        let (charge, on) = (&event.data.object, event.created * 1_000_000);
        let lane = lane(EnvironmentId(1), charge.payment_intent);
        let (hash, len) = (Sha256::digest(&body).to_vec(), body.len() as i64);
        let rows = vec![
            (EVENT, vec![I(id), I(1), I(1), t(PEER), t(event.id), t(event.kind), I(on), I(now),
                I(0), I(len), B(hash), I(1)]),
            (KEY, vec![I(1), I(1), t(PEER), t(charge.id), I(id)]),
            (RUN, vec![I(id), I(1), I(1), I(1), I(id), t(PEER), t(charge.id), I(lane),
                I(shard(lane)), I(1), I(0), I(0), I(0), I(0), I(now), I(now)]),
            (BODY, vec![I(id), self.seal(&body, b"body")]),
        ];
        match self.commit(rows).await {
            Some(true) if self.args.peer.is_some() => {
                let program = Arc::clone(&self);
                tokio::spawn(async move { program.work(id, &body).await });
            }
            Some(_) => {}
            None => return StatusCode::SERVICE_UNAVAILABLE,
        }
        self.accepted.fetch_add(1, Relaxed);
        StatusCode::OK
    }

    /// Three effects, each with its intent before and its result after.
        async fn work(&self, run: i64, body: &[u8]) {
        let _flight = self.flights.acquire().await;
        let event: Event<'_> = serde_json::from_slice(body).expect("it was read before");
        let Charge { id: charge, amount, .. } = event.data.object;
        let peer = self.args.peer.as_deref().unwrap_or_default();
        let (mut rows, mut after) = (Vec::new(), String::new());
        for step in 0..3_i64 {
            let now = self.clock.now().0;
            let reference = format!("{charge}/{step}");
            let input =
                format!(r#"{{"reference":"{reference}","amount":{amount},"after":"{after}"}}"#);
            let progress = |state: &str, inflight: &str, output: &str| format!(
                "{{\"state\":\"{state}\",\"revision\":1,\"attempt\":0,\"input\":{input},\
                \"guarded\":{{\"amount\":{amount}}},\"recipe\":null,\"inflight\":{inflight},\
                \"undoing\":null,\"absences\":0,\"looked_at\":null,\"output\":{output},\
                \"question\":null,\"orphans\":[]}}");
            let call = format!("{{\"call\":{{\"kind\":\"commit\",\"label\":\"POST /make\",\
                \"repeat\":\"safe\",\"request\":{input}}},\"at\":{now}}}");
            let (peer_of, kind) = (Peer(MADE_AT.into()), "made".to_owned());
            let id = EffectId { peer: peer_of, kind, reference, generation: 0 };
            let effect = || [t(&id.peer.0), t(&id.kind), t(&id.reference), I(0)].into_iter();
            let begun = format!(r#"{{"case":null,"input":{input}}}"#);
            let begun = self.seal(begun.as_bytes(), b"step");
            let intent = self.seal(progress("open", &call, "null").as_bytes(), b"effect");
            let hash = id.key();
            rows.push((STEP, vec![I(run), I(0), I(step), I(0), I(0), begun, B(hash.to_vec()), I(0),
                I(now), Null]));
            rows.push((EFFECT, effect().chain([B(hash[..16].to_vec()), I(1), I(1), I(0),
                t("bench.effect.make"), I(2), I(0), I(run), intent, t("POST /make"), I(now), I(now),
                I(now)]).collect()));
            rows.push((ADVANCE, vec![I(run), I(step + 1), I(1), I(1), I(step), Null]));
            self.commit(std::mem::take(&mut rows)).await.expect("the writer lives");
            let request = self.http.post(peer).header("idempotency-key", id.idempotency_key(0));
            let request = request.header("content-type", "application/json").body(input.clone());
            let answer = request.send().await.expect("the peer answers").bytes().await;
            let answer = answer.expect("the peer answers");
            let made: Made = serde_json::from_slice(&answer).expect("the peer answers JSON");
            let ended = self.clock.now().0;
            let output = format!(r#"{{"id":"{}"}}"#, made.id);
            let result = self.seal(progress("confirmed", "null", &output).as_bytes(), b"effect");
            let done = self.seal(output.as_bytes(), b"step");
            rows.push((STEP, vec![I(run), I(0), I(step), I(0), I(1), done, B(hash.to_vec()), I(0),
                I(now), I(ended)]));
            rows.push((CALL, vec![I(run), I(step + 2), I(0), I(step), t("POST /make"), t("commit"),
                I(now), I(ended), Null]));
            rows.push((SETTLE, effect().chain([I(2), I(3), Null, result, Null, Null, I(ended)])
                .collect()));
            after = made.id;
        }
        rows.push((ADVANCE, vec![I(run), I(4), I(0), I(5), I(3), I(self.clock.now().0)]));
        self.commit(rows).await.expect("the writer lives");
        self.done.fetch_add(1, Relaxed);
    }
}

/// Serves until its standard input ends; each line there is answered with what was counted.
pub async fn serve(args: Args) -> anyhow::Result<()> {
    let (writer, inbox) = mpsc::unbounded_channel();
    let store = args.store.clone();
    match store.starts_with("postgres:") {
        true => drop(tokio::spawn(async { write_postgres(store, inbox).await.expect("writes") })),
        false => drop(std::thread::spawn(move || write_sqlite(&store, inbox).expect("writes"))),
    }
    let listener = tokio::net::TcpListener::bind(args.listen).await?;
    let master = vault::MasterKey::from_text(&Secret::new(format!("{}=", "A".repeat(43))))?;
    let program = Arc::new(Program {
        http: reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?, writer,
        secrets: [Secret::new(args.secret.as_str())], args, clock: Clock::real(),
        key: master.new_data_key()?.1, next: AtomicI64::new(1),
        flights: Semaphore::new(IN_FLIGHT), accepted: 0.into(), done: 0.into(),
    });
    let counted = Arc::clone(&program);
    crate::control::answer(move |_| {
        let (accepted, done) = (counted.accepted.load(Relaxed), counted.done.load(Relaxed));
        serde_json::json!({"accepted": accepted, "done": done})
    });
    let take = move |headers, body| Arc::clone(&program).take(headers, body);
    let app = axum::Router::new().route("/hooks/bench/stripe/main", axum::routing::post(take));
    let listener = axum::serve::ListenerExt::tap_io(listener, |s| drop(s.set_nodelay(true)));
    Ok(axum::serve(listener, app).await?)
}
