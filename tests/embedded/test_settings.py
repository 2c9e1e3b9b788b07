"""With addresses in the environment the settings use those servers, and start none."""

import json
import os
import subprocess
import sys

from config.embedded.places import CHECKOUT

ASK = "import json; from config import settings as s; print(json.dumps([s.DATABASES, s.CELERY_BROKER_URL, s.EMBEDDED]))"


def _settings(tmp_path, **environment):
    known = {"PATH": os.environ["PATH"], "AICOACH_DATA": str(tmp_path / "var"), "SECRET_KEY": "k" * 60}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=known | environment, cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_it_uses_real_servers_and_starts_none(tmp_path):
    databases, broker, embedded = _settings(
        tmp_path,
        DATABASE_URL="postgres://aicoach_app:p%40ss@db.example.org:6432/coach?sslmode=verify-full&target_session_attrs=read-write",
        DATABASE_OWNER_URL="postgres://aicoach_owner:word@db.example.org/coach?sslmode=verify-full",
        REDIS_URL="redis://cache.example.org/2",
    )
    app, owner = databases["default"], databases["owner"]
    assert (app["USER"], app["PASSWORD"], app["HOST"], app["PORT"]) == ("aicoach_app", "p@ss", "db.example.org", 6432)
    assert app["OPTIONS"]["sslmode"] == owner["OPTIONS"]["sslmode"] == "verify-full"
    assert (owner["USER"], broker, embedded) == ("aicoach_owner", "redis://cache.example.org/2", False)
    assert not (tmp_path / "var" / "secrets.json").exists()
