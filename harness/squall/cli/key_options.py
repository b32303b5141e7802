"""Options of the command line that are made from the table of configuration keys.

An option takes what its key takes, by the same rule, and its help has the words of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, get_args, get_origin

import click

from squall.config.keys import KEYS, Key, Percent
from squall.config.strict_converter import StrictConverter, WrongValue

if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # generic since click 8.4 only

CONVERTER = StrictConverter()
REPEATED = (tuple, get_origin(Mapping[str, str]))
"""Kinds of keys whose option is given once for each value."""


class KeyValue(ParamType):
    """A value of one key, written as a word."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self.name = key.metavar

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401 - what the key's hint says
        """The value as the key's type; an error of the option when it is not one."""
        kind = next(iter(get_args(self._key.hint)), self._key.hint)
        try:
            return CONVERTER.check(self._number(value) if kind is float else value, self._key.hint)
        except (ValueError, WrongValue):
            self.fail(f"must be {self._key.wanted}, got {value!r}", param, ctx)

    def _number(self, value: Any) -> float:  # noqa: ANN401 - a word, or a number already
        text = str(value).strip()
        return float(text.removesuffix("%") if self._key.hint is Percent else text)


def key_option(name: str) -> Callable[[Any], Any]:
    """The option of the key with this name."""
    key = KEYS[name]
    meaning = key.meaning.removeprefix("`true`: ")  # a flag is given or not
    words = f"{meaning[0].upper()}{meaning[1:]}".replace("`", "")
    more = [f"; {key.flag_note}"] if key.flag_note else []
    if key.hint is bool:
        return click.option(key.flag.strip("`"), is_flag=True, help=f"{words}.")
    repeated = get_origin(key.hint) in REPEATED
    more += ["; repeatable"] if repeated else []
    return click.option(
        key.flag.strip("`"),
        multiple=repeated,
        metavar=key.metavar,
        type=click.STRING if repeated else KeyValue(key),
        help=f"{words}{''.join(more)} [{key.shown_default}].",
    )
