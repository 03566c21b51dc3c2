"""Wires the house: reads kefu.toml, loads plug-ins, returns one object.

async with open_kefu(Path("my-school")) as kefu:
    taken = await kefu.take(inbound)

All that is offered takes half a second to import, so it is loaded when it is first asked for:
a command or a process that needs one module of this package does not wait for it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefu.app.front import *  # noqa: F403 - its names are these
else:

    def __getattr__(name: str) -> object:
        """A name that `kefu.app.front` lists; see PEP 562."""
        import kefu.app.front

        return getattr(kefu.app.front, name)
