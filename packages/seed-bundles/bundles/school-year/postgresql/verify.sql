SELECT 'current school year' AS name,
       coalesce(array_agg(year.schoolyear::int) = array[asked.schoolyear], false) AS ok,
       coalesce('The current school year is ' || string_agg(year.schoolyeardescription, ' and '), 'No school year is current')
         || '.' AS detail
  FROM (SELECT (current_setting('tm.parameters')::jsonb #>> '{school-year,schoolYear}')::int) AS asked (schoolyear)
  LEFT JOIN edfi.schoolyeartype year ON year.currentschoolyear
 GROUP BY asked.schoolyear
