"""``make bench``: every program, then one table with the ratio of each figure to its aim.

A program whose part is missing says so and ends; the others go on. SQUALL_REQUIRE turns that into
a failure. A missed aim is in the table and is not a failure, but a program that breaks is one.
Arguments are words in the names of the programs to run; without any, all of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HOME))  # as for the programs, which Python starts in their directory

from common.figures import FILE, MISSED, Figure, read  # noqa: E402 - after the path
from common.machine import lines  # noqa: E402 - after the path
from common.missing import SKIPPED  # noqa: E402 - after the path

TABLE = HOME.parent / ".squall" / "bench.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    program: str
    code: int
    figures: Sequence[Figure]
    skipped: Sequence[str] = field(default=())

    @property
    def broke(self) -> bool:
        return self.code not in (0, MISSED)


def main() -> int:
    """Run them, print and write the table."""
    programs = [path for path in sorted(HOME.glob("*.py")) if _wanted(path.stem)]
    ran = [run(path) for path in programs]
    text = "\n".join(table(ran)) + "\n"
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(text, encoding="utf-8")
    print(f"\n{text}\ntable: {TABLE}")
    broken = [one.program for one in ran if one.broke]
    if broken:
        print(f"failed: {' '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


def _wanted(name: str) -> bool:
    return not sys.argv[1:] or any(word in name for word in sys.argv[1:])


def run(path: Path) -> Ran:
    """One program; its lines are printed as they come."""
    print(f"== {path.stem}", flush=True)
    skipped = []
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as notes:
        with subprocess.Popen(
            [sys.executable, str(path)], env={**os.environ, FILE: notes.name},
            stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            for line in process.stdout or ():
                print(line, end="", flush=True)
                if line.startswith(SKIPPED):
                    skipped.append(line.strip())
        return Ran(
            program=path.stem, code=process.returncode, figures=read(Path(notes.name)),
            skipped=skipped,
        )  # fmt: skip


def table(ran: Sequence[Ran]) -> Iterator[str]:
    """Machine and versions, then the figures, then what is missing."""
    yield from (f"- {name}: {value}" for name, value in lines())
    yield ""
    yield "| program | figure | seen | aim | seen / aim | met |"
    yield "|---|---|---:|---:|---:|---|"
    for one in ran:
        for figure in one.figures:
            sign = "≥" if figure.at_least else "≤"
            yield (
                f"| {one.program} | {figure.what} | {figure.seen:.4g} {figure.unit}"
                f" | {sign} {figure.aim:g} {figure.unit} | {figure.ratio:.2f}"
                f" | {'yes' if figure.met else 'no'} |"
            )
        for line in one.skipped:
            yield f"| {one.program} | {line} | - | - | - | - |"
        if one.broke:
            yield f"| {one.program} | failed with exit code {one.code} | - | - | - | - |"


if __name__ == "__main__":
    sys.exit(main())
