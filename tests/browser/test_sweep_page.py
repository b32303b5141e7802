"""sweep.html in a real browser: no complaint, phones, and a cell that opens its entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from squall.reports.sweep_directory import write_sweep

from tests.sweep.made_sweep import GOOD, LATE, NOT_READY, POISONED, TWICE, sweep_result

pytestmark = pytest.mark.needs("browser")


@pytest.fixture
def sweep_url(tmp_path: Path) -> str:
    """The page of a sweep with failing fault points."""
    result = sweep_result(*GOOD, TWICE, POISONED, LATE, NOT_READY, notes=["a note"])
    return write_sweep(tmp_path / "sweep", result).as_uri()


@pytest.mark.parametrize("width", [1200, 390])
async def test_the_page_fits_and_asks_the_network_for_nothing(
    page: Any, sweep_url: str, width: int
) -> None:
    await page.open(sweep_url, width=width)
    assert await page.value("document.documentElement.scrollWidth") == width
    assert page.complaints == []
    assert page.asked_for == [sweep_url]


@pytest.mark.parametrize("status", ["survived", "refused-well", "failed"])
async def test_a_cell_opens_what_was_sent_and_answered(
    page: Any, sweep_url: str, status: str
) -> None:
    await page.open(sweep_url)
    await page.value("document.querySelectorAll('details[open]').forEach(one => one.open = false)")
    cell = await page.value(f"document.querySelector('.heat td.{status} a').hash.slice(1)")
    await page.value(f"document.querySelector('.heat td.{status} a').click()")
    await page.settled()
    assert await page.value("document.querySelector(':target').closest('details').open")
    assert await page.value("document.querySelector(':target').checkVisibility()")
    told = await page.value("document.querySelector(':target').textContent")
    for word in ("request", "answer", "sent", "rows", "log", f"--cell {cell}"):
        assert word in told
