-- 1 where a write of ours caused the event: flows start by it only if they ask for it.
ALTER TABLE event ADD COLUMN own BIGINT NOT NULL DEFAULT 0;
