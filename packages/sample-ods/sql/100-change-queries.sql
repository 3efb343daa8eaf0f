-- Change queries: every aggregate root gets a change version, and deletes leave a row in tracked_changes_*.
-- Ed-Fi generates one trigger function per table; so do we, from the catalog.

CREATE FUNCTION changes.updatechangeversion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changeversion := nextval('changes.changeversionsequence');
  -- Whoever sets the date himself, as a copy of another ODS does, keeps it.
  IF NEW.lastmodifieddate IS NOT DISTINCT FROM OLD.lastmodifieddate THEN
    NEW.lastmodifieddate := current_timestamp AT TIME ZONE 'UTC';
  END IF;
  RETURN NEW;
END $$;

-- A sequence's last value is 1 before its first use as well as after it: a fresh database answers 1, not 0.
CREATE FUNCTION changes.getmaxchangeversion() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT last_value FROM changes.changeversionsequence);
END $$;

-- The aggregate roots: whatever has a last modified date.
CREATE VIEW sample_build.roottable AS
  SELECT n.nspname AS schemaname, c.relname AS tablename, c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND n.nspname IN ('edfi', 'tpdm')
     AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'lastmodifieddate');

-- Columns, indexes and the update trigger. AggregateId and AggregateData are ODS/API 7's serialized form of the resource;
-- the ids start at the smallest integer.
DO $$
DECLARE
  root record;
  hash text;
BEGIN
  FOR root IN SELECT * FROM sample_build.roottable ORDER BY schemaname, tablename LOOP
    hash := left(md5(root.tablename), 6);
    EXECUTE format(
      'CREATE SEQUENCE %1$I.%2$I START WITH -2147483648 MINVALUE -2147483648;
       ALTER TABLE %1$I.%3$I
         ADD COLUMN changeversion bigint NOT NULL DEFAULT nextval(''changes.changeversionsequence''),
         ADD COLUMN aggregateid int NOT NULL DEFAULT nextval(%4$L),
         ADD COLUMN aggregatedata bytea;
       CREATE UNIQUE INDEX ux_%5$s_id ON %1$I.%3$I (id);
       CREATE INDEX ux_%5$s_changeversion ON %1$I.%3$I (changeversion);
       CREATE INDEX ON %1$I.%3$I (aggregateid);
       CREATE TRIGGER updatechangeversion BEFORE UPDATE ON %1$I.%3$I
         FOR EACH ROW EXECUTE FUNCTION changes.updatechangeversion()',
      root.schemaname, root.tablename || '_aggseq', root.tablename,
      root.schemaname || '.' || root.tablename || '_aggseq', hash);
  END LOOP;
END $$;

-- The key columns of a root as a tracked row shows them: a surrogate comes with the natural key it stands for, since
-- whoever reads the row can no longer look it up.
CREATE VIEW sample_build.trackedcolumn AS
  WITH key AS (
    SELECT r.schemaname, r.tablename, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, k.position
      FROM sample_build.roottable r
      JOIN pg_constraint p ON p.conrelid = r.oid AND p.contype = 'p'
      CROSS JOIN LATERAL unnest(p.conkey) WITH ORDINALITY AS k (attnum, position)
      JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.attnum
  )
  SELECT schemaname, tablename, position, 1 AS part, name, type, 'OLD.' || name AS value FROM key
  UNION ALL
  SELECT schemaname, tablename, position, 2, person || 'uniqueid', 'varchar(32)',
         CASE WHEN tablename = person THEN 'OLD.' || person || 'uniqueid'
              ELSE format('(SELECT %1$suniqueid FROM edfi.%1$s WHERE %1$susi = OLD.%2$s)', person, name) END
    FROM key CROSS JOIN LATERAL (SELECT substring(name FROM '^(.*)usi$') AS person) p
   WHERE person IS NOT NULL
  UNION ALL
  SELECT schemaname, tablename, position, part, kind || suffix, type,
         CASE WHEN tablename = 'descriptor' THEN 'OLD.' || suffix
              ELSE format('(SELECT %s FROM edfi.descriptor WHERE descriptorid = OLD.%s)', suffix, name) END
    FROM (SELECT schemaname, tablename, position, name, substring(name FROM '^(.*)id$') AS kind FROM key
           WHERE name LIKE '%descriptorid') d
   CROSS JOIN (VALUES (2, 'namespace', 'varchar(255)'), (3, 'codevalue', 'varchar(50)')) AS s (part, suffix, type);

DO $$
DECLARE
  root record;
BEGIN
  FOR root IN
    SELECT schemaname, tablename,
           string_agg(format('old%s %s NOT NULL', name, type), ', ' ORDER BY position, part) AS oldcolumns,
           string_agg(format('new%s %s', name, type), ', ' ORDER BY position, part) AS newcolumns,
           string_agg('old' || name, ', ' ORDER BY position, part) AS oldnames,
           string_agg(value, ', ' ORDER BY position, part) AS oldvalues,
           CASE tablename WHEN 'schoolyeartype' THEN 'NULL' ELSE 'OLD.discriminator' END AS discriminator
      FROM sample_build.trackedcolumn
     GROUP BY schemaname, tablename
     ORDER BY schemaname, tablename
  LOOP
    EXECUTE format(
      'CREATE TABLE tracked_changes_%1$s.%2$I (
         %3$s, %4$s, id uuid NOT NULL, changeversion bigint PRIMARY KEY, discriminator varchar(128),
         createdate timestamp NOT NULL DEFAULT now())',
      root.schemaname, root.tablename, root.oldcolumns, root.newcolumns);
    EXECUTE format(
      'CREATE FUNCTION tracked_changes_%1$s.%2$s_deleted() RETURNS trigger LANGUAGE plpgsql AS $body$
       BEGIN
         INSERT INTO tracked_changes_%1$s.%2$s (%3$s, id, discriminator, changeversion)
         VALUES (%4$s, OLD.id, %5$s, nextval(''changes.changeversionsequence''));
         RETURN NULL;
       END $body$;
       CREATE TRIGGER trackdeletes AFTER DELETE ON %1$I.%2$I
         FOR EACH ROW EXECUTE FUNCTION tracked_changes_%1$s.%2$s_deleted()',
      root.schemaname, root.tablename, root.oldnames, root.oldvalues, root.discriminator);
  END LOOP;
END $$;
