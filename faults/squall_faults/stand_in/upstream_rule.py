"""Rules on requests: "on the nth request that matches, do this", armed and disarmed while in use.

do:
    status        answer with ``status`` and, if it is above 0, ``Retry-After: retry_after``
    reset         RST when the request was read, before or after the headers of the answer
    cut_body      end the connection after ``kept_percent`` of the body
    slow_body     let the body take ``body_ms``, in pieces
    malformed     a body of another ``form`` with the status of success
    slow_accept   let new connections wait for ``delay_ms``; idle ones are closed first
    wrong_length  announce ``by`` bytes more, or fewer, than there are
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from squall_faults.stand_in.path_pattern import PathPattern

DO = ("status", "reset", "cut_body", "slow_body", "malformed", "slow_accept", "wrong_length")
WHEN = ("before_headers", "after_headers")
FORMS = ("truncated", "html", "empty", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamRule:
    """One rule.

    Raises:
        ValueError: a value is not possible; the text names key and value.
    """

    id: str
    do: str
    method: str = ""
    """Empty: every method."""
    path: str = ""
    """See :class:`~squall_faults.stand_in.path_pattern.PathPattern`; empty: every path."""
    nth: int = 1
    """The first match that counts; every later one does, too."""
    times: int = 0
    """So often it bites at most; 0: without a limit."""
    share: float = 1.0
    """The share of the matches that count; the same ones each time."""
    status: int = 503
    retry_after: int = 0
    when: str = WHEN[0]
    kept_percent: int = 50
    body_ms: int = 0
    form: str = FORMS[0]
    delay_ms: int = 0
    by: int = 1
    _path: PathPattern = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check everything at the door."""
        choices = {"do": DO, "when": WHEN, "form": FORMS}
        for key, known in choices.items():
            if getattr(self, key) not in known:
                raise ValueError(f"{key} must be one of {', '.join(known)}")
        bounds = {
            "nth": (1, 1_000_000), "times": (0, 1_000_000), "status": (200, 599),
            "retry_after": (0, 3_600), "kept_percent": (0, 99), "body_ms": (0, 600_000),
            "delay_ms": (0, 600_000), "by": (-65_536, 65_536),
        }  # fmt: skip
        for key, (least, most) in bounds.items():
            value = getattr(self, key)
            if type(value) is not int or not least <= value <= most:
                raise ValueError(f"{key} must be from {least} to {most}, got {value!r}")
        if type(self.share) not in (int, float) or not 0 < self.share <= 1:
            raise ValueError(f"share must be above 0 and at most 1, got {self.share!r}")
        object.__setattr__(self, "_path", PathPattern(self.path))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> UpstreamRule:
        """A rule from decoded JSON.

        Raises:
            ValueError: a key is unknown, or a value is not possible.
        """
        known = {item.name for item in fields(cls) if item.init}
        if strange := sorted(set(values) - known):
            raise ValueError(f"a rule has no {strange[0]}")
        return cls(**values)

    def is_about(self, method: str, path: str) -> bool:
        """Whether it is about this request."""
        return (not self.method or self.method == method) and self._path.matches(path)
