"""A house of two small skills, with a reader that understands by rules, on a real store."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from kefu.adapters.stores.memory import MemoryStore
from kefu.app.skills import house_texts
from kefu.core import Again, Call, Carry, Choices, Option, Say
from kefu.core.nouns import Ask, Entity, Identity, Inbound, IntentScore, Language, Reading, Row, Ticket, Value
from kefu.core.ports.reader import Term
from kefu.core.skill import Query, Skill
from kefu.service.desk.hours import Hours
from kefu.service.dialogue.scene import Promise
from kefu.service.skills.catalog import Catalog
from kefu.service.skills.parse import parse_skill
from kefu.service.turn import take_turn
from kefu.service.turn.house import House, Taken

ZONE = ZoneInfo("Asia/Shanghai")
REPLIES = """
[say]
progress = "《{title}》学到第{lesson}课。"
finish = "《{title}》下月学完。"
refunded = "已提交，编号{number}。"
proven = "验证通过。"
classes = "{days}的课。"
wrong = "信息不对。"
noted = "已记下，编号{number}。"
[ask]
course = "哪一门？\\n{options}"
order = "订单号？"
digits = "手机后四位？"
reason = "原因？"
buyer = "开给谁？\\n{options}"
name = "抬头？"
code = "税号？"
[again]
buyer = "请选：\\n{options}"
code = "税号不对。"
course = "没有找到，请选：\\n{options}"
order = "订单号是 E 加 10 位数字。"
digits = "要 4 位数字。"
[none]
course = "您没有课程。"
[quick]
progress = ["下一课学什么"]
[option]
person = ["个人", "自己"]
company = ["公司", "单位"]
[confirm]
form = "开给{name}，税号{code}？"
refund = "退《{title}》？原因：{reason}"
"""
MANIFESTS = {
    "progress": 'intents = ["progress", "finish"]\nidentity = true\nsteps = ["ask course", "do progress"]\n'
    '[slots.course]\nentity = "course"\noptions = "courses"',
    "refund": 'intents = ["refund"]\nidentity = true\nrisk = "write"\n'
    'steps = ["ask course", "ask reason", "confirm @intent", "do request"]\n'
    '[slots.course]\nentity = "course"\noptions = "courses"\n[slots.reason]\nfree = true',
    "who": 'intents = []\nrisk = "none"\nsteps = ["ask order", "ask digits", "do compare"]\n'
    '[slots.order]\nentity = "order_number"\n[slots.digits]\npattern = "\\\\b\\\\d{4}\\\\b"',
    "form": 'intents = ["form"]\nrisk = "none"\n'
    'steps = ["ask buyer", "ask name", "ask code", "do check_code", "confirm form", "say noted"]\n'
    '[slots.buyer]\noptions = ["person", "company"]\ncalled = ["个人", "公司"]\n'
    '[slots.name]\nfree = true\noptions = "known_name"\ndepends = ["buyer"]\ncalled = ["抬头"]\n'
    'accepts = ["complaint"]\n'
    '[slots.code]\npattern = "\\\\d{4,6}"\noptions = "no_code"\ndepends = ["buyer"]\ncalled = ["税号"]',
    "classes": 'intents = ["classes"]\nidentity = true\nsteps = ["do classes"]\n[slots.day]\nentity = "date"',
    "complaint": 'intents = ["complaint"]\nrisk = "none"\nsteps = ["do note"]',
    "broken": 'intents = ["broken"]\nrisk = "none"\nsteps = ["do fail"]',
    "person": 'intents = ["person"]\nrisk = "none"\nsteps = ["hand_off customer_asked"]',
}
QUERIES = {
    "queries/courses.sql": "SELECT id, title, lesson FROM courses WHERE learner = :customer_id",
    "queries/request.sql": "INSERT INTO refunds SELECT :key, :course WHERE 1 = 1 AND :customer_id <> ''",
    "queries/who.sql": "SELECT learner FROM orders WHERE number = :order AND digits = :digits",
}


async def courses(call: Call) -> Choices:
    rows = await call.find("courses")
    return Choices(
        tuple(Option(str(r["id"]), str(r["title"]), facts={"title": r["title"], "lesson": r["lesson"]}) for r in rows)
    )


async def progress(call: Call) -> Say:
    return Say(call.intent)


async def classes(call: Call) -> Say:
    return Say("classes", {"days": call.slots.get("day") or "一周"})


async def request(call: Call) -> Say:
    effect = call.effect("request", call.reference, key=call.reference, course=call.slots["course"])
    return Say("refunded", {"number": call.reference}, effects=(effect,))


async def compare(call: Call) -> Say:
    rows = await call.find("who", order=call.slots["order"], digits=call.slots["digits"])
    check = f"order:{call.slots['order']}"
    return Say("proven", check=check, prove=str(rows[0]["learner"])) if rows else Say("wrong", check=check)


async def known_name(call: Call) -> Choices:
    return Choices(() if call.slots["buyer"] == "company" else (Option("林知夏", "林知夏"),))


async def no_code(call: Call) -> Choices:
    return Choices(() if call.slots["buyer"] == "company" else (Option("0", "0"),))


async def check_code(call: Call) -> Carry | Again:
    code = str(call.slots["code"])
    return Carry({"number": call.reference}) if code in ("0", "12345") else Again("code")


async def note(call: Call) -> Say:
    serious = call.urgency > 0.5
    ticket = Ticket(call.reference, "complaint", "high" if serious else "normal", call.text)
    return Say("noted", {"number": call.reference}, ticket=ticket, hand_off="serious" if serious else None)


async def fail(call: Call) -> Carry:
    raise ZeroDivisionError


ACTIONS = {
    "known_name": known_name,
    "no_code": no_code,
    "check_code": check_code,
    "courses": courses,
    "progress": progress,
    "classes": classes,
    "request": request,
    "compare": compare,
    "note": note,
    "fail": fail,
}


@cache
def skill(name: str) -> Skill:
    manifest = f'name = "{name}"\nowner = "tests"\nlanguages = ["zh"]\ntitle = {{ zh = "{name}" }}\n{MANIFESTS[name]}'
    return parse_skill(name, {"skill.toml": manifest, "replies.zh.toml": REPLIES, **QUERIES}, ACTIONS)


DAYS = {"明天": "+1d", "周三": "+0w3"}


class RuleReader:
    """Understands a few words; what it does not know it reads as unknown."""

    version = "rules"
    intents: Mapping[str, str] = {
        "学到": "progress",
        "学完": "finish",
        "退": "refund",
        "投诉": "complaint",
        "坏了": "broken",
        "发票": "form",
        "转人工": "person",
        "有课": "classes",
    }
    cues: Mapping[str, str] = {
        "不对": "correct",
        "算了": "cancel",
        "是的": "affirm",
        "不要": "deny",
        "真人": "person",
        "不用转人工": "stay",
        "改主意了": "mind",
    }

    def read(self, text: str, language: Language | None = None) -> Reading:
        asks = [Ask(part, self.scores(part)) for part in text.split("，另外")]
        whole = Ask(text, asks[0].intents)
        entities = [Entity("course", m.group(), None, *m.span()) for m in re.finditer("英语课|数学课|钢琴课", text)]
        entities += [Entity("order_number", m.group(), m.group(), *m.span()) for m in re.finditer(r"E\d{10}", text)]
        entities += [Entity("date", m.group(), DAYS[m.group()], *m.span()) for m in re.finditer("明天|周三", text)]
        entities += [
            Entity("ordinal", m.group(), "一二三".index(m[1]) + 1, *m.span())
            for m in re.finditer("第([一二三])个", text)
        ]
        return Reading(
            language="zh",
            asks=(whole, *(asks if len(asks) > 1 else ())),
            entities=tuple(entities),
            cues=frozenset(cue for word, cue in self.cues.items() if word in text),
            urgency=0.9 if "马上" in text else 0.1,
            reader=self.version,
        )

    def scores(self, text: str) -> tuple[IntentScore, ...]:
        if text == "钢琴课":
            return (IntentScore("complaint", 0.9),)
        maybe = 0.4 if "大概" in text else 0.9
        return tuple(IntentScore(intent, maybe) for word, intent in self.intents.items() if word in text)

    def know(self, lexicons: Mapping[str, Sequence[Term]]) -> None:
        """It has no lexicons."""


@dataclass
class TableRecords:
    """Records of a school that fits on a hand: learner to courses, order to learner."""

    courses: dict[str, list[Row]]
    orders: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: list[Mapping[str, Value]] = field(default_factory=list)

    async def find(self, query: Query, values: Mapping[str, Value]) -> Sequence[Row]:
        self.asked.append(values)
        if query.name == "who":
            learner = self.orders.get((str(values["order"]), str(values["digits"])))
            return [{"learner": learner}] if learner else []
        return self.courses.get(str(values["customer_id"]), [])

    async def write(self, statement: Query, values: Mapping[str, Value]) -> int:
        return 1


@dataclass
class Bench:
    """Talks to the house as one customer."""

    house: House
    store: MemoryStore
    records: TableRecords
    number: int = 0

    async def take(
        self, text: str, learner: str = "L1", sender: str = "u", *, message: str = "", can_prove: bool = True
    ) -> Taken:
        self.number += 1
        identity = Identity(learner, "token") if learner else None
        now = self.house.clock()
        message = message or f"m{self.number}"
        return await take_turn(Inbound("chat", message, sender, text, now, identity, can_prove=can_prove), self.house)

    async def say(self, text: str, learner: str = "L1", sender: str = "u", *, can_prove: bool = True) -> list[str]:
        taken = await self.take(text, learner, sender, can_prove=can_prove)
        return [reply.text for reply in taken.replies]


ENGLISH: Row = {"id": "C1", "title": "英语口语", "lesson": 12}
MATH: Row = {"id": "C2", "title": "初中数学", "lesson": 5}


@cache
def _catalog() -> Catalog:
    return Catalog.of([skill(name) for name in MANIFESTS], house_texts(Path("nowhere")), identity_skill="who")


def make_bench(now: datetime = datetime(2026, 3, 2, 2, tzinfo=UTC)) -> Bench:
    store = MemoryStore()
    records = TableRecords({"L1": [ENGLISH], "L2": [ENGLISH, MATH]}, {("E2603010001", "5678"): "L2"})

    async def inline(work: Callable[[], Reading]) -> Reading:
        return work()

    compute: Callable[[Callable[[], Reading]], Awaitable[Reading]] = inline
    house = House(
        store=store,
        reader=RuleReader(),
        catalog=_catalog(),
        records={"school": records},
        promise=Promise(),
        hours=Hours(ZONE),
        clock=lambda: now + timedelta(seconds=1),
        zone=ZONE,
        compute=compute,
    )
    return Bench(house, store, records)
