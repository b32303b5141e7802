"""The table of drivers and faults, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from squall_proof.drivers.clients import CLIENTS
from squall_proof.drivers.measure import FAULTS, LOGIN_FAULTS, PLACES, Entry

NAMES = tuple(kind.name for kind in CLIENTS)


def markdown(entries: Sequence[Entry]) -> str:
    """A table for each place: what is raised, and what the connection is good for afterwards."""
    lines: list[str] = []
    for place in PLACES:
        lines += ["", f"### The fault at {place}", "", *_table(entries, place, FAULTS)]
    lines += ["", "### The fault at the login", "", *_table(entries, "login", LOGIN_FAULTS)]
    return "\n".join(lines).strip() + "\n"


def _table(entries: Sequence[Entry], place: str, faults: Sequence[str]) -> Iterator[str]:
    """Faults of which every driver makes the same share a row."""
    found = {(one.driver, one.fault): one for one in entries if one.place == place}
    rows: dict[tuple[str, ...], list[str]] = {}
    for fault in faults:
        cells = tuple(_cell(found[name, fault]) for name in NAMES)
        rows.setdefault(cells, []).append(f"`{fault}`")
    yield "| faults | " + " | ".join(NAMES) + " |"
    yield "|---|" + "---|" * len(NAMES)
    for cells, names in rows.items():
        yield f"| {', '.join(names)} | " + " | ".join(cells) + " |"


def _cell(one: Entry) -> str:
    raised = "its SQLSTATE" if f"({one.fault})" in one.raised.partition(" over ")[0] else one.raised
    return f"{raised}; {one.after}" if one.after else raised
