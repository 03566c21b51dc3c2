"""Wires the house: reads kefu.toml, loads plug-ins, returns one object.

async with open_kefu(Path("my-school")) as kefu:
    taken = await kefu.take(inbound)
"""

from kefu.app.house import Kefu, open_kefu
from kefu.service.turn.house import Taken

__all__ = ["Kefu", "Taken", "open_kefu"]
