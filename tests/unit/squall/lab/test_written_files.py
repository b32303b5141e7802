"""What a run wrote in the app's directory is told."""

from __future__ import annotations

from pathlib import Path

from squall.lab.isolation.written_files import take_snapshot, written_line


def test_new_changed_and_removed_files_are_named_and_caches_are_not(tmp_path: Path) -> None:
    for name in ("kept", "changed", "removed"):
        (tmp_path / name).write_text("x")
    before = take_snapshot(tmp_path)
    assert written_line(before, take_snapshot(tmp_path)) == ""
    (tmp_path / "changed").write_text("longer")
    (tmp_path / "removed").unlink()
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads/a.png").touch()
    (tmp_path / ".squall").mkdir()
    (tmp_path / ".squall/run").touch()
    assert written_line(before, take_snapshot(tmp_path)) == (
        "the run wrote in the app's directory: uploads/a.png (new), changed (changed),"
        " removed (removed)"
    )


def test_many_files_are_counted(tmp_path: Path) -> None:
    before = take_snapshot(tmp_path)
    for number in range(9):
        (tmp_path / f"{number}.log").touch()
    assert written_line(before, take_snapshot(tmp_path)).endswith("5.log (new) and 3 more")
