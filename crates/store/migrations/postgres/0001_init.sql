-- Times are microseconds since 1970 UTC, money is minor units beside its currency, ids ascend.

-- What is configured.
CREATE TABLE environment(
  id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, settings TEXT NOT NULL,
  created_at BIGINT NOT NULL);
-- Data keys, wrapped under the master key; the newest revision seals, the others open.
CREATE TABLE environment_key(
  environment BIGINT NOT NULL, revision BIGINT NOT NULL, wrapped BYTEA NOT NULL,
  created_at BIGINT NOT NULL, PRIMARY KEY(environment, revision));
-- A peer belongs to one environment.
CREATE TABLE peer(
  peer TEXT PRIMARY KEY, environment BIGINT NOT NULL);
CREATE TABLE connection(
  id BIGINT PRIMARY KEY, environment BIGINT NOT NULL, name TEXT NOT NULL,
  connector TEXT NOT NULL, settings TEXT NOT NULL, credential BYTEA, peer TEXT,
  paused_cause TEXT, paused_since BIGINT, probe_at BIGINT, created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL, UNIQUE(environment, name));
CREATE TABLE flow(
  id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at BIGINT NOT NULL);
CREATE TABLE flow_version(
  id BIGINT PRIMARY KEY, flow BIGINT NOT NULL, number BIGINT NOT NULL,
  document TEXT NOT NULL, digest BYTEA NOT NULL, who TEXT NOT NULL, created_at BIGINT NOT NULL,
  UNIQUE(flow, number), UNIQUE(flow, digest));
CREATE TABLE deployment(
  id BIGINT PRIMARY KEY, environment BIGINT NOT NULL, flow BIGINT NOT NULL,
  version BIGINT NOT NULL, settings TEXT NOT NULL, active BIGINT NOT NULL, who TEXT NOT NULL,
  created_at BIGINT NOT NULL);
CREATE UNIQUE INDEX deployment_active ON deployment(environment, flow) WHERE active = 1;
CREATE TABLE poll_cursor(
  connection BIGINT NOT NULL, trigger_name TEXT NOT NULL, cursor TEXT NOT NULL,
  next_at BIGINT NOT NULL, PRIMARY KEY(connection, trigger_name));

-- The inbox.
CREATE TABLE event(
  id BIGINT PRIMARY KEY, environment BIGINT NOT NULL, connection BIGINT NOT NULL,
  peer TEXT NOT NULL, dedupe_key TEXT NOT NULL, kind TEXT NOT NULL,
  occurred_at BIGINT NOT NULL, received_at BIGINT NOT NULL, secret BIGINT,
  body_len BIGINT NOT NULL, body_sha256 BYTEA NOT NULL, deliveries BIGINT NOT NULL);
CREATE UNIQUE INDEX event_once ON event(environment, peer, dedupe_key);
CREATE TABLE event_body(event BIGINT PRIMARY KEY, body BYTEA NOT NULL);

-- Runs. `live`: 1 in work, 2 set aside, 0 ended, -1 covered. Index predicates name it and never
-- `state`, so that a change of state alone touches no index.
CREATE TABLE run(
  id BIGINT PRIMARY KEY, environment BIGINT NOT NULL, flow BIGINT NOT NULL,
  deployment BIGINT NOT NULL, event BIGINT NOT NULL, replay_of BIGINT, peer TEXT NOT NULL,
  key TEXT NOT NULL, lane BIGINT NOT NULL, shard BIGINT NOT NULL, live BIGINT NOT NULL,
  state BIGINT NOT NULL, rev BIGINT NOT NULL, cursor BIGINT NOT NULL,
  attempt BIGINT NOT NULL, since BIGINT, due_at BIGINT NOT NULL, deadline BIGINT,
  wait_for TEXT, created_at BIGINT NOT NULL, ended_at BIGINT, fault_class TEXT,
  fault TEXT)
  WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.1,
  autovacuum_vacuum_cost_limit = 1000);
