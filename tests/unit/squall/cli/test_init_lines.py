"""What ``squall init`` says of operations that the load cannot use."""

from __future__ import annotations

from squall.cli.init import left_out_lines


def test_reasons_are_grouped_and_the_most_usual_comes_first() -> None:
    left_out = {"GET /a/{id}": "no value", "GET /b/{id}": "no value", "POST /c": "500\nmore"}
    assert left_out_lines(left_out) == [
        "  3 are left out; `squall check` shows each",
        "  2 x no value",
        "  1 x 500",
    ]
    assert left_out_lines({}) == []
