"""Take the documentation's pictures again: ``make screenshots``.

A real run of the reference app is made, and Chromium takes pictures of its pages.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = Path(__file__).with_name("images")
OUTAGES = ("database-crash-restart", "silent-network", "slow-network")
PICTURES = {
    "report": ("database-crash-restart/report.html", "1200,760"),
    "index": ("index.html", "1200,760"),
    "report-phone": ("database-crash-restart/report.html", "500,900"),
}
"""Name of the picture: the page below the run directory, and the size of the window."""


def main() -> int:
    """Make the run, then each picture; the exit code says whether all are there."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("chromium is missing; install it with: apt-get install chromium", file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / "run"
        only = [word for outage in OUTAGES for word in ("--only", outage)]
        command = [sys.executable, "-m", "squall.cli", "demo", *only, "--seed", "5"]
        subprocess.run([*command, "--output", str(output)], check=False, timeout=120)
        for name, (page, size) in PICTURES.items():
            picture = IMAGES / f"{name}.png"
            subprocess.run(
                [chromium, "--headless", "--no-sandbox", "--hide-scrollbars",
                 f"--window-size={size}", "--virtual-time-budget=2000",
                 f"--screenshot={picture}", (output / page).as_uri()],
                check=True, capture_output=True, timeout=60,
            )  # fmt: skip
            print(picture.relative_to(IMAGES.parents[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
