"""Files that describe how the application is run say the same as the code that runs."""

import re
import shlex

import pytest
import yaml

from config.embedded.places import CHECKOUT

PROCESSES = ("web", "worker", "beat")
OF_COMPOSE = {"SUPERUSER_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "REDIS_PASSWORD", "MAINTENANCE_PASSWORD", "PORT"}
OF_SCRIPTS = {"LISTEN", "WORKERS", "FAKE_LLM_PORT"}


def _documented() -> set[str]:
    return set(re.findall(r"^# ?([A-Z][A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))


def test_it_documents_every_setting_and_no_other():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (CHECKOUT / "config/settings.py").read_text()))
    assert read | {"DATABASE_URL"} == _documented() - OF_COMPOSE - OF_SCRIPTS


def test_it_documents_every_variable_of_compose_and_procfile():
    used = set(re.findall(r"\$\{([A-Z_]+)", (CHECKOUT / "compose.yaml").read_text() + (CHECKOUT / "Procfile").read_text()))
    assert used <= _documented()


@pytest.mark.parametrize("name", PROCESSES)
def test_it_runs_the_same_programs_under_honcho_and_compose(name):
    procfile = dict(line.split(": exec ", 1) for line in (CHECKOUT / "Procfile").read_text().splitlines())
    compose = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]
    here, there = shlex.split(procfile[name].removeprefix("nice -n 5 ")), shlex.split(compose[name]["command"])
    assert here[:5] == there[:5]
    assert [word for word in here if word.startswith("--")] == [word for word in there if word.startswith("--")]


def test_it_keeps_the_superuser_from_the_application():
    services = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]
    for name in PROCESSES:
        environment = services[name]["environment"]
        assert "DATABASE_OWNER_URL" not in environment
        assert environment["SUPERUSER_PASSWORD"] == environment["OWNER_PASSWORD"] == ""
