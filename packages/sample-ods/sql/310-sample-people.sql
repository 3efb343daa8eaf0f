-- 1,000 students (77 a grade, one fewer in the twelfth), 80 staff, and one or two contacts per student.
INSERT INTO edfi.student (studentuniqueid, firstname, lastsurname, birthdate, birthcity, birthsexdescriptorid,
  birthstateabbreviationdescriptorid, birthcountrydescriptorid, discriminator)
SELECT (604000 + n)::text, first[1 + n % 20], last[1 + n % 23],
       make_date(2020 - (n - 1) % 13, 1 + n % 8, 1 + n % 28), 'Cedar Hollow',
       sample_build.descriptorid('Sex', CASE n % 2 WHEN 0 THEN 'Female' ELSE 'Male' END),
       sample_build.descriptorid('StateAbbreviation', 'TX'), sample_build.descriptorid('Country', 'US'), 'edfi.Student'
  FROM generate_series(1, 1000) AS n
 CROSS JOIN (SELECT
   ARRAY['Avery', 'Blake', 'Casey', 'Dana', 'Ellis', 'Frankie', 'Grey', 'Harper', 'Indigo', 'Jordan', 'Kai', 'Logan', 'Morgan',
     'Noel', 'Oakley', 'Parker', 'Quinn', 'Riley', 'Sage', 'Taylor'] AS first,
   ARRAY['Abbott', 'Barros', 'Chen', 'Dvorak', 'Eriksen', 'Fuentes', 'Garrity', 'Haddad', 'Ibarra', 'Jansen', 'Kowalski', 'Lindqvist',
     'Mbeki', 'Nakamura', 'Okafor', 'Petrov', 'Quintero', 'Rosales', 'Singh', 'Tran', 'Underhill', 'Vasquez', 'Whitaker'] AS last) AS names;

INSERT INTO edfi.staff (staffuniqueid, firstname, lastsurname, birthdate, sexdescriptorid, highestcompletedlevelofeducationdescriptorid,
  yearsofpriorteachingexperience, loginid, discriminator)
SELECT (207200 + n)::text, first[1 + n % 11], last[1 + n % 13], make_date(1962 + n % 38, 1 + n % 12, 1 + n % 28),
       sample_build.descriptorid('Sex', CASE n % 2 WHEN 0 THEN 'Female' ELSE 'Male' END),
       sample_build.descriptorid('LevelOfEducation', CASE n % 3 WHEN 0 THEN 'Master''s' ELSE 'Bachelor''s' END),
       n % 25, 'staff' || n, 'edfi.Staff'
  FROM generate_series(1, 80) AS n
 CROSS JOIN (SELECT
   ARRAY['Alma', 'Bruno', 'Clara', 'Dario', 'Edith', 'Felix', 'Greta', 'Hugo', 'Irene', 'Jonas', 'Karin'] AS first,
   ARRAY['Ashford', 'Bell', 'Castillo', 'Dietrich', 'Espinoza', 'Fairbanks', 'Greene', 'Holloway', 'Iyer', 'Juarez', 'Keller', 'Lowe',
     'Moreno'] AS last) AS names;

-- Four in the district's office, a principal and an assistant per school, the rest (1 in 3 each) teach.
CREATE TABLE sample_build.position AS
SELECT staffusi, n, CASE WHEN n <= 4 THEN 255901 ELSE schools[1 + n % 3] END AS educationorganizationid,
       CASE WHEN n = 1 THEN 'Superintendent' WHEN n <= 4 THEN 'Support Services Staff'
            WHEN n <= 7 THEN 'Principal' WHEN n <= 10 THEN 'Assistant Principal' ELSE 'Teacher' END AS classification
  FROM (SELECT staffusi, staffuniqueid::int - 207200 AS n FROM edfi.staff) AS s
 CROSS JOIN (SELECT ARRAY[255901001, 255901044, 255901107]::bigint[] AS schools) AS o;

INSERT INTO edfi.staffeducationorganizationemploymentassociation
  (educationorganizationid, employmentstatusdescriptorid, hiredate, staffusi, fulltimeequivalency, discriminator)
SELECT 255901, sample_build.descriptorid('EmploymentStatus', 'Tenured or permanent'), make_date(2005 + n % 20, 8, 1), staffusi, 1,
       'edfi.StaffEducationOrganizationEmploymentAssociation'
  FROM sample_build.position;

INSERT INTO edfi.staffeducationorganizationassignmentassociation
  (begindate, educationorganizationid, staffclassificationdescriptorid, staffusi, positiontitle, discriminator)
SELECT make_date(2005 + n % 20, 8, 15), educationorganizationid, sample_build.descriptorid('StaffClassification', classification),
       staffusi, classification, 'edfi.StaffEducationOrganizationAssignmentAssociation'
  FROM sample_build.position;

-- What the rest of the sample needs to know of a student. Every 25th leaves in January; every 50th of them comes back.
CREATE TABLE sample_build.pupil AS
SELECT s.studentusi, s.n, g.grade, g.gradeleveldescriptorid, g.schoolid, s.n % 25 = 0 AS leaves, s.n % 50 = 0 AS returns
  FROM (SELECT studentusi, studentuniqueid::int - 604000 AS n FROM edfi.student) AS s
  JOIN sample_build.grade g ON g.grade = (s.n - 1) % 13;

INSERT INTO edfi.contact (contactuniqueid, firstname, lastsurname, sexdescriptorid, discriminator)
SELECT (778000 + 2 * p.n + k)::text, CASE k WHEN 0 THEN 'Marta' ELSE 'Pavel' END, s.lastsurname,
       sample_build.descriptorid('Sex', CASE k WHEN 0 THEN 'Female' ELSE 'Male' END), 'edfi.Contact'
  FROM sample_build.pupil p JOIN edfi.student s USING (studentusi) CROSS JOIN generate_series(0, 1) AS k
 WHERE k = 0 OR p.n % 2 = 0
 ORDER BY p.n, k;

INSERT INTO edfi.studentcontactassociation (contactusi, studentusi, primarycontactstatus, liveswith, emergencycontactstatus,
  contactpriority, relationdescriptorid, discriminator)
SELECT c.contactusi, p.studentusi, k = 0, true, true, k + 1,
       sample_build.descriptorid('Relation', CASE k WHEN 0 THEN 'Mother' ELSE 'Father' END), 'edfi.StudentContactAssociation'
  FROM (SELECT contactusi, (contactuniqueid::int - 778000) / 2 AS n, contactuniqueid::int % 2 AS k FROM edfi.contact) AS c
  JOIN sample_build.pupil p USING (n);

INSERT INTO edfi.studenteducationorganizationassociation
  (educationorganizationid, studentusi, sexdescriptorid, hispaniclatinoethnicity, limitedenglishproficiencydescriptorid, discriminator)
SELECT 255901, studentusi, sample_build.descriptorid('Sex', CASE n % 2 WHEN 0 THEN 'Female' ELSE 'Male' END), n % 3 = 0,
       sample_build.descriptorid('LimitedEnglishProficiency', CASE n % 12 WHEN 0 THEN 'Limited' ELSE 'NotLimited' END),
       'edfi.StudentEducationOrganizationAssociation'
  FROM sample_build.pupil;
