"""Documents of mounted apps become one, and what has one name in both stays apart."""

from __future__ import annotations

from squall.workload.openapi.document import read_document, resolve_references
from squall.workload.openapi.merged import merge_documents

MAIN = {
    "paths": {"/health": {"get": {}}},
    "components": {"schemas": {"Order": {"type": "string"}}},
}
BODY = {
    "requestBody": {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
    }
}
MOUNTED = {
    "servers": [{"url": "/app/v1"}],
    "paths": {"/orders": {"post": BODY}},
    "components": {
        "schemas": {"Order": {"type": "object"}},
        "securitySchemes": {"flow": {"flows": {"password": {"tokenUrl": "auth/token"}}}},
    },
}


def test_paths_have_the_prefix_of_the_mount() -> None:
    merged = read_document(merge_documents(MAIN, [("/app/v1/openapi.json", MOUNTED)]))
    assert [one.title for one in merged.operations] == ["POST /app/v1/orders", "GET /health"]


def test_a_document_without_servers_has_the_prefix_of_its_place() -> None:
    plain = {"paths": MOUNTED["paths"]}
    merged = merge_documents(MAIN, [("/shop/openapi.json", plain)])
    assert sorted(merged["paths"]) == ["/health", "/shop/orders"]


def test_a_reference_leads_to_the_component_of_its_own_document() -> None:
    merged = merge_documents(MAIN, [("/app/v1/openapi.json", MOUNTED)])
    body = merged["paths"]["/app/v1/orders"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert resolve_references(merged, schema) == {"type": "object"}
    assert merged["components"]["schemas"]["Order"] == {"type": "string"}


def test_a_relative_token_url_is_below_the_mount() -> None:
    merged = merge_documents(MAIN, [("/app/v1/openapi.json", MOUNTED)])
    (scheme,) = merged["components"]["securitySchemes"].values()
    assert scheme["flows"]["password"]["tokenUrl"] == "/app/v1/auth/token"
