"""Give money back by the school's rules: which order, whether it may be refunded, and the request, once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kefu.core import Call, Carry, Choices, Fact, Option, Row, Say

REVIEW = timedelta(days=2)
"""A colleague has looked at a request after so long."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the rules give back: an amount in fen, 0 for nothing, and the rule that decides, if any."""

    amount_fen: int
    rule: Row | None


def offer(rules: Sequence[Row], price_fen: int, days: int, done: int, lessons: int) -> Offer:
    """Apply the first rule that fits an order.

    `days` have passed since the day of payment, which itself is not counted; `done` of
    `lessons` are completed. A share of -1 gives back the lessons not yet completed.
    """
    for rule in rules:
        most = min(number(rule["lessons_at_most"]), float(str(rule["share_at_most"])) * lessons)
        if days <= number(rule["within_days"]) and done <= most:
            share = float(str(rule["refund_share"]))
            return Offer(round(price_fen * (share if share >= 0 else 1 - done / lessons)), rule)
    return Offer(0, None)


async def recall(call: Call) -> Carry | Say:
    """Whoever asks how far a refund is must have asked for one."""
    if call.intent != "refund_state":
        return Carry({})
    rows = await call.find("my_orders")
    return Carry({}) if any(row["refund_state"] for row in rows) else Say("none_requested")


async def my_orders(call: Call) -> Choices:
    """The orders that may be meant; refunded ones only where nothing else is left."""
    rows = await call.find("my_orders")
    if call.intent == "refund_state":
        wanted = [row for row in rows if row["refund_state"]]
    else:
        wanted = [row for row in rows if row["refund_state"] != "paid"] or list(rows)
    return Choices(tuple(option(row, call) for row in wanted))


async def check(call: Call) -> Carry | Say:
    """Compare the order with the rules; go on to the request when money is due."""
    row = await chosen(call)
    if row["refund_state"]:
        return state(row, call)
    rules = await call.find("rules")
    days = (call.now.date() - moment(row["paid_at"]).astimezone(call.now.tzinfo).date()).days
    done, lessons = number(row["lessons_done"]), number(row["lessons"])
    due = offer(rules, number(row["amount_fen"]), days, done, lessons)
    if due.rule is None:
        return Say("no_rule", {"title": title(row, call)}, hand_off="no_refund_rule")
    facts: dict[str, Fact] = {
        "title": title(row, call),
        "days": days,
        "done": done,
        "lessons": lessons,
        "rule": due.rule[f"text_{call.language}"],
        "amount": due.amount_fen,
    }
    return Carry(facts) if due.amount_fen > 0 else Say("refused", facts)


async def request(call: Call) -> Say:
    """Have the request made, unless another conversation was faster."""
    row = await chosen(call)
    if row["refund_state"]:
        return state(row, call)
    effect = call.effect(
        "request_refund",
        call.reference,
        number=call.reference,
        order_number=call.slots["order"],
        amount_fen=number(call.facts["amount"]),
        reason=str(call.slots["reason"]),
        requested_at=f"{call.now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    )
    return Say("done", {"number": call.reference, "by": call.now + REVIEW}, effects=(effect,))


def state(row: Row, call: Call) -> Say:
    """How far a refund is; a refused one is a matter for people."""
    asked = moment(row["requested_at"])
    facts: Mapping[str, Fact] = {
        "title": title(row, call),
        "number": row["refund_number"],
        "amount": row["refund_fen"],
        "asked": asked,
        "by": asked + REVIEW,
    }
    return Say(f"state_{row['refund_state']}", facts)


async def chosen(call: Call) -> Row:
    """The order that the customer has chosen, as it is now."""
    rows = await call.find("my_orders")
    return next(row for row in rows if row["number"] == call.slots["order"])


def option(row: Row, call: Call) -> Option:
    """One order as a possible answer, to be called by its course too."""
    label = f"{title(row, call)} · {row['number']} · ¥{number(row['amount_fen']) / 100:,.2f}".removesuffix(".00")
    return Option(str(row["number"]), label, (str(row["course_id"]), str(row["title_zh"]), str(row["title_en"])))


def title(row: Row, call: Call) -> str:
    """A course's title in the language of the conversation."""
    return str(row[f"title_{call.language}"])


def number(value: Fact) -> int:
    """A number from the records."""
    return int(str(value))


def moment(value: Fact) -> datetime:
    """A time from the records: ISO text in UTC."""
    return datetime.fromisoformat(str(value))
