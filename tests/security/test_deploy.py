"""`check --deploy` as an operator runs it: quiet in a production-like environment, loud about what is wrong."""

import secrets
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.live import server_environment

pytestmark = pytest.mark.django_db(transaction=True)

COMMAND = [sys.executable, "manage.py", "check", "--deploy", "--database", "default", "--fail-level", "WARNING"]
PRODUCTION = {"SECURE": "1", "ALLOWED_HOSTS": "coach.example.org", "SECRET_KEY": secrets.token_urlsafe(64), "DEBUG": "0"}


def check(**changes: str) -> tuple[int, str]:
    environment = server_environment(**{**PRODUCTION, **changes})
    done = subprocess.run(COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=90, check=False)
    return done.returncode, done.stdout + done.stderr


def test_it_has_nothing_to_say_about_production(db: None) -> None:
    code, said = check()
    assert code == 0, said
    assert "no issues" in said


def test_it_tells_all_wrong_settings_at_once(db: None) -> None:
    code, said = check(RATE_ASK="often", EMBEDDING_PROVIDER="remote", LLM_MODEL="some-model", SECURE="0")
    assert code != 0
    for name in ("aicoach.E002", "aicoach.E003", "aicoach.W001", "security.W008"):
        assert name in said, name


def test_it_refuses_the_owners_role_as_the_serving_one(db: None) -> None:
    code, said = check(DATABASE_URL=server_environment()["DATABASE_OWNER_URL"])
    assert code != 0
    assert "BYPASSRLS, it owns tables" in said
