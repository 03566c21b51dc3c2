"""What tools made for Rasa ask of a server: the meaning of a text, its state, its version."""

from __future__ import annotations

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import kefu
from kefu.core.errors import BadInput, NotSignedIn
from kefu.core.nouns import Entity, Reading
from kefu.web.hall import Hall, hall_of
from kefu.web.viewer import bearer

ENCODER = msgspec.json.Encoder()
RASA_SHAPE = "3.6"
"""Whose shapes these are; some clients ask before they talk."""


class Question(msgspec.Struct, frozen=True):
    """The body of POST /model/parse."""

    text: Annotated[str, msgspec.Meta(max_length=10_000)]


DECODER = msgspec.json.Decoder(Question)


async def parse(request: Request) -> Response:
    """Understand a text outside any conversation."""
    hall = hall_of(request)
    _check(request, hall)
    try:
        text = DECODER.decode(await request.body()).text
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f'Send {{"text": "…"}}: {error}.') from error
    return Response(ENCODER.encode(as_rasa(text, hall.kefu.read(text))), media_type="application/json")


async def status(request: Request) -> Response:
    """Which model is loaded."""
    hall = hall_of(request)
    _check(request, hall)
    body = {"model_file": "current", "model_id": hall.kefu.reader.version, "num_active_training_jobs": 0}
    return Response(ENCODER.encode(body), media_type="application/json")


async def version(_request: Request) -> Response:
    """Which kefu this is, in the shape of which Rasa."""
    body = {"version": RASA_SHAPE, "minimum_compatible_version": RASA_SHAPE, "kefu": kefu.__version__}
    return Response(ENCODER.encode(body), media_type="application/json")


def as_rasa(text: str, reading: Reading) -> dict[str, object]:
    """A reading in the shape of Rasa's /model/parse."""
    ranking = [{"name": one.name, "confidence": one.probability} for one in reading.asks[0].intents]
    return {
        "text": text,
        "intent": ranking[0] if ranking else {"name": None, "confidence": 0.0},
        "entities": [_entity(entity, reading.reader) for entity in reading.entities],
        "intent_ranking": ranking,
        "text_tokens": [[token.start, token.end] for token in reading.tokens],
    }


def _entity(entity: Entity, reader: str) -> dict[str, object]:
    return {
        "entity": entity.kind,
        "start": entity.start,
        "end": entity.end,
        "value": entity.text if entity.value is None else entity.value,
        "confidence_entity": entity.score,
        "extractor": reader,
    }


def _check(request: Request, hall: Hall) -> None:
    """The same rule as for messages in Rasa's shape: a wrong token is refused, none where strangers may come."""
    token = bearer(request) or request.query_params.get("token", "")
    anonymous = hall.kefu.config.values.get(f"channels.{hall.channel_of('rasa.v1')}.anonymous", True)
    if not hall.kefu.is_server(token) and (token or anonymous is not True):
        raise NotSignedIn("Send Authorization: Bearer or ?token= with one of [security] api_tokens.")


ROUTES = [
    Route("/model/parse", parse, methods=["POST"]),
    Route("/status", status),
    Route("/version", version),
]
