"""The names of a project's servers lead to the lab."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from squall.cli import isolate
from squall.config.profile import DEFAULT_CONTRACT, AppProfile
from squall.lab.lab_options import LabOptions
from squall.workload.load_workers import LoadWorkers

COMPOSE = """services:
  db: {image: postgres, container_name: shop_store, hostname: pg1}
  web: {build: .}
"""


def test_a_server_is_reached_by_service_container_and_host_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)
    entered: list[str] = []
    monkeypatch.setattr(isolate, "enter_namespace", entered.append)
    profile = AppProfile(name="shop", app="main:app", contract=DEFAULT_CONTRACT)
    isolate.isolate(LabOptions(profile=dataclasses.replace(profile, cwd=tmp_path)))
    names = {line.split()[1] for line in entered[0].splitlines()}
    assert names >= {"db", "web", "shop_store", "pg1"}
    assert "None" not in names


def test_hosts_that_send_the_load_are_told_what_to_start() -> None:
    profile = AppProfile(name="shop", app="main:app", contract=DEFAULT_CONTRACT)
    options = LabOptions(profile=profile, load=LoadWorkers(hosts=("load1", "load2")))
    assert [line.partition(":")[2][:9] for line in isolate.start_lines(options)] == [
        " on load1", " on load2",
    ]  # fmt: skip
