-- Triggers of the ODS keep the table of who is below whom.
DECLARE @agencyId bigint = (
  SELECT LocalEducationAgencyId FROM edfi.LocalEducationAgency
   WHERE LocalEducationAgencyId = CAST(JSON_VALUE(@parameters, '$."education-organizations".localEducationAgency.id') AS bigint)
);

INSERT INTO edfi.School (SchoolId, LocalEducationAgencyId)
SELECT organization.EducationOrganizationId, @agencyId
  FROM edfi.EducationOrganization AS organization
 WHERE organization.Discriminator = 'edfi.School'
   AND organization.EducationOrganizationId IN (
     SELECT asked.id FROM OPENJSON(@parameters, '$."education-organizations".schools') WITH (id bigint) AS asked)
   AND NOT EXISTS (SELECT 1 FROM edfi.School AS there WHERE there.SchoolId = organization.EducationOrganizationId);

UPDATE school
   SET LocalEducationAgencyId = @agencyId
  FROM edfi.School AS school
 WHERE school.SchoolId IN (
     SELECT asked.id FROM OPENJSON(@parameters, '$."education-organizations".schools') WITH (id bigint) AS asked)
   AND (school.LocalEducationAgencyId IS NULL OR school.LocalEducationAgencyId <> @agencyId);

INSERT INTO edfi.SchoolGradeLevel (SchoolId, GradeLevelDescriptorId, CreateDate)
SELECT DISTINCT school.SchoolId, kind.GradeLevelDescriptorId, SYSUTCDATETIME()
  FROM OPENJSON(@parameters, '$."education-organizations".schools')
    WITH (id bigint, gradeLevels nvarchar(max) AS JSON) AS asked
 CROSS APPLY OPENJSON(asked.gradeLevels) AS gradeLevel
  JOIN edfi.School AS school ON school.SchoolId = asked.id
  JOIN edfi.Descriptor AS d
    ON d.Uri = CASE WHEN gradeLevel.value LIKE 'uri://%' THEN gradeLevel.value COLLATE DATABASE_DEFAULT
                    ELSE CONCAT('uri://ed-fi.org/GradeLevelDescriptor#', gradeLevel.value) END
  JOIN edfi.GradeLevelDescriptor AS kind ON kind.GradeLevelDescriptorId = d.DescriptorId
 WHERE NOT EXISTS (
   SELECT 1 FROM edfi.SchoolGradeLevel AS there
    WHERE there.SchoolId = school.SchoolId AND there.GradeLevelDescriptorId = kind.GradeLevelDescriptorId);
