-- What another version would have done in a past period: a job that goes through runs by id.
-- `state`: 0 running, 1 paused, 2 cancelled, 3 done, 4 failed.
CREATE TABLE what_if(
  id BIGINT PRIMARY KEY, environment BIGINT NOT NULL, flow BIGINT NOT NULL,
  request TEXT NOT NULL, state BIGINT NOT NULL, cursor BIGINT NOT NULL,
  last BIGINT NOT NULL, progress TEXT NOT NULL, reason TEXT, who TEXT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, ended_at BIGINT);
CREATE UNIQUE INDEX what_if_running ON what_if(environment) WHERE state = 0;
-- The first runs that would go otherwise, sealed: what differs may come from their events.
CREATE TABLE what_if_difference(
  what_if BIGINT NOT NULL, place BIGINT NOT NULL, run BIGINT NOT NULL, body BYTEA NOT NULL,
  PRIMARY KEY(what_if, place));
