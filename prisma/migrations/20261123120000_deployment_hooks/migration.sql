-- What is to be called, or started, as instances come and go. Secrets of hooks are sealed apart from what may be read.

ALTER TABLE environments
  ADD COLUMN hooks jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN hook_secrets text;
ALTER TABLE tenants
  ADD COLUMN hooks jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN hook_secrets text;
ALTER TABLE database_servers
  ADD COLUMN hooks jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN hook_secrets text;
