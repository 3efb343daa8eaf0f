-- Adds the year where it is missing. SetCurrentSchoolYear, which most ODS have, does not do that.
WITH asked AS (
  SELECT (p ->> 'schoolYear')::int AS schoolyear, p ->> 'description' AS description
    FROM (SELECT current_setting('tm.parameters')::jsonb -> 'school-year') AS parameters (p)
)
INSERT INTO edfi.schoolyeartype (schoolyear, schoolyeardescription, currentschoolyear, createdate, lastmodifieddate, id)
SELECT schoolyear, coalesce(description, (schoolyear - 1) || '-' || schoolyear), false,
       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', gen_random_uuid()
  FROM asked
ON CONFLICT (schoolyear) DO NOTHING;

WITH asked AS (
  SELECT (p ->> 'schoolYear')::int AS schoolyear, p ->> 'description' AS description
    FROM (SELECT current_setting('tm.parameters')::jsonb -> 'school-year') AS parameters (p)
)
UPDATE edfi.schoolyeartype year
   SET schoolyeardescription = asked.description, lastmodifieddate = now() AT TIME ZONE 'UTC'
  FROM asked
 WHERE year.schoolyear = asked.schoolyear AND year.schoolyeardescription <> asked.description;