CREATE INDEX run_hot ON run(shard, due_at, id) WHERE live = 1;
CREATE INDEX run_lane ON run(shard, lane, id) WHERE live > 0;
CREATE INDEX run_wait ON run(environment, wait_for) WHERE wait_for IS NOT NULL;
CREATE INDEX run_covered ON run(environment, flow, peer, key, id) WHERE live = -1;
CREATE INDEX run_event ON run(event, id);
CREATE INDEX run_replay ON run(replay_of, id) WHERE replay_of IS NOT NULL;
CREATE TABLE run_key(
  environment BIGINT NOT NULL, flow BIGINT NOT NULL, peer TEXT NOT NULL, key TEXT NOT NULL,
  run BIGINT NOT NULL, PRIMARY KEY(environment, flow, peer, key));
CREATE TABLE step(
  run BIGINT NOT NULL, scope BIGINT NOT NULL, step BIGINT NOT NULL, idx BIGINT NOT NULL,
  state BIGINT NOT NULL, output BYTEA, effect BYTEA, reused BIGINT NOT NULL,
  started_at BIGINT NOT NULL, ended_at BIGINT,
  PRIMARY KEY(run, scope, step, idx));
-- A call is known by the revision that wrote it and its place there.
CREATE TABLE call(
  run BIGINT NOT NULL, rev BIGINT NOT NULL, place BIGINT NOT NULL, step BIGINT NOT NULL,
  label TEXT NOT NULL, kind TEXT NOT NULL, started_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL, fault_class TEXT, fault TEXT, status BIGINT,
  PRIMARY KEY(run, rev, place));
CREATE TABLE dead_letter(
  run BIGINT PRIMARY KEY, environment BIGINT NOT NULL, flow BIGINT NOT NULL,
  fingerprint TEXT NOT NULL, class TEXT NOT NULL, step TEXT NOT NULL, message TEXT NOT NULL,
  amount_minor BIGINT, currency TEXT, question TEXT, missing_table TEXT, missing_key TEXT,
  since BIGINT NOT NULL, resolution TEXT, resolved_at BIGINT, resolved_by TEXT,
  reason TEXT);
CREATE INDEX dead_letter_open ON dead_letter(environment, fingerprint, run)
  WHERE resolution IS NULL;

-- The effect ledger. `hash` is the half of its key that waiting runs name it by.
CREATE TABLE effect(
  peer TEXT NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL,
  generation BIGINT NOT NULL, hash BYTEA NOT NULL, environment BIGINT NOT NULL,
  rev BIGINT NOT NULL, state BIGINT NOT NULL, operation TEXT NOT NULL,
  connection BIGINT NOT NULL, attempt BIGINT NOT NULL, holder BIGINT, body BYTEA NOT NULL,
  inflight TEXT, inflight_at BIGINT, question TEXT, orphans TEXT, begun_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY(peer, kind, reference, generation))
  WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.1,
  autovacuum_vacuum_cost_limit = 1000);
CREATE INDEX effect_held ON effect(hash) WHERE holder IS NOT NULL;
-- Present only where a person raised the generation; without a row it is 0.
CREATE TABLE effect_head(
  peer TEXT NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL,
  generation BIGINT NOT NULL, PRIMARY KEY(peer, kind, reference));
CREATE TABLE set_guard(
  peer TEXT NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL, as_of BIGINT NOT NULL,
  PRIMARY KEY(peer, kind, reference));
CREATE TABLE cross_reference(
  environment BIGINT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
  run BIGINT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY(environment, kind, id));

-- The subledger. `state`: 0 sent, 1 staged, 2 posted; never backwards.
CREATE TABLE entry(
  id BIGINT PRIMARY KEY, environment BIGINT NOT NULL, reference TEXT NOT NULL,
  kind TEXT NOT NULL, date TEXT NOT NULL, currency TEXT NOT NULL, text TEXT NOT NULL,
  rule_revision BIGINT NOT NULL, digest BYTEA NOT NULL, effect_peer TEXT NOT NULL,
  effect_kind TEXT NOT NULL, effect_reference TEXT NOT NULL,
  effect_generation BIGINT NOT NULL, run BIGINT NOT NULL, state BIGINT NOT NULL,
  sent_reference TEXT NOT NULL, voucher TEXT, created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL);
