"""The OpenAPI document: FastAPI's, and the msgspec bodies and answers that FastAPI does not know."""

from collections.abc import Iterator
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from libs.service.http import JSON, PROBLEM, Problem

SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "page": {"type": "apiKey", "in": "cookie", "name": "parlor"},
}
ANSWERED_OTHERWISE = {"HTTPValidationError", "ValidationError"}
REF = "#/components/schemas/{name}"


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole document; made once, kept by the app."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        _complete(document, app)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(document: dict[str, Any], app: FastAPI) -> None:
    operations = list(_operations(document, app))
    structs = [struct for operation in operations for struct in operation.structs]
    schemas, components = msgspec.json.schema_components([*structs, Problem], ref_template=REF)
    shown = dict(zip([*structs, Problem], schemas, strict=True))
    parts = document.setdefault("components", {})
    theirs = {name: schema for name, schema in parts.get("schemas", {}).items() if name not in ANSWERED_OTHERWISE}
    parts["schemas"] = {**theirs, **components}
    parts["securitySchemes"] = SCHEMES
    for operation in operations:
        operation.complete(shown)


class _Operation:
    """One method of one path in the document, and what its route says that FastAPI does not know."""

    def __init__(self, entry: dict[str, Any], route: Any) -> None:
        marks = list(_marks(route.dependant))
        self._entry = entry
        self._status = route.status_code or 200
        self._taken = next((mark.struct for mark in marks if hasattr(mark, "struct")), None)
        self._given = getattr(route.endpoint, "answers", None)
        self._secured = any(hasattr(mark, "signed_in") for mark in marks)
        self.structs = [struct for struct in (self._taken, self._given) if struct is not None]

    def complete(self, shown: dict[Any, dict[str, Any]]) -> None:
        """Write it into the document."""
        entry = self._entry
        responses = entry.setdefault("responses", {})
        responses.pop("422", None)
        responses["default"] = {"description": "A problem (RFC 9457)", "content": {PROBLEM: {"schema": shown[Problem]}}}
        if self._taken is not None:
            entry["requestBody"] = {"required": True, "content": {JSON: {"schema": shown[self._taken]}}}
        if self._given is not None:
            success = responses.setdefault(str(self._status), {"description": "Done"})
            success["content"] = {JSON: {"schema": shown[self._given]}}
        if self._secured:
            entry["security"] = [{name: []} for name in SCHEMES]


def _operations(document: dict[str, Any], app: FastAPI) -> Iterator[_Operation]:
    for route in iter_route_contexts(app.routes):
        path = document["paths"].get(route.path_format, {})
        for method in route.methods or ():
            if method.lower() in path:
                yield _Operation(path[method.lower()], route)


def _marks(dependant: Dependant) -> Iterator[Any]:
    for below in dependant.dependencies:
        yield below.call
        yield from _marks(below)
