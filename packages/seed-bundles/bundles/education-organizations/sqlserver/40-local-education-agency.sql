DECLARE @id bigint = CAST(JSON_VALUE(@parameters, '$."education-organizations".localEducationAgency.id') AS bigint);
DECLARE @category nvarchar(306) = JSON_VALUE(@parameters, '$."education-organizations".localEducationAgency.category');
DECLARE @stateId bigint = CAST(JSON_VALUE(@parameters, '$."education-organizations".stateEducationAgency.id') AS bigint);

INSERT INTO edfi.LocalEducationAgency (LocalEducationAgencyId, LocalEducationAgencyCategoryDescriptorId)
SELECT organization.EducationOrganizationId, category.DescriptorId
  FROM edfi.EducationOrganization AS organization
  JOIN edfi.Descriptor AS category ON category.Uri = 'uri://ed-fi.org/LocalEducationAgencyCategoryDescriptor#Independent'
 WHERE organization.EducationOrganizationId = @id AND organization.Discriminator = 'edfi.LocalEducationAgency'
   AND NOT EXISTS (SELECT 1 FROM edfi.LocalEducationAgency AS there WHERE there.LocalEducationAgencyId = @id);

-- What was not asked for stays as it is.
UPDATE agency
   SET LocalEducationAgencyCategoryDescriptorId = category.LocalEducationAgencyCategoryDescriptorId
  FROM edfi.LocalEducationAgency AS agency
  JOIN edfi.Descriptor AS d
    ON d.Uri = CASE WHEN @category LIKE 'uri://%' THEN @category
                    ELSE CONCAT('uri://ed-fi.org/LocalEducationAgencyCategoryDescriptor#', @category) END
  JOIN edfi.LocalEducationAgencyCategoryDescriptor AS category
    ON category.LocalEducationAgencyCategoryDescriptorId = d.DescriptorId
 WHERE agency.LocalEducationAgencyId = @id AND @category IS NOT NULL;

UPDATE agency
   SET StateEducationAgencyId = state.StateEducationAgencyId
  FROM edfi.LocalEducationAgency AS agency
  JOIN edfi.StateEducationAgency AS state ON state.StateEducationAgencyId = @stateId
 WHERE agency.LocalEducationAgencyId = @id;
