"""The state of a customer's account, and a link to set a new password."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kefu.core import Call, Carry, Say

PATIENCE = timedelta(minutes=10)
"""A link that was sent so lately may still be on its way; a second one would only confuse."""


async def state(call: Call) -> Carry | Say:
    """Say how the account is; go on to the offer of a link when it is locked or a link was asked for."""
    rows = await call.find("account")
    account = rows[0] if rows else {"account_state": "closed"}
    if account["account_state"] == "closed":
        return Say("closed", hand_off="account_closed")
    if call.intent == "account_state" and account["account_state"] == "active":
        seen = account["last_sign_in"]
        return Say("active", {"seen": seen}) if seen else Say("active_never_seen")
    email, sent = masked(str(account["email"])), account["reset_at"]
    if sent and call.now - datetime.fromisoformat(str(sent)) < PATIENCE:
        return Say("sent_lately", {"email": email, "sent": sent})
    return Carry({"email": email})


async def reset(call: Call) -> Say:
    """Have the link sent, now that the customer has agreed."""
    now = f"{call.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    effect = call.effect("request_reset", call.reference, number=call.reference, requested_at=now)
    return Say("reset_sent", effects=(effect,))


def masked(email: str) -> str:
    """An address that its owner recognises and nobody else learns: l***@example.com."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}"
