-- What all organizations have in common. The date changes even where nothing else does: ODS/API tells by it that what
-- it keeps serialized is out of date, and the subtypes have no date of their own.
INSERT INTO edfi.educationorganization AS organization
  (educationorganizationid, nameofinstitution, shortnameofinstitution, website, discriminator, createdate, lastmodifieddate, id)
SELECT DISTINCT ON ((asked ->> 'id')::bigint)
       (asked ->> 'id')::bigint, asked ->> 'name', asked ->> 'shortName', asked ->> 'webSite', discriminator,
       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', gen_random_uuid()
  FROM (SELECT current_setting('tm.parameters')::jsonb -> 'education-organizations') AS parameters (p),
       LATERAL (
         SELECT p -> 'stateEducationAgency', 'edfi.StateEducationAgency'
         UNION ALL
         SELECT p -> 'localEducationAgency', 'edfi.LocalEducationAgency'
         UNION ALL
         SELECT school, 'edfi.School' FROM jsonb_array_elements(p -> 'schools') AS school
       ) AS organizations (asked, discriminator)
 WHERE asked ->> 'name' IS NOT NULL
 ORDER BY (asked ->> 'id')::bigint
ON CONFLICT (educationorganizationid) DO UPDATE
  SET nameofinstitution = excluded.nameofinstitution,
      shortnameofinstitution = coalesce(excluded.shortnameofinstitution, organization.shortnameofinstitution),
      website = coalesce(excluded.website, organization.website),
      lastmodifieddate = excluded.lastmodifieddate
  WHERE organization.discriminator = excluded.discriminator;
