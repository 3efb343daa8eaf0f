INSERT INTO edfi.StateEducationAgency (StateEducationAgencyId)
SELECT organization.EducationOrganizationId
  FROM edfi.EducationOrganization AS organization
 WHERE organization.EducationOrganizationId =
       CAST(JSON_VALUE(@parameters, '$."education-organizations".stateEducationAgency.id') AS bigint)
   AND organization.Discriminator = 'edfi.StateEducationAgency'
   AND NOT EXISTS (
     SELECT 1 FROM edfi.StateEducationAgency AS there
      WHERE there.StateEducationAgencyId = organization.EducationOrganizationId);
