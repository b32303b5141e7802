"""``python -m squall.cli``: the same as ``squall``."""

from __future__ import annotations

from squall.cli.start import main

if __name__ == "__main__":
    main()
