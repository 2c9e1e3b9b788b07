"""The embedded servers start, are found, come back after a crash, and stay apart from each other."""

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import kombu
import psutil
import psycopg
import pytest
import redis

from config import embedded
from config.embedded import in_use, places, postgres, redis_server
from config.embedded.leftovers import runs, wait_for_end
from config.embedded.places import CHECKOUT, SOCKET_NAME, Places
from tests.embedded.conftest import needs_root


def _postmaster(here: Places) -> psutil.Process:
    return psutil.Process(int((here.cluster / "postmaster.pid").read_text().split()[0]))


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_starts_what_the_settings_and_celery_can_use(here, connect):
    addresses = embedded.ensure(here)
    for url, role in ((addresses.app_url, "aicoach_app"), (addresses.owner_url, "aicoach_owner")):
        with connect(url) as connection:
            assert connection.execute("SELECT current_user, current_database()").fetchone() == (role, "aicoach")
    assert redis.Redis.from_url(addresses.redis_url).ping()
    with kombu.Connection(addresses.broker_url) as broker:
        broker.ensure_connection(max_retries=1)
    assert embedded.status(here) == embedded.Status(postgres=True, redis=True)


def test_it_is_postgresql_18_with_a_recent_pgvector(here, connect):
    with connect(embedded.ensure(here).owner_url) as owner:
        assert owner.info.server_version >= 180000
        version = owner.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()[0]
        assert tuple(map(int, version.split("."))) >= (0, 8, 5)


def test_it_finds_running_servers_at_once(here):
    first = embedded.ensure(here)
    started = time.perf_counter()
    assert embedded.ensure(here) == first
    assert time.perf_counter() - started < 0.1


def test_it_keeps_secrets_and_data_to_one_user(here):
    embedded.ensure(here)
    assert _mode(here.secrets) == 0o600
    assert _mode(here.postgres) == _mode(here.cluster) == _mode(here.redis) == _mode(places.socket_folder(here)) == 0o700
    assert not _mode(here.data) & 0o066
    assert len(embedded.secret_key(here)) >= 50
    assert embedded.secret_key(here) not in repr(embedded.read_or_make_secrets(here))


def test_it_lets_nobody_in_without_the_password(here):
    addresses = embedded.ensure(here)
    for role in ("postgres", "aicoach_owner", "aicoach_app"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(places.socket_folder(here)), user=role, dbname="aicoach", password="guess")
    port = redis.Redis.from_url(addresses.redis_url).connection_pool.connection_kwargs["port"]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()


def test_it_listens_on_no_network_address(here):
    embedded.ensure(here)
    tree = [_postmaster(here), *_postmaster(here).children(recursive=True)]
    assert not [found for process in tree for found in process.net_connections("inet")]
    listening = [found for found in redis_server._process(here).net_connections("inet") if found.status == "LISTEN"]
    assert {found.laddr.ip for found in listening} == {"127.0.0.1"}


def test_it_starts_again_after_a_kill_and_keeps_what_was_committed(here, connect):
    with connect(embedded.ensure(here).owner_url) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        victim = _postmaster(here)
        victim.send_signal(signal.SIGKILL)
    redis_server._process(here).kill()
    assert not wait_for_end([victim], 5)
    assert (here.cluster / "postmaster.pid").exists()
    with connect(embedded.ensure(here).owner_url) as owner:
        assert owner.execute("SELECT answer FROM kept").fetchone() == (42,)
    assert embedded.status(here) == embedded.Status(postgres=True, redis=True)


def test_it_starts_although_another_program_has_the_old_process_id(here):
    embedded.ensure(here)
    stale = (here.cluster / "postmaster.pid").read_text().splitlines()
    victim = _postmaster(here)
    victim.kill()
    assert not wait_for_end([victim], 5)
    redis_server.stop(here)
    with subprocess.Popen(["sleep", "60"], **places.runner().identity) as other:
        (here.cluster / "postmaster.pid").write_text("\n".join([str(other.pid), *stale[1:]]) + "\n")
        embedded.ensure(here)
        assert _postmaster(here).pid != other.pid
        assert other.poll() is None
        other.kill()


def test_it_starts_again_when_its_socket_was_deleted(here):
    embedded.ensure(here)
    before = _postmaster(here)
    (places.socket_folder(here) / SOCKET_NAME).unlink()
    embedded.ensure(here)
    assert not runs(before)
    assert postgres.is_up(here)


def _ensure(data: str) -> None:
    embedded.ensure(Places(Path(data)))


