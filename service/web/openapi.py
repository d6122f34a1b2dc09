"""The OpenAPI document: FastAPI's own, with our problems, examples and the kinds of files.

FastAPI documents its own shape of validation error; every error of ours is a problem document,
whoever raised it, so that is what stands here.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.web import problems
from service.web.examples import DESCRIPTIONS, MEDIA, REQUESTS, RESPONSES
from service.web.problems import Kind, Problem
from service.web.uploads import FILE_FIELDS

VERBS = frozenset({"get", "post", "put", "patch", "delete"})
Json = dict[str, Any]


class DocumentedApi(FastAPI):
    """FastAPI whose `openapi()` is the document of this file."""

    def openapi(self) -> Json:
        if self.openapi_schema is None:
            self.openapi_schema = _document(self)
        return self.openapi_schema


def _document(app: FastAPI) -> Json:
    made = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas: Json = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for path, operations in made["paths"].items():
        for verb, operation in operations.items():
            if verb in VERBS:
                _finish(path, verb, operation)
    return made


def _finish(path: str, verb: str, operation: Json) -> None:
    responses: Json = operation["responses"]
    responses.pop("422", None)
    for kind in _kinds(path, verb, operation):
        responses[str(kind.status)] = _response(kind, path)
    if path in MEDIA:
        responses["200"]["content"] = MEDIA[path]
    for (own_verb, own_path, status), example in RESPONSES.items():
        if (own_verb, own_path) == (verb, path):
            answer = responses.setdefault(status, {"description": ""})
            answer["description"] = DESCRIPTIONS.get((verb, path, status), answer["description"])
            content = answer.setdefault("content", {})
            content.setdefault("application/json", {})["example"] = example
    operation["responses"] = dict(sorted(responses.items()))
    if (verb, path) in REQUESTS:
        operation["requestBody"]["content"]["application/json"]["example"] = REQUESTS[verb, path]


def _kinds(path: str, verb: str, operation: Json) -> list[Kind]:
    """What can go wrong there, by what the operation takes."""
    if not path.startswith("/v1/"):
        return []
    kinds = [
        problems.NOT_AUTHENTICATED,
        problems.FORBIDDEN,
        problems.INVALID_INPUT,
        problems.TOO_MANY_REQUESTS,
    ]
    if "{inspection_id}" in path or "{reference}" in path:
        kinds.append(problems.NOT_FOUND)
    if verb == "post":
        kinds.append(problems.TOO_LARGE)
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            kinds.append(problems.UNSUPPORTED_TYPE)
    if path == "/v1/inspections" and verb == "post":
        kinds.append(problems.IDEMPOTENCY_MISMATCH)
    if path.endswith(("/decisions", "/retry")):
        kinds.append(problems.CONFLICT)
    return kinds


def _response(kind: Kind, path: str) -> Json:
    example = problems.describe(kind, detail=kind.title.lower(), instance=path)
    return {
        "description": f"{kind.title}. {kind.remedy}",
        "content": {
            problems.MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": example.model_dump(exclude_none=True),
            }
        },
    }


def operations(app: FastAPI) -> list[tuple[str, list[Json]]]:
    """(tag, operations) for a page; each as documented, with its path, verb and a command."""
    document = app.openapi()
    by_tag: dict[str, list[Json]] = {}
    for path, own in document["paths"].items():
        for verb, operation in own.items():
            if verb in VERBS:
                curl = _curl(path, verb, operation)
                entry = {**operation, "path": path, "verb": verb, "curl": curl}
                by_tag.setdefault(operation.get("tags", ["other"])[0], []).append(entry)
    return list(by_tag.items())


def _curl(path: str, verb: str, operation: Json) -> str:
    """One command to try it with."""
    words = ["curl -N" if path.endswith("/events") else "curl"]
    if operation.get("security"):
        words.append('-H "Authorization: Bearer $TALLYMAN_KEY"')
    content: Json = operation.get("requestBody", {}).get("content", {})
    if "application/octet-stream" in content:
        words.append("--data-binary @scan.png")
    elif "multipart/form-data" in content:
        words += _form(content["multipart/form-data"].get("example", {}))
    elif "application/json" in content:
        words.append("-H 'Content-Type: application/json'")
        words.append(f"-d '{json.dumps(content['application/json'].get('example', {}))}'")
    elif verb != "get":
        words.append(f"-X {verb.upper()}")
    return " \\\n  ".join([*words, f'"$TALLYMAN{path}"'])


def _form(example: Json) -> list[str]:
    words = []
    for name, values in example.items():
        for value in values if isinstance(values, list) else [values]:
            sent = f"@{value}" if name in FILE_FIELDS else value
            words.append(f"-F '{name}={sent}'")
    return words
