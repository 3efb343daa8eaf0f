-- Who may see what: one row per pair of education organization and whatever lies below it, itself included. ODS/API joins
-- its queries to this table, and nothing but these triggers keeps it: an organization inserted by plain SQL is
-- authorized as well as one that came through the API, as long as its subtype row (school, …) is there.
CREATE TABLE auth.educationorganizationidtoeducationorganizationid (
  sourceeducationorganizationid bigint,
  targeteducationorganizationid bigint,
  PRIMARY KEY (sourceeducationorganizationid, targeteducationorganizationid)
);
CREATE INDEX ix_educationorganizationidtoeducationorganizationid
  ON auth.educationorganizationidtoeducationorganizationid (targeteducationorganizationid) INCLUDE (sourceeducationorganizationid);

-- Arguments of the triggers: the id column, then the columns that name a parent.
CREATE FUNCTION auth.parentsof(organization jsonb, VARIADIC parentcolumns text[]) RETURNS SETOF bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (organization ->> name)::bigint FROM unnest(parentcolumns) AS name WHERE organization ->> name IS NOT NULL
$$;

CREATE FUNCTION auth.insertauthtuples() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  self bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
  INSERT INTO auth.educationorganizationidtoeducationorganizationid
  SELECT self, self
  UNION
  SELECT above.sourceeducationorganizationid, self
    FROM auth.educationorganizationidtoeducationorganizationid above
   WHERE above.targeteducationorganizationid IN (SELECT auth.parentsof(to_jsonb(NEW), VARIADIC TG_ARGV[1:]));
  RETURN NULL;
END $$;

-- A changed parent moves everything below the organization along with it.
CREATE FUNCTION auth.updateauthtuples() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  self bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
  oldparents bigint[] := ARRAY(SELECT auth.parentsof(to_jsonb(OLD), VARIADIC TG_ARGV[1:]));
  newparents bigint[] := ARRAY(SELECT auth.parentsof(to_jsonb(NEW), VARIADIC TG_ARGV[1:]));
BEGIN
  IF oldparents = newparents THEN
    RETURN NULL;
  END IF;

  WITH lost AS (
    SELECT sourceeducationorganizationid FROM auth.educationorganizationidtoeducationorganizationid
     WHERE targeteducationorganizationid = ANY (oldparents)
    EXCEPT
    SELECT sourceeducationorganizationid FROM auth.educationorganizationidtoeducationorganizationid
     WHERE targeteducationorganizationid = ANY (newparents)
  )
  DELETE FROM auth.educationorganizationidtoeducationorganizationid tuple
   USING lost, auth.educationorganizationidtoeducationorganizationid below
   WHERE tuple.sourceeducationorganizationid = lost.sourceeducationorganizationid
     AND below.sourceeducationorganizationid = self
     AND tuple.targeteducationorganizationid = below.targeteducationorganizationid;

  INSERT INTO auth.educationorganizationidtoeducationorganizationid
  SELECT DISTINCT above.sourceeducationorganizationid, below.targeteducationorganizationid
    FROM auth.educationorganizationidtoeducationorganizationid above
   CROSS JOIN auth.educationorganizationidtoeducationorganizationid below
   WHERE above.targeteducationorganizationid = ANY (newparents) AND below.sourceeducationorganizationid = self
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

-- What is deleted has nothing below it any more: the foreign keys see to that.
CREATE FUNCTION auth.deleteauthtuples() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM auth.educationorganizationidtoeducationorganizationid
   WHERE targeteducationorganizationid = (to_jsonb(OLD) ->> TG_ARGV[0])::bigint;
  RETURN NULL;
END $$;

DO $$
DECLARE
  kind record;
BEGIN
  FOR kind IN
    SELECT * FROM (VALUES
      ('stateeducationagency', ''),
      ('educationservicecenter', ', ''stateeducationagencyid'''),
      ('localeducationagency', ', ''educationservicecenterid'', ''parentlocaleducationagencyid'', ''stateeducationagencyid'''),
      ('school', ', ''localeducationagencyid'''),
      ('organizationdepartment', ', ''parenteducationorganizationid'''),
      ('educationorganizationnetwork', ''),
      ('postsecondaryinstitution', '')
    ) AS k (tablename, parents)
  LOOP
    EXECUTE format(
      'CREATE TRIGGER insertauthtuples AFTER INSERT ON edfi.%1$I
         FOR EACH ROW EXECUTE FUNCTION auth.insertauthtuples(''%1$sid''%2$s);
       CREATE TRIGGER updateauthtuples AFTER UPDATE ON edfi.%1$I
         FOR EACH ROW EXECUTE FUNCTION auth.updateauthtuples(''%1$sid''%2$s);
       CREATE TRIGGER deleteauthtuples AFTER DELETE ON edfi.%1$I
         FOR EACH ROW EXECUTE FUNCTION auth.deleteauthtuples(''%1$sid'')',
      kind.tablename, kind.parents);
  END LOOP;
END $$;

-- From the organization to the people it may see.
CREATE VIEW auth.educationorganizationidtostudentusi AS
  SELECT DISTINCT t.sourceeducationorganizationid, a.studentusi
    FROM auth.educationorganizationidtoeducationorganizationid t
    JOIN edfi.studentschoolassociation a ON a.schoolid = t.targeteducationorganizationid;

CREATE VIEW auth.educationorganizationidtostudentusithroughresponsibility AS
  SELECT DISTINCT t.sourceeducationorganizationid, a.studentusi
    FROM auth.educationorganizationidtoeducationorganizationid t
    JOIN edfi.studenteducationorganizationresponsibilityassociation a
      ON a.educationorganizationid = t.targeteducationorganizationid;

CREATE VIEW auth.educationorganizationidtocontactusi AS
  SELECT DISTINCT t.sourceeducationorganizationid, c.contactusi
    FROM auth.educationorganizationidtoeducationorganizationid t
    JOIN edfi.studentschoolassociation a ON a.schoolid = t.targeteducationorganizationid
    JOIN edfi.studentcontactassociation c ON c.studentusi = a.studentusi;

CREATE VIEW auth.educationorganizationidtostaffusi AS
  SELECT t.sourceeducationorganizationid, a.staffusi
    FROM auth.educationorganizationidtoeducationorganizationid t
    JOIN edfi.staffeducationorganizationassignmentassociation a ON a.educationorganizationid = t.targeteducationorganizationid
  UNION
  SELECT t.sourceeducationorganizationid, e.staffusi
    FROM auth.educationorganizationidtoeducationorganizationid t
    JOIN edfi.staffeducationorganizationemploymentassociation e ON e.educationorganizationid = t.targeteducationorganizationid;
