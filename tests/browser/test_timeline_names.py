"""Names above the timeline: each is whole and on the canvas, and none touches another."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.needs("browser")

RECORD = """
(() => {
  const fill = CanvasRenderingContext2D.prototype.fillText;
  window.drawn = {};
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const size = this.measureText(text);
    if (this.font.startsWith("600"))
      drawn[text] = { left: x, right: x + size.width, top: y - size.actualBoundingBoxAscent,
                      bottom: y + size.actualBoundingBoxDescent, width: this.canvas.width };
    return fill.apply(this, arguments);
  };
})();
"""
"""Notes where each name stands on its canvas, the last time that it is drawn."""

END = 3.0
HEALED = {"at": 2.9, "label": "healed"}
RECOVERED = {"at": 2.95, "label": "recovered (+50 ms)"}


def fault(label: str, begun: float) -> dict[str, Any]:
    return {"label": label, "from": begun, "to": 2.9}


CASES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "three at the right edge": ([fault("database.crash", 2.85)], [HEALED, RECOVERED]),
    "four at the right edge": (
        [fault("network.latency", 2.8), fault("database.crash", 2.85)], [HEALED, RECOVERED],
    ),
    "one in the middle": ([fault("network.refuse", 1.0)], []),
    "ten at once": (
        [fault(f"network.black_hole {n}", 2.7) for n in range(10)], [HEALED, RECOVERED],
    ),
}  # fmt: skip


def report_with(page: Path, case: str) -> str:
    """The address of this page with other faults and marks in its data."""
    faults, marks = CASES[case]

    def changed(found: re.Match[str]) -> str:
        data = {**json.loads(found[2]), "faults": faults, "marks": marks}
        return found[1] + json.dumps(data) + found[3]

    text, count = re.subn(
        r'(<script[^>]*id="data"[^>]*>)(.*?)(</script>)', changed, page.read_text("utf-8"),
        flags=re.DOTALL,
    )  # fmt: skip
    assert count == 1
    page.write_text(text, "utf-8")
    return page.resolve().as_uri()


async def shown(page: Any) -> dict[str, dict[str, float]]:
    await page.settled()
    return dict(await page.value("window.drawn"))


def verify(drawn: dict[str, dict[str, float]]) -> None:
    for text, box in drawn.items():
        assert box["top"] >= 0, f"{text} is cut at the top: {box}"
        assert box["left"] >= 0
        assert box["right"] <= box["width"], f"{text} is cut at the right: {box}"
    boxes = sorted(drawn.items())
    for place, (one, first) in enumerate(boxes):
        for other, second in boxes[place + 1 :]:
            beside = first["right"] <= second["left"] or second["right"] <= first["left"]
            above = first["bottom"] <= second["top"] or second["bottom"] <= first["top"]
            assert beside or above, f"{one} touches {other}"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("case", CASES)
async def test_each_name_is_whole_and_alone(
    page: Any, written: Callable[..., Path], case: str, width: int
) -> None:
    report = report_with(written() / "cut/report.html", case)
    await page.call("Page.addScriptToEvaluateOnNewDocument", source=RECORD)
    await page.open(report, width=width)
    drawn = await shown(page)
    faults, marks = CASES[case]
    assert {mark["label"] for mark in marks} <= set(drawn), "a heal always has its name"
    assert len(drawn) == len(faults) + len(marks) or len(faults) == 10
    verify(drawn)


async def test_names_that_a_zoom_pushes_together_have_room(
    page: Any, written: Callable[..., Path]
) -> None:
    """In the whole they stand beside each other; near the edge of a zoom they do not."""
    report = report_with(written() / "cut/report.html", "three at the right edge")
    await page.call("Page.addScriptToEvaluateOnNewDocument", source=RECORD)
    await page.open(report)
    await page.value("document.getElementById('points').focus()")
    await page.key("End")
    for _ in range(3):
        await page.value("window.drawn = {}")
        await page.key("+")
        verify(await shown(page))
