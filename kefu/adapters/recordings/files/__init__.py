"""Recordings as encrypted files: `<folder>/<conversation>/<digest of the call's id>.rec`."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path

from kefu.adapters.recordings.files.sealed import SealedFile, read_head
from kefu.adapters.recordings.files.track import PIECE_MS, Track, silenced
from kefu.core.errors import BadConfig, BadInput, NotFound, RecordingFailed
from kefu.core.ports.recordings import SIDES, Label, Recordings, Side

SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}")
SHORTEST_SECRET = 16

MOST_WAITING = 1200
"""Pieces of a call that wait for the disk, five minutes of both sides: what comes beyond is lost, and said."""


class FileRecording:
    """A call that is being recorded; one thread of the house encrypts and writes."""

    def __init__(self, file: SealedFile, thread: ThreadPoolExecutor) -> None:
        self._file = file
        self._thread = thread
        self._per_ms = file.label.rate_hz // 1000 * 2
        self._tracks = {side: Track(file.label.rate_hz) for side in SIDES}
        self._failed: OSError | None = None
        self._tasks: deque[Future[None]] = deque()
        self._over = False

    def add(self, side: Side, at_ms: int, pcm: bytes) -> None:
        """See `Recording`."""
        track = self._tracks[side]
        track.add(at_ms, pcm)
        self._write(side, track.ready())

    def hold(self, from_ms: int | None) -> None:
        """See `Recording`."""
        self._tracks["caller"].hold(from_ms)

    def mask(self, from_ms: int, to_ms: int) -> None:
        """See `Recording`."""
        for side, track in self._tracks.items():
            track.mask(from_ms, to_ms)
            self._do(lambda side=side: self._silence(side, from_ms, to_ms))  # type: ignore[misc]

    async def close(self) -> None:
        """See `Recording`."""
        if self._over:
            return
        self._over = True
        for side, track in self._tracks.items():
            self._write(side, track.rest())
        await asyncio.wrap_future(self._thread.submit(self._file.close))
        if self._failed:
            raise RecordingFailed(f"The recording is not whole: {self._failed}. Look at the disk.") from self._failed

    def _write(self, side: Side, pieces: Iterable[tuple[int, bytes]]) -> None:
        for number, pcm in pieces:
            while self._tasks and self._tasks[0].done():
                self._tasks.popleft()
            if len(self._tasks) > MOST_WAITING:
                self._failed = OSError("the disk does not keep up")
                continue
            self._do(lambda number=number, pcm=pcm: self._file.write(side, number, pcm))  # type: ignore[misc]

    def _silence(self, side: Side, from_ms: int, to_ms: int) -> None:
        for number in range(max(0, from_ms) // PIECE_MS, min(self._file.pieces(), -(-to_ms // PIECE_MS))):
            there = self._file.read(side, number)
            self._file.write(side, number, silenced(there, number * PIECE_MS, [(from_ms, to_ms)], self._per_ms))

    def _do(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except OSError as error:
                self._failed = error

        self._tasks.append(self._thread.submit(run))


class FileTape:
    """A recording to be read."""

    def __init__(self, file: SealedFile) -> None:
        self._file = file
        self._per_ms = file.label.rate_hz // 1000 * 2

    @property
    def label(self) -> Label:
        """See `Tape`."""
        return self._file.label

    async def length_ms(self) -> int:
        """See `Tape`."""
        return await asyncio.to_thread(self._file.pieces) * PIECE_MS

    async def read(self, side: Side, from_ms: int, to_ms: int) -> bytes:
        """See `Tape`."""

        def work() -> bytes:
            first, last = from_ms // PIECE_MS, min(-(-to_ms // PIECE_MS), self._file.pieces())
            sound = b"".join(self._file.read(side, number) for number in range(first, last))
            start = (from_ms - first * PIECE_MS) * self._per_ms
            return sound[start : start + (to_ms - from_ms) * self._per_ms]

        return await asyncio.to_thread(work)

    def close(self) -> None:
        """See `Tape`."""
        self._file.close()


class FileRecordings:
    """Recordings in a folder (implements `Recordings`)."""

    def __init__(self, folder: Path, secret: bytes, thread: ThreadPoolExecutor) -> None:
        self._folder = folder
        self._secret = secret
        self._thread = thread

    async def begin(self, label: Label) -> FileRecording:
        """See `Recordings`."""
        if not label.consent:
            raise BadInput("A call is recorded with consent alone; say how the caller gave it.")
        if label.rate_hz < 8000 or label.rate_hz % 1000:
            raise BadInput(f"A call at {label.rate_hz} Hz can't be recorded; whole thousands from 8000 Hz on can.")
        path = self._path(label.conversation_id, label.call_id)
        try:
            file = await asyncio.to_thread(SealedFile.make, path, label, self._secret)
        except OSError as error:
            raise RecordingFailed(f"{path} can't be written: {error}. Look at [recordings] folder.") from error
        return FileRecording(file, self._thread)

    async def open(self, conversation_id: str, call_id: str) -> FileTape | None:
        """See `Recordings`."""
        try:
            path = self._path(conversation_id, call_id)
            return FileTape(await asyncio.to_thread(SealedFile.open, path, self._secret))
        except (FileNotFoundError, NotFound):
            return None

    async def labels(self) -> AsyncIterator[Label]:
        """See `Recordings`."""
        for path in await asyncio.to_thread(lambda: sorted(self._folder.glob("*/*.rec"))):
            with suppress(FileNotFoundError):
                yield (await asyncio.to_thread(read_head, path))[0]

    async def erase(self, conversation_id: str, call_id: str = "") -> int:
        """See `Recordings`."""

        def work() -> int:
            folder = self._folder / conversation_id
            mine = [self._path(conversation_id, call_id)] if call_id else list(folder.glob("*.rec"))
            gone = 0
            for path in mine:
                with suppress(FileNotFoundError):
                    path.unlink()
                    gone += 1
            with suppress(OSError):
                folder.rmdir()
            return gone

        return await asyncio.to_thread(work) if SAFE.fullmatch(conversation_id) else 0

    def _path(self, conversation_id: str, call_id: str) -> Path:
        if not SAFE.fullmatch(conversation_id):
            raise NotFound(f"{conversation_id!r} is no conversation.")
        return self._folder / conversation_id / f"{sha256(call_id.encode()).hexdigest()[:32]}.rec"


@asynccontextmanager
async def open_recordings(settings: Mapping[str, object]) -> AsyncIterator[Recordings]:
    """Open the folder; raises `BadConfig` for a secret that is too short."""
    secret = str(settings.get("secret", "")).encode()
    if len(secret) < SHORTEST_SECRET:
        raise BadConfig(f"kefu.toml: [security] recording_secret must have {SHORTEST_SECRET} characters at least.")
    folder = Path(str(settings.get("home", "."))) / str(settings.get("folder", "recordings"))
    with ThreadPoolExecutor(1, thread_name_prefix="kefu-recordings") as thread:
        yield FileRecordings(folder, secret, thread)
