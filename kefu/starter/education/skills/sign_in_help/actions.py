"""Help for customers who can't sign in, whether we know who they are or not."""

from __future__ import annotations

from kefu.core import Call, Say


async def advise(call: Call) -> Say:
    """What to try; for a customer whom we know, what the account itself has to say."""
    if not call.is_known:
        return Say("help")
    rows = await call.find("account_state")
    match rows[0]["account_state"] if rows else "closed":
        case "locked":
            return Say("locked")
        case "closed":
            return Say("closed", hand_off="account_closed")
        case _:
            return Say("help")
