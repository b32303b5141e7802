"""One document of an app and the apps that are mounted in it: each has a document of its own.

/openapi.json          /health                 ─▶ /health
/app/v1/openapi.json   /orders, servers /app/v1 ─▶ /app/v1/orders
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from squall.workload.openapi.document import path_prefix

REFERENCE = re.compile(r'"#/components/(\w+)/([^"/]+)')


def merge_documents(
    main: Mapping[str, Any], mounted: Iterable[tuple[str, Mapping[str, Any]]]
) -> Mapping[str, Any]:
    """The first document with the operations of the others. ``mounted``: places and documents."""
    paths = dict(main.get("paths") or {})
    components: dict[str, dict[str, Any]] = {
        kind: dict(named) for kind, named in _items(main.get("components"))
    }
    ours = path_prefix(main)
    for number, (place, document) in enumerate(mounted, 1):
        prefix = (path_prefix(document) or place.rpartition("/")[0]).removeprefix(ours)
        own = _renamed(document, f"__{number}")
        paths |= {f"{prefix}{path}": item for path, item in _items(own.get("paths"))}
        for kind, named in _items(own.get("components")):
            new = {f"{name}__{number}": one for name, one in _items(named)}
            components.setdefault(kind, {}).update(_with_token_urls(new, prefix))
    return {**main, "paths": paths, "components": components}


def _items(value: object) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _renamed(document: Mapping[str, Any], end: str) -> Mapping[str, Any]:
    """Its references point to components with this end, which no other document has."""
    text = REFERENCE.sub(lambda found: f'"#/components/{found[1]}/{found[2]}{end}',
                         json.dumps(document))  # fmt: skip
    renamed: Mapping[str, Any] = json.loads(text)
    return renamed


def _with_token_urls(components: dict[str, Any], prefix: str) -> dict[str, Any]:
    """A relative token URL is relative to the place of its document."""
    for one in components.values():
        flows = one.get("flows") if isinstance(one, Mapping) else None
        for _, flow in _items(flows):
            url = flow.get("tokenUrl") if isinstance(flow, dict) else None
            if isinstance(url, str) and not url.startswith("/") and "://" not in url:
                flow["tokenUrl"] = f"{prefix}/{url}"
    return components
