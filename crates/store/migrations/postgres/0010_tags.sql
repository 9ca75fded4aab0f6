-- Words that people put on a cause of dead letters, to find it among others.
CREATE TABLE cause_tag(
  environment BIGINT NOT NULL, tag TEXT COLLATE "C" NOT NULL, fingerprint TEXT NOT NULL,
  PRIMARY KEY(environment, tag, fingerprint));
CREATE INDEX cause_tag_of ON cause_tag(environment, fingerprint, tag);
