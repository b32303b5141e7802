"""What the differential test plays on both engines: toxics, traffic, changes, and an end.

Times are short and sizes small, so that a case takes a fraction of a second; what is drawn last
shrinks first, and a smaller plan is a prefix of a larger one wherever that makes sense.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

STREAMS = ("upstream", "downstream")
SIDES = ("client", "server")


@dataclass(frozen=True)
class PlannedToxic:
    """One toxic; its name is its place in the plan."""

    kind: str
    stream: str
    attributes: Mapping[str, int] = field(default_factory=dict)
    toxicity: int = 1


@dataclass(frozen=True)
class Send:
    side: str
    size: int


@dataclass(frozen=True)
class Pause:
    ms: int


@dataclass(frozen=True)
class Add:
    toxic: PlannedToxic


@dataclass(frozen=True)
class Change:
    number: int
    attributes: Mapping[str, int]


@dataclass(frozen=True)
class Remove:
    number: int


@dataclass(frozen=True)
class Ending:
    side: str
    how: str
    """``close``, ``shut`` (half-close) or ``reset``."""


Step = Send | Pause | Add | Change | Remove


@dataclass(frozen=True)
class Plan:
    """A whole case."""

    toxics: tuple[PlannedToxic, ...]
    steps: tuple[Step, ...]
    ending: Ending | None = None

    @property
    def changed(self) -> bool:
        """Whether a toxic is added, changed or removed while the connection lives."""
        return any(isinstance(step, (Add, Change, Remove)) for step in self.steps)

    @property
    def all_toxics(self) -> tuple[PlannedToxic, ...]:
        """Those from the start, then those that are added."""
        return self.toxics + tuple(step.toxic for step in self.steps if isinstance(step, Add))

    @property
    def longest_wait(self) -> float:
        """Seconds in which something more happens, if anything more happens."""
        names = ("latency", "delay", "timeout")
        delays = (
            toxic.attributes.get(name, 0) for toxic in self.all_toxics for name in names
            if toxic.kind != "slicer"
        )  # fmt: skip
        return 0.2 + sum(delays) / 1000

    def kinds(self, stream: str) -> list[str]:
        """The kinds of a direction in order, those that act."""
        return [t.kind for t in self.all_toxics if t.stream == stream and t.toxicity]

    def sent(self, side: str) -> int:
        """Bytes that a side sends in all."""
        return sum(s.size for s in self.steps if isinstance(s, Send) and s.side == side)


ATTRIBUTES = {
    "latency": st.fixed_dictionaries({"latency": st.sampled_from([0, 15, 40])}),
    "bandwidth": st.fixed_dictionaries({"rate": st.sampled_from([50, 200, 0])}),
    "slicer": st.fixed_dictionaries(
        {
            "average_size": st.sampled_from([500, 100]),
            "size_variation": st.sampled_from([0, 10]),
            "delay": st.sampled_from([0, 1000]),
        }
    ),
    "limit_data": st.fixed_dictionaries({"bytes": st.sampled_from([1000, 10, 0])}),
    "timeout": st.fixed_dictionaries({"timeout": st.sampled_from([40, 0])}),
    "reset_peer": st.fixed_dictionaries({"timeout": st.sampled_from([0, 30])}),
    "slow_close": st.fixed_dictionaries({"delay": st.sampled_from([50, 0])}),
    "noop": st.just({}),
}


@st.composite
def toxics(draw: st.DrawFn) -> PlannedToxic:
    kind = draw(st.sampled_from(sorted(ATTRIBUTES)))
    stream = draw(st.sampled_from(STREAMS))
    toxicity = draw(st.sampled_from([1, 1, 1, 0]))
    return PlannedToxic(kind, stream, draw(ATTRIBUTES[kind]), toxicity)


SENDS = st.builds(Send, st.sampled_from(SIDES), st.sampled_from([1, 100, 1500, 20_000]))
PAUSES = st.builds(Pause, st.sampled_from([5, 80]))
"""Their sums keep away from what fires after 30 and 40 ms: what comes first there is chance."""
ENDINGS = st.builds(Ending, st.sampled_from(SIDES), st.sampled_from(["close", "shut", "reset"]))


@st.composite
def steps(draw: st.DrawFn, chain: list[PlannedToxic], *, live: bool) -> tuple[Step, ...]:
    """Traffic, and changes of toxics that are there at that time."""
    known = list(chain)
    there = list(range(len(known)))
    made: list[Step] = []
    for _ in range(draw(st.integers(1, 4))):
        kinds = ["send", "send", "pause"] + (["add", "change", "remove"] if live else [])
        match draw(st.sampled_from(kinds)):
            case "send":
                made.append(draw(SENDS))
            case "pause":
                made.append(draw(PAUSES))
            case "add":
                known.append(draw(toxics()))
                made.append(Add(known[-1]))
                there.append(len(known) - 1)
            case "remove" if there:
                made.append(Remove(there.pop(draw(st.integers(0, len(there) - 1)))))
            case "change" if there:
                number = draw(st.sampled_from(there))
                made.append(Change(number, draw(ATTRIBUTES[known[number].kind])))
    return tuple(made)


@st.composite
def plans(draw: st.DrawFn, *, live: bool) -> Plan:
    chain = draw(st.lists(toxics(), min_size=1, max_size=4))
    made = draw(steps(chain, live=live))
    return Plan(tuple(chain), made, draw(st.one_of(ENDINGS, st.none())))
