-- Lists of jobs at any number of them: a tenant's jobs, whose names are compared without case, and what has not succeeded.

CREATE INDEX jobs_lower_tenant_number_idx ON jobs (lower(tenant), number);
DROP INDEX jobs_tenant_number_idx;
CREATE INDEX jobs_unsuccessful_idx ON jobs (number) WHERE status IN ('failed', 'cancelled');
