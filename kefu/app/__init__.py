"""Wires the house: reads kefu.toml, loads plug-ins, returns one object.

async with open_kefu(Path("my-school")) as kefu:
    taken = await kefu.take(inbound)
"""

from kefu.app.config import Config, load_config
from kefu.app.house import Kefu, open_kefu
from kefu.app.skills import load_module
from kefu.service.privacy.access import Customer, Operator, Server, Viewer, may_read_conversation, may_see_evidence
from kefu.service.privacy.rates import Rates
from kefu.service.skills.catalog import Catalog
from kefu.service.turn import conversation_id_of
from kefu.service.turn.house import Taken

__all__ = [
    "Catalog",
    "Config",
    "Customer",
    "Kefu",
    "Operator",
    "Rates",
    "Server",
    "Taken",
    "Viewer",
    "conversation_id_of",
    "load_config",
    "load_module",
    "may_read_conversation",
    "may_see_evidence",
    "open_kefu",
]
