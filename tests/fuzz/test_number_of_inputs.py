"""SECURITY.md says how many inputs the proofs try; they try as many."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PROMISE = re.compile(r"More than ([\d,]+) mutated")


def test_the_proofs_try_as_many_inputs_as_is_promised(inputs: dict[str, int]) -> None:
    promised = PROMISE.search((HERE.parents[1] / "SECURITY.md").read_text("utf-8"))
    assert promised is not None
    assert sum(inputs.values()) > int(promised[1].replace(",", ""))
    texts = "".join(path.read_text("utf-8") for path in HERE.glob("test_*.py"))
    assert set(re.findall(r"def (test_very_many_\w+)", texts)) == set(inputs)