CREATE UNIQUE INDEX entry_once ON entry(environment, reference, kind);
CREATE INDEX entry_sent ON entry(environment, sent_reference);
CREATE INDEX entry_unposted ON entry(environment, id) WHERE state < 2;
CREATE TABLE entry_line(
  entry BIGINT NOT NULL, place BIGINT NOT NULL, account TEXT NOT NULL, dimension TEXT,
  amount_minor BIGINT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY(entry, place));
CREATE TABLE deposit(
  environment BIGINT NOT NULL, charge TEXT NOT NULL, payment_intent TEXT,
  presentment_currency TEXT NOT NULL, presentment_minor BIGINT NOT NULL,
  presentment_left BIGINT NOT NULL, settlement_currency TEXT NOT NULL,
  settlement_minor BIGINT NOT NULL, settlement_left BIGINT NOT NULL,
  opened_at BIGINT NOT NULL, PRIMARY KEY(environment, charge));
CREATE INDEX deposit_intent ON deposit(environment, payment_intent)
  WHERE payment_intent IS NOT NULL;
CREATE INDEX deposit_open ON deposit(environment, opened_at, charge) WHERE presentment_left <> 0;
CREATE TABLE deposit_use(
  environment BIGINT NOT NULL, use_key TEXT NOT NULL, charge TEXT NOT NULL,
  presentment_minor BIGINT NOT NULL, settlement_minor BIGINT NOT NULL, run BIGINT NOT NULL,
  at BIGINT NOT NULL, PRIMARY KEY(environment, use_key));
CREATE TABLE exception(
  id BIGINT PRIMARY KEY, environment BIGINT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  sentence TEXT NOT NULL, amount_minor BIGINT, currency TEXT, run BIGINT,
  opened_at BIGINT NOT NULL, resolved_at BIGINT, resolved_by TEXT, reason TEXT);
CREATE UNIQUE INDEX exception_open ON exception(environment, kind, key)
  WHERE resolved_at IS NULL;

-- Lookups: versions are never changed; the newest of the latest date that has come is valid.
CREATE TABLE lookup_table(
  environment BIGINT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
  created_at BIGINT NOT NULL, PRIMARY KEY(environment, name));
CREATE TABLE lookup_row(
  environment BIGINT NOT NULL, table_name TEXT NOT NULL, key TEXT NOT NULL,
  valid_from BIGINT NOT NULL, version BIGINT NOT NULL, value TEXT, who TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY(environment, table_name, key, valid_from, version));

-- Who may advance what, and who did what.
CREATE TABLE shard_lease(
  shard BIGINT PRIMARY KEY, node TEXT, epoch BIGINT NOT NULL,
  expires_at BIGINT NOT NULL);
CREATE TABLE audit(
  id BIGINT PRIMARY KEY, at BIGINT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL, prev BYTEA NOT NULL, hash BYTEA NOT NULL);
CREATE FUNCTION audit_is_fixed() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN RAISE EXCEPTION 'audit rows are never changed or deleted'; END$$;
CREATE TRIGGER audit_fixed BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_is_fixed();
CREATE TABLE audit_head(one BIGINT PRIMARY KEY, id BIGINT NOT NULL, hash BYTEA NOT NULL);
INSERT INTO audit_head(one, id, hash) VALUES(1, 0, decode(repeat('00', 32), 'hex'));
INSERT INTO shard_lease(shard, node, epoch, expires_at)
  SELECT shard, NULL, 0, 0 FROM generate_series(0, 63) AS shard;
-- A process draws this many ids at once.
CREATE SEQUENCE event_id INCREMENT 1024;
CREATE SEQUENCE run_id INCREMENT 1024;
CREATE SEQUENCE entry_id INCREMENT 256;
CREATE SEQUENCE settings_id INCREMENT 16;
