"""A server process of the Wyoming protocol, made with its own library, in which our embedded engines work.

    python tests/wyoming_server.py PORT

It hears what the client names as terms, and says it with eSpeak NG.
"""

from __future__ import annotations

import asyncio
import sys

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.server import AsyncEventHandler, AsyncServer
from wyoming.tts import Synthesize

from kefu.ai.speech.espeak import Espeak
from kefu.ai.speech.sphinx import Sphinx
from kefu.core.ports.speech import Expected, Phrase, Utterance

EARS, VOICE = Sphinx(), Espeak()
OURS = {"attribution": Attribution("kefu", "http://127.0.0.1"), "installed": True, "version": "1"}


def info() -> Info:
    model = AsrModel(name="phrases", description=None, languages=["en", "zh"], **OURS)
    voices = [TtsVoice(name=one.name, description=None, languages=[one.language], **OURS) for one in VOICE.voices]
    return Info(
        asr=[AsrProgram(name="ears", description=None, models=[model], **OURS)],
        tts=[TtsProgram(name="voice", description=None, voices=voices, **OURS)],
    )


class Handler(AsyncEventHandler):
    """One connection."""

    utterance: Utterance | None = None
    asked = Transcribe()

    async def handle_event(self, event: Event) -> bool:
        if Describe.is_type(event.type):
            await self.write_event(info().event())
        elif Transcribe.is_type(event.type):
            self.asked = Transcribe.from_event(event)
        elif AudioStart.is_type(event.type):
            language = self.asked.language or "en"
            terms = enumerate(self.asked.transcript_terms or ())
            phrases = tuple(Phrase(str(at), term, language) for at, term in terms)
            self.utterance = EARS.open(Expected(language, "phrases", phrases, AudioStart.from_event(event).rate))
        elif AudioChunk.is_type(event.type) and self.utterance:
            self.utterance.accept(AudioChunk.from_event(event).audio)
        elif AudioStop.is_type(event.type) and self.utterance:
            await self.write_event(Transcript(self.utterance.finish().text).event())
            return False
        elif Synthesize.is_type(event.type):
            await self._speak(Synthesize.from_event(event))
            return False
        return True

    async def _speak(self, wanted: Synthesize) -> None:
        shape = {"rate": 22_050, "width": 2, "channels": 1}
        voice = next(one for one in VOICE.voices if wanted.voice and one.name == wanted.voice.name)
        await self.write_event(AudioStart(**shape).event())
        for piece in VOICE.speak(wanted.text, voice, 22_050):
            await self.write_event(AudioChunk(audio=piece, **shape).event())
        await self.write_event(AudioStop().event())


if __name__ == "__main__":
    asyncio.run(AsyncServer.from_uri(f"tcp://127.0.0.1:{sys.argv[1]}").run(Handler))
