"""Seeds: the same for the same part of a run, in every process; others for other parts."""

from __future__ import annotations

import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from squall.core.ids import SEED_LIMIT, derived_seed, fresh_seed, lab_id

SEEDS = st.integers(0, SEED_LIMIT - 1)


@given(SEEDS, st.lists(st.text(max_size=5), max_size=3))
def test_a_derived_seed_is_a_seed_and_repeatable(seed: int, path: list[str]) -> None:
    derived = derived_seed(seed, *path)
    assert 0 <= derived < SEED_LIMIT
    assert derived == derived_seed(seed, *path)


def test_parts_have_seeds_of_their_own() -> None:
    parts = [(), ("a",), ("b",), ("a", "b"), ("a", 1), ("a", 2)]
    seeds = {derived_seed(seed, *part) for seed in range(50) for part in parts}
    assert len(seeds) == 50 * len(parts)


def test_a_derived_seed_is_the_same_in_another_process() -> None:
    """Strings are hashed anew in each process; seeds must not hang on that."""
    program = "from squall.core.ids import derived_seed; print(derived_seed(7, 'slow-network'))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert int(done.stdout) == derived_seed(7, "slow-network")


def test_fresh_seeds_fit_every_option_and_differ() -> None:
    seeds = [fresh_seed() for _ in range(100)]
    assert all(0 <= seed < SEED_LIMIT for seed in seeds)
    assert len(set(seeds)) > 90


def test_a_lab_has_eight_hex_digits() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}", lab_id())
    assert lab_id() != lab_id()
