"""The API as one FastAPI application, and its reference as a page of our own.

The page is rendered here from the OpenAPI document, so it works without any other
host's scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import WebSocketRoute

import kefu
from kefu.web.api import chat, desk
from kefu.web.api.live import live
from kefu.web.errors import HANDLERS
from kefu.web.screen import render

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
REST_MESSAGE: Schema = {
    "summary": "Message",
    "description": "rest.v1: one message of a customer in, its replies out. Needs an API token.",
    "tags": ["messages"],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["sender", "text"],
                    "properties": {
                        "sender": {**TEXT, "description": "The customer's id in the records"},
                        "text": TEXT,
                        "message_id": {**TEXT, "description": "The same at every try, so that a repeat is known"},
                        "language": {**TEXT, "enum": ["zh", "en"]},
                    },
                }
            }
        },
    },
    "responses": {"200": {"description": "turn, conversation, number, repeat, waiting, replies"}},
}
"""The busiest route is a bare one, so its description stands here."""


def make_api(origins: Sequence[str]) -> FastAPI:
    """The application under /api/v1; `origins` are sites that may carry the chat."""
    api = FastAPI(
        title="kefu",
        version=kefu.__version__,
        docs_url=None,
        redoc_url=None,
        exception_handlers=HANDLERS,
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
    )
    api.add_middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Accept-Language"],
        max_age=3600,
    )
    for router in (chat.router, desk.servers, desk.router):
        api.include_router(router)
    api.router.routes.append(WebSocketRoute("/chat/live", live))
    api.add_route("/docs", docs, include_in_schema=False)
    plain = api.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        document["paths"].setdefault("/messages", {}).setdefault("post", REST_MESSAGE)
        return document

    api.openapi = openapi  # type: ignore[method-assign]
    return api


async def docs(request: Request) -> Response:
    """The reference, for people."""
    document = request.app.openapi()
    operations = list(_operations(document))
    tags = list(dict.fromkeys(operation["tag"] for operation in operations))
    return render(request, "reference/page.html", tags=tags, operations=operations, version=document["info"]["version"])


def _operations(document: Schema) -> Iterator[dict[str, Any]]:
    schemas = document.get("components", {}).get("schemas", {})
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            good = operation.get("responses", {}).get("200", {})
            answer = good.get("content", {}).get("application/json", {}).get("schema")
            yield {
                "tag": (operation.get("tags") or ["other"])[0],
                "method": method.upper(),
                "path": f"/api/v1{path}",
                "about": operation.get("description") or operation.get("summary", ""),
                "parameters": [
                    {
                        "name": one["name"],
                        "where": one["in"],
                        "kind": kind_of(one.get("schema", {})),
                        "about": "",
                        "required": "*" if one.get("required") else "",
                    }
                    for one in operation.get("parameters", ())
                ],
                "body": list(_fields(body, schemas)) if body else [],
                "answer": list(_fields(answer, schemas)) if answer else [],
                "answers": good.get("description", ""),
            }


def _fields(schema: Schema, schemas: Schema) -> Iterator[dict[str, str]]:
    """The fields of a body; of a list, those of its items."""
    found = _resolve(schema.get("items", schema), schemas)
    required = found.get("required", ())
    for name, field in found.get("properties", {}).items():
        about = _resolve(field, schemas).get("description", "").partition("\n")[0]
        yield {"name": name, "kind": kind_of(field), "about": about, "required": "*" if name in required else ""}


def _resolve(schema: Schema, schemas: Schema) -> Schema:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    resolved: Schema = schemas.get(name, {}) if name else schema
    return resolved


def kind_of(schema: Schema) -> str:
    """A type in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(kind_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"{kind_of(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type") or "any")
