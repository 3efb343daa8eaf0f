-- School year 2026: two sessions, four grading periods, four subjects in every grade with four sections each.
INSERT INTO edfi.calendar (calendarcode, schoolid, schoolyear, calendartypedescriptorid, discriminator)
SELECT schoolid || '-2026', schoolid, 2026, sample_build.descriptorid('CalendarType', 'School'), 'edfi.Calendar' FROM edfi.school;

INSERT INTO edfi.calendardate (calendarcode, date, schoolid, schoolyear, discriminator)
SELECT c.calendarcode, day::date, c.schoolid, c.schoolyear, 'edfi.CalendarDate'
  FROM edfi.calendar c CROSS JOIN generate_series(timestamp '2025-08-18', timestamp '2026-05-29', interval '1 day') AS day
 WHERE extract(isodow FROM day) <= 5;

INSERT INTO edfi.calendardatecalendarevent (calendarcode, date, schoolid, schoolyear, calendareventdescriptorid)
SELECT calendarcode, date, schoolid, schoolyear,
       sample_build.descriptorid('CalendarEvent',
         CASE WHEN date BETWEEN '2025-12-22' AND '2026-01-02' OR date BETWEEN '2025-11-26' AND '2025-11-28'
              THEN 'Holiday' ELSE 'Instructional day' END)
  FROM edfi.calendardate;

CREATE TABLE sample_build.term AS
SELECT * FROM (VALUES
  ('2025-2026 Fall Semester', 'Fall Semester', date '2025-08-18', date '2025-12-19'),
  ('2025-2026 Spring Semester', 'Spring Semester', date '2026-01-05', date '2026-05-29')
) AS t (sessionname, term, begindate, enddate);

INSERT INTO edfi.session (schoolid, schoolyear, sessionname, begindate, enddate, termdescriptorid, totalinstructionaldays, discriminator)
SELECT s.schoolid, 2026, t.sessionname, t.begindate, t.enddate, sample_build.descriptorid('Term', t.term), 88, 'edfi.Session'
  FROM edfi.school s CROSS JOIN sample_build.term t;

INSERT INTO edfi.gradingperiod (gradingperioddescriptorid, gradingperiodname, schoolid, schoolyear, begindate, enddate,
  periodsequence, totalinstructionaldays, discriminator)
SELECT sample_build.descriptorid('GradingPeriod', p.name), '2025-2026 ' || p.name, s.schoolid, 2026, p.begindate, p.enddate,
       p.sequence, 44, 'edfi.GradingPeriod'
  FROM edfi.school s
 CROSS JOIN (VALUES
   (1, 'First Nine Weeks', date '2025-08-18', date '2025-10-17'), (2, 'Second Nine Weeks', date '2025-10-20', date '2025-12-19'),
   (3, 'Third Nine Weeks', date '2026-01-05', date '2026-03-13'), (4, 'Fourth Nine Weeks', date '2026-03-16', date '2026-05-29')
 ) AS p (sequence, name, begindate, enddate);

INSERT INTO edfi.sessiongradingperiod (schoolid, schoolyear, sessionname, gradingperioddescriptorid, gradingperiodname)
SELECT s.schoolid, s.schoolyear, s.sessionname, p.gradingperioddescriptorid, p.gradingperiodname
  FROM edfi.session s JOIN edfi.gradingperiod p ON p.schoolid = s.schoolid AND p.begindate BETWEEN s.begindate AND s.enddate;

INSERT INTO edfi.classperiod (classperiodname, schoolid, officialattendanceperiod, discriminator)
SELECT 'Period ' || n, schoolid, n = 1, 'edfi.ClassPeriod' FROM edfi.school CROSS JOIN generate_series(1, 6) AS n;

INSERT INTO edfi.location (classroomidentificationcode, schoolid, maximumnumberofseats, discriminator)
SELECT (100 + n)::text, schoolid, 25, 'edfi.Location' FROM edfi.school CROSS JOIN generate_series(1, 12) AS n;

