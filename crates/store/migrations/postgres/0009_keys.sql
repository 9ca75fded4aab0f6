-- Keys and senders' ids are compared byte by byte, so that an index finds what begins with a text.
ALTER TABLE run_key ALTER COLUMN key TYPE TEXT COLLATE "C";
ALTER TABLE run ALTER COLUMN key TYPE TEXT COLLATE "C";
ALTER TABLE event ALTER COLUMN dedupe_key TYPE TEXT COLLATE "C";
