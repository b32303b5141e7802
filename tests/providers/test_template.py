"""The template cluster: made once, copied for every lab, and nothing half-made is left."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from squall.core.errors import LabError
from squall.lab.providers.process import postgres_binaries
from squall.lab.providers.process import postgres_template as module
from squall.lab.providers.process.postgres_binaries import Account
from squall.lab.providers.process.postgres_template import clone, template


@pytest.fixture
def cache(public_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of our own."""
    monkeypatch.setenv("SQUALL_CACHE_DIR", str(public_directory / "cache"))
    return public_directory / "cache"


@pytest.fixture
def who() -> Account | None:
    return postgres_binaries.account()


@pytest.fixture
def binaries(cache: Path, who: Account | None) -> Path:
    del cache  # must be set before a twin of the programs is made
    return postgres_binaries.readable_by(postgres_binaries.find(), who)


def test_the_second_lab_finds_the_template_of_the_first(
    binaries: Path, who: Account | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = template(binaries, who)
    assert (first / "PG_VERSION").is_file()

    def again(*_: object) -> None:
        pytest.fail("initdb ran a second time")

    monkeypatch.setattr(module, "_initialise", again)
    assert template(binaries, who) == first


def test_labs_that_start_together_make_one_template(
    cache: Path, who: Account | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def initialise(_binaries: Path, _who: object, home: Path) -> None:
        made.append(home)
        home.mkdir()

    monkeypatch.setattr(module, "_initialise", initialise)
    programs = cache.parent / "bin"
    programs.mkdir()
    (programs / "postgres").touch()
    threads = [threading.Thread(target=template, args=(programs, who)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_other_programs_have_a_template_of_their_own(
    cache: Path, who: Account | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_initialise", lambda _b, _w, home: home.mkdir())
    homes = set()
    for name in ("16", "18"):
        programs = cache.parent / name
        programs.mkdir()
        (programs / "postgres").touch()
        homes.add(template(programs, who))
    assert len(homes) == 2


def test_an_initdb_that_fails_is_told_in_its_words_and_leaves_nothing(
    cache: Path, who: Account | None
) -> None:
    programs = cache.parent / "bin"
    programs.mkdir()
    for name in ("initdb", "postgres"):
        (programs / name).write_text("#!/bin/sh\necho no space left >&2\nexit 3\n")
        (programs / name).chmod(0o755)
    with pytest.raises(LabError, match=r"(?s)initdb failed \(exit code 3\).*no space left"):
        template(programs, who)
    assert {path.name for path in cache.iterdir()} == {"template.lock"}


def test_a_clone_is_private_and_belongs_to_the_servers_account(
    tmp_path: Path, who: Account | None
) -> None:
    source = tmp_path / "source"
    (source / "base/1").mkdir(parents=True)
    (source / "base/1/file").write_text("x")
    clone(source, tmp_path / "target", who)
    target = tmp_path / "target"
    assert (target / "base/1/file").read_text() == "x"
    assert target.stat().st_mode & 0o777 == 0o700
    expected = who.uid if who else os.geteuid()
    assert {path.stat().st_uid for path in (target, *target.rglob("*"))} == {expected}
