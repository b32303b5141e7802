"""Judge a run: a failed *must* gate fails it, a missed *should* limit is shown."""

from __future__ import annotations

from dataclasses import replace

from squall.gates.starvation import excuse_starved
from squall.gates.verdict import Finding, Verdict, judge_gate
from squall.history.evidence import Evidence
from squall.scenario.model import Scenario


def judge_run(scenario: Scenario, evidence: Evidence) -> tuple[Finding, ...]:
    """One finding for each gate. A gate that holds but misses a *should* limit says so."""
    must = [judge_gate(gate, evidence) for gate in scenario.all_gates()]
    return excuse_starved([_with_should(scenario, one, evidence) for one in must], evidence)


def _with_should(scenario: Scenario, finding: Finding, evidence: Evidence) -> Finding:
    gate = scenario.should.get(finding.gate)
    if gate is None or finding.verdict is not Verdict.PASS:
        return finding
    wished = judge_gate(gate, evidence)
    if wished.verdict is not Verdict.FAIL:
        return finding
    reason = f"should, not must: {wished.reason}"
    return replace(wished, verdict=Verdict.PASS, noted=True, reason=reason)
