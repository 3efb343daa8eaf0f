-- Exactly one year is the current one.
WITH asked AS (
  SELECT (current_setting('tm.parameters')::jsonb #>> '{school-year,schoolYear}')::int AS schoolyear
)
UPDATE edfi.schoolyeartype year
   SET currentschoolyear = (year.schoolyear = asked.schoolyear), lastmodifieddate = now() AT TIME ZONE 'UTC'
  FROM asked
 WHERE year.currentschoolyear <> (year.schoolyear = asked.schoolyear);