def test_it_starts_once_when_four_commands_ask_at_the_same_moment(here):
    context = multiprocessing.get_context("spawn")
    commands = [context.Process(target=_ensure, args=(str(here.data),)) for _ in range(4)]
    for command in commands:
        command.start()
    for command in commands:
        command.join(60)
    assert [command.exitcode for command in commands] == [0, 0, 0, 0]
    assert embedded.status(here) == embedded.Status(postgres=True, redis=True)
    servers = [found for found in psutil.process_iter(["cmdline"]) if str(here.cluster) in (found.info["cmdline"] or [])]
    assert len(servers) == 1


def test_it_runs_two_checkouts_side_by_side(new_place, connect):
    one, other = (embedded.ensure(new_place(name)) for name in ("one", "other"))
    assert one.redis_url != other.redis_url
    with connect(one.owner_url) as owner:
        owner.execute("CREATE TABLE only_here (id int)")
    with connect(other.owner_url) as owner:
        assert owner.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_it_keeps_the_socket_short_in_a_deep_folder_with_odd_letters(new_place, connect):
    deep = new_place("/".join(["a rather long name of a folder, it's ö+%41"] * 3))
    address = embedded.ensure(deep).app_url
    assert len(os.fsencode(places.socket_folder(deep) / SOCKET_NAME)) <= 103
    with connect(address) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    assert embedded.stop(deep)
    assert not places.socket_folder(deep).exists()


def test_it_accepts_odd_letters_in_the_path_of_the_socket(new_place, connect):
    here = new_place("Ada's ö+%41 &?")
    with connect(embedded.ensure(here).app_url) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)


ANOTHER = """
    import sys, time
    from pathlib import Path
    from config import embedded
    embedded.ensure(embedded.Places(Path(sys.argv[1])))
    print("up", flush=True)
    time.sleep(60)
"""


def test_it_stops_only_when_no_other_command_uses_the_servers(here):
    embedded.ensure(here)
    server = _postmaster(here)
    command = [sys.executable, "-c", textwrap.dedent(ANOTHER), str(here.data)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"up\n"
        assert not embedded.stop(here)
        assert runs(server)
        other.kill()
    assert embedded.stop(here)
    assert not runs(server)
    assert embedded.status(here) == embedded.Status(postgres=False, redis=False)


def test_it_leaves_a_redis_of_the_environment_alone(here, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://cache.example.org:6379/3")
    assert embedded.ensure(here).redis_url == "redis://cache.example.org:6379/3"
    assert not embedded.status(here).redis


@needs_root
def test_it_runs_postgresql_as_nobody_when_started_by_root(here):
    embedded.ensure(here)
    assert set(_postmaster(here).uids()) == {places.runner().uid}
    assert places.runner().uid != 0


@needs_root
def test_it_serves_root_from_a_folder_closed_to_others(new_place, connect, monkeypatch):
    monkeypatch.setattr(postgres, "programs", postgres.programs.__wrapped__)
    monkeypatch.setattr(places, "can_reach", lambda folder: str(folder).startswith(str(places.OUTSIDE)))
    here = new_place("closed/var")
    here.data.mkdir(parents=True)
    here.data.parent.chmod(0o700)
    with connect(embedded.ensure(here).app_url) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    assert here.postgres.is_symlink()
    assert _mode(here.data.parent) == 0o700
    assert places.OUTSIDE in Path(_postmaster(here).exe()).parents


def test_it_says_so_when_the_folder_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(places.EmbeddedError, match="AICOACH_DATA"):
        embedded.ensure(Places(tmp_path / "file" / "var"))


def test_it_says_so_when_the_secrets_of_a_cluster_are_gone(here):
    embedded.ensure(here)
    kept = here.secrets.rename(here.data / "kept")
    with pytest.raises(places.EmbeddedError, match=r"secrets.json is gone"):
        embedded.ensure(here)
    kept.rename(here.secrets)
    assert embedded.ensure(here)


ORDINARY = """
    import os, sys
    from pathlib import Path
    import encodings.idna, getpass, psycopg, stringprep
    from config import embedded
    from config.embedded.places import Places
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    here = Places(Path(sys.argv[1]))
    embedded.ensure(here)
    print(embedded.status(here), here.cluster.stat().st_uid)
    assert embedded.stop(here)
"""


@needs_root
def test_it_runs_for_an_ordinary_user(new_place):
    home = new_place("home").data
    home.mkdir()
    os.chown(home, 65534, 65534)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ORDINARY), str(home / "var")],
        cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "Status(postgres=True, redis=True) 65534", done.stderr


def test_it_says_whose_folder_it_is_when_it_may_not_use_it(here):
    embedded.ensure(here)
    embedded.stop(here)
    in_use.release(here)
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    os.chown(here.redis, 12345, 12345)
    with pytest.raises(places.EmbeddedError, match="another user"):
        embedded.ensure(here)
