-- A district with three schools, its service center and its state agency, all invented. Everything below comes from
-- generate_series and arithmetic: two builds differ in nothing but the Id columns and the time of day.
INSERT INTO edfi.educationorganization
  (educationorganizationid, nameofinstitution, shortnameofinstitution, website, operationalstatusdescriptorid, discriminator)
SELECT id, name, short, 'https://' || lower(replace(short, ' ', '-')) || '.example.org',
       sample_build.descriptorid('OperationalStatus', 'Active'), discriminator
  FROM (VALUES
    (255900, 'Cedar Hollow State Education Agency', 'CHSEA', 'edfi.StateEducationAgency'),
    (255950, 'Region 99 Education Service Center', 'ESC 99', 'edfi.EducationServiceCenter'),
    (255901, 'Cedar Hollow Independent School District', 'CHISD', 'edfi.LocalEducationAgency'),
    (255901001, 'Cedar Hollow High School', 'CHHS', 'edfi.School'),
    (255901044, 'Heron Creek Middle School', 'HCMS', 'edfi.School'),
    (255901107, 'Juniper Elementary School', 'JES', 'edfi.School')
  ) AS organization (id, name, short, discriminator);

INSERT INTO edfi.stateeducationagency VALUES (255900);
INSERT INTO edfi.educationservicecenter VALUES (255950, 255900);
INSERT INTO edfi.localeducationagency
  (localeducationagencyid, educationservicecenterid, stateeducationagencyid, localeducationagencycategorydescriptorid, charterstatusdescriptorid)
VALUES (255901, 255950, 255900, sample_build.descriptorid('LocalEducationAgencyCategory', 'Independent'),
  sample_build.descriptorid('CharterStatus', 'Not a Charter School'));
INSERT INTO edfi.school (schoolid, localeducationagencyid, schooltypedescriptorid, administrativefundingcontroldescriptorid)
SELECT id, 255901, sample_build.descriptorid('SchoolType', 'Regular'),
       sample_build.descriptorid('AdministrativeFundingControl', 'Public School')
  FROM unnest(ARRAY[255901001, 255901044, 255901107]) AS id;

INSERT INTO edfi.educationorganizationcategory (educationorganizationid, educationorganizationcategorydescriptorid)
SELECT educationorganizationid,
       sample_build.descriptorid('EducationOrganizationCategory',
         trim(regexp_replace(split_part(discriminator, '.', 2), '([A-Z])', ' \1', 'g')))
  FROM edfi.educationorganization;

INSERT INTO edfi.educationorganizationaddress
  (educationorganizationid, addresstypedescriptorid, city, postalcode, stateabbreviationdescriptorid, streetnumbername, nameofcounty)
SELECT educationorganizationid, sample_build.descriptorid('AddressType', 'Physical'), 'Cedar Hollow', '73334',
       sample_build.descriptorid('StateAbbreviation', 'TX'), (educationorganizationid % 900 + 100) || ' Prairie Road', 'Williston'
  FROM edfi.educationorganization;

INSERT INTO edfi.educationorganizationidentificationcode
  (educationorganizationid, educationorganizationidentificationsystemdescriptorid, identificationcode)
SELECT educationorganizationid, sample_build.descriptorid('EducationOrganizationIdentificationSystem', 'SEA'), educationorganizationid::text
  FROM edfi.educationorganization;

INSERT INTO edfi.educationorganizationinstitutiontelephone
  (educationorganizationid, institutiontelephonenumbertypedescriptorid, telephonenumber)
SELECT educationorganizationid, sample_build.descriptorid('InstitutionTelephoneNumberType', 'Main'),
       '(555) 555-' || lpad((educationorganizationid % 10000)::text, 4, '0')
  FROM edfi.educationorganization;

-- The grades from kindergarten (0) to twelfth, and the school that teaches each.
CREATE TABLE sample_build.grade AS
SELECT position - 1 AS grade, sample_build.descriptorid('GradeLevel', level) AS gradeleveldescriptorid,
       CASE WHEN position <= 6 THEN 255901107 WHEN position <= 9 THEN 255901044 ELSE 255901001 END::bigint AS schoolid
  FROM unnest(ARRAY['Kindergarten', 'First grade', 'Second grade', 'Third grade', 'Fourth grade', 'Fifth grade', 'Sixth grade',
    'Seventh grade', 'Eighth grade', 'Ninth grade', 'Tenth grade', 'Eleventh grade', 'Twelfth grade']) WITH ORDINALITY AS l (level, position);

INSERT INTO edfi.schoolgradelevel (schoolid, gradeleveldescriptorid) SELECT schoolid, gradeleveldescriptorid FROM sample_build.grade;

INSERT INTO edfi.schoolcategory (schoolid, schoolcategorydescriptorid)
SELECT id, sample_build.descriptorid('SchoolCategory', category)
  FROM (VALUES (255901001, 'High School'), (255901044, 'Middle School'), (255901107, 'Elementary School')) AS s (id, category);
