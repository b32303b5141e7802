"""Timelines that stand side by side, as pictures without a script: the same axes for all of them.

Each request is a dot at the time at which it was due, counted from the first fault, so that runs
whose faults began at different moments can be compared by eye.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from squall.history.evidence import Evidence
from squall.history.op import Op
from squall.reports.html.series import KINDS, NICE, kind_of
from squall.reports.windows import bands, start_of

WIDTH, HEIGHT = 560.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 8.0, 10.0, 30.0
MAX_DOTS = 600
MIN_MS = 1.0
HEADROOM = 1.5
TICKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What one picture shows; times are seconds of the run's clock."""

    ops: Sequence[Op]
    zero: float
    """The first fault; of a run without a fault its start."""
    bands: Sequence[tuple[str, float, float]]
    """Faults in force and what led to them: class, from and to, counted from ``zero``."""
    deadline_ms: float
    label: str
    """For those who do not see the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axes:
    first: float
    last: float
    most_ms: float

    def x(self, seconds: float) -> float:
        part = (seconds - self.first) / max(self.last - self.first, 0.001)
        return LEFT + min(max(part, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)

    def y(self, milliseconds: float) -> float:
        part = math.log(max(milliseconds, MIN_MS) / MIN_MS) / math.log(self.most_ms / MIN_MS)
        return HEIGHT - BOTTOM - min(part, 1.0) * (HEIGHT - TOP - BOTTOM)


def timeline_of(evidence: Evidence, label: str) -> Timeline:
    """The timeline of a run."""
    zero = evidence.first_injected
    begun = start_of(evidence)
    zero = begun if zero is None else zero
    end = max((op.done for op in evidence.ops), default=zero) - zero
    since = begun - zero
    spans = [(kind, at + since, to + since) for kind, at, to in bands(evidence, end - since)]
    return Timeline(
        ops=evidence.ops, zero=zero, bands=spans, label=label,
        deadline_ms=evidence.contract.deadline_seconds * 1000,
    )  # fmt: skip


def control_timeline(evidence: Evidence, label: str) -> Timeline | None:
    """The timeline of the control arm: no fault, and zero is where the fault was in the run."""
    control = evidence.control
    if control is None:
        return None
    return Timeline(
        ops=control.ops, zero=control.start + control.injected_seconds, bands=(), label=label,
        deadline_ms=evidence.contract.deadline_seconds * 1000,
    )  # fmt: skip


def pictures(timelines: Sequence[Timeline]) -> list[Markup]:
    """An ``<svg>`` for each, with common axes."""
    times = [op.intended - each.zero for each in timelines for op in each.ops] or [0.0, 1.0]
    waits = [op.response_seconds * 1000 for each in timelines for op in each.ops]
    most = max([each.deadline_ms for each in timelines] + waits + [10.0]) * HEADROOM
    axes = _Axes(first=min(times), last=max(times), most_ms=most)
    return [_picture(each, axes) for each in timelines]


def _picture(timeline: Timeline, axes: _Axes) -> Markup:
    head = Markup('<svg class="timeline" viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">')
    body = Markup("").join(_shapes(timeline, axes))
    return head.format(WIDTH, HEIGHT, timeline.label) + body + Markup("</svg>")


def _shapes(timeline: Timeline, axes: _Axes) -> Iterator[Markup]:
    floor = HEIGHT - BOTTOM
    for kind, begun, ended in timeline.bands:
        left, right = axes.x(begun), axes.x(ended)
        yield Markup('<rect class="{}" x="{:.1f}" y="{:g}" width="{:.1f}" height="{:g}"/>').format(
            kind, left, TOP, max(right - left, 2), floor - TOP
        )
    yield from _grid(axes)
    yield _line("deadline", LEFT, axes.y(timeline.deadline_ms), WIDTH - RIGHT)
    for op in _thinned_dots(timeline.ops):
        yield Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="2.4"/>').format(
            KINDS[kind_of(op)],
            axes.x(op.intended - timeline.zero),
            axes.y(op.response_seconds * 1000),
        )


def _grid(axes: _Axes) -> Iterator[Markup]:
    """Powers of ten, and round seconds."""
    milliseconds = MIN_MS
    while milliseconds <= axes.most_ms:
        height = axes.y(milliseconds)
        yield _line("grid", LEFT, height, WIDTH - RIGHT)
        told = f"{milliseconds / 1000:g} s" if milliseconds >= 1000 else f"{milliseconds:g} ms"  # noqa: PLR2004
        yield _text(LEFT - 6, height + 5, "end", told)
        milliseconds *= 10
    step = _nice_step((axes.last - axes.first) / TICKS)
    for number in range(math.ceil(axes.first / step), math.floor(axes.last / step) + 1):
        yield _text(axes.x(number * step), HEIGHT - 8, "middle", f"{number * step:g} s")


def _line(kind: str, left: float, height: float, right: float) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        kind, left, height, right, height
    )


def _text(x: float, y: float, anchor: str, text: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        x, y, anchor, text
    )


def _nice_step(least: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    scale = 10.0 ** math.floor(math.log10(max(least, 0.001)))
    return next(each * scale for each in (*NICE, 10) if each * scale >= least)


def _thinned_dots(ops: Sequence[Op]) -> list[Op]:
    """What went wrong as far as there is room, and an even choice of the rest."""
    bad = [op for op in ops if not op.good]
    good = [op for op in ops if op.good]
    chosen = bad[:: max(1, math.ceil(2 * len(bad) / MAX_DOTS))]
    room = max(1, MAX_DOTS - len(chosen))
    return [*good[:: max(1, math.ceil(len(good) / room))], *chosen]
