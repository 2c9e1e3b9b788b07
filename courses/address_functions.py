"""The trigger that keeps a course's address when it gets another one, whatever code or hand changes it."""

KEEPING = """
CREATE OR REPLACE FUNCTION keep_former_address() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $body$ BEGIN
    INSERT INTO course_former_addresses (slug, course_id) VALUES (OLD.slug, NEW.id)
        ON CONFLICT (slug) DO UPDATE SET course_id = EXCLUDED.course_id, created_at = now();
    DELETE FROM course_former_addresses WHERE slug = NEW.slug AND course_id = NEW.id;
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION keep_former_address() FROM PUBLIC;
CREATE TRIGGER courses_keep_address AFTER UPDATE OF slug ON courses
   FOR EACH ROW WHEN (OLD.slug IS DISTINCT FROM NEW.slug) EXECUTE FUNCTION keep_former_address()
"""
DROP_KEEPING = "DROP TRIGGER courses_keep_address ON courses; DROP FUNCTION keep_former_address()"
