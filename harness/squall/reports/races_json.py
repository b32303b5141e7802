"""races.json: every race with its result, as defined by ``schema/races.schema.json``."""

from __future__ import annotations

from typing import Any

from squall.gates.verdict import Verdict
from squall.racing.race_result import RaceResult, RacesResult, RaceStatus
from squall.reports.published_schema import published_schema

VERSION = 1


def races_schema() -> dict[str, Any]:
    """The published schema (JSON Schema 2020-12)."""
    return published_schema("races")


def verdict_of(result: RacesResult) -> Verdict:
    """``pass``, ``fail``, or ``inconclusive`` if no request was held."""
    if result.failed:
        return Verdict.FAIL
    return Verdict.PASS if result.held else Verdict.INCONCLUSIVE


def races_document(result: RacesResult) -> dict[str, Any]:
    """The whole file."""
    return {
        "squall": "races",
        "version": VERSION,
        "target": result.target,
        "seed": result.seed,
        "seconds": round(result.seconds, 3),
        "verdict": verdict_of(result).value,
        "counts": {status.value: result.count(status) for status in RaceStatus},
        "operations": [
            {"name": one.name, "statements": [each.fingerprint for each in one.statements]}
            for one in result.operations
        ],
        "pairs": [
            {"name": one.name, "first": one.first, "second": one.second} for one in result.pairs
        ],
        "left_out": [{"operation": one.operation, "reason": one.reason} for one in result.left_out],
        "races": [_race(result, one) for one in result.results],
        "notes": list(result.notes),
        "reproduce": result.reproduce,
    }


def _race(result: RacesResult, one: RaceResult) -> dict[str, Any]:
    return {
        "id": one.id,
        "pair": one.pair,
        "interleaving": one.interleaving,
        "status": one.status.value,
        "explanation": one.explanation,
        "problems": list(one.problems),
        "waited": one.waited,
        "answers": list(one.answers),
        "changes": list(one.changes),
        "serial": list(one.serial),
        "seconds": round(one.seconds, 4),
        "reproduce": result.command(one),
    }
