SELECT 'current school year' AS name,
       CAST(CASE WHEN COUNT(*) = 1
                  AND MAX(SchoolYear) = CAST(JSON_VALUE(@parameters, '$."school-year".schoolYear') AS int)
                 THEN 1 ELSE 0 END AS bit) AS ok,
       CONCAT(COUNT(*), ' current school year(s), the last is ', COALESCE(MAX(SchoolYearDescription), 'none'), '.') AS detail
  FROM edfi.SchoolYearType
 WHERE CurrentSchoolYear = 1
