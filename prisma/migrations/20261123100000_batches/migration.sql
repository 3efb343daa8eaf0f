-- Batches as something of their own: what was asked for per item, and jobs that wait for their batch.

ALTER TABLE batches
  ADD COLUMN paused_by text,
  ADD COLUMN max_parallel integer,
  ADD COLUMN stop_after_failures integer,
  ADD COLUMN canary integer,
  ADD COLUMN canary_passed boolean NOT NULL DEFAULT false,
  ADD COLUMN failures_forgiven integer NOT NULL DEFAULT 0,
  ADD COLUMN undoes uuid REFERENCES batches (id),
  ADD COLUMN follows uuid REFERENCES batches (id),
  ADD COLUMN follow_up jsonb,
  ADD COLUMN counts jsonb,
  ADD COLUMN reopened integer NOT NULL DEFAULT 0;
CREATE INDEX batches_undoes_idx ON batches (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX batches_follows_idx ON batches (follows) WHERE follows IS NOT NULL;

CREATE TABLE batch_items (
  batch_id uuid NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
  position integer NOT NULL,
  ref text,
  tenant text NOT NULL,
  instance_id uuid,
  job_id uuid,
  outcome text NOT NULL,
  PRIMARY KEY (batch_id, position)
);
CREATE INDEX batch_items_job_id_idx ON batch_items (job_id) WHERE job_id IS NOT NULL;

-- A job that is held is not due, whatever its time says: its batch is paused, or has enough at work.
ALTER TABLE jobs ADD COLUMN held boolean NOT NULL DEFAULT false;
CREATE INDEX jobs_held_idx ON jobs (batch_id, number) WHERE held;

-- When the last jobs of a batch ended, for its rate and its end; and the batches that have not ended.
CREATE INDEX jobs_batch_id_finished_at_idx ON jobs (batch_id, finished_at) WHERE batch_id IS NOT NULL AND finished_at IS NOT NULL;
CREATE INDEX batches_open_idx ON batches (number) WHERE finished_at IS NULL;
-- The order in which held jobs go on, those of a batch that wait for nothing, and a batch's items in their order.
CREATE INDEX jobs_released_idx ON jobs (batch_id) WHERE status = 'queued' AND NOT held AND batch_id IS NOT NULL;
CREATE INDEX jobs_batch_id_number_idx ON jobs (batch_id, number) WHERE batch_id IS NOT NULL;
-- Due jobs are looked for group by group; a queue of thousands is skipped through.
DROP INDEX jobs_open_idx;
CREATE INDEX jobs_waiting_idx ON jobs (server_id, priority, coalesce(tenant, ''), coalesce(batch_id, '00000000-0000-0000-0000-000000000000'), number)
  WHERE finished_at IS NULL AND needs_slot AND NOT held;
DROP INDEX jobs_open_without_slot_idx;
CREATE INDEX jobs_waiting_without_slot_idx ON jobs (worker_pool, coalesce(engine, ''), priority DESC, number)
  WHERE finished_at IS NULL AND NOT needs_slot AND NOT held;
CREATE INDEX batches_follow_up_idx ON batches (number) WHERE follow_up IS NOT NULL;
