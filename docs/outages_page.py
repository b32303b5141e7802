"""Write the list of outages in docs/reference/outages.md from the library: ``make pages``."""

from __future__ import annotations

from pathlib import Path

import squall_faults as faults
from squall import Scenario, Step, stock
from squall.gates.registry import to_dict

PAGE = Path(__file__).with_name("reference") / "outages.md"
BEGIN, END = "<!-- outages: begin -->\n", "<!-- outages: end -->\n"


NEEDS = {
    "writes": "Needs writes in the load.",
    "transactions": "Not applicable to an app that writes in autocommit.",
    "rows": "Not applicable to an app that only adds rows.",
    "repeats": "Needs writes in the load with a key, or idempotent ones.",
    "things": "Needs requests in the load that name a thing by number or UUID.",
    "bodies": "Needs requests in the load with a JSON body.",
    "streams": "Runs for an app with answers that do not end.",
    "http": "Runs for an app with a dependency of kind `http`.",
    "redis": "Runs for an app with a dependency of kind `redis`.",
    "workers": "Runs for an app with `[[tool.squall.processes]]`.",
}


def step_row(step: Step) -> str:
    """A step as a row of the table."""
    given = {key: value for key, value in faults.to_dict(step.fault).items() if key != "fault"}
    given |= {name: f"{times:g} deadlines" for name, times in step.deadlines.items()}
    given |= {
        name: f"{times:g} starts, at least {given[name]}" for name, times in step.starts.items()
    }
    attributes = "".join(f", `{key}: {value}`" for key, value in given.items())
    link = f"[{step.label}](faults.md#{step.label.replace('.', '')})"
    lasting = f"{step.lasting_seconds:g} s"
    if step.lasting_deadlines:
        lasting = f"{step.lasting_deadlines:g} deadlines, at least {lasting}"
    elif step.lasting_starts:
        lasting = f"{step.lasting_starts:g} starts of the app, at least {lasting}"
    escaped = attributes.replace("|", r"\|")
    return f"| {step.at_seconds:g} s | {lasting} | {link}{escaped} |"


def limits(outage: Scenario) -> list[str]:
    """The limits that this outage sets, and those that a sound app may miss."""
    lines = []
    for word, gates in (("Must", outage.gates), ("Should", outage.should)):
        texts = []
        for name, gate in gates.items():
            values = to_dict(gate) if gate is not None else None
            text = "off" if values is None else ", ".join(f"{k} {v}" for k, v in values.items())
            texts.append(f"`{name}` ({text})" if text else f"`{name}`")
        if texts:
            lines.append(f"{word}: {', '.join(texts)}.")
    return lines


def entry(outage: Scenario) -> str:
    """The section of one outage."""
    needs = [NEEDS[need] for need in sorted(outage.needs)]
    tags = f"Tags: {', '.join(sorted(outage.tags))}."
    table = ["| from | for | fault |", "|---|---|---|", *map(step_row, outage.steps)]
    amid = (
        ["Comes [amid requests](scenario-files.md#amid-requests)."] if outage.amid_requests else []
    )
    story = " ".join(outage.story.split())
    parts = [
        f"### {outage.name}",
        story,
        "\n".join(table),
        " ".join([*amid, *limits(outage), *needs, tags]),
    ]
    return "\n\n".join(parts) + "\n"


def section() -> str:
    """All outages in the order of their names."""
    return "\n".join(entry(outage) for outage in stock())


def page(text: str) -> str:
    """The page with its section made again."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{section()}\n{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
