-- The descriptors that every organization of these kinds needs; templates have them as a rule.
INSERT INTO edfi.Descriptor
  (Namespace, CodeValue, ShortDescription, Description, Discriminator, CreateDate, LastModifiedDate, Id)
SELECT CONCAT('uri://ed-fi.org/', needed.Kind), needed.CodeValue, needed.CodeValue, needed.CodeValue,
       CONCAT('edfi.', needed.Kind), SYSUTCDATETIME(), SYSUTCDATETIME(), NEWID()
  FROM (VALUES
    (N'EducationOrganizationCategoryDescriptor', N'State Education Agency'),
    (N'EducationOrganizationCategoryDescriptor', N'Local Education Agency'),
    (N'EducationOrganizationCategoryDescriptor', N'School'),
    (N'LocalEducationAgencyCategoryDescriptor', N'Independent')) AS needed (Kind, CodeValue)
 WHERE NOT EXISTS (
   SELECT 1 FROM edfi.Descriptor AS d
    WHERE d.Namespace = CONCAT('uri://ed-fi.org/', needed.Kind) AND d.CodeValue = needed.CodeValue);

INSERT INTO edfi.EducationOrganizationCategoryDescriptor (EducationOrganizationCategoryDescriptorId)
SELECT d.DescriptorId
  FROM edfi.Descriptor AS d
 WHERE d.Namespace = 'uri://ed-fi.org/EducationOrganizationCategoryDescriptor'
   AND d.CodeValue IN ('State Education Agency', 'Local Education Agency', 'School')
   AND NOT EXISTS (
     SELECT 1 FROM edfi.EducationOrganizationCategoryDescriptor AS kind
      WHERE kind.EducationOrganizationCategoryDescriptorId = d.DescriptorId);

INSERT INTO edfi.LocalEducationAgencyCategoryDescriptor (LocalEducationAgencyCategoryDescriptorId)
SELECT d.DescriptorId
  FROM edfi.Descriptor AS d
 WHERE d.Namespace = 'uri://ed-fi.org/LocalEducationAgencyCategoryDescriptor' AND d.CodeValue = 'Independent'
   AND NOT EXISTS (
     SELECT 1 FROM edfi.LocalEducationAgencyCategoryDescriptor AS kind
      WHERE kind.LocalEducationAgencyCategoryDescriptorId = d.DescriptorId);

-- A descriptor that was asked for by name must be there: one made from a typing error would stay.
DECLARE @message nvarchar(2048) = (
  SELECT TOP (1) CONCAT('This descriptor does not exist: ', needed.Uri, '. The bundle "descriptors", named before this one, adds it.')
    FROM (
      SELECT CASE WHEN named.Code LIKE 'uri://%' THEN named.Code
                  ELSE CONCAT('uri://ed-fi.org/', named.Kind, '#', named.Code) END AS Uri
        FROM (
          SELECT N'LocalEducationAgencyCategoryDescriptor' AS Kind,
                 JSON_VALUE(@parameters, '$."education-organizations".localEducationAgency.category') AS Code
          UNION ALL
          SELECT N'GradeLevelDescriptor', gradeLevel.value COLLATE DATABASE_DEFAULT
            FROM OPENJSON(@parameters, '$."education-organizations".schools') WITH (gradeLevels nvarchar(max) AS JSON) AS school
           CROSS APPLY OPENJSON(school.gradeLevels) AS gradeLevel
        ) AS named
       WHERE named.Code IS NOT NULL
    ) AS needed
   WHERE NOT EXISTS (SELECT 1 FROM edfi.Descriptor AS d WHERE d.Uri = needed.Uri)
);
IF @message IS NOT NULL
  THROW 50000, @message, 1;