CREATE TABLE sample_build.subject AS
SELECT * FROM (VALUES (1, 'ELA', 'English Language Arts'), (2, 'MATH', 'Mathematics'), (3, 'SCI', 'Science'), (4, 'SOC', 'Social Studies'))
  AS s (position, code, title);

INSERT INTO edfi.course (coursecode, educationorganizationid, coursetitle, numberofparts, maximumavailablecredits,
  coursedefinedbydescriptorid, highschoolcourserequirement, discriminator)
SELECT s.code || '-' || lpad(g.grade::text, 2, '0'), 255901,
       s.title || CASE g.grade WHEN 0 THEN ', Kindergarten' ELSE ', Grade ' || g.grade END, 2, 1,
       sample_build.descriptorid('CourseDefinedBy', 'LEA'), g.grade >= 9, 'edfi.Course'
  FROM sample_build.subject s CROSS JOIN sample_build.grade g;

INSERT INTO edfi.courseidentificationcode (coursecode, educationorganizationid, courseidentificationsystemdescriptorid, identificationcode)
SELECT coursecode, educationorganizationid, sample_build.descriptorid('CourseIdentificationSystem', 'LEA course code'), coursecode
  FROM edfi.course;

INSERT INTO edfi.courseoffering (localcoursecode, schoolid, schoolyear, sessionname, coursecode, educationorganizationid, localcoursetitle, discriminator)
SELECT c.coursecode, g.schoolid, 2026, t.sessionname, c.coursecode, c.educationorganizationid, c.coursetitle, 'edfi.CourseOffering'
  FROM edfi.course c JOIN sample_build.grade g ON g.grade = right(c.coursecode, 2)::int CROSS JOIN sample_build.term t;

INSERT INTO edfi.section (localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, sectionname, availablecredits,
  locationclassroomidentificationcode, locationschoolid, educationalenvironmentdescriptorid, discriminator)
SELECT o.localcoursecode, o.schoolid, o.schoolyear, o.localcoursecode || '-' || n, o.sessionname, o.localcoursetitle || ' (' || n || ')', 0.5,
       (101 + (right(o.localcoursecode, 2)::int * 4 + n) % 12)::text, o.schoolid,
       sample_build.descriptorid('EducationalEnvironment', 'Classroom'), 'edfi.Section'
  FROM edfi.courseoffering o CROSS JOIN generate_series(1, 4) AS n;

INSERT INTO edfi.sectionclassperiod (localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, classperiodname)
SELECT localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname,
       'Period ' || (SELECT position FROM sample_build.subject WHERE code = split_part(localcoursecode, '-', 1))
  FROM edfi.section;

-- The teachers of a school take its sections in turn.
INSERT INTO edfi.staffsectionassociation (begindate, localcoursecode, schoolid, schoolyear, sectionidentifier, sessionname, staffusi,
  classroompositiondescriptorid, percentagecontribution, discriminator)
SELECT term.begindate, s.localcoursecode, s.schoolid, s.schoolyear, s.sectionidentifier, s.sessionname, t.staffusi,
       sample_build.descriptorid('ClassroomPosition', 'Teacher of Record'), 1, 'edfi.StaffSectionAssociation'
  FROM (SELECT *, row_number() OVER (PARTITION BY schoolid ORDER BY localcoursecode, sectionidentifier, sessionname) AS turn
          FROM edfi.section) AS s
  JOIN (SELECT staffusi, educationorganizationid, row_number() OVER (PARTITION BY educationorganizationid ORDER BY staffusi) - 1 AS seat,
               count(*) OVER (PARTITION BY educationorganizationid) AS seats
          FROM sample_build.position WHERE classification = 'Teacher') AS t
    ON t.educationorganizationid = s.schoolid AND s.turn % t.seats = t.seat
  JOIN sample_build.term USING (sessionname);
