-- Words that people put on a cause of dead letters, to find it among others.
CREATE TABLE cause_tag(
  environment INTEGER NOT NULL, tag TEXT NOT NULL, fingerprint TEXT NOT NULL,
  PRIMARY KEY(environment, tag, fingerprint)) STRICT, WITHOUT ROWID;
CREATE INDEX cause_tag_of ON cause_tag(environment, fingerprint, tag);
