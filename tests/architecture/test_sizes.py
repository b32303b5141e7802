"""Files and functions stay small enough to be read at once.

Soft limits bind unless a line below gives the reason for the exception; hard limits always bind.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

FILE_SOFT, FILE_HARD = 250, 400
FUNCTION_SOFT, FUNCTION_HARD = 25, 40

LONG_FILES = {
    "faults/squall_faults/ports.py": "one list: everything that a lab supplies to faults",
    "harness/squall/config/keys.py": "the one table of all keys",
    "harness/squall/core/events.py": "one list: every kind of event with its fields",
    "harness/squall/lab/lab.py": "the lab with every capability that faults and sweeps ask of it",
}

LONG_FUNCTIONS = {
    "app_under_test/squall_reference/main.py::create_app": (
        "the parts of the app, put together in one place"
    ),
    "app_under_test/squall_reference/observability/logs.py::configure": "one list of processors",
    "app_under_test/squall_reference/observability/metrics.py::_Policies.collect": (
        "one metric after the other"
    ),
    "faults/squall_faults/proxy/rules/fast_path.py::FastPath._extended": (
        "one pass, no call per message"
    ),
    "harness/squall/cli/attach_options.py::parse_attach": "one option a line",
    "harness/squall/cli/up.py::up": "options become a lab, one a line",
    "harness/squall/cli/check.py::check": "options become a job, one a line",
    "harness/squall/cli/main.py::exit_code_of": "every way to end, in one place",
    "proof/squall_proof/mutants/command.py::mutants": "options become a job, one a line",
    "harness/squall/reports/html/page.py::report": "one part of the page a line",
    "harness/squall/lab/providers/attached/attach.py::create_attached_components": (
        "one part of the lab a line"
    ),
    "harness/squall/config/init/scan_source.py::_detected": "one guess a line",
    "harness/squall/lab/factory.py::create_components": "one provider after the other",
    "harness/squall/lab/factory.py::_create_processes": "one component a line",
    "harness/squall/lab/providers/docker/docker_components.py::parts": "one component a line",
    "harness/squall/runner/run.py::Runner._run": "the plot of a run, in order",
    "harness/squall/cli/sweep.py::sweep": "options become a sweep, one a line",
    "harness/squall/lab/lab.py::Lab.__init__": "one component a line",
    "harness/squall/reports/sweep_json.py::sweep_document": "one key of the document a line",
    "harness/squall/sweeping/client.py::Client.send": "every way that a request ends",
    "harness/squall/sweeping/readiness_cells.py::run_readiness_cell": "a cell, in order",
    "harness/squall/sweeping/run_batch.py::run_batch": "the plot of a batch, in order",
    "harness/squall/sweeping/run_cell.py::CellRunner._inject": "the plot of a cell, in order",
    "harness/squall/sweeping/sweeper.py::sweep_in": "the plot of a sweep, in order",
    "harness/squall/sweeping/sweeper.py::profile_all": "every reason to leave an operation out",
    "harness/squall/sweeping/tapped_lab.py::tapped_lab": "one part of the lab a line",
    "harness/squall/workload/openapi/bodies.py::generate_bodies": (
        "one kind of schema after the other"
    ),
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
