"""Files and functions stay small enough to be read at once.

Soft limits bind unless a line below gives the reason for the exception; hard limits always bind.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

FILE_SOFT, FILE_HARD = 250, 400
FUNCTION_SOFT, FUNCTION_HARD = 25, 40

LONG_FILES = {
    "faults/proxy/postgres/injector.py": "one state machine, both directions of one session",
}

LONG_FUNCTIONS = {
    "app_under_test/main.py::create_app": "the parts of the app, put together in one place",
    "app_under_test/observability/logs.py::configure": "one list of processors",
    "app_under_test/observability/metrics.py::_Policies.collect": "one metric after the other",
    "faults/proxy/postgres/fast_path.py::FastPath._extended": "one pass, no call per message",
    "harness/checkers/response_time.py::ResponseTime.judge": "two windows, two kinds of limit",
    "harness/cli/attach.py::attach_of": "one option a line",
    "harness/cli/check.py::check": "options become a job, one a line",
    "harness/cli/main.py::_exit_code": "every way to end, in one place",
    "harness/cli/mutants.py::mutants": "options become a job, one a line",
    "harness/cli/run.py::run": "options become a job, one a line",
    "harness/cli/stranger.py::stranger_options": "one option a line",
    "harness/cli/stranger.py::described": "one option a line",
    "harness/providers/process/postgres.py::PostgresProcess.start": "the command line is a list",
    "harness/reports/html/page.py::report": "one part of the page a line",
    "harness/scenario/attached.py::attached_parts": "one part of the lab a line",
    "harness/scenario/discover.py::_logged_in": "every way that a login fails, in one place",
    "harness/scenario/parts.py::parts_of": "one provider after the other",
    "harness/scenario/config.py::_profile": "one field of the profile a line",
    "harness/scenario/runner.py::Runner.run": "the plot of a run, in order",
    "harness/workload/open_loop.py::OpenLoop._one": "one field of the operation a line",
    "harness/workload/schemas.py::bodies": "one kind of schema after the other",
}
"""Who adds a line gives the reason; better is to split."""


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Qualified name and number of lines of every function, without its signature.

    A command has one parameter an option; what has to be read at once is what it does.
    """
    todo: list[tuple[str, ast.AST]] = [("", ast.parse(text))]
    while todo:
        prefix, node = todo.pop()
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = f"{prefix}.{child.name}".lstrip(".")
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = child.body[0].lineno
                yield name, (child.end_lineno or first) - first + 1
            todo.append((name, child))


def longer_than(sources: dict[str, str], lines: int) -> set[str]:
    return {
        f"{path}::{name}"
        for path, text in sources.items()
        for name, length in functions(text)
        if length > lines
    }


def files_longer_than(sources: dict[str, str], lines: int) -> set[str]:
    return {path for path, text in sources.items() if len(text.splitlines()) > lines}


def test_files_are_short_or_excused(sources: dict[str, str]) -> None:
    assert sorted(files_longer_than(sources, FILE_SOFT) - set(LONG_FILES)) == []
    assert files_longer_than(sources, FILE_HARD) == set()


def test_functions_are_short_or_excused(sources: dict[str, str]) -> None:
    assert sorted(longer_than(sources, FUNCTION_SOFT) - set(LONG_FUNCTIONS)) == []
    assert longer_than(sources, FUNCTION_HARD) == set()


def test_an_excuse_that_is_no_longer_needed_goes(sources: dict[str, str]) -> None:
    assert sorted(set(LONG_FILES) - files_longer_than(sources, FILE_SOFT)) == []
    assert sorted(set(LONG_FUNCTIONS) - longer_than(sources, FUNCTION_SOFT)) == []


def test_the_measure_sees_methods_and_inner_functions() -> None:
    text = "class A:\n def b(\n  self\n ):\n  def c():\n   pass\n  return c\n"
    assert dict(functions(text)) == {"A.b": 3, "A.b.c": 1}
