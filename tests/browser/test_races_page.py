"""races.html in a real browser: no complaint, phones, and a race that opens its entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from squall.reports.races_directory import write_races

from tests.races.made_races import ALL, races_result

pytestmark = pytest.mark.needs("browser")


@pytest.fixture
def races_url(tmp_path: Path) -> str:
    """The page of races, of which one failed."""
    return write_races(tmp_path / "races", races_result(*ALL)).as_uri()


@pytest.mark.parametrize("width", [1200, 390])
async def test_the_page_fits_and_asks_the_network_for_nothing(
    page: Any, races_url: str, width: int
) -> None:
    await page.open(races_url, width=width)
    assert await page.value("document.documentElement.scrollWidth") == width
    assert page.complaints == []
    assert page.asked_for == [races_url]


@pytest.mark.parametrize("status", ["serial", "failed", "not-held"])
async def test_a_race_opens_what_was_answered(page: Any, races_url: str, status: str) -> None:
    await page.open(races_url)
    await page.value("document.querySelectorAll('details[open]').forEach(one => one.open = false)")
    await page.value(f"document.querySelector('.heat td.{status} a').click()")
    await page.settled()
    assert await page.value("document.querySelector(':target').closest('details').open")
    assert await page.value("document.querySelector(':target').checkVisibility()")
    told = await page.value("document.querySelector(':target').textContent")
    for word in ("answer to A", "answer to B", "rows", "--race"):
        assert word in told
