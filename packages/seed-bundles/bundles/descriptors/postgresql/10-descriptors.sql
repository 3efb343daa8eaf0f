-- The kind is the last part of the namespace; each kind has a table of its own beside edfi.descriptor.
DO $$
DECLARE
  asked record;
  kind text;
  kindtable regclass;
  keycolumn text;
  newid int;
BEGIN
  FOR asked IN
    SELECT * FROM jsonb_to_recordset(current_setting('tm.parameters')::jsonb #> '{descriptors,descriptors}')
        AS d (namespace text, "codeValue" text, "shortDescription" text, description text)
  LOOP
    kind := substring(asked.namespace FROM '[^/]+$');
    kindtable := to_regclass(format('edfi.%I', lower(kind)));
    IF kindtable IS NULL THEN
      RAISE EXCEPTION 'This ODS has no descriptors of the kind "%".', kind;
    END IF;

    INSERT INTO edfi.descriptor AS d
      (namespace, codevalue, shortdescription, description, discriminator, createdate, lastmodifieddate, id)
    VALUES
      (asked.namespace, asked."codeValue", coalesce(asked."shortDescription", asked."codeValue"), asked.description,
       'edfi.' || kind, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', gen_random_uuid())
    ON CONFLICT (namespace, codevalue) DO UPDATE
      SET shortdescription = coalesce(asked."shortDescription", d.shortdescription),
          description = coalesce(asked.description, d.description),
          lastmodifieddate = excluded.lastmodifieddate
      WHERE (d.shortdescription, d.description) IS DISTINCT FROM
            (coalesce(asked."shortDescription", d.shortdescription), coalesce(asked.description, d.description));

    SELECT d.descriptorid INTO STRICT newid FROM edfi.descriptor d
     WHERE d.namespace = asked.namespace AND d.codevalue = asked."codeValue";
    SELECT attname INTO STRICT keycolumn FROM pg_attribute WHERE attrelid = kindtable AND attnum = 1;
    EXECUTE format('INSERT INTO %s (%I) VALUES ($1) ON CONFLICT DO NOTHING', kindtable, keycolumn) USING newid;
  END LOOP;
END $$;
