INSERT INTO edfi.EducationOrganizationCategory
  (EducationOrganizationId, EducationOrganizationCategoryDescriptorId, CreateDate)
SELECT DISTINCT organization.EducationOrganizationId, d.DescriptorId, SYSUTCDATETIME()
  FROM (
    SELECT CAST(JSON_VALUE(@parameters, '$."education-organizations".stateEducationAgency.id') AS bigint),
           N'edfi.StateEducationAgency', N'State Education Agency'
    UNION ALL
    SELECT CAST(JSON_VALUE(@parameters, '$."education-organizations".localEducationAgency.id') AS bigint),
           N'edfi.LocalEducationAgency', N'Local Education Agency'
    UNION ALL
    SELECT school.id, N'edfi.School', N'School'
      FROM OPENJSON(@parameters, '$."education-organizations".schools') WITH (id bigint) AS school
  ) AS asked (Id, Discriminator, CodeValue)
  JOIN edfi.EducationOrganization AS organization
    ON organization.EducationOrganizationId = asked.Id AND organization.Discriminator = asked.Discriminator
  JOIN edfi.Descriptor AS d
    ON d.Namespace = 'uri://ed-fi.org/EducationOrganizationCategoryDescriptor' AND d.CodeValue = asked.CodeValue
 WHERE NOT EXISTS (
   SELECT 1 FROM edfi.EducationOrganizationCategory AS there
    WHERE there.EducationOrganizationId = organization.EducationOrganizationId
      AND there.EducationOrganizationCategoryDescriptorId = d.DescriptorId);
