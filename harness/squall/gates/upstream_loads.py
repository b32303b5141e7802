"""What the stand-ins of HTTP upstreams had received, reading by reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from squall.core.events import UpstreamLoad
from squall.history.evidence import Evidence


def upstream_loads(evidence: Evidence) -> Mapping[str, list[UpstreamLoad]]:
    """The readings of each upstream, by its name, in their order."""
    loads: defaultdict[str, list[UpstreamLoad]] = defaultdict(list)
    for event in evidence.events:
        if isinstance(event, UpstreamLoad):
            loads[event.name].append(event)
    return loads
