"""sweep.json: every fault point with its result, as defined by ``schema/sweep.schema.json``."""

from __future__ import annotations

from typing import Any

from squall.reports.published_schema import published_schema
from squall.reports.serialization import to_json_data
from squall.reports.sweep_failures import verdict_of
from squall.sweeping.sweep_result import CellResult, Status, SweepResult

VERSION = 1


def sweep_schema() -> dict[str, Any]:
    """The published schema (JSON Schema 2020-12)."""
    return published_schema("sweep")


def sweep_document(result: SweepResult) -> dict[str, Any]:
    """The whole file."""
    return {
        "squall": "sweep",
        "version": VERSION,
        "target": result.target,
        "seed": result.seed,
        "seconds": round(result.seconds, 3),
        "coverage": round(result.coverage, 4),
        "counts": {status.value: result.count(status) for status in Status},
        "operations": [
            {
                "name": one.name,
                "writes": one.writes,
                "effect_known": one.effect_known,
                "statements": [
                    {"fingerprint": each.fingerprint, "transaction": each.status or "-"}
                    for each in one.statements
                ],
            }
            for one in result.operations
        ],
        "left_out": [{"operation": one.operation, "reason": one.reason} for one in result.left_out],
        "cells": [_cell(result, one) for one in result.results],
        "pruned": [{"id": one.cell.id, "reason": one.reason} for one in result.pruned],
        "notes": list(result.notes),
        "reproduce": result.reproduce,
        "verdict": verdict_of(result).value,
        "limits": _limits(result),
        **({"shard": to_json_data(result.shard)} if result.shard else {}),
        **({"problems": list(result.problems)} if result.problems else {}),
    }


def _limits(result: SweepResult) -> dict[str, Any]:
    known = result.limits.baseline
    return {
        "min_survived": result.limits.min_survived,
        "baseline": None if known is None else sorted(one.id for one in known),
    }


def _cell(result: SweepResult, one: CellResult) -> dict[str, Any]:
    return {
        "id": one.cell.id,
        "status": one.status.value,
        "problems": [{"failure": p.failure.value, "text": p.text} for p in one.problems],
        "seconds": round(one.seconds, 4),
        "request": one.request,
        "answer": one.answer,
        "statements": list(one.statements),
        "changes": list(one.changes),
        "log": list(one.log),
        "shared": one.shared,
        "reproduce": result.command(one.cell),
    }
