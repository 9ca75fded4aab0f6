-- Acts on all open dead letters of a cause: a job that goes through them by run.
-- `kind`: 0 trial, 1 retry. `state`: 0 running, 1 paused, 2 cancelled, 3 done, 4 failed.
CREATE TABLE repair(
  id BIGINT PRIMARY KEY, environment BIGINT NOT NULL, fingerprint TEXT NOT NULL,
  kind BIGINT NOT NULL, request TEXT NOT NULL, state BIGINT NOT NULL, cursor BIGINT NOT NULL,
  last BIGINT NOT NULL, progress TEXT NOT NULL, reason TEXT, who TEXT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, ended_at BIGINT);
CREATE UNIQUE INDEX repair_running ON repair(environment, kind) WHERE state = 0;
CREATE INDEX repair_cause ON repair(environment, fingerprint, id);
-- What became of each letter, sealed: reasons may name persons. `made` is the run that works it
-- again.
CREATE TABLE repair_item(
  repair BIGINT NOT NULL, run BIGINT NOT NULL, made BIGINT, body BYTEA NOT NULL,
  PRIMARY KEY(repair, run));
-- Who takes care of a cause, and until when (a day, `2026-11-28`). `account` is absent where there
-- are no accounts.
CREATE TABLE cause_care(
  environment BIGINT NOT NULL, fingerprint TEXT NOT NULL, assignee TEXT, account BIGINT, due TEXT,
  revision BIGINT NOT NULL, changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL,
  PRIMARY KEY(environment, fingerprint));
CREATE TABLE cause_comment(
  id BIGINT PRIMARY KEY, environment BIGINT NOT NULL, fingerprint TEXT NOT NULL, who TEXT NOT NULL,
  text TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX cause_comment_of ON cause_comment(environment, fingerprint, id);
-- How many died when.
CREATE INDEX dead_letter_since ON dead_letter(environment, since, fingerprint);
