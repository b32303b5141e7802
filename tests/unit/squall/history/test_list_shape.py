"""The lists of an object, as digests of their texts."""

from __future__ import annotations

from squall.history.list_shape import MAX_TEXTS, describe_lists, lists_of, read_lists
from squall.history.shape import text_digest


def test_texts_of_a_list_and_of_the_objects_in_it_are_kept() -> None:
    body = {"title": "Soup", "steps": ["boil", {"id": 7, "words": "stir"}, ""], "tags": []}
    told = read_lists(describe_lists(body))
    assert told == {"steps": frozenset({text_digest("boil"), text_digest("stir")})}


def test_numbers_of_a_list_without_texts_have_their_place_and_name() -> None:
    lines = read_lists(describe_lists({"lines": [{"item": 7, "ok": True}, {"item": 9}]}))["lines"]
    assert lines == {"#" + text_digest("0.item=7"), "#" + text_digest("1.item=9")}
    assert read_lists(describe_lists({"sizes": [7, 7]}))["sizes"] != lines


def test_long_lists_and_what_is_no_object_are_left_out() -> None:
    assert describe_lists({"steps": ["s"] * (MAX_TEXTS + 1)}) == ""
    assert describe_lists(["boil"]) == ""


def test_an_answer_is_read_from_its_text() -> None:
    assert lists_of('{"steps": ["boil"]}') == describe_lists({"steps": ["boil"]})
    assert lists_of("{") == ""
    assert read_lists("") == {}
