"""The team's API as a FastAPI application, and the reference of all of /api/v1 as a page of our own.

The busy routes, of chat and servers, are bare ones; they are described here beside the
others. The page is rendered from the OpenAPI document, so it works without any other
host's scripts.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

import kefu
from kefu.app import Right
from kefu.core.errors import BadInput
from kefu.core.nouns import Attachment, Language
from kefu.web.api import (
    calling,
    chat,
    copilot,
    desk,
    facts,
    files,
    foresight,
    inbox,
    insight,
    knowledge,
    manage,
    people,
    plan,
    questions,
    reports,
    stream,
    tags,
    tools,
    training,
    webhooks,
    work,
)
from kefu.web.errors import HANDLERS, answer_error
from kefu.web.files import bring_for_customer, take_back_for_customer
from kefu.web.gate import Hands, Needs
from kefu.web.screen import render
from kefu.web.transcript import Transcript

Schema = Mapping[str, Any]

Once = Annotated[str, msgspec.Meta(description="The same at every try, so that a repeat is known")]


class RestMessage(msgspec.Struct):
    """What a server says for a customer."""

    sender: Annotated[str, msgspec.Meta(description="The customer's id in the records")]
    text: str
    message_id: Once | None = None
    language: Language | None = None


class Named(msgspec.Struct):
    """What a file is called; the body is the file."""

    name: str = ""


class Nothing(msgspec.Struct):
    """Nothing."""


class ChatMessage(msgspec.Struct):
    """What a customer says: words, ids of files that were brought, or both."""

    text: str = ""
    id: Once | None = None
    language: Language | None = None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bare:
    """A bare route, for the document: what it takes and what it answers."""

    method: str
    path: str
    tag: str
    serve: Callable[..., object]
    takes: type
    answers: type


BARE = (
    Bare("post", "/messages", "messages", webhooks.rest_webhook, RestMessage, webhooks.Answered),
    Bare("post", "/chat/sessions", "chat", chat.sessions, chat.Arrival, chat.Welcome),
    Bare("post", "/chat/messages", "chat", chat.say, ChatMessage, chat.Accepted),
    Bare("post", "/chat/attachments", "chat", bring_for_customer, Named, Attachment),
    Bare("delete", "/chat/attachments/{attachment_id}", "chat", take_back_for_customer, Nothing, Nothing),
    Bare("post", "/chat/rating", "chat", chat.rate, chat.Opinion, chat.Thanks),
    Bare("get", "/chat/messages", "chat", chat.messages, chat.Since, Transcript),
)

PARTS = (
    desk, calling, inbox, files, stream, copilot, tools, tags, work, knowledge, manage, plan, people, questions,
    reports, facts, insight, foresight, training,
)  # fmt: skip
ROUTERS = (desk.servers, work.servers, *(part.router for part in PARTS))


def make_api() -> FastAPI:
    """The application under /api/v1 for all that is not bare: the team's side and the reference."""
    api = FastAPI(
        title="kefu",
        version=kefu.__version__,
        docs_url=None,
        redoc_url=None,
        exception_handlers={**HANDLERS, RequestValidationError: on_invalid},
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
    )
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and (right := right_of(route)):
                route.openapi_extra = {"x-right": right}
        api.include_router(router)
    api.add_route("/docs", docs, include_in_schema=False)
    plain = api.openapi
    api.openapi = lambda: with_bare(plain())  # type: ignore[method-assign]
    return api


def right_of(route: APIRoute) -> Right | None:
    """Which right of the team a function needs."""
    calls = (one.call for one in route.dependant.dependencies)
    return next((call.right for call in calls if isinstance(call, Needs | Hands)), None)


def with_bare(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the bare routes; costs nothing the second time."""
    if "/chat/sessions" in document["paths"]:
        return document
    kinds = [kind for bare in BARE for kind in (bare.takes, bare.answers)]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    document["components"]["schemas"] |= components
    for number, bare in enumerate(BARE):
        takes, answers = schemas[2 * number : 2 * number + 2]
        operation: dict[str, Any] = {
            "summary": bare.serve.__name__.replace("_", " ").capitalize(),
            "description": inspect.getdoc(bare.serve),
            "tags": [bare.tag],
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": answers}}}},
        }
        if bare.method != "post" or bare.takes is Named:
            fields = components[bare.takes.__name__]["properties"].items()
            operation["parameters"] = [{"name": name, "in": "query", "schema": field} for name, field in fields]
        else:
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": takes}}}
        document["paths"].setdefault(bare.path, {})[bare.method] = operation
    return document


async def on_invalid(request: Request, error: Exception) -> Response:
    """FastAPI's complaints as one error of ours."""
    complaints = error.errors() if isinstance(error, RequestValidationError) else ()
    return answer_error(request, BadInput("; ".join(map(_complaint, complaints)) or None))


def _complaint(one: Mapping[str, Any]) -> str:
    return f"{'.'.join(map(str, one['loc']))}: {one['msg']}"


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
                "right": operation.get("x-right", ""),
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
