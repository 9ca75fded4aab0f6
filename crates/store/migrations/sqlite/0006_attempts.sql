-- What a call was asked and what it was answered, sealed and cut to a length.
ALTER TABLE call ADD COLUMN body BLOB;
-- By these, lists and searches find their rows. The run's columns never change, so a run that is
-- advanced does not touch the index.
CREATE INDEX run_flow ON run(flow, environment, id);
CREATE INDEX cross_reference_value ON cross_reference(environment, value);
CREATE INDEX entry_voucher ON entry(environment, voucher) WHERE voucher IS NOT NULL;
-- How the inbox compares with what a sender lists: of how many events it is known, and which were
-- not there until the list was read.
CREATE TABLE completeness(
  connection INTEGER PRIMARY KEY, environment INTEGER NOT NULL, listed INTEGER NOT NULL,
  missing INTEGER NOT NULL, since INTEGER, seen_until INTEGER, begun_at INTEGER NOT NULL,
  ended_at INTEGER, fault TEXT, failed_at INTEGER) STRICT;
CREATE TABLE event_gap(
  connection INTEGER NOT NULL, event INTEGER NOT NULL, found_at INTEGER NOT NULL,
  PRIMARY KEY(connection, event)) STRICT, WITHOUT ROWID;
