-- What all organizations have in common. The date changes even where nothing else does: ODS/API tells by it that what
-- it keeps serialized is out of date, and the subtypes have no date of their own.
DECLARE @asked TABLE (Id bigint, Name nvarchar(75), ShortName nvarchar(75), WebSite nvarchar(255), Discriminator nvarchar(128));

INSERT INTO @asked (Id, Name, ShortName, WebSite, Discriminator)
SELECT id, name, shortName, webSite, 'edfi.StateEducationAgency'
  FROM OPENJSON(@parameters, '$."education-organizations".stateEducationAgency')
  WITH (id bigint, name nvarchar(75), shortName nvarchar(75), webSite nvarchar(255))
 WHERE name IS NOT NULL;

INSERT INTO @asked (Id, Name, ShortName, WebSite, Discriminator)
SELECT id, name, shortName, webSite, 'edfi.LocalEducationAgency'
  FROM OPENJSON(@parameters, '$."education-organizations".localEducationAgency')
  WITH (id bigint, name nvarchar(75), shortName nvarchar(75), webSite nvarchar(255));

INSERT INTO @asked (Id, Name, ShortName, WebSite, Discriminator)
SELECT id, name, shortName, webSite, 'edfi.School'
  FROM OPENJSON(@parameters, '$."education-organizations".schools')
  WITH (id bigint, name nvarchar(75), shortName nvarchar(75), webSite nvarchar(255));

UPDATE organization
   SET NameOfInstitution = asked.Name,
       ShortNameOfInstitution = COALESCE(asked.ShortName, organization.ShortNameOfInstitution),
       WebSite = COALESCE(asked.WebSite, organization.WebSite),
       LastModifiedDate = SYSUTCDATETIME()
  FROM edfi.EducationOrganization AS organization
  JOIN @asked AS asked
    ON asked.Id = organization.EducationOrganizationId AND asked.Discriminator = organization.Discriminator;

INSERT INTO edfi.EducationOrganization
  (EducationOrganizationId, NameOfInstitution, ShortNameOfInstitution, WebSite, Discriminator, CreateDate, LastModifiedDate, Id)
SELECT Id, Name, ShortName, WebSite, Discriminator, SYSUTCDATETIME(), SYSUTCDATETIME(), NEWID()
  FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY Id ORDER BY Discriminator) AS Place FROM @asked) AS asked
 WHERE Place = 1
   AND NOT EXISTS (SELECT 1 FROM edfi.EducationOrganization AS there WHERE there.EducationOrganizationId = asked.Id);
