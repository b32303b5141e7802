"""Modules that read settings although nothing that the app imports leads to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from squall.config.init.find_app import TOOLS
from squall.config.init.find_settings import CONFIG_LIBRARIES
from squall.config.init.project import Module, Project
from squall.config.init.project_files import read_text


def migration_modules(project: Project) -> Iterator[Module]:
    """Alembic's env.py reads settings, too, and nothing imports Piccolo's configuration."""
    for path in project.files:
        text = read_text(path) if path.name in ("env.py", "piccolo_conf.py") else ""
        if "alembic" in text or "piccolo" in text:
            own = Project(path.parent)
            if path in own.modules:
                yield own.modules[path]


def settings_modules(project: Project, root: Path) -> Iterator[Module]:
    """Settings classes may be read by name, or by a module that the app registers late."""
    for path, module in project.modules.items():
        inside = path.is_relative_to(root) and not TOOLS & set(path.relative_to(root).parts[:-1])
        reads = "BaseSettings" in module.text or CONFIG_LIBRARIES.search(module.text)
        if inside and reads:
            yield module
