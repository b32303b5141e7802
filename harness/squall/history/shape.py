"""The shape of an answer: as much of a body as is needed to compare answers.

    {"id": 7, "name": "pen", "tags": []}  ──▶  {"": "object", ".id": "=7", ".name": "text",
                                                ".tags": 0}

Bodies are not stored: they can be large, and can hold data that must not be in a file. The shape
keeps the kind of each value, the length of a list, and the value itself where it identifies
something (``id``, ``uuid``, ``…_id``). Empty texts, empty objects and 0 are kinds of their own,
because a hidden error often looks like an answer that has become empty.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from squall.history.op import Op

MAX_BODY = 64 * 1024
"""Maximum bytes of a body that a client keeps. A longer body is judged by media type and size only.
"""

MAX_PLACES = 60
MAX_ITEMS = 20
MAX_DEPTH = 3
MAX_IDENTITY = 64

REPEATED = "repeated-lines"
"""Place of their number in a body that is no JSON."""

NUMBER = "#"
"""First letter of the digest of a number."""

UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)

DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,29})(?:\.\d{1,30})?$")

IDENTITIES = frozenset({"id", "uuid", "guid", "key", "slug"})

Shape = Mapping[str, str | int]
"""Kind, identity or length by place. A place is a path such as ``.items[].id``."""


def describe_body(text: str, content_type: str | None) -> str:
    """The shape as JSON text; empty if the body is not JSON or is too long."""
    if "json" not in (content_type or "") or len(text) > MAX_BODY:
        return ""
    try:
        value = json.loads(text)
    except ValueError:
        return json.dumps({"": "malformed", **_repeated_lines(text)})
    places: dict[str, str | int] = {}
    for place, what in _places(value, "", 0):
        places[place] = what
        if len(places) >= MAX_PLACES:
            break
    return json.dumps(places, separators=(",", ":"))


def _repeated_lines(text: str) -> dict[str, int]:
    """How many lines, each a JSON value, say what another one says; nothing if none does."""
    lines = [line for line in text.splitlines() if line.strip()]
    number = len(lines) - len(set(lines))
    return {REPEATED: number} if number else {}


def describe_texts(text: str) -> str:
    """The fields of an object that are texts or numbers, each with a digest of its value, as JSON;
    empty if none. The digest of a number begins with ``#``.

    Sixteen bits tell two values apart, and disclose neither.
    """
    try:
        value = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(value, dict):
        return ""
    found = digest_fields(value, MAX_PLACES)
    return json.dumps(found, separators=(",", ":")) if found else ""


def digest_fields(value: Mapping[str, object], most: int) -> Mapping[str, str]:
    """The first fields of an object that are texts or numbers, each with a digest of its value."""
    fields = list(value.items())[:most]
    return {name: digest for name, item in fields if (digest := _digest_of(item))}


def describe_numbers(text: str) -> str:
    """The numbers of an object, and of the objects in it, each with a digest, as JSON; empty if
    none. What identifies something is left out.
    """
    try:
        value = json.loads(text)
    except ValueError:
        return ""
    fields = list(_numbers(value, ""))[:MAX_PLACES] if isinstance(value, dict) else []
    return json.dumps(dict(fields), separators=(",", ":")) if fields else ""


def _numbers(value: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for name, item in value.items():
        if isinstance(item, dict) and not place:
            yield from _numbers(item, f"{name}.")
        elif isinstance(item, (int, float)) and not isinstance(item, bool):
            digest = "" if _identifies(name) else number_digest(str(item))
            if digest:
                yield f"{place}{name}", digest


def number_digest(text: str) -> str:
    """A digest of a number to two places, as prices have: a sum of floats is as good as that of
    the column; empty for anything else.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return ""
    return text_digest(f"{number:.2f}") if number.is_finite() else ""


def describe_items(body: object) -> str:
    """The things of a body, a list or one alone: their texts and numbers, as
    :func:`digests_of_values` has them; empty if they have none or are too many.
    """
    things = body if isinstance(body, list) else [body]
    if not 0 < len(things) <= MAX_ITEMS or not all(isinstance(one, dict) for one in things):
        return ""
    items = [digests_of_values(describe_texts(json.dumps(one))) for one in things]
    return json.dumps(items, separators=(",", ":")) if all(items) else ""


def _digest_of(item: object) -> str:
    if isinstance(item, str):
        return digest_of(item) if item else ""
    is_number = isinstance(item, (int, float)) and not isinstance(item, bool)
    return f"{NUMBER}{digest_of(str(item))}" if is_number else ""


def digest_of(text: str) -> str:
    """A digest of a value as a column has it: alike for 5, 5.0 and 5.00."""
    return text_digest(format(Decimal(text).normalize(), "f") if DECIMAL.match(text) else text)


def digests_of_values(digests: str) -> Mapping[str, str]:
    """The digest of each value by field, as :func:`digest_of` makes it, from what
    :func:`describe_texts` has made.
    """
    return {name: digest.removeprefix(NUMBER) for name, digest in read_texts(digests).items()}


def read_texts(digests: str) -> Mapping[str, str]:
    """The inverse of :func:`describe_texts`; an empty text gives no fields."""
    found: dict[str, str] = json.loads(digests) if digests else {}
    return found


def text_digest(text: str) -> str:
    """Sixteen bits of a text, as it is."""
    return f"{zlib.crc32(text.encode(errors='replace')) & 0xFFFF:04x}"


def read_shape(text: str) -> Shape:
    """The inverse of :func:`shape_of`; an empty text gives no places."""
    if not text:
        return {}
    shape: dict[str, str | int] = json.loads(text)
    return shape


def identities(op: Op) -> Mapping[str, str]:
    """The identifying values of an answer, by place: ``{".id": "7"}``."""
    shape = read_shape(op.shape)
    return {
        place: kind[1:]
        for place, kind in shape.items()
        if isinstance(kind, str) and kind.startswith("=") and kind != "="
    }


def is_uuid(text: str) -> bool:
    """Whether a value is a UUID, with or without hyphens."""
    return UUID.fullmatch(text) is not None


def answered_ids(ops: Iterable[Op]) -> frozenset[str]:
    """All identifying values in successful answers to writes."""
    writes = (op for op in ops if op.good and op.effect != "read")
    return frozenset(value for op in writes for value in identities(op).values())


def _places(value: Any, place: str, depth: int) -> Iterator[tuple[str, str | int]]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        yield place, "object" if value else "empty-object"
        if depth < MAX_DEPTH:
            for name, item in value.items():
                yield from _places(item, f"{place}.{name}", depth + 1)
    elif isinstance(value, list):
        yield place, len(value)
        if depth < MAX_DEPTH:
            for item in value[:1]:
                yield from _places(item, f"{place}[]", depth + 1)
    else:
        yield place, _scalar(value, place)


def _identifies(name: str) -> bool:
    return name in IDENTITIES or name.endswith(("_id", "Id"))


def _scalar(value: Any, place: str) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return "null"
    name = place.rpartition(".")[2]
    if _identifies(name):
        return f"={value}"[:MAX_IDENTITY]
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, (int, float)):
        return "number" if value else "zero"
    return "text" if value else "empty-text"
