-- Words that people put on a cause of dead letters, to find it among others.
CREATE TABLE cause_tag(
  environment BIGINT NOT NULL, tag TEXT COLLATE "C" NOT NULL, fingerprint TEXT NOT NULL,
  PRIMARY KEY(environment, tag, fingerprint));
CREATE INDEX cause_tag_of ON cause_tag(environment, fingerprint, tag);
-- What an entry debits in all, so that a year's entries are summed up without their lines.
ALTER TABLE entry ADD COLUMN debit_minor BIGINT NOT NULL DEFAULT 0;
UPDATE entry SET debit_minor = COALESCE((SELECT SUM(l.amount_minor) FROM entry_line l
  WHERE l.entry = entry.id AND l.amount_minor > 0), 0);
CREATE INDEX entry_posted ON entry(environment, currency, debit_minor) WHERE state = 2;
