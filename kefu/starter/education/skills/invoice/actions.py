"""Invoices: for which order, made out to whom, sent where, and the request, once."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kefu.core import Again, Call, Carry, Choices, Fact, Option, Row, Say

SENDING = timedelta(days=1)
"""An invoice has been sent after so long."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""Characters and weights of the unified social credit code. Source: GB 32100-2015."""


def is_credit_code(text: str) -> bool:
    """Whether a text is a unified social credit code: 18 characters, the last of which checks the others."""
    if len(text) != 18 or any(char not in ALPHABET for char in text):
        return False
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(text[:17], WEIGHTS, strict=True))
    return ALPHABET.index(text[17]) == -total % 31


def plain_code(text: str) -> str:
    """A tax number as it is kept: narrow capitals and digits without blanks."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).upper() if char.isalnum())


async def recall(call: Call) -> Carry | Say:
    """Whoever asks how far an invoice is must have asked for one."""
    if call.intent != "invoice_state":
        return Carry({})
    rows = await call.find("my_orders")
    return Carry({}) if any(row["invoice_state"] for row in rows) else Say("none_requested")


async def my_orders(call: Call) -> Choices:
    """The orders that may be meant; refunded ones only where nothing else is left."""
    rows = await call.find("my_orders")
    if call.intent == "invoice_state":
        wanted = [row for row in rows if row["invoice_state"]]
    else:
        wanted = [row for row in rows if row["refund_state"] != "paid"] or list(rows)
    return Choices(tuple(option(row, call) for row in wanted))


async def check(call: Call) -> Carry | Say:
    """Go on for an order without an invoice whose money stays; say how it stands with any other."""
    row = await chosen(call)
    return done_before(row, call) or Carry({"course": course(row, call), "amount": row["amount_fen"]})


async def known_title(call: Call) -> Choices:
    """A person's name as the account has it; a company's must be asked."""
    if call.slots["buyer"] == "company":
        return Choices(())
    name = str((await chosen(call))["name"])
    return Choices((Option(name, name),))


async def no_tax_number(call: Call) -> Choices:
    """A person has none; a company's must be asked."""
    return Choices(() if call.slots["buyer"] == "company" else (Option("", ""),))


async def check_tax_number(call: Call) -> Carry | Again:
    """A mistyped tax number makes an invoice worthless, so it is asked again."""
    if call.slots["buyer"] != "company":
        return Carry({"code": "", "tax": "-"})
    code = plain_code(str(call.slots["tax_number"]))
    return Carry({"code": code, "tax": code}) if is_credit_code(code) else Again("tax_number")


async def request(call: Call) -> Say:
    """Have the request made, unless another conversation was faster."""
    row = await chosen(call)
    before = done_before(row, call)
    if before:
        return before
    effect = call.effect(
        "request_invoice",
        call.reference,
        number=call.reference,
        order_number=call.slots["order"],
        title=str(call.slots["title"]),
        tax_number=str(call.facts["code"]),
        email=str(call.slots["email"]),
        requested_at=f"{call.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    )
    return Say("done", {"number": call.reference, "by": call.now + SENDING}, effects=(effect,))


def done_before(row: Row, call: Call) -> Say | None:
    """How it stands with an order that has its invoice already, or whose money goes back."""
    if row["invoice_state"]:
        asked = datetime.fromisoformat(str(row["requested_at"]))
        facts: Mapping[str, Fact] = {
            "course": course(row, call),
            "number": row["invoice_number"],
            "title": row["invoice_title"],
            "email": masked(str(row["invoice_email"])),
            "asked": asked,
            "by": asked + SENDING,
        }
        return Say(f"state_{row['invoice_state']}", facts)
    return Say("refunding", {"course": course(row, call)}) if row["refund_state"] else None


async def chosen(call: Call) -> Row:
    """The order that the customer has chosen, as it is now."""
    rows = await call.find("my_orders")
    return next(row for row in rows if row["number"] == call.slots["order"])


def option(row: Row, call: Call) -> Option:
    """One order as a possible answer, to be called by its course too."""
    label = f"{course(row, call)} · {row['number']} · ¥{int(str(row['amount_fen'])) / 100:,.2f}".removesuffix(".00")
    return Option(str(row["number"]), label, (str(row["course_id"]), str(row["title_zh"]), str(row["title_en"])))


def course(row: Row, call: Call) -> str:
    """A course's title in the language of the conversation."""
    return str(row[f"title_{call.language}"])


def masked(email: str) -> str:
    """An address that its owner recognises and nobody else learns: l***@example.com."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***{at}{host}"
