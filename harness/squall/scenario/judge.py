"""Judge a run: a failed *must* gate fails it, a missed *should* limit is shown."""

from __future__ import annotations

from dataclasses import replace

from squall.gates.starvation import excuse_starved
from squall.gates.verdict import Finding, Gate, Verdict, judge_gate
from squall.history.evidence import Evidence
from squall.scenario.model import Scenario


def judge_run(scenario: Scenario, evidence: Evidence) -> tuple[Finding, ...]:
    """One finding for each gate. A gate that holds but misses a *should* limit says so,
    and so does one that is switched off.
    """
    must = [judge_gate(gate, evidence) for gate in scenario.all_gates()]
    judged = [_with_should(scenario, one, evidence) for one in must]
    wishes = [
        gate for name, gate in scenario.should.items() if scenario.gates.get(name, gate) is None
    ]
    judged += [one for gate in wishes if (one := _wished(gate, evidence)) is not None]
    return excuse_starved(judged, evidence)


def _with_should(scenario: Scenario, finding: Finding, evidence: Evidence) -> Finding:
    gate = scenario.should.get(finding.gate)
    if gate is None or finding.verdict is not Verdict.PASS:
        return finding
    return _shown(judge_gate(gate, evidence)) or finding


def _wished(gate: Gate, evidence: Evidence) -> Finding | None:
    """What a gate found that is no *must* in this scenario; None if it proves nothing."""
    wished = judge_gate(gate, evidence)
    return wished if wished.verdict is Verdict.PASS else _shown(wished)


def _shown(wished: Finding) -> Finding | None:
    """A *should* limit that was missed, as a pass that says so; None if it was not."""
    if wished.verdict is not Verdict.FAIL:
        return None
    reason = f"should, not must: {wished.reason}"
    return replace(wished, verdict=Verdict.PASS, noted=True, reason=reason)
