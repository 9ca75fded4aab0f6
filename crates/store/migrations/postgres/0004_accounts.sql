-- Who may sign in. `password` is a hash by argon2id, `name_key` the name in lower case.
CREATE TABLE account(
  id BIGINT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL, email TEXT NOT NULL,
  role TEXT NOT NULL, password TEXT NOT NULL, disabled BIGINT NOT NULL,
  revision BIGINT NOT NULL, changed_by TEXT NOT NULL, created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL);
CREATE UNIQUE INDEX account_name ON account(name_key);
CREATE UNIQUE INDEX account_email ON account(email);
-- Sessions and tokens are known by the SHA-256 of what the browser or the program shows.
CREATE TABLE sign_in(
  token BYTEA PRIMARY KEY, account BIGINT NOT NULL, created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL);
CREATE INDEX sign_in_account ON sign_in(account, created_at);
CREATE TABLE api_token(
  id BIGINT PRIMARY KEY, account BIGINT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
  token BYTEA NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT,
  revoked_at BIGINT);
CREATE UNIQUE INDEX api_token_token ON api_token(token);
CREATE INDEX api_token_account ON api_token(account, id);
-- What needs a second person.
CREATE TABLE rules(
  one BIGINT PRIMARY KEY, publish BIGINT NOT NULL, deploy_live BIGINT NOT NULL,
  revision BIGINT NOT NULL, changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL);
INSERT INTO rules(one, publish, deploy_live, revision, changed_by, changed_at)
  VALUES(1, 0, 0, 1, '', 0);
-- What waits for one. `environment` is 0 where it is about none; `body` is JSON, `digest` what of
-- it must be as it was; `state`: open, approved, done, failed, rejected, stale.
CREATE TABLE proposal(
  id BIGINT PRIMARY KEY, kind TEXT NOT NULL, environment BIGINT NOT NULL, subject TEXT NOT NULL,
  digest BYTEA NOT NULL, body TEXT NOT NULL, who TEXT NOT NULL, account BIGINT,
  reason TEXT NOT NULL, state TEXT NOT NULL, created_at BIGINT NOT NULL, decided_by TEXT,
  decided_at BIGINT, decision TEXT, outcome TEXT);
CREATE UNIQUE INDEX proposal_open ON proposal(kind, environment, subject) WHERE state = 'open';
CREATE INDEX audit_subject ON audit(subject, id);
