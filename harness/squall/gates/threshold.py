"""A threshold expression: ``p95 during <= 300 ms``, ``p95 during <= 3x before``, ``good after >=
99%``.

    MEASURE WINDOW <= LIMIT
    p50 p90 p95 p99 …   before during after   200 ms   1.5 s   99 %   3x before   3x control
    slowest good errors

A relative limit compares with the same machine at nearly the same time: with the window before the
fault, or with the same window of the control arm, a second run without the fault (``--paired``). It
is never a stored number of another machine. A percentile requires enough samples.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from squall.core.errors import UsageError
from squall.gates.findings import failed, inconclusive, passed
from squall.gates.percentiles import min_samples, percentile
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence, Window
from squall.history.op import Op

SYNTAX = re.compile(
    r"(?P<measure>\w+(?:\.\d+)?)\s+(?P<window>\w+)\s*(?P<sign><=|>=|≤|≥|<|>|==?)\s*"
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|%|x)?\s*(?P<against>\w+)?"
)
PERCENTILE = re.compile(r"p(?P<percent>\d{1,2}(?:\.\d+)?)")
SIGNS = {"<=": "<=", "≤": "<=", ">=": ">=", "≥": ">="}
WINDOWS: tuple[str, ...] = get_args(Window)
BEYOND = "beyond-threshold"
SHARES = ("good", "errors")
EXAMPLE = (
    "write MEASURE WINDOW <= LIMIT, such as 'p95 during <= 300 ms' or 'p95 during <= 3x before'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Gate):
    """A measure of a window with an upper or lower limit. Created by :func:`parse_threshold`."""

    measure: str
    """``p95`` and other percentiles, ``slowest``; ``good`` and ``errors`` are shares."""
    window: Window
    sign: str
    """``<=`` or ``>=``."""
    number: float
    """Milliseconds for a time, a share from 0 to 1, or a multiple of the baseline."""
    against: str | None = None
    """``before``, ``during``, ``after`` or ``control``; None for an absolute limit."""

    severity = Severity.SLOW
    timed = True

    @property
    def name(self) -> str:
        """The expression, as :func:`parse_threshold` reads it."""
        return f"{self.measure} {self.window} {self.sign} {self._right}"

    @property
    def paired(self) -> bool:
        """Whether it needs the control arm."""
        return self.against == "control"

    @property
    def _right(self) -> str:
        if self.against is not None:
            return f"{self.number:g}x {self.against}"
        return f"{self.number * 100:g}%" if self.measure in SHARES else f"{self.number:g} ms"

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with both values; inconclusive if there are too few samples."""
        ops = evidence.window(self.window)
        value = self._value(ops)
        if value is None:
            return inconclusive(self.name, self._thin(ops, self.window))
        figures = {self._figure(self.window): round(value, 4)}
        told = f"{self.measure} {self.window} {self._shown(value)}"
        most = self.number
        if self.against is not None:
            other = self._other(evidence)
            if isinstance(other, Finding):
                return other
            figures[self._figure(self.against)] = round(other, 4)
            most = self.number * other
            told += f", {self.against} {self._shown(other)}"
            told += f" ({value / other:.1f} times)" if other else ""
        holds = value <= most if self.sign == "<=" else value >= most
        if holds:
            return passed(self.name, told, figures)
        return failed(self.name, told, figures, code=BEYOND, overrun=self._overrun(value, most))

    def _overrun(self, value: float, limit: float) -> float:
        """How many times the limit; for a share that is too small, of what is missing to one."""
        if self.sign == "<=":
            return value / limit if limit else math.inf
        if self.measure in SHARES:
            return (1 - value) / (1 - limit) if limit < 1 else math.inf
        return limit / value if value else math.inf

    def _other(self, evidence: Evidence) -> float | Finding:
        """The value of the baseline, or why there is none."""
        if self.against != "control":
            ops = evidence.window(self.against)  # type: ignore[arg-type] # checked by limit()
        elif evidence.control is None:
            return inconclusive(self.name, "there is no control arm; run it with --paired")
        else:
            ops = evidence.control.window(self.window)
        value = self._value(ops)
        if value is None:
            return inconclusive(self.name, self._thin(ops, str(self.against)))
        return value

    def _value(self, ops: Sequence[Op]) -> float | None:
        if not ops:
            return None
        if self.measure in SHARES:
            good = sum(op.good for op in ops) / len(ops)
            return good if self.measure == "good" else 1 - good
        times = [op.response_seconds * 1000 for op in ops]
        return max(times) if self.measure == "slowest" else percentile(times, self._percent)

    @property
    def _percent(self) -> float:
        return float(self.measure.removeprefix("p"))

    def _figure(self, arm: str) -> str:
        return f"{arm}_{self.measure}" + ("" if self.measure in SHARES else "_ms")

    def _shown(self, value: float) -> str:
        return f"{value:.1%}" if self.measure in SHARES else f"{value:.1f} ms"

    def _thin(self, ops: Sequence[Op], arm: str) -> str:
        need = 1
        if PERCENTILE.fullmatch(self.measure):
            need = min_samples(self._percent)
        return f"only {len(ops)} answers {arm}; {self.measure} needs {need}"


def parse_threshold(text: str) -> Threshold:
    """Parse a threshold expression.

    Raises:
        UsageError: it cannot be parsed; the message shows the correct form.
    """
    found = SYNTAX.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"limit {text!r}: cannot be understood; {EXAMPLE}")
    measure, window, sign = found["measure"], found["window"], found["sign"]
    problem = _problem(measure, window, sign, found["unit"], found["against"])
    if problem:
        raise UsageError(f"limit {text!r}: {problem}")
    scale = {"s": 1000.0, "%": 0.01}.get(found["unit"] or "", 1.0)
    return Threshold(
        measure=measure,
        window=window,  # type: ignore[arg-type] # just checked
        sign=SIGNS[sign],
        number=float(found["number"]) * scale,
        against=found["against"],
    )


def _problem(measure: str, window: str, sign: str, unit: str | None, against: str | None) -> str:
    """The problem; empty if there is none."""
    percent = PERCENTILE.fullmatch(measure)
    if measure not in (*SHARES, "slowest") and not (percent and float(percent["percent"]) > 0):
        return f"{measure!r} is not a measure; there are p50 to p99.9, slowest, good, errors"
    if window not in WINDOWS:
        return f"{window!r} is not a window; there are {', '.join(WINDOWS)}"
    if sign not in SIGNS:
        return f"{sign!r} is not supported; use <= or >="
    return _wrong_unit(measure, window, unit, against)


def _wrong_unit(measure: str, window: str, unit: str | None, against: str | None) -> str:
    if unit == "x":
        if against not in (*WINDOWS, "control"):
            return f"3x of what? of {', '.join(WINDOWS)} or control"
        return "compares a window with itself" if against == window else ""
    if against is not None:
        return f"{against!r} is too much; {EXAMPLE}"
    if measure in SHARES:
        return "" if unit == "%" else f"{measure} is a share: give %"
    return "" if unit in ("ms", "s") else f"{measure} is a time: give ms or s"
