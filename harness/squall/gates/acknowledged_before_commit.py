"""Success is answered after the COMMIT, never before it.

    client ◀── 201 ── app ── COMMIT ──▶ database      it may fail, and the client never knows

No declaration is needed: logical decoding shows what was committed and when, see
:mod:`squall.gates.committed_rows`. Outages that delay or lose a COMMIT make the order visible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from squall.core.events import TransactionCommitted
from squall.gates.committed_rows import acknowledged_writes, learn_links, read_rows
from squall.gates.findings import failed, not_judged, passed
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Op

EARLY = "answered-before-commit"
NEVER = "acknowledged-never-committed"
TOLERANCE_SECONDS = 0.005
"""The commit's time is taken just before the answer to COMMIT leaves the server."""

USUAL_SHARE = 0.2
USUAL_LEAST = 5
"""An app that commits behind its answer does so within a millisecond or two, each time: by chance
few are later than the tolerance, or none.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedBeforeCommit(Gate):
    """Each acknowledged write was committed when its success was answered."""

    name = "acknowledged-before-commit"
    severity = Severity.WRONG_DATA

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the writes that were answered before their commit, and those never
        committed.
        """
        rows = read_rows(evidence)
        if rows is None:
            return not_judged(self.name, "the server's log of changes was not read")
        links = learn_links(evidence, rows)
        writes = [op for op in acknowledged_writes(evidence.ops) if op.name in links]
        commits = {op.id: rows.of_request(op, links[op.name]) for op in writes}
        never = [op for op in writes if not commits[op.id]]
        early = _early(writes, commits)
        figures = {"acknowledged": len(writes), "early": len(early), "never": len(never)}
        if not early and not never:
            told = "committed before they were acknowledged"
            return passed(self.name, f"{len(writes)} writes were {told}", figures)
        counts = ((never, "never committed"), (early, "committed after the answer"))
        parts = ", ".join(f"{len(ops)} {what}" for ops, what in counts if ops)
        names = ", ".join(sorted({op.name for op in [*never, *early]}))
        reason = f"of {len(writes)} acknowledged writes ({names}): {parts}"
        code = NEVER if never else EARLY
        return failed(self.name, reason, figures, [*never, *early], code=code)


def _early(writes: Sequence[Op], commits: Mapping[int, Sequence[TransactionCommitted]]) -> list[Op]:
    """Writes whose first commit came after their answer: clearly, or by less if that is usual for
    their operation. A commit is never dated too late, and one that is awaited comes before.
    """
    lags = {op.id: min(one.at for one in commits[op.id]) - op.done
            for op in writes if commits[op.id]}  # fmt: skip
    known = Counter(op.name for op in writes if op.id in lags)
    after = Counter(op.name for op in writes if lags.get(op.id, 0.0) > 0)
    usual = {name for name, count in after.items()
             if count >= max(USUAL_LEAST, USUAL_SHARE * known[name])}  # fmt: skip
    return [op for op in writes
            if lags.get(op.id, 0.0) > (0.0 if op.name in usual else TOLERANCE_SECONDS)]  # fmt: skip
