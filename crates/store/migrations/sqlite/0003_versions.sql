-- What a person works on, one per flow. Without a document nothing is saved; the revision goes on.
CREATE TABLE flow_draft(
  flow INTEGER PRIMARY KEY, revision INTEGER NOT NULL, document TEXT, samples TEXT NOT NULL,
  who TEXT NOT NULL, changed_at INTEGER NOT NULL) STRICT;
-- `samples` and `steps` are JSON lists: texts, and step ids in the order of their ordinals.
ALTER TABLE flow_version ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE flow_version ADD COLUMN samples TEXT NOT NULL DEFAULT '[]';
ALTER TABLE flow_version ADD COLUMN steps TEXT;
ALTER TABLE deployment ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE deployment ADD COLUMN cause TEXT NOT NULL DEFAULT 'configuration';
CREATE INDEX deployment_history ON deployment(environment, flow, id);
-- `origin`: file or api. What the file no longer names is out of force.
ALTER TABLE environment ADD COLUMN origin TEXT NOT NULL DEFAULT 'file';
ALTER TABLE environment ADD COLUMN in_force INTEGER NOT NULL DEFAULT 1;
ALTER TABLE environment ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE environment ADD COLUMN changed_by TEXT NOT NULL DEFAULT 'configuration';
ALTER TABLE environment ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE connection ADD COLUMN origin TEXT NOT NULL DEFAULT 'file';
ALTER TABLE connection ADD COLUMN in_force INTEGER NOT NULL DEFAULT 1;
ALTER TABLE connection ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE connection ADD COLUMN changed_by TEXT NOT NULL DEFAULT 'configuration';
ALTER TABLE connection ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
-- What the configuration file said when it was last put in force, as a sealed digest.
CREATE TABLE seed(
  environment INTEGER NOT NULL, subject TEXT NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY(environment, subject)) STRICT, WITHOUT ROWID;
