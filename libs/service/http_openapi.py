"""The OpenAPI document: FastAPI's, and the msgspec bodies and answers that FastAPI does not know."""

from collections.abc import Iterator
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from libs.service.http import JSON, PROBLEM, Problem

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
    structs = [struct for _, taken, given, _ in operations for struct in (taken, given) if struct is not None]
    schemas, components = msgspec.json.schema_components([*structs, Problem], ref_template=REF)
    shown = dict(zip([*structs, Problem], schemas, strict=True))
    document.setdefault("components", {}).setdefault("schemas", {}).update(components)
    for operation, taken, given, status in operations:
        if taken is not None:
            operation["requestBody"] = {"required": True, "content": {JSON: {"schema": shown[taken]}}}
        responses = operation.setdefault("responses", {})
        if given is not None:
            success = responses.setdefault(str(status), {"description": "Done"})
            success["content"] = {JSON: {"schema": shown[given]}}
        responses.pop("422", None)
        responses["default"] = {"description": "A problem (RFC 9457)", "content": {PROBLEM: {"schema": shown[Problem]}}}


def _operations(document: dict[str, Any], app: FastAPI) -> Iterator[tuple[dict[str, Any], Any, Any, int]]:
    for route in iter_route_contexts(app.routes):
        path = document["paths"].get(route.path_format)
        if path is None or route.endpoint is None:
            continue
        taken = next(_bodies(route.dependant), None)
        given = getattr(route.endpoint, "answers", None)
        for method in route.methods or ():
            if method.lower() in path:
                yield path[method.lower()], taken, given, route.status_code or 200


def _bodies(dependant: Dependant) -> Iterator[Any]:
    for below in dependant.dependencies:
        struct = getattr(below.call, "struct", None)
        if struct is not None:
            yield struct
        yield from _bodies(below)
