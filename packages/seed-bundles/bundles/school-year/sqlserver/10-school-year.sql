-- Adds the year where it is missing. SetCurrentSchoolYear, which most ODS have, does not do that.
DECLARE @schoolYear int = CAST(JSON_VALUE(@parameters, '$."school-year".schoolYear') AS int);
DECLARE @description nvarchar(50) = JSON_VALUE(@parameters, '$."school-year".description');

INSERT INTO edfi.SchoolYearType (SchoolYear, SchoolYearDescription, CurrentSchoolYear, CreateDate, LastModifiedDate, Id)
SELECT @schoolYear, COALESCE(@description, CONCAT(@schoolYear - 1, '-', @schoolYear)), 0, SYSUTCDATETIME(), SYSUTCDATETIME(), NEWID()
 WHERE NOT EXISTS (SELECT 1 FROM edfi.SchoolYearType WHERE SchoolYear = @schoolYear);

UPDATE edfi.SchoolYearType
   SET SchoolYearDescription = @description, LastModifiedDate = SYSUTCDATETIME()
 WHERE SchoolYear = @schoolYear AND SchoolYearDescription <> @description;
