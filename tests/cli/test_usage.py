"""What is asked wrongly is answered in words, with exit code 4, before anything starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from squall import stock
from squall.scenario.selection import for_dependencies

WRONG: list[tuple[list[str], dict[str, str], str]] = [
    ([], {}, "Usage:"),
    (["chek"], {}, "No such command 'chek'; did you mean check or recheck?"),
    (["--nope"], {}, "No such option '--nope'"),
    (["check", "--nope"], {}, "No such option '--nope'"),
    (["check", "--only", "slow-netwrk"], {}, "did you mean slow-network, silent-network or"),
    (["check", "--only", "zzz"], {}, "list them with: squall outages"),
    (["check", "--skip", "slow-netwrk"], {}, "--skip slow-netwrk: there is no such outage"),
    (["check", "--app", "foo"], {}, "--app 'foo': give an import string like package.module:app"),
    (["check", "--app", "run me"], {}, "or a command that contains {port}"),
    (["check"], {"SQUALL_APP": "foo"}, "--app 'foo'"),
    (["check", "--seed", "many"], {}, "Invalid value for '--seed'"),
    (["check", "--seed", "-1"], {}, "-1 is not in the range"),
    (["check"], {"SQUALL_SEED": "many"}, "Invalid value for '--seed'"),
    (["check", "--jobs", "0"], {}, "0 is not in the range"),
    (["check", "--output", "README.md"], {}, "'README.md' is a file"),
    (["run"], {}, "Missing argument 'FILES...'"),
    (["run", "nowhere.squall.yaml"], {}, "nowhere.squall.yaml: cannot be read: No such file"),
    (["check", "a:b", "--app", "c:d"], {}, "TARGET and --app (SQUALL_APP) mean the same"),
    (["check", "a:b"], {"SQUALL_APP": "c:d"}, "TARGET and --app (SQUALL_APP) mean the same"),
    (["faults", "network.latncy"], {}, "did you mean network.latency"),
    (["gates", "recovery"], {}, "did you mean recovery-time"),
    (["outages", "slow-netwrk"], {}, "did you mean slow-network"),
    (["explain", "zzz"], {}, "list them with: squall explain"),
    (["report", "nowhere"], {}, "nowhere: has no index.html or report.html"),
    (["up", "--load", "-1"], {}, "-1.0 is not in the range"),
    (["run", "tests"], {}, "tests: is not a regular file"),
    (["compare", "a"], {}, "two stored runs are compared, and 1 given"),
    (["compare", "a", "b", "--rounds", "3"], {}, "--rounds needs --against REF"),
    (["compare", "a", "b", "--only", "smoke"], {}, "--only needs --against REF"),
    (["compare", "a", "b", "--against", "HEAD"], {}, "leave out the stored runs"),
    (["compare", "--against", "no-such-ref"], {}, "there is no such commit here; fetch it first"),
]


@pytest.mark.parametrize(("words", "environment", "answer"), WRONG, ids=lambda v: str(v)[:50])
def test_a_wrong_question_is_a_usage_error(
    squall: Any, words: list[str], environment: dict[str, str], answer: str
) -> None:
    said = squall(*words, **environment)
    assert answer in said.words
    assert said.code == 4


def test_a_check_from_which_everything_is_left_out_proves_nothing(squall: Any) -> None:
    said = squall("check", "--only", "slow-network", "--skip", "slow-network")
    assert "every outage is left out by --skip or [tool.squall.skip]" in said.words
    assert said.code == 5


FIVE_MISTAKES = """\
squall: 1
name: wrong
story: five mistakes
before_secs: 1
steps:
  - {at_seconds: 0, fault: network.latncy, lasting_seconds: 1}
  - {at_seconds: 0, fault: network.latency, latency_ms: -5, lasting_seconds: 1}
  - at_seconds: soon
    fault: database.crash
    lasting_seconds: 1
gates:
  recovery-tyme: {within_ms: 5}
"""


def problems(text: str, file: Path) -> list[tuple[int, str]]:
    """Line number and words of each line that starts with the file's name."""
    lines = [line.removeprefix(f"{file}:") for line in text.splitlines() if f"{file}:" in line]
    return [(int(number), rest) for number, _, rest in (line.partition(":") for line in lines)]


def test_five_mistakes_in_a_file_are_five_lines(squall: Any, tmp_path: Path) -> None:
    file = tmp_path / "wrong.squall.yaml"
    file.write_text(FIVE_MISTAKES)
    said = squall("run", str(file))
    assert said.code == 4
    found = problems(said.err, file)
    assert [number for number, _ in found] == [4, 6, 7, 8, 12]
    for (_, text), word in zip(
        found,
        ["before_seconds", "network.latency", "got -5", "'soon'", "recovery-time"],
        strict=True,
    ):
        assert word in text


def test_the_problems_of_all_files_are_told_at_once(squall: Any, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.squall.yaml" for name in ("one", "two")]
    for file in files:
        file.write_text("squall: 2\nname: x\nstory: y\nsteps: []\n")
    said = squall("run", *map(str, files))
    assert said.code == 4
    assert [len(problems(said.err, file)) for file in files] == [1, 1]


def test_nothing_is_started_for_a_question_that_is_wrong(squall: Any) -> None:
    said = squall("check", "--only", "zzz")
    assert (said.code, said.out) == (4, "")  # the first line is printed before a lab is started


def listed(text: str) -> list[str]:
    """The names, which stand at the beginning of a line; stories are indented."""
    return [line.split()[0] for line in text.splitlines() if not line.startswith(" ")]


def test_the_list_names_every_outage_and_runs_none(squall: Any) -> None:
    said = squall("check", "--list")
    assert said.code == 0
    concerned = for_dependencies(stock(), ())  # this repository's app has none
    assert listed(said.out) == [s.name for s in concerned if "long" not in s.tags]
    assert listed(squall("check", "--list", "--long").out) == [s.name for s in concerned]
    assert " ".join(stock()[0].story.split()) in said.words


def test_the_list_tells_the_price_in_the_deadline_of_the_app(squall: Any) -> None:
    short, long = (
        squall("check", "--list", "--only", "silent-network", "--deadline", deadline)
        for deadline in ("1", "10")
    )
    assert "silent-network  2.6 s  [" in short.out
    assert "silent-network  16.2 s  [" in long.out
    assert "1 outage with a deadline of 10 s: about 17 s in one lab, 8 s in two" in long.err


def test_the_list_can_be_narrowed(squall: Any) -> None:
    said = squall("check", "--list", "--only", "database", "--only", "slow-network")
    expected = [s.name for s in stock() if "database" in s.tags or s.name == "slow-network"]
    assert listed(said.out) == expected
    assert 2 <= len(expected) < len(stock())


def test_the_help_of_a_command_lists_options_alone(squall: Any) -> None:
    out = squall("check", "--help").out
    assert "[OPTIONS] [TARGET]" in out.splitlines()[0]
    assert "\n  [TARGET]" not in out
    assert "true:" not in out


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["check", "--help"], ["run", "-h"]])
def test_help_is_no_error(squall: Any, words: list[str]) -> None:
    said = squall(*words)
    assert (said.code, said.out.splitlines()[0][:6]) == (0, "Usage:")
