-- Acts on all open dead letters of a cause: a job that goes through them by run.
-- `kind`: 0 trial, 1 retry. `state`: 0 running, 1 paused, 2 cancelled, 3 done, 4 failed.
CREATE TABLE repair(
  id INTEGER PRIMARY KEY, environment INTEGER NOT NULL, fingerprint TEXT NOT NULL,
  kind INTEGER NOT NULL, request TEXT NOT NULL, state INTEGER NOT NULL, cursor INTEGER NOT NULL,
  last INTEGER NOT NULL, progress TEXT NOT NULL, reason TEXT, who TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, ended_at INTEGER) STRICT;
CREATE UNIQUE INDEX repair_running ON repair(environment, kind) WHERE state = 0;
CREATE INDEX repair_cause ON repair(environment, fingerprint, id);
-- What became of each letter, sealed: reasons may name persons. `made` is the run that works it
-- again.
CREATE TABLE repair_item(
  repair INTEGER NOT NULL, run INTEGER NOT NULL, made INTEGER, body BLOB NOT NULL,
  PRIMARY KEY(repair, run)) STRICT, WITHOUT ROWID;
-- Who takes care of a cause, and until when (a day, `2026-11-28`). `account` is absent where there
-- are no accounts.
CREATE TABLE cause_care(
  environment INTEGER NOT NULL, fingerprint TEXT NOT NULL, assignee TEXT, account INTEGER, due TEXT,
  revision INTEGER NOT NULL, changed_by TEXT NOT NULL, changed_at INTEGER NOT NULL,
  PRIMARY KEY(environment, fingerprint)) STRICT, WITHOUT ROWID;
CREATE TABLE cause_comment(
  id INTEGER PRIMARY KEY, environment INTEGER NOT NULL, fingerprint TEXT NOT NULL, who TEXT NOT NULL,
  text TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX cause_comment_of ON cause_comment(environment, fingerprint, id);
-- How many died when.
CREATE INDEX dead_letter_since ON dead_letter(environment, since, fingerprint);
