"""Help for customers who can't sign in, whether we know who they are or not."""

from __future__ import annotations

from kefu.core import Call, Say
from kefu.core.errors import NotAllowed


async def help(call: Call) -> Say:  # noqa: A001 - the step reads "do help"
    """What to try; for a customer whom we know, what the account itself has to say."""
    try:
        rows = await call.find("account_state")
    except NotAllowed:
        return Say("help")
    match rows[0]["account_state"] if rows else "closed":
        case "locked":
            return Say("locked")
        case "closed":
            return Say("closed", hand_off="account_closed")
        case _:
            return Say("help")
