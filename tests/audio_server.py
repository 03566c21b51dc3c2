"""A server process that speaks the protocol of OpenAI's audio endpoints, in which our embedded engines work.

    python tests/audio_server.py PORT

It hears the phrases of the prompt, and says what it is given with eSpeak NG. Its model `down` always fails.
"""

from __future__ import annotations

import io
import sys
import wave
from email.parser import BytesParser
from email.policy import HTTP

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from kefu.ai.speech.espeak import Espeak
from kefu.ai.speech.sphinx import Sphinx
from kefu.core.ports.speech import Expected, Phrase

EARS, VOICE = Sphinx(), Espeak()


async def transcribe(request: Request) -> Response:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + await request.body())
    given = {str(part.get_param("name", header="content-disposition")): part for part in message.iter_parts()}
    text = {name: part.get_payload(decode=True) for name, part in given.items()}
    if text["model"] == b"down" or request.headers.get("authorization") != "Bearer k":
        return JSONResponse({"error": "down"}, 503)
    with wave.open(io.BytesIO(text["file"])) as read:
        pcm, rate_hz = read.readframes(read.getnframes()), read.getframerate()
    language = text["language"].decode()
    terms = text["prompt"].decode().split(", ")
    phrases = tuple(Phrase(str(at), term, language) for at, term in enumerate(terms))
    utterance = EARS.open(Expected(language, "phrases", phrases, rate_hz))
    utterance.accept(pcm)
    return JSONResponse({"text": utterance.finish().text})


async def speak(request: Request) -> Response:
    wanted = await request.json()
    voice = next(one for one in VOICE.voices if one.name == wanted["voice"])
    pieces = VOICE.speak(wanted["input"], voice, 24_000, wanted["speed"])
    return StreamingResponse(pieces, media_type="audio/pcm")


if __name__ == "__main__":
    routes = [
        Route("/v1/audio/transcriptions", transcribe, methods=["POST"]),
        Route("/v1/audio/speech", speak, methods=["POST"]),
    ]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")
