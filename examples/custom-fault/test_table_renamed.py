"""The fault in a scenario of its own, as an object; a scenario file beside it does the same."""

from __future__ import annotations

from pathlib import Path

import squall_faults as faults
from squall import Scenario, at
from table_renamed import TableRenamed

HALF_A_MIGRATION = Scenario(
    name="half-a-migration",
    story="Somebody renames a table, drinks a coffee, and renames it back.",
    steps=(at(0, TableRenamed(table="items"), lasting=0.5),),
)


def test_the_service_comes_back_with_its_table(squall):
    run = squall.run(HALF_A_MIGRATION)
    assert run.verdicts["faults-bit"] == "pass"
    assert run.verdicts["no-acknowledged-write-lost"] == "pass"
    assert run.verdicts["recovery-time"] == "pass"


def test_the_file_says_the_same(squall):
    run = squall.run(Path(__file__).with_name("half-a-migration.yaml"))
    assert run.verdicts["faults-bit"] == "pass"


def test_it_is_in_the_catalogue():
    fault = TableRenamed(table="items")
    assert faults.from_dict(faults.to_dict(fault)) == fault
