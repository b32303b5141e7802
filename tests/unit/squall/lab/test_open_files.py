"""The limit of open files: raised where the account may, told where it may not."""

from __future__ import annotations

import resource

import pytest
from squall.core.errors import LabError
from squall.lab.open_files import ensure_open_files

NO_LIMIT = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("soft", "hard", "then"),
    [(64, 4096, 1024), (64, 300, 300), (64, NO_LIMIT, 1024), (256, 256, None), (1024, 64_000, None),
     (NO_LIMIT, NO_LIMIT, None)],
)  # fmt: skip
def test_a_low_soft_limit_is_raised(
    soft: int, hard: int, then: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _kind, pair: asked.append(pair))
    ensure_open_files()
    assert asked == ([] if then is None else [(then, hard)])


def test_a_low_hard_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (64, 64))
    with pytest.raises(LabError, match=r"may open 64 files.*needs 256.*ulimit -n 1024"):
        ensure_open_files()
