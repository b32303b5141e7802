"""``python -m harness.cli``: the same as ``squall``."""

from __future__ import annotations

from harness.cli.main import main

if __name__ == "__main__":
    main()
