"""squall export: stock outages and files, to a stream or a file; wrong words are one message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from squall.cli.main import squall
from squall.core.errors import UsageError
from squall.scenario.library import stock
from squall.scenario.yaml_dumper import dump


def said(*words: object) -> str:
    given = ["export", *map(str, words)]
    result = CliRunner().invoke(squall, given, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.output


@pytest.mark.parametrize("tool", ["chaos-mesh", "chaostoolkit", "toxiproxy-config"])
def test_a_stock_outage_goes_to_each_tool(tool: str, tmp_path: Path) -> None:
    text = said("slow-network", "--to", tool)
    assert "60" in text
    document = list(yaml.safe_load_all(text)) if tool == "chaos-mesh" else json.loads(text)
    assert document
    assert said("slow-network", "--to", tool, "--output", tmp_path / "out") == f"{tmp_path}/out\n"
    assert (tmp_path / "out").read_text() == text


def test_a_file_is_a_scenario_and_its_name_stands_in_the_refusal(tmp_path: Path) -> None:
    known = {one.name: one for one in stock()}
    file = tmp_path / "mine.squall.yaml"
    file.write_text(dump(known["slow-network"]))
    assert json.loads(said(file, "--to", "toxiproxy-config"))[0]["toxics"]
    file.write_text(dump(known["flapping-network"]))
    with pytest.raises(UsageError, match=rf"  {file}: step 1, network.flap: it switches"):
        said(file, "--to", "toxiproxy-config")


def test_options_name_servers_and_pods() -> None:
    given = ("--database", "db.example:6432", "--app-address", "[::1]:80")
    proxies = json.loads(said("slow-network", "--to", "toxiproxy-config", *given))
    assert [one["upstream"] for one in proxies] == ["db.example:6432", "[::1]:80"]
    pods = ("--namespace", "shop", "--app-label", "a/b=c", "--database-label", "d=e")
    manifest = yaml.safe_load(said("slow-network", "--to", "chaos-mesh", *pods))
    selector = manifest["spec"]["selector"]
    assert selector == {"namespaces": ["shop"], "labelSelectors": {"a/b": "c"}}


def test_deadlines_become_times() -> None:
    counted = [one for one in stock() if any(step.lasting_deadlines for step in one.steps)]
    expressed = 0
    for one in counted:
        try:
            short, long = (
                said(one.name, "--to", "chaos-mesh", "--deadline", seconds) for seconds in (2, 50)
            )
        except UsageError:
            continue
        expressed += short != long
    assert expressed


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nowhere", "--to", "chaos-mesh"], "there is no stock outage 'nowhere'"),
        (["nowhere.squall.yaml", "--to", "chaos-mesh"], "cannot be read: No such file"),
        (["slow-network", "--to", "chaos-mesh", "--app-label", "app"], "--app-label 'app': write"),
        (["slow-network", "--to", "chaos-mesh", "--namespace", "A b"], "--namespace 'A b': write"),
        (
            ["slow-network", "--to", "toxiproxy-config", "--database", "5432"],
            "--database '5432': write HOST:PORT",
        ),
    ],
)
def test_wrong_words_are_one_message(words: list[str], problem: str) -> None:
    with pytest.raises(UsageError) as told:
        said(*words)
    assert problem in str(told.value)
