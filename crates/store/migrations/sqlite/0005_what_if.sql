-- What another version would have done in a past period: a job that goes through runs by id.
-- `state`: 0 running, 1 paused, 2 cancelled, 3 done, 4 failed.
CREATE TABLE what_if(
  id INTEGER PRIMARY KEY, environment INTEGER NOT NULL, flow INTEGER NOT NULL,
  request TEXT NOT NULL, state INTEGER NOT NULL, cursor INTEGER NOT NULL,
  last INTEGER NOT NULL, progress TEXT NOT NULL, reason TEXT, who TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, ended_at INTEGER) STRICT;
CREATE UNIQUE INDEX what_if_running ON what_if(environment) WHERE state = 0;
-- The first runs that would go otherwise, sealed: what differs may come from their events.
CREATE TABLE what_if_difference(
  what_if INTEGER NOT NULL, place INTEGER NOT NULL, run INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY(what_if, place)) STRICT, WITHOUT ROWID;
