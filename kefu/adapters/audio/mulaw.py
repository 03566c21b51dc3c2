"""μ-law, the code of telephone lines: 8 bits for 14, by a table, since Python's own module is gone.

Source: ITU-T G.711 (11/1988), table 2a; the encoder follows its segments with a bias of 33 (132 in 16 bits).
"""

from __future__ import annotations

from array import array
from sys import byteorder

BIAS, CLIP = 132, 32635
SILENCE = 0xFF


def _decoded(code: int) -> int:
    code = ~code & 0xFF
    value = (((code & 0x0F) << 3) + BIAS) << ((code & 0x70) >> 4)
    return BIAS - value if code & 0x80 else value - BIAS


def _encoded(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    value = min(-sample if sample < 0 else sample, CLIP) + BIAS
    segment = value.bit_length() - 8
    return ~(sign | segment << 4 | (value >> (segment + 3)) & 0x0F) & 0xFF


TO_PCM = array("h", map(_decoded, range(256)))
FROM_PCM = bytes(_encoded(sample - 65536 if sample > 32767 else sample) for sample in range(65536))
"""By the sample as an unsigned number, so that encoding is one look-up each."""


def decode(coded: bytes) -> bytes:
    """PCM16 (little endian) of μ-law bytes."""
    samples = array("h", [TO_PCM[code] for code in coded])
    if byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def encode(pcm: bytes) -> bytes:
    """μ-law bytes of PCM16 (little endian); an odd last byte is left out."""
    samples = array("H", pcm[: len(pcm) & ~1])
    if byteorder == "big":
        samples.byteswap()
    return bytes([FROM_PCM[sample] for sample in samples])
