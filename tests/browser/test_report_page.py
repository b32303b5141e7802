"""report.html in a real browser: no complaint, charts with ink, keys, phones, the dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from squall.gates.verdict import Verdict

pytestmark = pytest.mark.needs("browser")

INK = """
[...document.querySelectorAll("canvas")].map(canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 200) colours.add((data[i] << 16) + (data[i + 1] << 8) + data[i + 2]);
  return colours.size;
})
"""
"""How many opaque colours each chart shows: axes alone have two or three."""

PLOT = "document.querySelector('#points .u-over').getBoundingClientRect().width"
READOUT = "document.getElementById('readout').textContent"
FOCUS = "document.getElementById('{}').focus()"


@pytest.fixture
def report(written: Callable[..., Path]) -> str:
    """The address of the report of one failed outage."""
    return (written() / "cut/report.html").resolve().as_uri()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_charts_are_drawn_and_nothing_complains(
    page: Any, report: str, width: int, dark: bool
) -> None:
    await page.open(report, width=width, dark=dark)
    drawn = await page.value(
        "[...document.querySelectorAll('.chart')].map(chart => chart.dataset.drawn)"
    )
    assert drawn == ["yes"] * 7
    colours = await page.value(INK)
    assert len(colours) == 7
    assert min(colours) > 5, colours
    assert page.complaints == []
    assert page.asked_for == [report]


@pytest.mark.parametrize("width", [1280, 390, 360, 320])
async def test_no_page_is_wider_than_the_screen(
    page: Any, written: Callable[..., Path], width: int
) -> None:
    home = written()
    for name in ("cut/report.html", "index.html"):
        await page.open((home / name).resolve().as_uri(), width=width)
        assert await page.value("document.documentElement.scrollWidth") == width, name


async def test_keys_walk_through_the_requests_and_zoom(page: Any, report: str) -> None:
    await page.open(report)
    await page.value(FOCUS.format("points"))
    await page.key("Home")
    assert await page.value(READOUT) == "0.000 s · read-item: HTTP 200 · successful after 5.0 ms"
    await page.key("End")
    last = await page.value(READOUT)
    assert last.startswith("2.990 s")
    await page.key("ArrowLeft")
    assert (await page.value(READOUT)).startswith("2.980 s")
    before = await page.screenshot()
    await page.key("+")
    zoomed = await page.screenshot()
    assert zoomed != before
    await page.key("0")
    assert await page.screenshot() != zoomed


async def test_a_row_opens_on_the_chart_and_the_chart_opens_the_row(page: Any, report: str) -> None:
    await page.open(report, width=390)
    focused = "document.activeElement.id"
    await page.value("document.querySelector('[data-request=\"110\"]').click()")
    assert await page.value(focused) == "points"
    assert (await page.value(READOUT)).startswith("1.100 s · read-item")
    top = "document.getElementById('{}').getBoundingClientRect().top"
    assert 0 <= await page.value(top.format("points")) < 900
    assert await page.value("document.getElementById('to-row').textContent") == (
        "request 110 in the table"
    )
    await page.value("""(() => {
      const words = document.querySelector("[data-filter=request-rows] input");
      words.value = "no such request";
      words.dispatchEvent(new Event("input"));
    })()""")
    assert await page.value("document.getElementById('request-110').hidden")
    await page.key("Enter")
    assert await page.value("location.hash") == "#request-110"
    assert not await page.value("document.getElementById('request-110').hidden")
    await page.settled()
    assert 0 <= await page.value(top.format("request-110")) < 900
    assert page.complaints == []


async def test_the_circuit_breaker_is_a_lane_that_keys_tell(page: Any, report: str) -> None:
    await page.open(report)
    assert await page.value("document.getElementById('c-states').textContent") == (
        "Breaker from the app's metrics"
    )
    words = "[...document.querySelectorAll('#c-states + ul li')].map(item => item.textContent)"
    assert await page.value(words) == ["closed", "half-open", "open"]
    await page.value(FOCUS.format("states"))
    told = []
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        await page.key(key)
        told.append(await page.value(READOUT))
    assert told == [
        "0.00 s · breaker: closed",
        "1.10 s · breaker: open",
        "1.90 s · breaker: half-open",
        "2.10 s · breaker: closed",
    ]


async def test_gauges_that_moved_are_lines_and_others_are_words(page: Any, report: str) -> None:
    await page.open(report)
    caption = await page.value("document.getElementById('c-gauges').textContent")
    assert "unchanged: size 9" in caption
    await page.value(FOCUS.format("gauges"))
    await page.key("Home")
    await page.key("ArrowRight")
    assert await page.value(READOUT) == "0.10 s · in use 1"


async def test_the_likely_cure_is_one_link_away(page: Any, written: Callable[..., Path]) -> None:
    home = written(verdict=Verdict.INCONCLUSIVE)
    await page.open((home / "index.html").resolve().as_uri())
    link = await page.value("document.querySelector('.remedy a').getAttribute('href')")
    assert link == "cut/report.html#remedy"
    await page.open((home / link.partition("#")[0]).resolve().as_uri(), width=390)
    assert await page.value("document.querySelector('#remedy').textContent") == (
        "When a run proves nothing"
    )
    assert await page.value("document.documentElement.scrollWidth") == 390


async def test_every_chart_and_control_is_reached_by_tab(page: Any, report: str) -> None:
    await page.open(report)
    charts = {"points", "rate", "sessions", "load", "states", "gauges", "probes"}
    wanted = charts | {"SUMMARY", "BUTTON", "PRE"}
    reached: list[str] = []
    for _ in range(120):  # the tables of requests have links of their own
        if wanted <= set(reached):
            break
        await page.key("Tab")
        reached.append(
            await page.value("document.activeElement.id || document.activeElement.tagName")
        )
    assert reached[0] == "A"  # the link that skips to the report
    assert wanted <= set(reached)


async def test_the_charts_follow_the_readers_scheme(page: Any, report: str) -> None:
    await page.open(report)
    light = await page.value("getComputedStyle(document.body).backgroundColor")
    pixels = await page.value("document.querySelector('canvas').toDataURL()")
    await page.scheme(dark=True)
    await page.settled()
    assert await page.value("getComputedStyle(document.body).backgroundColor") != light
    assert await page.value("document.querySelector('canvas').toDataURL()") != pixels
    assert page.complaints == []


async def test_paper_is_dark_on_white_with_every_detail_open(page: Any, report: str) -> None:
    pixels = "document.querySelector('canvas').toDataURL()"
    closed = """[...document.querySelectorAll("details")].filter(
      one => one.getBoundingClientRect().height < one.firstElementChild.offsetHeight + 4).length"""
    await page.open(report, dark=False)
    light = [await colour(page, name) for name in ("ink", "fail", "muted")]
    await page.open(report, dark=True)
    assert [await colour(page, name) for name in ("ink", "fail", "muted")] != light
    assert await page.value(closed) > 0
    dark = await page.value(pixels)
    await page.paper()
    await page.settled()
    await page.settled()
    assert contrast(await colour(page, "fail"), [1, 1, 1]) >= 4.5
    assert contrast(await colour(page, "muted"), [1, 1, 1]) >= 4.5
    assert (
        await page.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert await page.value(pixels) != dark
    assert await page.value(closed) == 0


async def test_on_a_phone_a_tap_reads_the_chart(page: Any, report: str) -> None:
    await page.open(report, width=390)
    place = await page.value(
        "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        "((document.getElementById('points').scrollIntoView({block: 'center'}),"
        " document.querySelector('#points .u-over').getBoundingClientRect()))"
    )
    before = await page.value(READOUT)
    await page.tap(*place)
    await page.settled()
    told = await page.value(READOUT)
    assert told != before
    assert told.startswith("1.")
    assert "read-item" in told


async def test_charts_follow_the_width(page: Any, report: str) -> None:
    await page.open(report, width=1280)
    wide = await page.value(PLOT)
    await page.resize(390)
    await page.settled()
    narrow = await page.value(PLOT)
    assert narrow < 390 < wide


async def test_texts_of_a_run_are_not_executed(page: Any, written: Callable[..., Path]) -> None:
    evil = "</script><script>document.title = 'owned'</script><img src=x onerror=alert(1)>"
    home = written(story=evil, reason=evil, body=evil)
    await page.open((home / "cut/report.html").resolve().as_uri())
    assert await page.value("document.title") == "cut: fail · Squall"
    assert await page.value("document.querySelectorAll('img').length") == 0
    assert evil in await page.value("document.querySelector('.headline').textContent")
    assert page.complaints == []


async def test_a_run_without_requests_has_a_page(page: Any, written: Callable[..., Path]) -> None:
    home = written(requests=0)
    await page.open((home / "cut/report.html").resolve().as_uri())
    drawn = await page.value(
        "[...document.querySelectorAll('.chart')].map(chart => chart.dataset.drawn)"
    )
    assert drawn == ["empty", "empty", *["yes"] * 5]
    assert page.complaints == []


async def test_contrast_of_words_is_that_of_wcag_aa(page: Any, report: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1, in either scheme, for ink, muted words and verdicts."""
    pairs = [("ink", "bg"), ("muted", "bg"), ("muted", "card"), ("muted", "soft"), ("link", "card"),
             ("pass", "pass-bg"), ("inconclusive", "inconclusive-bg"), ("fail", "fail-bg"),
             ("fail", "soft"), ("pass", "card")]  # fmt: skip
    for dark in (False, True):
        await page.open(report, dark=dark)
        for front, back in pairs:
            ratio = contrast(await colour(page, front), await colour(page, back))
            assert ratio >= 4.5, (dark, front, back, ratio)


async def colour(page: Any, name: str) -> list[float]:
    """Red, green and blue from 0 to 1 of a named colour of the page."""
    script = f"getComputedStyle(document.documentElement).getPropertyValue('--{name}').trim()"
    text = (await page.value(script)).lstrip("#")
    text = "".join(letter * 2 for letter in text) if len(text) == 3 else text
    return [int(text[i : i + 2], 16) / 255 for i in (0, 2, 4)]


def contrast(one: list[float], two: list[float]) -> float:
    """WCAG's contrast ratio."""
    lights = sorted(
        sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
        )
        for parts in (one, two)
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)
