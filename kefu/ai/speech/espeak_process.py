"""The process in which eSpeak NG speaks; nothing of kefu is imported here, and nothing here is imported by kefu.

eSpeak NG is GPL-3 and keeps its state in globals: it lives alone, and is talked to over pipes.

    in    a line of JSON: {"text": …, "voice": "cmn", "words_a_minute": 165}; with "phonemes": true it asks for those
    out   first {"rate_hz": 22050, "version": "1.52.0"}; then pieces of "<I" length and PCM16, or the phonemes' UTF-8; a
          length of 0 ends what a line asked for
"""

from __future__ import annotations

import ctypes
import json
import struct
import sys
from typing import BinaryIO

import espeakng_loader

SYNCHRONOUS, UTF8, RATE = 2, 1, 1
PHONEMES_IPA = 0x02
"""Numbers of speak_lib.h: sound comes through a callback; text is UTF-8; the parameter for words a minute."""

Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def serve(asked: BinaryIO, told: BinaryIO) -> None:
    """Answer line after line until the other end closes."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Info.restype = library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_Synth.argtypes = [
        *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int),
        *(ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p),
    ]
    rate_hz = library.espeak_Initialize(SYNCHRONOUS, 200, espeakng_loader.get_data_path().encode(), 0)

    def heard(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int) -> int:
        if count:
            _piece(told, ctypes.string_at(samples, 2 * count))
        return 0

    callback = Callback(heard)
    library.espeak_SetSynthCallback(callback)
    told.write(json.dumps({"rate_hz": rate_hz, "version": library.espeak_Info(None).decode().split()[0]}).encode())
    told.write(b"\n")
    told.flush()
    for line in asked:
        wanted = json.loads(line)
        text = wanted["text"].encode() + b"\x00"
        if library.espeak_SetVoiceByName(wanted["voice"].encode()) == 0:
            if wanted.get("phonemes"):
                _piece(told, _phonemes(library, text))
            else:
                library.espeak_SetParameter(RATE, wanted["words_a_minute"], 0)
                library.espeak_Synth(text, len(text), 0, 0, 0, UTF8, None, None)
        told.write(struct.pack("<I", 0))
        told.flush()


def _piece(told: BinaryIO, content: bytes) -> None:
    told.write(struct.pack("<I", len(content)) + content)


def _phonemes(library: ctypes.CDLL, text: bytes) -> bytes:
    rest, found = ctypes.c_char_p(text), []
    while rest.value:
        found.append(library.espeak_TextToPhonemes(ctypes.byref(rest), UTF8, PHONEMES_IPA) or b"")
    return b" ".join(found)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
