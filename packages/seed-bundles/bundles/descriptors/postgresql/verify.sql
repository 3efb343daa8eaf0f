SELECT 'descriptors' AS name,
       count(*) = count(d.descriptorid) AS ok,
       CASE WHEN count(*) = count(d.descriptorid)
            THEN count(*) || ' descriptor(s) are there.'
            ELSE 'Missing, or of another kind: '
              || string_agg(asked.namespace || '#' || asked."codeValue", ', ') FILTER (WHERE d.descriptorid IS NULL) || '.'
       END AS detail
  FROM jsonb_to_recordset(current_setting('tm.parameters')::jsonb #> '{descriptors,descriptors}')
    AS asked (namespace text, "codeValue" text)
  LEFT JOIN edfi.descriptor d
    ON d.namespace = asked.namespace AND d.codevalue = asked."codeValue"
   AND d.discriminator = 'edfi.' || substring(asked.namespace FROM '[^/]+$')
