"""Another user of the machine gets nothing of a lab: no session, no file, no password."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from squall.core.errors import LabError
from squall.lab import private_directory
from squall.lab.private_directory import explain_full_disk, make_lab_directory
from squall.lab.providers.process import postgres_binaries
from squall.lab.providers.process.managed_process import ManagedProcess
from squall.lab.providers.process.postgres_binaries import Account
from squall.lab.providers.process.postgres_process import PostgresProcess
from squall.lab.providers.process.watchdog import Watchdog

OTHER = "nobody"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture
async def server() -> AsyncIterator[PostgresProcess]:
    """A server in a directory like that of a lab."""
    keeper = Watchdog()
    directory = make_lab_directory(postgres_binaries.account())
    keeper.watch_directory(directory)
    made = PostgresProcess(directory, keeper)
    await made.start()
    yield made
    await made.close()
    await asyncio.to_thread(shutil.rmtree, directory)
    await keeper.close()


async def value(url: str, query: str) -> object:
    connection = await asyncpg.connect(url, timeout=5, ssl=False)
    try:
        return await connection.fetchval(query)
    finally:
        connection.terminate()


async def test_the_app_needs_its_password(server: PostgresProcess) -> None:
    assert await value(server.url, "SELECT current_user") == "app"
    for password in ("wrong", ""):
        url = server.url.replace(server.secrets.app, password)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await value(url, "SELECT 1")


async def test_the_administrator_is_not_let_in_by_tcp(server: PostgresProcess) -> None:
    assert await value(server.admin_url, "SELECT current_setting('is_superuser')") == "on"
    for password in (server.secrets.app, server.secrets.standby, server.secrets.admin, "x"):
        url = f"postgresql://squall:{password}@127.0.0.1:{server.port}/app"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await value(url, "SELECT 1")


async def test_the_app_is_no_superuser_and_owns_its_database(server: PostgresProcess) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await value(server.url, "SELECT pg_read_file('postgresql.conf')")
    connection = await asyncpg.connect(server.url, ssl=False)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="external program"):
        await connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")
    await connection.execute("CREATE SCHEMA own; CREATE TABLE own.t (n int)")
    await connection.execute("CREATE TABLE in_public (n int)")
    await connection.close()


async def test_an_app_can_create_a_trusted_extension(server: PostgresProcess) -> None:
    offered = (
        "SELECT name FROM pg_available_extension_versions"
        " WHERE trusted AND NOT installed AND cardinality(coalesce(requires, '{}')) = 0 LIMIT 1"
    )
    name = await value(server.url, offered)
    if name is None:
        pytest.skip("this PostgreSQL ships no trusted extension")
    connection = await asyncpg.connect(server.url, ssl=False)
    await connection.execute(f'CREATE EXTENSION "{name}"')
    await connection.close()


async def test_every_server_has_passwords_of_its_own(server: PostgresProcess) -> None:
    other = PostgresProcess(server.log_path.parent, server._child._keeper, name="other")
    assert {server.secrets.app, server.secrets.standby, server.secrets.admin}.isdisjoint(
        {other.secrets.app, other.secrets.standby, other.secrets.admin}
    )
    assert server.secrets.app not in repr(server.secrets)


async def test_a_password_stands_in_no_command_line(server: PostgresProcess) -> None:
    secrets = (server.secrets.app, server.secrets.standby, server.secrets.admin)
    lines = [" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if any(secret in line for secret in secrets)]
    assert not [line for line in server.log_path.read_text() if line in secrets]


@needs_root
async def test_another_account_gets_nothing(server: PostgresProcess) -> None:
    lab = server.log_path.parent
    account = pwd.getpwnam(OTHER)
    if os.stat(server._data).st_uid == account.pw_uid:  # noqa: PTH116 - one look
        pytest.skip("the server itself runs as this account")
    attempts = {
        "list the lab": f"os.listdir({str(lab)!r})",
        "read a log": f"open({str(server.log_path)!r})",
        "list the data": f"os.listdir({str(server._data)!r})",
        "open the socket": (
            "socket.socket(socket.AF_UNIX)"
            f".connect({str(server._sockets / f'.s.PGSQL.{server.port}')!r})"
        ),
    }
    user, group = account.pw_uid, account.pw_gid
    become = f"import os, socket; os.setgroups([]); os.setgid({group}); os.setuid({user})"
    for name, code in attempts.items():
        command = [sys.executable, "-I", "-S", "-c", f"{become}; {code}"]
        done = await asyncio.to_thread(
            subprocess.run, command, cwd="/", capture_output=True, text=True, check=False
        )
        assert "PermissionError" in done.stderr, (name, done.stderr)


def modes(directory: Path) -> set[str]:
    return {
        stat.filemode(path.lstat().st_mode)
        for path in (directory, *directory.rglob("*"))
        if path.lstat().st_mode & 0o007
    }


async def test_nothing_in_a_lab_is_open_to_others(server: PostgresProcess) -> None:
    lab = server.log_path.parent
    keeper = Watchdog()
    child = ManagedProcess("a program", lab / "program.log", keeper)
    await child.start([sys.executable, "-c", "print('secret')"])
    await child.process.wait()
    assert modes(lab) <= {"srwxrwxrwx"}, "a socket's own mode is PostgreSQL's; its directory counts"
    assert stat.S_IMODE(server._sockets.stat().st_mode) == 0o700
    await keeper.close()


@pytest.mark.parametrize("name", ["x" * 120, "a,b", 'a"b'])
def test_a_place_that_cannot_hold_a_socket_is_passed_over(
    name: str, public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = public_directory / name
    place.mkdir(mode=0o755)
    monkeypatch.setattr("tempfile.tempdir", str(place))
    made = make_lab_directory(None)
    assert made.parent != place
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    made.rmdir()


def test_a_place_that_the_servers_account_cannot_enter_is_passed_over(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = public_directory / "private"
    place.mkdir(mode=0o700)
    monkeypatch.setattr("tempfile.tempdir", str(place))
    made = make_lab_directory(Account("me", os.geteuid(), os.getegid()))
    assert made.parent != place
    assert stat.S_IMODE(made.stat().st_mode) == 0o710
    made.rmdir()


def test_a_place_with_spaces_and_umlauts_is_taken(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = public_directory / "für den Lauf"
    place.mkdir(mode=0o755)
    monkeypatch.setattr("tempfile.tempdir", str(place))
    made = make_lab_directory(None)
    assert made.parent == place
    made.rmdir()


def test_a_full_disk_is_named_whatever_failed_on_it(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        pytest.raises(LabError, match="PostgreSQL did not accept"),
        explain_full_disk(public_directory),
    ):
        raise LabError("PostgreSQL did not accept connections")
    monkeypatch.setattr(private_directory, "FULL_BYTES", 2**62)
    for error in (LabError("PostgreSQL did not accept connections"), OSError(28, "No space")):
        with (
            pytest.raises(LabError, match=r"(?s)no space left in .*set TMPDIR"),
            explain_full_disk(public_directory),
        ):
            raise error


def test_without_any_place_the_message_has_every_reason(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = public_directory / ("x" * 120)
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    monkeypatch.setattr(private_directory, "FALLBACKS", (str(public_directory / "not-there"),))
    with pytest.raises(LabError, match="set TMPDIR to a directory that is short") as caught:
        make_lab_directory(None)
    assert "bytes too long for a Unix socket" in str(caught.value)
    assert "No such file or directory" in str(caught.value)
