/**
 * The statement that tells of the end of batches, whose rows as they are now stand in the table `ended`. Whoever ends
 * them makes it one statement with this, so that it is told once.
 */
export const tellBatchesFinished = (ended: string): string => `INSERT INTO job_events (type, batch_id, tenant, data)
  SELECT 'batch.finished', e.id, CASE WHEN cardinality(e.tenants) = 1 THEN e.tenants[1] END,
    jsonb_build_object('operation', e.operation, 'total', e.total, 'status', e.status, 'counts', e.counts)
  FROM ${ended} e`
