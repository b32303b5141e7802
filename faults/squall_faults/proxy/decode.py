"""Request bodies as Go's encoding/json takes them: any key case, nulls, unknown keys.

Clients rely on it: some send ``"Name"``, some ``"enabled": null``, all echo back keys they got.
Refusals are worded as Go words them, since clients show them to people and people search for them.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from squall_faults.proxy.errors import ApiError

INT64 = 2**63
_AT_START = {"Expecting value": "looking for beginning of value"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a body is decoded into, by the names that the texts of refusals carry."""

    whole: str
    owner: str


PROXY = Shape("toxiproxy.Proxy", "Proxy")
TOXIC = Shape("toxics.ToxicWrapper", "ToxicWrapper")
TOXIC_UPDATE = Shape(
    r'struct { Attributes interface {} "json:\"attributes\""; Toxicity float32 '
    r'"json:\"toxicity\"" }',
    "",
)
ENTRY = Shape(r'struct { toxiproxy.Proxy; Enabled *bool "json:\"enabled\"" }', "")
LEASE = Shape("lease", "lease")


class Literal(float):
    """A number with a fraction or an exponent, and how it was written."""

    text: str

    @classmethod
    def of(cls, text: str) -> Literal:
        """The number that ``text`` stands for."""
        made = cls(text)
        made.text = text
        return made


def decode_json(raw: bytes) -> Any:  # noqa: ANN401 - JSON
    """The first JSON value of a body; trailing bytes are ignored.

    Raises:
        ApiError: status 400, for what is not JSON.
    """
    text = raw.decode("utf-8", errors="replace").lstrip(" \t\r\n")
    if not text:
        raise ApiError("bad request body: EOF", 400)
    decoder = json.JSONDecoder(parse_float=Literal.of, parse_constant=_no_constant)
    try:
        return decoder.raw_decode(text)[0]
    except json.JSONDecodeError as error:
        raise ApiError(f"bad request body: {_words(text, error)}", 400) from error
    except (ValueError, RecursionError) as error:
        raise ApiError(f"bad request body: {error}", 400) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"invalid character '{name.lstrip('-')[0]}' looking for beginning of value")


def _words(text: str, error: json.JSONDecodeError) -> str:
    """Go's words where they are known, else Python's."""
    rest = text[error.pos :].lstrip()
    if not rest or error.msg.startswith("Unterminated") or rest in _beginnings("true false null"):
        return "unexpected EOF"
    if error.msg in _AT_START:
        return f"invalid character {_quoted(rest[0])} {_AT_START[error.msg]}"
    return f"{error.msg} at byte {error.pos}"


def _beginnings(words: str) -> set[str]:
    return {word[:end] for word in words.split() for end in range(1, len(word))}


def _quoted(character: str) -> str:
    return r"'\''" if character == "'" else f"'{character}'"


def whole_text(value: str) -> str:
    """Lone surrogates become the replacement character, as in Go: UTF-8 cannot carry them."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", value)


class Fields:
    """The fields of one JSON object, by keys in any case; null is the same as missing."""

    def __init__(self, value: object, shape: Shape) -> None:
        if value is not None and not isinstance(value, dict):
            _mismatch(value, f"value of type {shape.whole}")
        self._owner = shape.owner
        self._given = {str(key).lower(): item for key, item in (value or {}).items()}

    def raw(self, key: str) -> Any:  # noqa: ANN401 - JSON
        """The value as it came, None when missing."""
        return self._given.get(key)

    def text(self, key: str, *, default: str = "") -> str:
        """A string."""
        value = self._given.get(key)
        if value is not None and not isinstance(value, str):
            _mismatch(value, f"struct field {self._owner}.{key} of type string")
        return default if value is None else whole_text(value)

    def boolean(self, key: str, *, default: bool) -> bool:
        """A boolean."""
        value = self._given.get(key)
        if value is not None and not isinstance(value, bool):
            _mismatch(value, f"struct field {self._owner}.{key} of type bool")
        return default if value is None else value

    def float32(self, key: str, *, default: float) -> float:
        """A number in single precision; larger ones are refused."""
        value = self._given.get(key)
        if value is None:
            return default
        number = not isinstance(value, bool) and isinstance(value, (int, float))
        try:
            single = float(struct.unpack("f", struct.pack("f", value))[0]) if number else math.inf
        except OverflowError:
            single = math.inf
        if math.isinf(single):
            _mismatch(value, f"struct field {self._owner}.{key} of type float32", literal=True)
        return single

    def positive(self, key: str) -> int | None:
        """A whole number from 1, None when missing; only our extensions have such fields."""
        value = self._given.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < INT64:
            raise ApiError(f"bad request body: {key} must be a positive whole number", 400)
        return value

    def attributes(self, kind: str, names: Mapping[str, str]) -> dict[str, int]:
        """The whole numbers under ``attributes``, of those that ``names`` lists with Go's type."""
        value = self._given.get("attributes")
        if value is None:
            return {}
        if not isinstance(value, dict):
            # The name of another toxic stands in Go's text, whatever the type of this one.
            _mismatch(value, f"struct field {self._owner}.attributes of type toxics.NoopToxic")
        found: dict[str, int] = {}
        for key, item in value.items():
            name = str(key).lower()
            if item is None or name not in names:
                continue
            found[name] = _whole(item, f"{go_name(kind)}.attributes.{name}", names[name])
        return found


def _whole(item: object, field: str, kind: str) -> int:
    if kind == "flag" and item in (0, 1):
        return bool(item)
    if isinstance(item, bool) or not isinstance(item, int) or not -INT64 <= item < INT64:
        _mismatch(item, f"struct field {field} of type {kind}", literal=True)
    return item


def go_name(kind: str) -> str:
    """``limit_data`` is ``LimitDataToxic`` in the texts."""
    return "".join(part.capitalize() for part in kind.split("_")) + "Toxic"


def _mismatch(value: object, where: str, *, literal: bool = False) -> NoReturn:
    """Refuse a value of the wrong type; numbers that do not fit are quoted as written."""
    match value:
        case bool():
            found = "bool"
        case int() | float():
            found = f"number {getattr(value, 'text', value)}" if literal else "number"
        case str():
            found = "string"
        case list():
            found = "array"
        case _:
            found = "object"
    raise ApiError(f"bad request body: json: cannot unmarshal {found} into Go {where}", 400)


def an_array(value: object, shape: Shape) -> list[Any]:
    """A JSON array of such objects; null is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        _mismatch(value, f"value of type []{shape.whole}")
    return value
