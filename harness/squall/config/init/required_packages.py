"""The packages that a project requires, from its own files."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from squall.config.init.project_files import read_text


def required_packages(project: Path, root: Path) -> set[str]:
    """Names of the required packages, as far as the files list them."""
    found: set[str] = set()
    for folder in {root, project}:
        for path in (*folder.glob("requirements*.txt"), *folder.glob("requirements/*.txt"),
                     folder / "Pipfile", folder / "setup.py"):  # fmt: skip
            found |= {
                name.lower() for name in re.findall(r"^\W*([\w-]+)", read_text(path), re.MULTILINE)
            }
        try:
            table = tomllib.loads(read_text(folder / "pyproject.toml"))
        except tomllib.TOMLDecodeError:
            continue
        listed = table.get("project", {}).get("dependencies", [])
        poetry = table.get("tool", {}).get("poetry", {}).get("dependencies", {})
        found |= {re.split(r"[\W]", str(one).replace("-", "_"))[0].lower() for one in listed}
        found |= {str(one).lower().replace("-", "_") for one in poetry}
    return {name.replace("psycopg2_binary", "psycopg2").replace("psycopg2-binary", "psycopg2")
            for name in found}  # fmt: skip
