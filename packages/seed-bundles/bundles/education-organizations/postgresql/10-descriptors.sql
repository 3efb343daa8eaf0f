-- The descriptors that every organization of these kinds needs; templates have them as a rule.
INSERT INTO edfi.descriptor
  (namespace, codevalue, shortdescription, description, discriminator, createdate, lastmodifieddate, id)
SELECT 'uri://ed-fi.org/' || kind, codevalue, codevalue, codevalue, 'edfi.' || kind,
       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', gen_random_uuid()
  FROM (VALUES
    ('EducationOrganizationCategoryDescriptor', 'State Education Agency'),
    ('EducationOrganizationCategoryDescriptor', 'Local Education Agency'),
    ('EducationOrganizationCategoryDescriptor', 'School'),
    ('LocalEducationAgencyCategoryDescriptor', 'Independent')) AS needed (kind, codevalue)
ON CONFLICT (namespace, codevalue) DO NOTHING;

INSERT INTO edfi.educationorganizationcategorydescriptor (educationorganizationcategorydescriptorid)
SELECT descriptorid FROM edfi.descriptor
 WHERE namespace = 'uri://ed-fi.org/EducationOrganizationCategoryDescriptor'
   AND codevalue IN ('State Education Agency', 'Local Education Agency', 'School')
ON CONFLICT DO NOTHING;

INSERT INTO edfi.localeducationagencycategorydescriptor (localeducationagencycategorydescriptorid)
SELECT descriptorid FROM edfi.descriptor
 WHERE namespace = 'uri://ed-fi.org/LocalEducationAgencyCategoryDescriptor' AND codevalue = 'Independent'
ON CONFLICT DO NOTHING;

-- A descriptor that was asked for by name must be there: one made from a typing error would stay.
DO $$
DECLARE
  missing text;
BEGIN
  SELECT string_agg(DISTINCT needed.uri, ', ') INTO missing
    FROM (
      SELECT CASE WHEN code LIKE 'uri://%' THEN code ELSE 'uri://ed-fi.org/' || kind || '#' || code END
        FROM (SELECT current_setting('tm.parameters')::jsonb -> 'education-organizations') AS parameters (p),
             LATERAL (
               SELECT 'LocalEducationAgencyCategoryDescriptor', p #>> '{localEducationAgency,category}'
               UNION ALL
               SELECT 'GradeLevelDescriptor', jsonb_array_elements_text(school -> 'gradeLevels')
                 FROM jsonb_array_elements(p -> 'schools') AS school
             ) AS named (kind, code)
       WHERE code IS NOT NULL
    ) AS needed (uri)
   WHERE NOT EXISTS (SELECT FROM edfi.descriptor d WHERE d.uri = needed.uri);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION 'These descriptors do not exist: %.', missing
      USING HINT = 'The bundle "descriptors", named before this one, adds them.';
  END IF;
END $$;
