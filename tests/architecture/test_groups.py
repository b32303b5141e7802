"""Nothing is raised inside ``except*``: before Python 3.11.4 it would come out in a group."""

from __future__ import annotations

import ast


def test_no_module_catches_with_a_star(sources: dict[str, str]) -> None:
    found = [
        path
        for path, text in sources.items()
        if any(isinstance(node, ast.TryStar) for node in ast.walk(ast.parse(text)))
    ]
    assert found == []
