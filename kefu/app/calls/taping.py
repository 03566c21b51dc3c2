"""What of a call is recorded: both sides in the call's own time, nothing before it was understood, no long numbers."""

from __future__ import annotations

from collections.abc import Mapping

from kefu.core.ports.line import FRAME_MS
from kefu.core.ports.recordings import Recording
from kefu.core.ports.speech import Heard
from kefu.service.privacy.spoken import hidden, is_doubtful, is_secret
from kefu.service.voice.signals import HungUp, Listened, Pressed, Recognised, Signal, SpeechBegan, Tick

UNEVEN_MS = 200
"""How far frames may be from the clock before they are taken for a gap."""

KEYS_MS = 60_000
"""How long keys may be one number: what was pressed within it is masked together."""


class Taping:
    """Feeds a recording from what the call notices. Times are ms since the call began."""

    def __init__(self, recording: Recording, rate_hz: int, sounds: Mapping[str, bytearray], *, limited: bool) -> None:
        self._recording, self._rate_hz, self._sounds, self._limited = recording, rate_hz, sounds, limited
        self._since: int | None = None
        self._keys = ""
        self._keys_since = 0
        self._told: dict[str, tuple[float, int]] = {}
        self._caller_ms = 0

    def hear(self, at_ms: int, frame: bytes) -> None:
        """Sound of the caller that ended just now: in one piece with what came before, however uneven the clock."""
        if abs(at_ms - FRAME_MS - self._caller_ms) > UNEVEN_MS:
            self._caller_ms = max(at_ms - FRAME_MS, 0)
        self._recording.add("caller", self._caller_ms, frame)
        self._caller_ms += FRAME_MS

    def notice(self, signal: Signal, at_ms: int) -> None:
        """Something happened on the call."""
        match signal:
            case SpeechBegan():
                self._since = max(at_ms - int(signal.since_ms), 0)
                self._recording.hold(self._since)
            case Recognised():
                self._understood(signal.heard, at_ms)
            case Pressed():
                self._press(signal.key, at_ms)
            case Listened():
                self._heard(signal, at_ms)
            case Tick() if self._keys and at_ms - self._keys_since > KEYS_MS:
                self._keys = ""
            case HungUp() if self._since is not None and self._limited:
                self._recording.mask(self._since, at_ms)

    async def close(self) -> None:
        """The call is over."""
        await self._recording.close()

    def _understood(self, heard: Heard | None, at_ms: int) -> None:
        since, self._since = self._since, None
        if since is not None:
            understood = heard is not None and bool(heard.text)
            secret = is_secret(heard.text) if heard else False
            if secret or (not understood and is_doubtful(at_ms - since)):
                self._recording.mask(since, at_ms)
        self._recording.hold(None)

    def _press(self, key: str, at_ms: int) -> None:
        if not self._keys or at_ms - self._keys_since > KEYS_MS:
            self._keys, self._keys_since = "", max(at_ms - 200, 0)
        self._keys += key
        if hidden(self._keys) != self._keys:
            self._recording.mask(self._keys_since, at_ms + 100)

    def _heard(self, signal: Listened, at_ms: int) -> None:
        """The house's side, as far as it was heard and not yet written."""
        before, began_ms = self._told.get(signal.mark, (0.0, max(at_ms - int(signal.heard_ms), 0)))
        if signal.heard_ms <= before:
            return
        self._told = {signal.mark: (signal.heard_ms, began_ms)}
        begin, end = (int(ms * self._rate_hz / 1000) * 2 for ms in (before, signal.heard_ms))
        pcm = bytes(self._sounds.get(signal.mark, b"")[begin:end])
        if pcm:
            self._recording.add("house", began_ms + int(before), pcm)
