"""The heat map: a row for each statement, and each cell has an entry."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from squall.reports.sweep_page import anchor, blocks, sweep_page
from squall.sweeping.cells import parse_cell

from tests.sweep.made_sweep import GOOD, LATE, NOT_READY, TWICE, cell_result, sweep_result


class Anchors(HTMLParser):
    """Collects ids and the links to them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note both."""
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if tag == "a" and name == "href" and value:
                self.links.append(value.removeprefix("#"))


def test_each_cell_is_a_link_to_the_one_entry_of_it() -> None:
    result = sweep_result(*GOOD, TWICE, LATE, NOT_READY)
    found = Anchors(sweep_page(result))
    cells = [anchor(one.cell) for one in result.results]
    assert sorted(one for one in found.links if one != "main") == sorted(cells)
    assert all(found.ids.count(one) == 1 for one in cells)


def test_an_operation_with_blanks_has_an_id_without() -> None:
    assert anchor(parse_cell("GET /items/{id}/1/40001/once")) == "GET_/items/{id}/1/40001/once"


def test_a_row_has_its_statement_and_only_faults_that_were_tried_have_columns() -> None:
    ready, order, *_ = blocks(sweep_result(*GOOD, TWICE, NOT_READY))
    assert (ready.operation, order.operation) == ("readiness", "place-order")
    assert order.faults == ("40001", "cut_before", "cut_after")
    assert [(row.title, row.statement) for row in order.rows] == [
        ("2", "INSERT INTO orders VALUES (?) RETURNING id"),
        ("3", "COMMIT"),
    ]
    assert [one.cell.id for one in order.entries] == [
        "place-order/2/40001/once", "place-order/3/cut_before/once"
    ]  # fmt: skip


def test_rows_of_cells_that_waited_together_are_not_called_unchanged() -> None:
    alone = cell_result("place-order/2/40001/once")
    page = sweep_page(sweep_result(replace(alone, changes=(), shared=True)))
    assert "judged together with fault points that waited" in page
    assert "none changed" not in page
    assert "none changed" in sweep_page(sweep_result(replace(alone, changes=())))


def test_text_of_the_app_is_escaped() -> None:
    page = sweep_page(sweep_result(cell_result("place-order/2/40001/once", answer="<script>x")))
    assert "&lt;script&gt;x" in page
    assert not re.search(r"<script", page)
