-- Every change of a table has a number: a run that has met a table at one goes on with it.
ALTER TABLE lookup_table ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lookup_row ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
-- What the columns of a table are, from a revision on.
CREATE TABLE lookup_definition(
  environment BIGINT NOT NULL, table_name TEXT NOT NULL, revision BIGINT NOT NULL,
  definition TEXT NOT NULL, who TEXT NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY(environment, table_name, revision));
-- Which tables and rows a run has met, sealed: keys may come from its event.
CREATE TABLE run_lookup(run BIGINT PRIMARY KEY, body BYTEA NOT NULL);
CREATE INDEX dead_letter_missing ON dead_letter(environment, missing_table, run)
  WHERE resolution IS NULL AND missing_table IS NOT NULL;
