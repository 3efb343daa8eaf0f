WITH asked AS (
  SELECT (p #>> '{localEducationAgency,id}')::bigint AS id
    FROM (SELECT current_setting('tm.parameters')::jsonb -> 'education-organizations') AS parameters (p)
)
INSERT INTO edfi.localeducationagency (localeducationagencyid, localeducationagencycategorydescriptorid)
SELECT asked.id, category.descriptorid
  FROM asked
  JOIN edfi.educationorganization organization
    ON organization.educationorganizationid = asked.id AND organization.discriminator = 'edfi.LocalEducationAgency'
  JOIN edfi.descriptor category ON category.uri = 'uri://ed-fi.org/LocalEducationAgencyCategoryDescriptor#Independent'
ON CONFLICT (localeducationagencyid) DO NOTHING;

-- What was not asked for stays as it is.
WITH asked AS (
  SELECT (p #>> '{localEducationAgency,id}')::bigint AS id,
         p #>> '{localEducationAgency,category}' AS category,
         (p #>> '{stateEducationAgency,id}')::bigint AS stateeducationagencyid
    FROM (SELECT current_setting('tm.parameters')::jsonb -> 'education-organizations') AS parameters (p)
)
UPDATE edfi.localeducationagency agency
   SET localeducationagencycategorydescriptorid =
         coalesce(category.localeducationagencycategorydescriptorid, agency.localeducationagencycategorydescriptorid),
       stateeducationagencyid = coalesce(state.stateeducationagencyid, agency.stateeducationagencyid)
  FROM asked
  LEFT JOIN edfi.descriptor d
    ON d.uri = CASE WHEN asked.category LIKE 'uri://%' THEN asked.category
                    ELSE 'uri://ed-fi.org/LocalEducationAgencyCategoryDescriptor#' || asked.category END
  LEFT JOIN edfi.localeducationagencycategorydescriptor category
    ON category.localeducationagencycategorydescriptorid = d.descriptorid
  LEFT JOIN edfi.stateeducationagency state ON state.stateeducationagencyid = asked.stateeducationagencyid
 WHERE agency.localeducationagencyid = asked.id;
