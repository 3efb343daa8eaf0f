-- ODS/API 7 and Admin API ask these two; the builder passes the answers as settings of its session.
DO $$
BEGIN
  EXECUTE format('CREATE FUNCTION util.getedfiodsversion() RETURNS varchar(60) LANGUAGE plpgsql AS %L',
    format('BEGIN RETURN %L; END', current_setting('sample_ods.ods_version')));
  EXECUTE format('CREATE FUNCTION util.getedfistandardversion() RETURNS varchar(60) LANGUAGE plpgsql AS %L',
    format('BEGIN RETURN %L; END', current_setting('sample_ods.data_standard')));
END $$;
