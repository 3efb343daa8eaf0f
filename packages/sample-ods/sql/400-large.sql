-- One batch of filler tables, for benchmarks: schema edfi grows towards as many tables as a whole ODS has. Their three or
-- four indexes each, and the one row in every fifth, bring files and size near those of a minimal ODS of Data Standard 5.2.
-- In batches, since every new table holds its locks until the transaction ends and a small server has room for few.
DO $$
DECLARE
  missing int := current_setting('sample_ods.tables')::int - (
    SELECT count(*) FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema'));
  made int := (SELECT count(*) FROM pg_class WHERE relnamespace = 'edfi'::regnamespace AND relname LIKE 'generatedtable%' AND relkind = 'r');
BEGIN
  FOR n IN made + 1 .. made + least(missing, current_setting('sample_ods.batch')::int) LOOP
    EXECUTE format(
      'CREATE TABLE edfi.generatedtable%1$s (
         generatedid bigint, generatedcode varchar(60), generateddescriptorid int,
         text1 varchar(60), text2 varchar(60), text3 varchar(60), number1 int, number2 int, amount1 decimal(9, 2), amount2 decimal(9, 2),
         flag1 boolean, flag2 boolean, begindate date, enddate date,
         discriminator varchar(128),
         createdate timestamp NOT NULL DEFAULT (current_timestamp AT TIME ZONE ''UTC''),
         lastmodifieddate timestamp NOT NULL DEFAULT (current_timestamp AT TIME ZONE ''UTC''),
         id uuid NOT NULL DEFAULT gen_random_uuid(),
         changeversion bigint NOT NULL DEFAULT nextval(''changes.changeversionsequence''),
         CONSTRAINT generatedtable%1$s_pk PRIMARY KEY (generatedid, generatedcode),
         CONSTRAINT fk_generatedtable%1$s_descriptor FOREIGN KEY (generateddescriptorid) REFERENCES edfi.descriptor);
       CREATE UNIQUE INDEX ux_generatedtable%1$s_id ON edfi.generatedtable%1$s (id);
       CREATE INDEX ux_generatedtable%1$s_changeversion ON edfi.generatedtable%1$s (changeversion);
       CREATE TRIGGER updatechangeversion BEFORE UPDATE ON edfi.generatedtable%1$s
         FOR EACH ROW EXECUTE FUNCTION changes.updatechangeversion()',
      lpad(n::text, 4, '0'));
    IF n % 3 <> 0 THEN
      EXECUTE format('CREATE INDEX fk_generatedtable%1$s_descriptor ON edfi.generatedtable%1$s (generateddescriptorid)', lpad(n::text, 4, '0'));
    END IF;
    IF n % 5 = 0 THEN
      EXECUTE format('INSERT INTO edfi.generatedtable%s (generatedid, generatedcode) VALUES (1, ''only'')', lpad(n::text, 4, '0'));
    END IF;
  END LOOP;
END $$;
