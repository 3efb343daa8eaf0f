-- School years are named by the year in which they end: 2026 is 2025-2026.
INSERT INTO edfi.schoolyeartype (schoolyear, schoolyeardescription, currentschoolyear)
SELECT year, (year - 1) || '-' || year, false FROM generate_series(1991, 2050) AS year;

CREATE FUNCTION edfi.setcurrentschoolyear(newschoolyear integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM edfi.schoolyeartype WHERE schoolyear = newschoolyear) THEN
    RAISE EXCEPTION 'Specified school year does not exist.' USING ERRCODE = '50000';
  END IF;
  UPDATE edfi.schoolyeartype SET currentschoolyear = (schoolyear = newschoolyear)
   WHERE currentschoolyear <> (schoolyear = newschoolyear);
END $$;

-- Ed-Fi takes the year from the calendar; a sample stays the same whenever it is built.
SELECT edfi.setcurrentschoolyear(2026);
