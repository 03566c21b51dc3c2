"""The process in which Piper speaks; nothing of kefu is imported here, and nothing here is imported by kefu.

Piper is GPL-3. The protocol is that of `espeak_process.py`: lines of JSON in, pieces of PCM16 out.

    python piper_process.py VOICE.onnx
"""

from __future__ import annotations

import json
import struct
import sys
from importlib.metadata import version
from typing import BinaryIO

from piper import PiperVoice, SynthesisConfig


def serve(model: str, asked: BinaryIO, told: BinaryIO) -> None:
    """Answer line after line until the other end closes."""
    voice = PiperVoice.load(model)
    hello = {
        "rate_hz": voice.config.sample_rate,
        "version": version("piper-tts"),
        "language": voice.config.espeak_voice,
        "speakers": max(1, voice.config.num_speakers),
    }
    told.write(json.dumps(hello).encode() + b"\n")
    told.flush()
    for line in asked:
        wanted = json.loads(line)
        speaker = wanted["speaker"] if voice.config.num_speakers > 1 else None
        config = SynthesisConfig(speaker_id=speaker, length_scale=voice.config.length_scale / wanted["speed"])
        for chunk in voice.synthesize(wanted["text"], config):
            if chunk.audio_int16_bytes:
                told.write(struct.pack("<I", len(chunk.audio_int16_bytes)) + chunk.audio_int16_bytes)
        told.write(struct.pack("<I", 0))
        told.flush()


if __name__ == "__main__":
    serve(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
