"""A toxic as the API knows it, with what it did so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from squall_faults.proxy.toxics.stage import Tally


@dataclass(slots=True)
class ProxyToxic:
    """One toxic of a proxy."""

    name: str
    type: str
    stream: str
    toxicity: float = 1.0
    attributes: dict[str, int] = field(default_factory=dict)
    scope: str = "all"
    """``existing``: connections open when it was added; ``new``: those accepted later."""
    connections: int = 0
    """At most this number of connections get it; 0: no limit."""
    first_bytes: int = 0
    """On each connection, this number of bytes of its direction meets it; 0: all."""
    hits: int = field(default=0, compare=False)
    """Connections that got it so far."""
    tally: Tally = field(default_factory=Tally, compare=False)

    @property
    def upstream(self) -> bool:
        """Whether it acts on what clients send."""
        return self.stream.lower() == "upstream"
