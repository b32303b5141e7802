"""Ten broken apps of the gallery: the first screen names the file and the line of the cause.

Where an exception is raised, it is the line that raised it; where requests only wait, or the answer
hides the outage, the function that answered. The expected lines are those of these functions.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.scenario, pytest.mark.proof, pytest.mark.timeout(200)]

TESTS = Path(__file__).parents[1]
SCREEN = 24
"""Lines of a terminal, from where the outage is named."""

NAMED = re.compile(r"(?P<file>[\w/]+\.py):(?P<line>\d+) in (?P<name>\w+)")


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A broken app, the outage that shows it, and the functions in which its cause is."""

    module: str
    outage: str
    functions: frozenset[str]
    file: str = ""
    """The file of these functions, if it is not the app's own."""
    maker: str = "broken"
    asks: tuple[str, ...] = ()
    """Operations of its table, if those of its OpenAPI document do not show the defect."""

    @property
    def source(self) -> str:
        return self.file or f"{self.module}.py"

    @property
    def table(self) -> str:
        """Its ``[tool.squall]``."""
        lines = ["[tool.squall]", f'app = "{self.module}:{self.maker}"']
        lines += ["factory = true"] * (self.maker == "broken")
        for number, words in enumerate(self.asks):
            method, path = words.split()
            key = "{int:1..100}"
            lines += [
                "[[tool.squall.operations]]", f'name = "operation-{number}"',
                f'method = "{method}"', f'path = "{path.replace("N", key)}"', *EFFECTS[method],
            ]  # fmt: skip
        return "\n".join(lines) + "\n"


def broken(module: str, outage: str, *functions: str, **more: Any) -> Broken:
    return Broken(module=module, outage=outage, functions=frozenset(functions), **more)


AWAY = "load-balancer-without-backends"
EFFECTS = {
    "GET": ['effect = "read"'],
    "POST": ['effect = "idempotent-write"', 'headers = {Idempotency-Key = "{key}"}', "body = {}"],
}
TEN = [
    broken("unhandled_errors", "database-crash-restart", "list_items", "get_item", maker="app"),
    broken("error_as_success", AWAY, "read", file="shop.py"),
    broken("missing_when_it_cannot_look", AWAY, "read", file="shop.py"),
    broken("outage_as_a_bug", AWAY, "read", file="shop.py"),
    broken("waits_for_a_place", "silent-network", "read"),
    broken("closed_connection_is_kept", "sessions-terminated", "read"),
    broken("lost_place", "any-statement-cancelled", "shelf", asks=("GET /shelves/N",)),
    broken("dead_socket", "half-dead-connection-after-idle", "read"),
    broken("aborted_for_good", "any-statement-cancelled", "read"),
    broken("commit_order", "commit-reply-lost", "add", "transaction",
           asks=("POST /notes", "GET /notes")),
    broken("keyed_write", "callers-repeat-at-once", "add", asks=("POST /notes", "GET /notes")),
]  # fmt: skip


def copy_app(app: Broken, home: Path) -> None:
    """The app and what it imports, as a project of its own."""
    names = {app.module, "shop", "orm_shop", "thread_shop"}
    (home / "pyproject.toml").write_text(app.table)
    for folder in ("pairs", "incidents", "broken_apps"):
        for file in (TESTS / folder).glob("*.py"):
            if file.stem in names:
                text = re.sub(r"tests\.(?:pairs|incidents)\.", "", file.read_text("utf-8"))
                (home / file.name).write_text(text, "utf-8")


def lines_of(file: Path, functions: frozenset[str]) -> set[int]:
    """The lines of these functions."""
    return {
        line
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in functions
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def test_there_are_ten() -> None:
    assert len({app.module for app in TEN}) >= 10


@pytest.mark.parametrize("app", TEN, ids=lambda app: app.module)
def test_the_first_screen_names_file_and_line(app: Broken, tmp_path: Path) -> None:
    copy_app(app, tmp_path)
    words = ["check", "--only", app.outage, "--seed", "11"]
    done = subprocess.run(
        [sys.executable, "-m", "squall.cli", *words],
        cwd=tmp_path, capture_output=True, text=True, timeout=150, check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("SQUALL_")},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    screen = "\n".join(done.stdout.partition(f"\n{app.outage}\n")[2].splitlines()[:SCREEN])
    named = {
        int(found["line"]) for found in NAMED.finditer(screen)
        if Path(found["file"]).name == app.source
    }  # fmt: skip
    assert named & lines_of(tmp_path / app.source, app.functions), screen or done.stdout
