"""An operation that was swept, as reports show it."""

from __future__ import annotations

from dataclasses import dataclass

from squall.sweeping.profile_operation import StatementProfile


@dataclass(frozen=True, slots=True)
class SweptStatement:
    """One statement of an operation, as reports show it."""

    fingerprint: str
    """The statement without its literals."""
    status: str
    """Transaction status before it: I, T or E."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptOperation:
    """An operation that was swept."""

    name: str
    writes: bool
    effect_known: bool
    """Whether the server could tell what it changes."""
    statements: tuple[SweptStatement, ...]

    @classmethod
    def of(cls, profile: StatementProfile) -> SweptOperation:
        """What reports need of a profile."""
        return cls(
            name=profile.operation.name,
            writes=profile.writes,
            effect_known=profile.effect is not None,
            statements=tuple(SweptStatement(x.fingerprint, x.status) for x in profile.steps),
        )
