-- Exactly one year is the current one.
DECLARE @schoolYear int = CAST(JSON_VALUE(@parameters, '$."school-year".schoolYear') AS int);

UPDATE edfi.SchoolYearType
   SET CurrentSchoolYear = CASE WHEN SchoolYear = @schoolYear THEN 1 ELSE 0 END, LastModifiedDate = SYSUTCDATETIME()
 WHERE CurrentSchoolYear <> CASE WHEN SchoolYear = @schoolYear THEN 1 ELSE 0 END;
