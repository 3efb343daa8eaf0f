-- Operational contexts: which descriptor of one organization means the same as which of another.
CREATE TABLE interop.operationalcontext (
  operationalcontexturi varchar(255) PRIMARY KEY,
  displayname varchar(100) NOT NULL,
  organizationname varchar(50),
  createdate timestamp NOT NULL DEFAULT current_timestamp,
  lastmodifieddate timestamp NOT NULL DEFAULT current_timestamp,
  id uuid NOT NULL DEFAULT gen_random_uuid()
);

CREATE TABLE interop.descriptorequivalencegroup (
  descriptorequivalencegroupid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  createdate timestamp NOT NULL DEFAULT current_timestamp,
  lastmodifieddate timestamp NOT NULL DEFAULT current_timestamp,
  id uuid NOT NULL DEFAULT gen_random_uuid()
);

CREATE TABLE interop.descriptorequivalencegroupassignment (
  descriptorid int PRIMARY KEY REFERENCES edfi.descriptor,
  descriptorequivalencegroupid uuid NOT NULL REFERENCES interop.descriptorequivalencegroup,
  createdate timestamp NOT NULL DEFAULT current_timestamp,
  lastmodifieddate timestamp NOT NULL DEFAULT current_timestamp,
  id uuid NOT NULL DEFAULT gen_random_uuid()
);

CREATE TABLE interop.operationalcontextdescriptorusage (
  operationalcontexturi varchar(255) REFERENCES interop.operationalcontext,
  descriptorid int REFERENCES edfi.descriptor,
  createdate timestamp NOT NULL DEFAULT current_timestamp,
  lastmodifieddate timestamp NOT NULL DEFAULT current_timestamp,
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  PRIMARY KEY (operationalcontexturi, descriptorid)
);

INSERT INTO interop.operationalcontext (operationalcontexturi, displayname, organizationname)
VALUES ('uri://ed-fi.org', 'Ed-Fi Default', 'Ed-Fi');
