"""The page of two runs in a real browser, and the index with its groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from squall.reports import comparison as comparing
from squall.reports.html.compare_page import ComparedSuite, compare_page
from squall.reports.run_store import open_suite

pytestmark = pytest.mark.needs("browser")

CHOOSE = """
(() => {{
  const select = document.querySelector("select[data-{}]");
  select.value = "{}";
  select.dispatchEvent(new Event("change"));
}})()
"""
SHOWN = "[...document.querySelectorAll('#outages > li:not([hidden]) h2')].map(h => h.textContent)"


@pytest.fixture
def compared(written: Callable[..., Path], tmp_path: Path) -> str:
    """The address of a page that compares a run with itself."""
    suite = open_suite(written())
    runs = [one.run for one in suite.runs]
    both = [ComparedSuite(name=name, suite=suite) for name in ("runs/one", "runs/two")]
    text = compare_page(both[0], both[1], comparing.compare(runs, runs, confidence=0.95))
    (tmp_path / "compared.html").write_text(text)
    return (tmp_path / "compared.html").resolve().as_uri()


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_the_page_fits_the_screen_and_nothing_complains(
    page: Any, compared: str, width: int, dark: bool
) -> None:
    await page.open(compared, width=width, dark=dark)
    assert await page.value("document.documentElement.scrollWidth") == width
    assert await page.value("document.querySelectorAll('svg.timeline circle').length") == 600
    assert page.complaints == []
    assert page.asked_for == [compared]


async def test_timelines_stand_side_by_side_and_below_each_other_on_a_phone(
    page: Any, compared: str
) -> None:
    tops = "[...document.querySelectorAll('.twin figure')].map(f => f.getBoundingClientRect().top)"
    await page.open(compared, width=1280)
    one, two = await page.value(tops)
    assert one == two
    await page.open(compared, width=390)
    one, two = await page.value(tops)
    assert one < two


async def test_dots_follow_the_readers_scheme(page: Any, compared: str) -> None:
    colour = "getComputedStyle(document.querySelector('circle.unknown')).fill"
    await page.open(compared, dark=False)
    light = await page.value(colour)
    await page.open(compared, dark=True)
    assert await page.value(colour) != light


async def test_the_index_groups_its_outages(page: Any, written: Callable[..., Path]) -> None:
    await page.open((written() / "index.html").resolve().as_uri())
    assert await page.value(SHOWN) == ["cut"]
    await page.value(CHOOSE.format("group", "kind"))
    assert await page.value(SHOWN) == ["fail (1)", "cut"]
    await page.value(CHOOSE.format("group", "tags"))
    assert await page.value(SHOWN) == ["none (1)", "cut"]
    await page.value(CHOOSE.format("group", ""))
    assert await page.value(SHOWN) == ["cut"]
    assert page.complaints == []


async def test_an_outage_of_two_tags_stands_in_both_groups_and_counts_once(
    page: Any, written: Callable[..., Path]
) -> None:
    index = written() / "index.html"
    text = index.read_text()
    card = text[
        text.index('<li class="card outage') : text.index("</ul>", text.index('id="outages"'))
    ]
    cards = [
        card.replace('data-name="cut"', f'data-name="{name}"')
        .replace('data-recovery="0.0"', f'data-recovery="{recovery}"')
        .replace('data-tags=""', f'data-tags="{tags}"')
        .replace(">cut</a>", f">{name}</a>")
        for name, recovery, tags in [("b", 5, "smoke|wire"), ("a", 7, "wire")]
    ]
    index.write_text(text.replace(card, "".join(cards)))
    await page.open(index.resolve().as_uri())
    assert await page.value(SHOWN) == ["b", "a"]
    await page.value(CHOOSE.format("order", "recovery"))
    assert await page.value(SHOWN) == ["a", "b"]
    await page.value(CHOOSE.format("group", "tags"))
    assert await page.value(SHOWN) == ["wire (2)", "a", "b", "smoke (1)", "b"]
    count = "document.querySelector('[data-filter=outages] output').textContent"
    assert await page.value(count) == "2 of 2"
    await page.value("""(() => {
      const words = document.querySelector("[data-filter=outages] input");
      words.value = "smoke";
      words.dispatchEvent(new Event("input"));
    })()""")
    assert await page.value(SHOWN) == []
    assert await page.value(count) == "0 of 2"
