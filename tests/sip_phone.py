"""A telephone and its exchange: baresip calls an Asterisk, which leads the call to kefu by AudioSocket.

Asterisk is the system's, or the one below the folder `ASTERISK_ROOT`, for systems whose packages have none:
`debootstrap sid FOLDER && chroot FOLDER apt-get install asterisk`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import uuid
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(os.environ.get("ASTERISK_ROOT", "/"))
BINARY = ROOT / "usr" / "sbin" / "asterisk"
LIBRARIES = ROOT / "usr" / "lib" / "x86_64-linux-gnu"
IS_HERE = BINARY.is_file() and bool(shutil.which("baresip"))
WHY_NOT = "needs Asterisk (of the system, or below $ASTERISK_ROOT) and baresip"
PHONE_MODULES = "/usr/lib/baresip/modules"
RATE_HZ = 8000


def free_port() -> int:
    """A UDP port of this machine that nobody has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@asynccontextmanager
async def exchange(folder: Path, kefu_port: int) -> AsyncIterator[int]:
    """An Asterisk whose extension 100 is kefu; its SIP port."""
    port, home = free_port(), folder / "asterisk"
    home.mkdir()
    places = dict.fromkeys(("astetcdir", "astvarlibdir", "astdbdir", "astspooldir", "astrundir", "astlogdir"), home)
    if Path("/") != ROOT:
        places |= {"astmoddir": LIBRARIES / "asterisk" / "modules", "astdatadir": ROOT / "usr" / "share" / "asterisk"}
    files = {
        "asterisk.conf": "[directories]\n" + "".join(f"{name} => {place}\n" for name, place in places.items()),
        "modules.conf": "[modules]\nautoload=yes\n",
        "pjsip.conf": f"[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:{port}\n"
        "[anonymous]\ntype=endpoint\ncontext=kefu\ndisallow=all\nallow=ulaw\ndirect_media=no\n",
        "extensions.conf": "[kefu]\nexten => 100,1,Answer()\n"
        f" same => n,AudioSocket({uuid.uuid4()},127.0.0.1:{kefu_port})\n same => n,Hangup()\n",
        "rtp.conf": "[general]\n",
        "logger.conf": "[logfiles]\nconsole => notice,warning,error\n",
    }
    for name, text in files.items():
        (home / name).write_text(text, "ascii")
    loader = [] if Path("/") == ROOT else [str(next((ROOT / "usr" / "lib64").glob("ld-linux*"))), "--library-path"]
    command = [*loader, *([str(LIBRARIES)] if loader else []), str(BINARY), "-f", "-n", "-C", f"{home}/asterisk.conf"]
    with (home / "console").open("wb") as console:
        process = await asyncio.create_subprocess_exec(*command, stdout=console, stderr=console, stdin=DEVNULL)
    try:
        while not (home / "asterisk.ctl").exists():
            assert process.returncode is None, (home / "console").read_text("utf-8", "replace")
            await asyncio.sleep(0.05)
        yield port
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def phone(folder: Path, port: int, says: np.ndarray) -> AsyncIterator[Path]:
    """A baresip that calls extension 100 and says something, samples in [-1, 1]; the folder of what it records."""
    home = folder / "baresip"
    home.mkdir()
    soundfile.write(home / "says.wav", says, RATE_HZ, "PCM_16")
    modules = "".join(f"module {name}.so\n" for name in ("g711", "aufile", "aubridge", "sndfile"))
    apps = "".join(f"module_app {name}.so\n" for name in ("account", "menu"))
    (home / "config").write_text(
        f"sip_listen 127.0.0.1:{free_port()}\naudio_source aufile,{home}/says.wav\naudio_player aubridge,nobody\n"
        f"ausrc_srate {RATE_HZ}\nauplay_srate {RATE_HZ}\nausrc_channels 1\nauplay_channels 1\n"
        f"module_path {PHONE_MODULES}\nsnd_path {home}\n{modules}{apps}",
        "ascii",
    )
    (home / "accounts").write_text("<sip:caller@127.0.0.1>;regint=0;audio_codecs=PCMU/8000/1\n", "ascii")
    (home / "contacts").write_text("", "ascii")
    with (home / "console").open("wb") as console:
        dial = ("-f", str(home), "-e", f"/dial sip:100@127.0.0.1:{port}")
        process = await asyncio.create_subprocess_exec("baresip", *dial, stdout=console, stderr=console, stdin=DEVNULL)
    try:
        yield home
    finally:
        process.terminate()
        await process.wait()
