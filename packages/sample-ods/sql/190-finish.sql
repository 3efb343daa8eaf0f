-- Constraint names after Ed-Fi's habit, an index below every foreign key that the primary key does not serve already,
-- and nothing of the build left behind.
DROP SCHEMA sample_build CASCADE;

DO $$
DECLARE
  con record;
  name text;
BEGIN
  FOR con IN
    SELECT c.conrelid::regclass AS tableref, t.relname AS tablename, r.relname AS referenced, c.conname, c.contype, c.conkey,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
              FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS columns,
           row_number() OVER (PARTITION BY c.conrelid, c.confrelid, c.contype ORDER BY c.conkey) AS number,
           EXISTS (SELECT FROM pg_constraint p
                    WHERE p.conrelid = c.conrelid AND p.contype = 'p' AND p.conkey[1:cardinality(c.conkey)] = c.conkey) AS served
      FROM pg_constraint c
      JOIN pg_class t ON t.oid = c.conrelid
      LEFT JOIN pg_class r ON r.oid = c.confrelid
     WHERE c.connamespace::regnamespace::text IN ('auth', 'edfi', 'interop', 'tpdm', 'tracked_changes_edfi', 'tracked_changes_tpdm')
       AND c.contype IN ('p', 'f')
     ORDER BY t.relname, c.contype, number
  LOOP
    name := CASE con.contype
      WHEN 'p' THEN left(con.tablename, 60) || '_pk'
      ELSE format('fk_%s_%s%s', left(md5(con.tablename), 6), left(con.referenced, 50), CASE WHEN con.number > 1 THEN con.number END)
    END;
    IF con.conname <> name THEN
      EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', con.tableref, con.conname, name);
    END IF;
    IF con.contype = 'f' AND NOT con.served THEN
      EXECUTE format('CREATE INDEX %I ON %s (%s)', name, con.tableref, con.columns);
    END IF;
  END LOOP;
END $$;

ANALYZE;
