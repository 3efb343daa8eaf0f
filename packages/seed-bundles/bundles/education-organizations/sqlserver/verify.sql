SELECT CONCAT('education organization ', asked.Id) AS name,
       CAST(CASE
         WHEN organization.Discriminator = asked.Discriminator
          AND organization.NameOfInstitution = COALESCE(asked.Name, organization.NameOfInstitution)
          AND COALESCE(state.StateEducationAgencyId, agency.LocalEducationAgencyId, school.SchoolId) IS NOT NULL
          AND below.TargetEducationOrganizationId IS NOT NULL
         THEN 1 ELSE 0 END AS bit) AS ok,
       CASE
         WHEN organization.EducationOrganizationId IS NULL THEN CONCAT(asked.Id, ' does not exist, and no name was given.')
         WHEN organization.Discriminator IS NULL OR organization.Discriminator <> asked.Discriminator
           THEN CONCAT(asked.Id, ' was asked for as ', asked.Discriminator, ', but is ',
                  COALESCE(organization.Discriminator, 'of no known kind'), '.')
         WHEN organization.NameOfInstitution <> COALESCE(asked.Name, organization.NameOfInstitution)
           THEN CONCAT(asked.Id, ' is called "', organization.NameOfInstitution, '": it was asked for twice.')
         WHEN COALESCE(state.StateEducationAgencyId, agency.LocalEducationAgencyId, school.SchoolId) IS NULL
           THEN CONCAT(asked.Id, ' is not in the table of its kind.')
         WHEN below.TargetEducationOrganizationId IS NULL
           THEN CONCAT(asked.Id, ' is missing from the authorization of ODS/API.')
         ELSE CONCAT(asked.Id, ' is "', organization.NameOfInstitution, '", ', organization.Discriminator, '.')
       END AS detail
  FROM (
    SELECT CAST(JSON_VALUE(@parameters, '$."education-organizations".stateEducationAgency.id') AS bigint),
           N'edfi.StateEducationAgency',
           JSON_VALUE(@parameters, '$."education-organizations".stateEducationAgency.name'),
           CAST(NULL AS bigint)
    UNION ALL
    SELECT CAST(JSON_VALUE(@parameters, '$."education-organizations".localEducationAgency.id') AS bigint),
           N'edfi.LocalEducationAgency',
           JSON_VALUE(@parameters, '$."education-organizations".localEducationAgency.name'),
           CAST(JSON_VALUE(@parameters, '$."education-organizations".stateEducationAgency.id') AS bigint)
    UNION ALL
    SELECT school.id, N'edfi.School', school.name,
           CAST(JSON_VALUE(@parameters, '$."education-organizations".localEducationAgency.id') AS bigint)
      FROM OPENJSON(@parameters, '$."education-organizations".schools') WITH (id bigint, name nvarchar(75)) AS school
  ) AS asked (Id, Discriminator, Name, Above)
  LEFT JOIN edfi.EducationOrganization AS organization ON organization.EducationOrganizationId = asked.Id
  LEFT JOIN edfi.StateEducationAgency AS state
    ON state.StateEducationAgencyId = asked.Id AND asked.Discriminator = 'edfi.StateEducationAgency'
  LEFT JOIN edfi.LocalEducationAgency AS agency
    ON agency.LocalEducationAgencyId = asked.Id AND asked.Discriminator = 'edfi.LocalEducationAgency'
  LEFT JOIN edfi.School AS school
    ON school.SchoolId = asked.Id AND asked.Discriminator = 'edfi.School'
  LEFT JOIN auth.EducationOrganizationIdToEducationOrganizationId AS below
    ON below.SourceEducationOrganizationId = COALESCE(asked.Above, asked.Id)
   AND below.TargetEducationOrganizationId = asked.Id
 WHERE asked.Id IS NOT NULL
