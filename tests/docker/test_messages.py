"""What people read when Docker does not do what they want."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

engine = pytest.mark.usefixtures("docker_engine")


def check(*words: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "squall.cli", "check", "--only", "slow-network", *words],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_without_an_engine_the_three_usual_causes_are_named() -> None:
    code, words = check("--provider", "docker", DOCKER_HOST="unix:///nowhere.sock")
    assert code == 3
    assert "no Docker engine answers at unix:///nowhere.sock" in words
    for cause in ("does not run", "may not use it", "somewhere else", "--provider process"):
        assert cause in words
    assert "Traceback" not in words


@engine
def test_an_engine_elsewhere_is_refused() -> None:
    code, words = check("--provider", "docker", TC_HOST="engine.example")
    assert code == 3
    assert "the Docker engine is on engine.example" in words


@engine
def test_an_app_that_is_no_image_is_refused() -> None:
    code, words = check("--provider", "docker", "--app", "package.module:app")
    assert code == 4
    assert "--app docker:IMAGE" in words


@engine
def test_an_image_that_cannot_be_had_is_named() -> None:
    code, words = check("--provider", "docker", "--app", "docker:127.0.0.1:1/no/such:1")
    assert code == 3
    assert "docker pull 127.0.0.1:1/no/such:1" in words


@engine
def test_compose_that_is_not_up_says_how_to_start_it() -> None:
    code, words = check("--provider", "compose", COMPOSE_PROJECT_NAME="squall-no-such")
    assert code == 3
    assert "make up" in words


def test_an_engine_that_does_not_fit_the_provider_is_refused() -> None:
    code, words = check("--provider", "compose", "--engine", "embedded")
    assert (code, "leave out --engine" in words) == (4, True)
    code, words = check("--provider", "docker", "--engine", "/usr/bin/true")
    assert (code, "no program" in words) == (4, True)
