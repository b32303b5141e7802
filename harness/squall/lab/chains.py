"""Operations on items that the load itself created: POST /items ──201 {"id": 7}──▶ DELETE /items/7.

Each follows a successful POST that creates such items, in the trial and in the load. So it takes no
rows from other operations, and an operation that works only once (``POST /items/7/like``) is sent
once per item.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from squall.lab.app_client import AppClient, NoAnswer
from squall.lab.trial import TRIES, Trial, TrialResult
from squall.workload.follow_ups import LIST_KEPT
from squall.workload.openapi.derive import NOT_OURS, READS, Candidate
from squall.workload.openapi.document import ApiDocument
from squall.workload.openapi.values import ENDS, IDENTITIES, plain_name, singular
from squall.workload.operations import Operation, PlannedRequest
from squall.workload.read_back import entry_with, fill_follow_up

LAST_PARAMETER = re.compile(r"\{([^{}/]+)\}(?=[^{}]*$)")
DEPTH = 4


async def try_chain(
    trial: Trial,
    document: ApiDocument,
    candidate: Candidate,
    good: Sequence[tuple[str, Operation]],
    client_of: Callable[[Operation], AppClient],
) -> tuple[Operation | None, TrialResult]:
    """Try the operation as a follow-up of the POST that creates its items.

    ``good``: paths as in the document, and the operations available to the load.
    """
    last = TrialResult(reason=NOT_OURS)
    for path, maker in good:
        follower = None
        if maker.method == "POST":
            trial.client = client_of(maker)
            lists = [one.path for place, one in good if place == path and one.method == "GET"]
            listed = lists[0] if lists and "{" not in lists[0] else ""
            follower = await _follower(trial, document, candidate, path, maker, listed)
        if follower is not None:
            last = await _ask(trial, maker, follower)
            if not last.reason:
                return follower, last
    return None, last


async def _follower(
    trial: Trial, document: ApiDocument, candidate: Candidate, path: str, maker: Operation,
    listed: str,
) -> Operation | None:  # fmt: skip
    """The operation on the items that the maker creates, if the maker's answer identifies them, or
    else their entry in the list.
    """
    if _place(candidate.described.path, path) is None:
        return None
    request = trial.drawn(maker, 1)[0]
    made = await trial.probe(maker, request)
    text = "" if made.reason else made.texts[0]
    place, found_in = followed_path(candidate.described.path, path, text, document.prefix), ""
    if not place and listed and not made.reason:
        text, found_in = await _entry(trial, listed, request), listed
        place = followed_path(candidate.described.path, path, text, document.prefix)
    if not place:
        return None
    return Operation(
        name=candidate.described.operation_id or candidate.title,
        method=candidate.described.method.upper(),
        path=place,
        effect="read" if candidate.described.method in READS else "write",
        media=candidate.media,
        body=candidate.bodies[0] if candidate.bodies else None,
        role=maker.role,
        after=maker.name,
        found_in=found_in,
    )


async def _entry(trial: Trial, listed: str, request: PlannedRequest) -> str:
    """The entry of the list that shows what the request made; empty if there is none."""
    try:
        answer = await trial.client.get_page(listed, keep=LIST_KEPT)
    except NoAnswer:
        return ""
    return entry_with(answer.text, request.key)


def followed_path(item: str, made: str, text: str, prefix: str) -> str:
    """The path of an item with the identity in the answer of the POST to ``made``; empty if the
    POST makes something else, or its answer does not identify it.
    """
    below = _place(item, made)
    field = None if below is None else _identity(text, item)
    if field is None:
        return ""
    return ("{path}" if below else prefix) + _tail(item, made if below else "", field)


def _place(deleted: str, made: str) -> bool | None:
    """Whether the POST's path is the collection of the item; None if it creates something else."""
    parameter = LAST_PARAMETER.search(deleted)
    if parameter is None:
        return None
    if deleted[: parameter.start()].rstrip("/") == made.rstrip("/"):
        return True
    alone = deleted.count("{") == 1 and "{" not in made
    about = _resources(deleted[: parameter.start()]) | {resource_named(parameter.group(1))}
    same = about & _resources(made)
    return False if alone and same else None


def _resources(path: str) -> set[str]:
    """The resource of a path: its fixed segments without versions and verbs."""
    words = [singular(part) for part in path.split("/") if part and "{" not in part]
    return {one for one in words if one not in VERBS and not re.fullmatch(r"api|v\d+", one)}


def resource_named(parameter: str) -> str:
    """``post_id`` names a post."""
    name = plain_name(parameter)
    end = next((one for one in ENDS if name.endswith(one) and name != one), "")
    return singular(name.removesuffix(end)) if end else ""


VERBS = frozenset({"create", "new", "add", "delete", "remove", "register", "signup", "open"})


def _tail(deleted: str, made: str, field: str) -> str:
    """The rest of the item's path after the POST's, with the field of the POST's answer."""
    filled = LAST_PARAMETER.sub(f"{{answer.{field}}}", deleted, count=1)
    return filled[len(made.rstrip("/")) :]


def _identity(text: str, path: str) -> str | None:
    """The place in an answer that holds the last parameter of the path."""
    parameter = LAST_PARAMETER.search(path)
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if parameter is None:
        return None
    fixed = [part for part in path[: parameter.start()].split("/") if part and "{" not in part]
    wanted = plain_name(parameter.group(1))
    short = wanted.removeprefix(singular(fixed[-1])) if fixed else wanted
    for name in dict.fromkeys((wanted, short, *IDENTITIES, "key")):
        if (found := _find(answer, name, DEPTH)) is not None:
            return found
    return None


def _find(value: Any, name: str, depth: int) -> str | None:  # noqa: ANN401 - JSON
    if not isinstance(value, Mapping) or depth == 0:
        return None
    for key, item in value.items():
        usable = isinstance(item, (str, int)) and not isinstance(item, bool)
        if plain_name(str(key)) == name and usable and re.fullmatch(r"\w+", str(key)):
            return str(key)
    for key, item in value.items():
        inner = _find(item, name, depth - 1)
        if inner is not None and re.fullmatch(r"\w+", str(key)):
            return f"{key}.{inner}"
    return None


async def _ask(trial: Trial, maker: Operation, follower: Operation) -> TrialResult:
    """Create an item and send the operation for it, as often as any operation is tried."""
    statements, seconds = list[float](), list[float]()
    for request in trial.drawn(maker, TRIES):
        made = await trial.probe(maker, request)
        text = made.texts[0] if made.texts else ""
        text = await _entry(trial, follower.found_in, request) if follower.found_in else text
        following = fill_follow_up(request, text, follower)
        if made.reason or following is None:
            return TrialResult(reason=made.reason or NOT_OURS)
        result = await trial.ask_once(follower, following)
        if result.reason:
            return result
        statements.append(result.statements or 0.0)
        seconds.append(result.seconds or 0.0)
    note = f"follows {maker.name}, on what that made"
    return TrialResult(statements=sorted(statements)[1], seconds=sorted(seconds)[1], note=note)
