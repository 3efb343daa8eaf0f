WITH organizations AS (
  SELECT (asked ->> 'id')::bigint AS id, discriminator, codevalue
    FROM (SELECT current_setting('tm.parameters')::jsonb -> 'education-organizations') AS parameters (p),
         LATERAL (
           SELECT p -> 'stateEducationAgency', 'edfi.StateEducationAgency', 'State Education Agency'
           UNION ALL
           SELECT p -> 'localEducationAgency', 'edfi.LocalEducationAgency', 'Local Education Agency'
           UNION ALL
           SELECT school, 'edfi.School', 'School' FROM jsonb_array_elements(p -> 'schools') AS school
         ) AS organizations (asked, discriminator, codevalue)
)
INSERT INTO edfi.educationorganizationcategory
  (educationorganizationid, educationorganizationcategorydescriptorid, createdate)
SELECT organization.educationorganizationid, d.descriptorid, now() AT TIME ZONE 'UTC'
  FROM organizations
  JOIN edfi.educationorganization organization
    ON organization.educationorganizationid = organizations.id
   AND organization.discriminator = organizations.discriminator
  JOIN edfi.descriptor d
    ON d.namespace = 'uri://ed-fi.org/EducationOrganizationCategoryDescriptor' AND d.codevalue = organizations.codevalue
ON CONFLICT DO NOTHING;
