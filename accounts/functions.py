"""The SQL functions that policies call. STABLE, so that one statement evaluates them once; each with a fixed search_path.

They are made by the first migrations and kept here as text, so that a reader finds the whole rule in one place. A function
that must look behind the policies is SECURITY DEFINER, belongs to the owner role and is revoked from PUBLIC; the grant to the
app role comes with the owner's default privileges.
"""

FIRST_ID = "00000000-0000-0000-0000-000000000000"
LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


def setting(name: str) -> str:
    """The value of a setting of this transaction; NULL when nobody has set it ('' after an earlier transaction)."""
    return f"nullif(current_setting('app.{name}', true), '')"


def definer(signature: str, returns: str, body: str, *, volatility: str = "STABLE") -> str:
    """CREATE OR REPLACE of a function that runs with the owner's eyes and that only named roles may call."""
    return (
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} LANGUAGE sql {volatility} SECURITY DEFINER "
        f"SET search_path = pg_catalog, public AS $body$ {body} $body$; {only_app(_types(signature))}"
    )


def only_app(signature: str) -> str:
    """Take a function from everybody and give it to the app role, when that role exists by its usual name."""
    return (
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC; DO $grant$ BEGIN "
        "IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'aicoach_app') THEN "
        f"GRANT EXECUTE ON FUNCTION {signature} TO aicoach_app; END IF; END $grant$"
    )


def _types(signature: str) -> str:
    """`f(a uuid, b text)` -> `f(uuid, text)`."""
    name, _, rest = signature.partition("(")
    return f"{name}({', '.join(part.split()[-1] for part in rest.rstrip(')').split(',') if part.strip())})"


WHO_ACTS = f"""
CREATE FUNCTION app_user_id() RETURNS uuid LANGUAGE sql STABLE AS $body$ SELECT {setting("user_id")}::uuid $body$;
CREATE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE AS $body$ SELECT {setting("role")} $body$;
CREATE FUNCTION app_session_key() RETURNS text LANGUAGE sql STABLE AS $body$
    SELECT {setting("session_key")} WHERE app_role() = 'auth' $body$;
CREATE FUNCTION visible_from() RETURNS uuid LANGUAGE sql STABLE AS $body$
    SELECT CASE WHEN app_role() IN ('admin', 'system') THEN '{FIRST_ID}'::uuid
                WHEN app_role() IN ('learner', 'trainer') THEN app_user_id() END $body$;
CREATE FUNCTION visible_to() RETURNS uuid LANGUAGE sql STABLE AS $body$
    SELECT CASE WHEN app_role() IN ('admin', 'system') THEN '{LAST_ID}'::uuid
                WHEN app_role() IN ('learner', 'trainer') THEN app_user_id() END $body$;
CREATE FUNCTION known_from() RETURNS uuid LANGUAGE sql STABLE AS $body$
    SELECT CASE WHEN app_role() = 'auth' THEN app_user_id() ELSE visible_from() END $body$;
CREATE FUNCTION known_to() RETURNS uuid LANGUAGE sql STABLE AS $body$
    SELECT CASE WHEN app_role() = 'auth' THEN app_user_id() ELSE visible_to() END $body$
"""
DROP_WHO_ACTS = "; ".join(
    f"DROP FUNCTION {name}()"
    for name in ("known_to", "known_from", "visible_to", "visible_from", "app_session_key", "app_role", "app_user_id")
)


def _kept(name: str, returns: str, expression: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS {returns} LANGUAGE plpgsql STABLE PARALLEL SAFE "
        f"AS $body$ BEGIN RETURN {expression}; END $body$"
    )


def _bound(everything: str, *own: str) -> str:
    """One end of the range of ids that the actor may see: of all for those who see all, the own one for `own` roles."""
    roles = ", ".join(f"'{role}'" for role in own)
    return (
        f"CASE WHEN {setting('role')} IN ('admin', 'system') THEN '{everything}'::uuid "
        f"WHEN {setting('role')} IN ({roles}) THEN {setting('user_id')}::uuid END"
    )


# The same in PL/pgSQL, which keeps its plan. A function in SQL is parsed anew and worked into each statement that a policy is
# part of: half of what policies cost a small query.
WHO_ACTS_KEPT = ";\n".join(
    [
        _kept("app_user_id", "uuid", f"{setting('user_id')}::uuid"),
        _kept("app_role", "text", setting("role")),
        _kept("visible_from", "uuid", _bound(FIRST_ID, "learner", "trainer")),
        _kept("visible_to", "uuid", _bound(LAST_ID, "learner", "trainer")),
        _kept("known_from", "uuid", _bound(FIRST_ID, "learner", "trainer", "auth")),
        _kept("known_to", "uuid", _bound(LAST_ID, "learner", "trainer", "auth")),
    ]
)
WHO_ACTS_AGAIN = WHO_ACTS.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")

NO_LEARNERS_YET = definer("trained_learners()", "uuid[]", "SELECT '{}'::uuid[]")
DROP_NO_LEARNERS = "DROP FUNCTION trained_learners()"

SIGNING_IN = ";\n".join(
    [
        definer(
            "auth_session(key text)",
            "TABLE (session_data text, expire_date timestamptz, person users)",
            "SELECT s.session_data, s.expire_date, u FROM sessions s LEFT JOIN users u ON u.id = s.user_id "
            "WHERE s.session_key = key AND s.expire_date > now()",
        ),
        definer(
            "auth_user_id(address text)",
            "uuid",
            "SELECT id FROM users WHERE lower(email) = lower(address) AND is_active",
        ),
        definer(
            "auth_token(token_digest text)",
            "TABLE (token_id uuid, person users)",
            "WITH used AS (UPDATE personal_tokens SET last_used_at = now() WHERE digest = token_digest "
            "AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')) "
            "SELECT t.id, u FROM personal_tokens t JOIN users u ON u.id = t.user_id WHERE t.digest = token_digest "
            "AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()) AND u.is_active",
            volatility="VOLATILE",
        ),
    ]
)
DROP_SIGNING_IN = "DROP FUNCTION auth_session(text); DROP FUNCTION auth_user_id(text); DROP FUNCTION auth_token(text)"
