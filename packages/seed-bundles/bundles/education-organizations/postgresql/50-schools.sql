-- Triggers of the ODS keep the table of who is below whom.
WITH asked AS (
  SELECT DISTINCT (school ->> 'id')::bigint AS id, (p #>> '{localEducationAgency,id}')::bigint AS localeducationagencyid
    FROM (SELECT current_setting('tm.parameters')::jsonb -> 'education-organizations') AS parameters (p),
         jsonb_array_elements(p -> 'schools') AS school
)
INSERT INTO edfi.school (schoolid, localeducationagencyid)
SELECT asked.id, agency.localeducationagencyid
  FROM asked
  JOIN edfi.educationorganization organization
    ON organization.educationorganizationid = asked.id AND organization.discriminator = 'edfi.School'
  LEFT JOIN edfi.localeducationagency agency ON agency.localeducationagencyid = asked.localeducationagencyid
ON CONFLICT (schoolid) DO UPDATE SET localeducationagencyid = excluded.localeducationagencyid
  WHERE edfi.school.localeducationagencyid IS DISTINCT FROM excluded.localeducationagencyid;

WITH asked AS (
  SELECT DISTINCT (school ->> 'id')::bigint AS id, gradelevel
    FROM (SELECT current_setting('tm.parameters')::jsonb -> 'education-organizations') AS parameters (p),
         jsonb_array_elements(p -> 'schools') AS school,
         jsonb_array_elements_text(school -> 'gradeLevels') AS gradelevel
)
INSERT INTO edfi.schoolgradelevel (schoolid, gradeleveldescriptorid, createdate)
SELECT school.schoolid, kind.gradeleveldescriptorid, now() AT TIME ZONE 'UTC'
  FROM asked
  JOIN edfi.school school ON school.schoolid = asked.id
  JOIN edfi.descriptor d
    ON d.uri = CASE WHEN asked.gradelevel LIKE 'uri://%' THEN asked.gradelevel
                    ELSE 'uri://ed-fi.org/GradeLevelDescriptor#' || asked.gradelevel END
  JOIN edfi.gradeleveldescriptor kind ON kind.gradeleveldescriptorid = d.descriptorid
ON CONFLICT DO NOTHING;
