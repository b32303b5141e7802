"""Each conformance test fails when its behaviour is planted wrong in the embedded engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import squall_faults

from tests.conformance.meanings import MEANINGS
from tests.conformance.plants import PLANTS, Plant

ROOT = Path(__file__).parents[2]
PROXY = Path(squall_faults.__file__).parent / "proxy"


def test_every_booked_test_has_a_plant() -> None:
    assert set(PLANTS) == set(MEANINGS.values())


@pytest.mark.parametrize("name", PLANTS)
def test_a_plant_has_its_place(name: str) -> None:
    plant = PLANTS[name]
    assert (PROXY / plant.file).read_text("utf-8").count(plant.text) == 1


def planted(directory: Path, plant: Plant) -> Path:
    """A copy of the package with the wrong behaviour; the folder to import it from."""
    copy = directory / "squall_faults"
    shutil.copytree(PROXY.parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / "proxy" / plant.file
    file.write_text(file.read_text("utf-8").replace(plant.text, plant.wrong), "utf-8")
    return directory


def outcome(name: str, directory: Path) -> tuple[int, str]:
    """Exit code and output of the conformance test by this name, on the engine of ``directory``."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not proof",
         "-k", f"{name} and not toxiproxy]", "tests/conformance"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(directory)}, check=False,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.proof
@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_behaviour_is_seen(name: str, tmp_path: Path) -> None:
    code, text = outcome(name, planted(tmp_path, PLANTS[name]))
    assert code == pytest.ExitCode.TESTS_FAILED, text


@pytest.mark.proof
def test_an_unchanged_copy_passes(tmp_path: Path) -> None:
    """So the failures above come from the plants, not from the copy."""
    name = "test_a_new_proxy_listens"
    plant = PLANTS[name]._replace(wrong=PLANTS[name].text)
    assert outcome(name, planted(tmp_path, plant))[0] == pytest.ExitCode.OK
