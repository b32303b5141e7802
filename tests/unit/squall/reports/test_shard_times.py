"""Times of an earlier run, from its directory or a file; whatever else is there is one message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from squall.core.errors import UsageError
from squall.reports.shard_times import read_times


def test_a_run_directory_is_a_file_of_times(run: Any, stored: Any) -> None:
    home: Path = stored(run(), run(name="short", ops=[]))
    assert read_times(home) == read_times(home / "verdict.json") == {"cut": 3.0, "short": 3.0}
    document = json.loads((home / "verdict.json").read_text())
    del document["outages"][0]["seconds"]  # as an earlier version wrote it
    (home / "verdict.json").write_text(json.dumps(document))
    assert read_times(home) == {"short": 3.0}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is not an object"),
        ('{"a": "long"}', "a: 'long' is not a number of seconds"),
        ('{"a": true}', ".* is not a number of seconds"),
        ('{"a": NaN}', "a: nan is not a number of seconds"),
        ('{"a": -1}', ".* is not a number of seconds"),
        ('{"a": 1e300}', ".* is not a number of seconds"),
        ('{"outages": [{"scenario": "a", "seconds": []}]}', r"a: \[\] is not a number"),
    ],
)
def test_wrong_times_are_one_message(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "times.json").write_text(text)
    with pytest.raises(UsageError, match=rf"--shard-times .*times\.json: {problem}.*; name a run"):
        read_times(tmp_path / "times.json")
