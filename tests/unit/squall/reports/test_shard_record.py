"""The shard stands in every report over all outages, and in its schema."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from squall.config.profile import REFERENCE
from squall.lab.lab_options import LabOptions
from squall.reports.html import page
from squall.reports.junit import junit
from squall.reports.serialization import from_json_data
from squall.reports.shard_record import MergeRecord, ShardRecord, shard_record
from squall.reports.verdict_json import document, schema
from squall.scenario.sharding import Shard


@pytest.fixture
def record(run: Any) -> ShardRecord:
    """The second of two shards; the first has one outage, it has two."""
    scenarios = [run(name=name).scenario for name in ("cut", "lost", "slow")]
    parts = {"cut": 2, "lost": 1, "slow": 2}
    options = LabOptions(profile=REFERENCE, seed=7)
    return shard_record(scenarios, parts, Shard(number=2, of=2), options, paired=False)


def test_it_names_what_it_is_a_part_of(record: ShardRecord) -> None:
    assert record.label == "shard 2/2: 2 of 3 outages"
    assert (record.outages, record.outages_of(1)) == (["cut", "slow"], ["lost"])
    assert record.run.differences(record.run) == []


def test_it_stands_in_verdict_json_and_comes_back(run: Any, reported: Any, record: Any) -> None:
    body = json.loads(json.dumps(document([reported(run())], part=record)))
    jsonschema.validate(body, schema())
    assert from_json_data(ShardRecord, body["shard"], where="x") == record
    assert "shard" not in document([reported(run())])


def test_it_stands_in_junit_and_in_the_index(run: Any, reported: Any, record: Any) -> None:
    root = ET.fromstring(junit([reported(run())], part=record))  # noqa: S314 - our own text
    told = [(one.get("name"), one.get("value")) for one in root.iterfind("./testsuite/properties/")]
    assert told == [("squall.shard", "2/2")]
    assert "shard 2/2: 2 of 3 outages" in page.index([reported(run())], part=record)
    assert "shard" not in page.index([reported(run())])


def test_a_merge_names_its_problems(run: Any, reported: Any) -> None:
    merged = MergeRecord(of=4, shards=(1, 2, 4), problems=("shard 3/4 is <missing>",))
    body = json.loads(json.dumps(document([reported(run())], part=merged)))
    jsonschema.validate(body, schema())
    text = page.index([reported(run())], part=merged)
    assert "3 of 4 shards merged" in text
    assert "<b>shard 3/4 is &lt;missing&gt;</b>" in text
