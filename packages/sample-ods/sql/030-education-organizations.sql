-- Education organizations. The subtypes share the id of their base row and have no Id, dates or discriminator of their own.
CREATE TABLE edfi.schoolyeartype (
  schoolyear smallint PRIMARY KEY,
  schoolyeardescription varchar(50) NOT NULL,
  currentschoolyear boolean NOT NULL,
  createdate timestamp NOT NULL DEFAULT (current_timestamp AT TIME ZONE 'UTC'),
  lastmodifieddate timestamp NOT NULL DEFAULT (current_timestamp AT TIME ZONE 'UTC'),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);

CREATE TABLE edfi.educationorganization (
  educationorganizationid bigint PRIMARY KEY,
  nameofinstitution varchar(75) NOT NULL,
  operationalstatusdescriptorid int REFERENCES edfi.operationalstatusdescriptor,
  shortnameofinstitution varchar(75),
  website varchar(255),
  LIKE sample_build.root INCLUDING DEFAULTS
);

CREATE TABLE edfi.educationorganizationcategory (
  educationorganizationid bigint REFERENCES edfi.educationorganization ON DELETE CASCADE,
  educationorganizationcategorydescriptorid int REFERENCES edfi.educationorganizationcategorydescriptor,
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, educationorganizationcategorydescriptorid)
);

CREATE TABLE edfi.educationorganizationaddress (
  educationorganizationid bigint REFERENCES edfi.educationorganization ON DELETE CASCADE,
  addresstypedescriptorid int REFERENCES edfi.addresstypedescriptor,
  city varchar(30),
  postalcode varchar(17),
  stateabbreviationdescriptorid int REFERENCES edfi.stateabbreviationdescriptor,
  streetnumbername varchar(150),
  apartmentroomsuitenumber varchar(50),
  buildingsitenumber varchar(20),
  congressionaldistrict varchar(30),
  countyfipscode varchar(5),
  donotpublishindicator boolean,
  latitude varchar(20),
  localedescriptorid int REFERENCES edfi.localedescriptor,
  longitude varchar(20),
  nameofcounty varchar(30),
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, addresstypedescriptorid, city, postalcode, stateabbreviationdescriptorid, streetnumbername)
);

CREATE TABLE edfi.educationorganizationidentificationcode (
  educationorganizationid bigint REFERENCES edfi.educationorganization ON DELETE CASCADE,
  educationorganizationidentificationsystemdescriptorid int REFERENCES edfi.educationorganizationidentificationsystemdescriptor,
  identificationcode varchar(60) NOT NULL,
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, educationorganizationidentificationsystemdescriptorid)
);

CREATE TABLE edfi.educationorganizationinstitutiontelephone (
  educationorganizationid bigint REFERENCES edfi.educationorganization ON DELETE CASCADE,
  institutiontelephonenumbertypedescriptorid int REFERENCES edfi.institutiontelephonenumbertypedescriptor,
  telephonenumber varchar(24) NOT NULL,
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (educationorganizationid, institutiontelephonenumbertypedescriptorid)
);

CREATE TABLE edfi.stateeducationagency (
  stateeducationagencyid bigint PRIMARY KEY REFERENCES edfi.educationorganization ON DELETE CASCADE
);

CREATE TABLE edfi.educationservicecenter (
  educationservicecenterid bigint PRIMARY KEY REFERENCES edfi.educationorganization ON DELETE CASCADE,
  stateeducationagencyid bigint REFERENCES edfi.stateeducationagency
);

CREATE TABLE edfi.localeducationagency (
  localeducationagencyid bigint PRIMARY KEY REFERENCES edfi.educationorganization ON DELETE CASCADE,
  charterstatusdescriptorid int REFERENCES edfi.charterstatusdescriptor,
  educationservicecenterid bigint REFERENCES edfi.educationservicecenter,
  localeducationagencycategorydescriptorid int NOT NULL REFERENCES edfi.localeducationagencycategorydescriptor,
  parentlocaleducationagencyid bigint REFERENCES edfi.localeducationagency,
  stateeducationagencyid bigint REFERENCES edfi.stateeducationagency
);

CREATE TABLE edfi.school (
  schoolid bigint PRIMARY KEY REFERENCES edfi.educationorganization ON DELETE CASCADE,
  administrativefundingcontroldescriptorid int REFERENCES edfi.administrativefundingcontroldescriptor,
  charterapprovalschoolyear smallint REFERENCES edfi.schoolyeartype,
  charterstatusdescriptorid int REFERENCES edfi.charterstatusdescriptor,
  internetaccessdescriptorid int REFERENCES edfi.internetaccessdescriptor,
  localeducationagencyid bigint REFERENCES edfi.localeducationagency,
  schooltypedescriptorid int REFERENCES edfi.schooltypedescriptor,
  titleipartaschooldesignationdescriptorid int REFERENCES edfi.titleipartaschooldesignationdescriptor
);

CREATE TABLE edfi.schoolcategory (
  schoolid bigint REFERENCES edfi.school ON DELETE CASCADE,
  schoolcategorydescriptorid int REFERENCES edfi.schoolcategorydescriptor,
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (schoolid, schoolcategorydescriptorid)
);

CREATE TABLE edfi.schoolgradelevel (
  schoolid bigint REFERENCES edfi.school ON DELETE CASCADE,
  gradeleveldescriptorid int REFERENCES edfi.gradeleveldescriptor,
  LIKE sample_build.child INCLUDING DEFAULTS,
  PRIMARY KEY (schoolid, gradeleveldescriptorid)
);

CREATE TABLE edfi.educationorganizationnetwork (
  educationorganizationnetworkid bigint PRIMARY KEY REFERENCES edfi.educationorganization ON DELETE CASCADE,
  networkpurposedescriptorid int NOT NULL REFERENCES edfi.networkpurposedescriptor
);

CREATE TABLE edfi.organizationdepartment (
  organizationdepartmentid bigint PRIMARY KEY REFERENCES edfi.educationorganization ON DELETE CASCADE,
  academicsubjectdescriptorid int REFERENCES edfi.academicsubjectdescriptor,
  parenteducationorganizationid bigint REFERENCES edfi.educationorganization
);

CREATE TABLE edfi.postsecondaryinstitution (
  postsecondaryinstitutionid bigint PRIMARY KEY REFERENCES edfi.educationorganization ON DELETE CASCADE,
  administrativefundingcontroldescriptorid int REFERENCES edfi.administrativefundingcontroldescriptor,
  postsecondaryinstitutionleveldescriptorid int REFERENCES edfi.postsecondaryinstitutionleveldescriptor
);
