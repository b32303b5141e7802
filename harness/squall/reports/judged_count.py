"""How many gates held and how many had nothing to judge, and how to enable those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from squall.gates.verdict import Finding, Verdict
from squall.runner.result import Run


def judged_count(findings: Sequence[Finding]) -> str:
    """``12 gates held, 7 not judged``. Failures are counted elsewhere."""
    held = sum(one.verdict is Verdict.PASS for one in findings)
    left = sum(one.verdict is Verdict.NOT_JUDGED for one in findings)
    text = f"{held} gate{'' if held == 1 else 's'} held"
    return f"{text}, {left} not judged" if left else text


def not_judged_lines(runs: Iterable[Run]) -> list[str]:
    """Each line of configuration with the gates that it enables; empty if there is none."""
    gates: dict[str, dict[str, None]] = {}
    for run in runs:
        for one in run.findings:
            if one.verdict is Verdict.NOT_JUDGED and one.configure:
                gates.setdefault(one.configure, {})[one.gate] = None
    return [f"{line}   judges {', '.join(names)}" for line, names in gates.items()]
