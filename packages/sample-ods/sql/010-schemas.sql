-- The schemas of an ODS. Ed-Fi writes all identifiers in PascalCase without quotes, so PostgreSQL keeps them in lower case.
CREATE SCHEMA auth;
CREATE SCHEMA changes;
CREATE SCHEMA edfi;
CREATE SCHEMA interop;
CREATE SCHEMA tpdm;
CREATE SCHEMA tracked_changes_edfi;
CREATE SCHEMA tracked_changes_tpdm;
CREATE SCHEMA util;

-- A real ODS has pgcrypto in schema public. A server without the contrib modules gets on without it:
-- gen_random_uuid() is built in since PostgreSQL 13.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgcrypto') THEN
    CREATE EXTENSION pgcrypto SCHEMA public;
  END IF;
END $$;

-- One sequence numbers every change in the whole database.
CREATE SEQUENCE changes.changeversionsequence START WITH 1;

-- Everything that only the build needs; the last script drops it.
CREATE SCHEMA sample_build;

-- Last columns of every aggregate root (what the API calls a resource).
CREATE TABLE sample_build.root (
  discriminator varchar(128),
  createdate timestamp NOT NULL DEFAULT (current_timestamp AT TIME ZONE 'UTC'),
  lastmodifieddate timestamp NOT NULL DEFAULT (current_timestamp AT TIME ZONE 'UTC'),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);

-- Last column of every child table (a collection inside a resource).
CREATE TABLE sample_build.child (
  createdate timestamp NOT NULL DEFAULT (current_timestamp AT TIME ZONE 'UTC')
);
