-- What a call was asked and what it was answered, sealed and cut to a length.
ALTER TABLE call ADD COLUMN body BYTEA;
-- By these, lists and searches find their rows. The run's columns never change, so a run that is
-- advanced does not touch the index.
CREATE INDEX run_flow ON run(flow, environment, id);
CREATE INDEX cross_reference_value ON cross_reference(environment, value);
CREATE INDEX entry_voucher ON entry(environment, voucher) WHERE voucher IS NOT NULL;
-- How the inbox compares with what a sender lists: of how many events it is known, and which were
-- not there until the list was read.
CREATE TABLE completeness(
  connection BIGINT PRIMARY KEY, environment BIGINT NOT NULL, listed BIGINT NOT NULL,
  missing BIGINT NOT NULL, since BIGINT, seen_until BIGINT, begun_at BIGINT NOT NULL,
  ended_at BIGINT, fault TEXT, failed_at BIGINT);
CREATE TABLE event_gap(
  connection BIGINT NOT NULL, event BIGINT NOT NULL, found_at BIGINT NOT NULL,
  PRIMARY KEY(connection, event));
