"""What a proof says while it runs."""

from __future__ import annotations

import sys

from squall_proof.mutants import kill_table
from squall_proof.mutants.trial import MutantCase


def told(case: MutantCase) -> None:
    """For whoever waits with ``--capture=no``."""
    sys.stdout.write(f"{kill_table.line(case)}\n")
