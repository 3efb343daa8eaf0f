SELECT 'education organization ' || asked.id AS name,
       coalesce(organization.discriminator = asked.discriminator
         AND organization.nameofinstitution = asked.name
         AND asked.subtype IS NOT NULL AND asked.isbelow, false) AS ok,
       CASE
         WHEN organization.educationorganizationid IS NULL THEN asked.id || ' does not exist, and no name was given.'
         WHEN organization.discriminator IS DISTINCT FROM asked.discriminator
           THEN asked.id || ' was asked for as ' || asked.discriminator || ', but is '
             || coalesce(organization.discriminator, 'of no known kind') || '.'
         WHEN asked.name <> organization.nameofinstitution
           THEN asked.id || ' is called "' || organization.nameofinstitution || '": it was asked for twice.'
         WHEN asked.subtype IS NULL THEN asked.id || ' is not in the table of its kind.'
         WHEN NOT asked.isbelow THEN asked.id || ' is missing from the authorization of ODS/API.'
         ELSE asked.id || ' is "' || organization.nameofinstitution || '", ' || organization.discriminator || '.'
       END AS detail
  FROM (
    SELECT agency.id, agency.discriminator, coalesce(agency.name, own.nameofinstitution), subtype.id,
           EXISTS (
             SELECT FROM auth.educationorganizationidtoeducationorganizationid below
              WHERE below.sourceeducationorganizationid = coalesce(agency.above, agency.id)
                AND below.targeteducationorganizationid = agency.id)
      FROM (SELECT current_setting('tm.parameters')::jsonb -> 'education-organizations') AS parameters (p),
           LATERAL (
             SELECT (p #>> '{stateEducationAgency,id}')::bigint, 'edfi.StateEducationAgency',
                    p #>> '{stateEducationAgency,name}', NULL::bigint
             UNION ALL
             SELECT (p #>> '{localEducationAgency,id}')::bigint, 'edfi.LocalEducationAgency',
                    p #>> '{localEducationAgency,name}', (p #>> '{stateEducationAgency,id}')::bigint
             UNION ALL
             SELECT (school ->> 'id')::bigint, 'edfi.School', school ->> 'name',
                    (p #>> '{localEducationAgency,id}')::bigint
               FROM jsonb_array_elements(p -> 'schools') AS school
           ) AS agency (id, discriminator, name, above)
      LEFT JOIN edfi.educationorganization own ON own.educationorganizationid = agency.id
      LEFT JOIN LATERAL (
        SELECT stateeducationagencyid FROM edfi.stateeducationagency
         WHERE stateeducationagencyid = agency.id AND agency.discriminator = 'edfi.StateEducationAgency'
        UNION ALL
        SELECT localeducationagencyid FROM edfi.localeducationagency
         WHERE localeducationagencyid = agency.id AND agency.discriminator = 'edfi.LocalEducationAgency'
        UNION ALL
        SELECT schoolid FROM edfi.school WHERE schoolid = agency.id AND agency.discriminator = 'edfi.School'
      ) AS subtype (id) ON true
     WHERE agency.id IS NOT NULL
  ) AS asked (id, discriminator, name, subtype, isbelow)
  LEFT JOIN edfi.educationorganization organization ON organization.educationorganizationid = asked.id
