-- Times are microseconds since 1970 UTC, money is minor units beside its currency, ids ascend.

-- What is configured.
CREATE TABLE environment(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, settings TEXT NOT NULL,
  created_at INTEGER NOT NULL) STRICT;
-- Data keys, wrapped under the master key; the newest revision seals, the others open.
CREATE TABLE environment_key(
  environment INTEGER NOT NULL, revision INTEGER NOT NULL, wrapped BLOB NOT NULL,
  created_at INTEGER NOT NULL, PRIMARY KEY(environment, revision)) STRICT, WITHOUT ROWID;
-- A peer belongs to one environment.
CREATE TABLE peer(
  peer TEXT PRIMARY KEY, environment INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE connection(
  id INTEGER PRIMARY KEY, environment INTEGER NOT NULL, name TEXT NOT NULL,
  connector TEXT NOT NULL, settings TEXT NOT NULL, credential BLOB, peer TEXT,
  paused_cause TEXT, paused_since INTEGER, probe_at INTEGER, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, UNIQUE(environment, name)) STRICT;
CREATE TABLE flow(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE flow_version(
  id INTEGER PRIMARY KEY, flow INTEGER NOT NULL, number INTEGER NOT NULL,
  document TEXT NOT NULL, digest BLOB NOT NULL, who TEXT NOT NULL, created_at INTEGER NOT NULL,
  UNIQUE(flow, number), UNIQUE(flow, digest)) STRICT;
CREATE TABLE deployment(
  id INTEGER PRIMARY KEY, environment INTEGER NOT NULL, flow INTEGER NOT NULL,
  version INTEGER NOT NULL, settings TEXT NOT NULL, active INTEGER NOT NULL, who TEXT NOT NULL,
  created_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX deployment_active ON deployment(environment, flow) WHERE active = 1;
CREATE TABLE poll_cursor(
  connection INTEGER NOT NULL, trigger_name TEXT NOT NULL, cursor TEXT NOT NULL,
  next_at INTEGER NOT NULL, PRIMARY KEY(connection, trigger_name)) STRICT, WITHOUT ROWID;

-- The inbox.
CREATE TABLE event(
  id INTEGER PRIMARY KEY, environment INTEGER NOT NULL, connection INTEGER NOT NULL,
  peer TEXT NOT NULL, dedupe_key TEXT NOT NULL, kind TEXT NOT NULL,
  occurred_at INTEGER NOT NULL, received_at INTEGER NOT NULL, secret INTEGER,
  body_len INTEGER NOT NULL, body_sha256 BLOB NOT NULL, deliveries INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX event_once ON event(environment, peer, dedupe_key);
CREATE TABLE event_body(event INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

-- Runs. `live`: 1 in work, 2 set aside, 0 ended, -1 covered. Index predicates name it and never
-- `state`, so that a change of state alone touches no index.
CREATE TABLE run(
  id INTEGER PRIMARY KEY, environment INTEGER NOT NULL, flow INTEGER NOT NULL,
  deployment INTEGER NOT NULL, event INTEGER NOT NULL, replay_of INTEGER, peer TEXT NOT NULL,
  key TEXT NOT NULL, lane INTEGER NOT NULL, shard INTEGER NOT NULL, live INTEGER NOT NULL,
  state INTEGER NOT NULL, rev INTEGER NOT NULL, cursor INTEGER NOT NULL,
  attempt INTEGER NOT NULL, since INTEGER, due_at INTEGER NOT NULL, deadline INTEGER,
  wait_for TEXT, created_at INTEGER NOT NULL, ended_at INTEGER, fault_class TEXT,
  fault TEXT) STRICT;
CREATE INDEX run_hot ON run(shard, due_at, id) WHERE live = 1;
CREATE INDEX run_lane ON run(shard, lane, id) WHERE live > 0;
CREATE INDEX run_wait ON run(environment, wait_for) WHERE wait_for IS NOT NULL;
CREATE INDEX run_covered ON run(environment, flow, peer, key, id) WHERE live = -1;
CREATE INDEX run_event ON run(event, id);
CREATE INDEX run_replay ON run(replay_of, id) WHERE replay_of IS NOT NULL;
CREATE TABLE run_key(
  environment INTEGER NOT NULL, flow INTEGER NOT NULL, peer TEXT NOT NULL, key TEXT NOT NULL,
  run INTEGER NOT NULL, PRIMARY KEY(environment, flow, peer, key)) STRICT, WITHOUT ROWID;
CREATE TABLE step(
  run INTEGER NOT NULL, scope INTEGER NOT NULL, step INTEGER NOT NULL, idx INTEGER NOT NULL,
  state INTEGER NOT NULL, output BLOB, effect BLOB, reused INTEGER NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER,
  PRIMARY KEY(run, scope, step, idx)) STRICT, WITHOUT ROWID;
-- A call is known by the revision that wrote it and its place there.
CREATE TABLE call(
  run INTEGER NOT NULL, rev INTEGER NOT NULL, place INTEGER NOT NULL, step INTEGER NOT NULL,
  label TEXT NOT NULL, kind TEXT NOT NULL, started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL, fault_class TEXT, fault TEXT, status INTEGER,
  PRIMARY KEY(run, rev, place)) STRICT, WITHOUT ROWID;
CREATE TABLE dead_letter(
  run INTEGER PRIMARY KEY, environment INTEGER NOT NULL, flow INTEGER NOT NULL,
  fingerprint TEXT NOT NULL, class TEXT NOT NULL, step TEXT NOT NULL, message TEXT NOT NULL,
  amount_minor INTEGER, currency TEXT, question TEXT, missing_table TEXT, missing_key TEXT,
  since INTEGER NOT NULL, resolution TEXT, resolved_at INTEGER, resolved_by TEXT,
  reason TEXT) STRICT;
CREATE INDEX dead_letter_open ON dead_letter(environment, fingerprint, run)
  WHERE resolution IS NULL;

-- The effect ledger. `hash` is the half of its key that waiting runs name it by.
CREATE TABLE effect(
  peer TEXT NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL,
  generation INTEGER NOT NULL, hash BLOB NOT NULL, environment INTEGER NOT NULL,
  rev INTEGER NOT NULL, state INTEGER NOT NULL, operation TEXT NOT NULL,
  connection INTEGER NOT NULL, attempt INTEGER NOT NULL, holder INTEGER, body BLOB NOT NULL,
  inflight TEXT, inflight_at INTEGER, question TEXT, orphans TEXT, begun_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY(peer, kind, reference, generation)) STRICT, WITHOUT ROWID;
CREATE INDEX effect_held ON effect(hash) WHERE holder IS NOT NULL;
-- Present only where a person raised the generation; without a row it is 0.
CREATE TABLE effect_head(
  peer TEXT NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL,
  generation INTEGER NOT NULL, PRIMARY KEY(peer, kind, reference)) STRICT, WITHOUT ROWID;
CREATE TABLE set_guard(
  peer TEXT NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL, as_of INTEGER NOT NULL,
  PRIMARY KEY(peer, kind, reference)) STRICT, WITHOUT ROWID;
CREATE TABLE cross_reference(
  environment INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
  run INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(environment, kind, id)) STRICT, WITHOUT ROWID;

-- The subledger. `state`: 0 sent, 1 staged, 2 posted; never backwards.
CREATE TABLE entry(
  id INTEGER PRIMARY KEY, environment INTEGER NOT NULL, reference TEXT NOT NULL,
  kind TEXT NOT NULL, date TEXT NOT NULL, currency TEXT NOT NULL, text TEXT NOT NULL,
  rule_revision INTEGER NOT NULL, digest BLOB NOT NULL, effect_peer TEXT NOT NULL,
  effect_kind TEXT NOT NULL, effect_reference TEXT NOT NULL,
  effect_generation INTEGER NOT NULL, run INTEGER NOT NULL, state INTEGER NOT NULL,
  sent_reference TEXT NOT NULL, voucher TEXT, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX entry_once ON entry(environment, reference, kind);
CREATE INDEX entry_sent ON entry(environment, sent_reference);
CREATE INDEX entry_unposted ON entry(environment, id) WHERE state < 2;
CREATE TABLE entry_line(
  entry INTEGER NOT NULL, place INTEGER NOT NULL, account TEXT NOT NULL, dimension TEXT,
  amount_minor INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY(entry, place)) STRICT, WITHOUT ROWID;
CREATE TABLE deposit(
  environment INTEGER NOT NULL, charge TEXT NOT NULL, payment_intent TEXT,
  presentment_currency TEXT NOT NULL, presentment_minor INTEGER NOT NULL,
  presentment_left INTEGER NOT NULL, settlement_currency TEXT NOT NULL,
  settlement_minor INTEGER NOT NULL, settlement_left INTEGER NOT NULL,
  opened_at INTEGER NOT NULL, PRIMARY KEY(environment, charge)) STRICT, WITHOUT ROWID;
CREATE INDEX deposit_intent ON deposit(environment, payment_intent)
  WHERE payment_intent IS NOT NULL;
CREATE INDEX deposit_open ON deposit(environment, opened_at, charge) WHERE presentment_left <> 0;
CREATE TABLE deposit_use(
  environment INTEGER NOT NULL, use_key TEXT NOT NULL, charge TEXT NOT NULL,
  presentment_minor INTEGER NOT NULL, settlement_minor INTEGER NOT NULL, run INTEGER NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY(environment, use_key)) STRICT, WITHOUT ROWID;
CREATE TABLE exception(
  id INTEGER PRIMARY KEY, environment INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  sentence TEXT NOT NULL, amount_minor INTEGER, currency TEXT, run INTEGER,
  opened_at INTEGER NOT NULL, resolved_at INTEGER, resolved_by TEXT, reason TEXT) STRICT;
CREATE UNIQUE INDEX exception_open ON exception(environment, kind, key)
  WHERE resolved_at IS NULL;

-- Lookups: versions are never changed; the newest of the latest date that has come is valid.
CREATE TABLE lookup_table(
  environment INTEGER NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
  created_at INTEGER NOT NULL, PRIMARY KEY(environment, name)) STRICT, WITHOUT ROWID;
CREATE TABLE lookup_row(
  environment INTEGER NOT NULL, table_name TEXT NOT NULL, key TEXT NOT NULL,
  valid_from INTEGER NOT NULL, version INTEGER NOT NULL, value TEXT, who TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY(environment, table_name, key, valid_from, version)) STRICT, WITHOUT ROWID;

-- Who may advance what, and who did what.
CREATE TABLE shard_lease(
  shard INTEGER PRIMARY KEY, node TEXT, epoch INTEGER NOT NULL,
  expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE audit(
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
CREATE TABLE audit_head(one INTEGER PRIMARY KEY, id INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO audit_head(one, id, hash) VALUES(1, 0, zeroblob(32));
INSERT INTO shard_lease(shard, node, epoch, expires_at)
  WITH RECURSIVE n(shard) AS (SELECT 0 UNION ALL SELECT shard + 1 FROM n WHERE shard < 63)
  SELECT shard, NULL, 0, 0 FROM n;
