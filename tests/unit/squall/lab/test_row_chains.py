"""Which columns of a row that the load made fill the path of a deletion."""

from __future__ import annotations

import pytest
from squall.lab.row_chains import columns_for

KEY = "run-3-7"
NOTE = {"id": 9, "note_no": 4, "shelf_id": 2, "title": "squall-Run-3-7", "done": True}


@pytest.mark.parametrize(
    ("path", "table", "columns"),
    [
        ("/notes/{note_id}", "public.notes", {"note_id": "id"}),
        ("/notes/{noteId}", "public.note", {"noteId": "id"}),
        ("/api/notes/{id}/db", "app.notes", {"id": "id"}),
        ("/delete/{note_id}", "public.notes", {"note_id": "id"}),
        ("/notes/{note_no}", "public.notes", {"note_no": "note_no"}),
        ("/entries/{title}", "public.notes", {"title": "title"}),
        ("/shelves/{shelf_id}/notes/{note_id}", 'public."Notes"',
         {"shelf_id": "shelf_id", "note_id": "id"}),
        ("/notes/{note_id}/shelf/{shelf_id}", "public.notes", None),
        ("/shelves/{shelf_id}", "public.notes", None),
        ("/entries/{id}", "public.notes", None),
        ("/users/{user_id}/notes/{note_id}", "public.notes", None),
        ("/notes/{done}", "public.notes", None),
        ("/notes", "public.notes", None),
    ],
)  # fmt: skip
def test_the_last_parameter_is_the_row_itself(
    path: str, table: str, columns: dict[str, str] | None
) -> None:
    assert columns_for(path, table, NOTE, KEY) == columns
