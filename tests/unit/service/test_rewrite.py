"""A writer's words go out only when they are proven; personal data never reaches it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kefu.ai.write.proof import prove
from kefu.core.errors import WriterFailed
from kefu.core.nouns import Evidence, Outbound, Statement
from kefu.core.ports.writer import Assignment
from kefu.service.privacy.veil import veil_over
from kefu.service.turn.rewrite import Pen, rewrite

FOUND = Evidence("records:course_progress/my_courses", "12 of 20")
REPLY = Outbound(
    (Statement("您已经学习到第12课，", (FOUND,)), Statement("预计还需要学习8课。", (FOUND,))), "zh", ("谢谢",)
)
MORE = Outbound((Statement("李雷，退款通知已发到 li.lei@example.com，请查收。", (FOUND,)),), "zh")


class Scribe:
    """A writer that writes what it is told to; keeps what it was given."""

    version = "scribe.v1"

    def __init__(self, *pieces: str, fails: bool = False) -> None:
        self._pieces, self._fails = pieces, fails
        self.given: list[Assignment] = []
        self.written = 0

    async def write(self, assignment: Assignment) -> AsyncIterator[str]:
        self.given.append(assignment)
        for piece in self._pieces or assignment.statements:
            self.written += 1
            yield piece
        if self._fails:
            raise WriterFailed("it broke off")


async def test_proven_words_go_out_with_all_their_evidence() -> None:
    reply = await rewrite(REPLY, "学到哪了", (), Pen(Scribe("您好！您已学习到", "第12课，预计还需学习8课。"), prove))
    assert reply.text == "您好！您已学习到第12课，预计还需学习8课。"
    assert all(FOUND in one.evidence for one in reply.statements)
    assert reply.statements[0].evidence[-1].source == "writer:scribe.v1"
    assert reply.quick_replies == ("谢谢",)


@pytest.mark.parametrize(
    "pieces", [("您已经学习到第13课，预计还需要学习8课。",), ("您已经学习到第12课，恭喜获得免费课程！",)]
)
async def test_words_that_say_otherwise_stay_in(pieces: tuple[str, ...]) -> None:
    assert await rewrite(REPLY, "学到哪了", (), Pen(Scribe(*pieces), prove)) == REPLY


async def test_a_writer_that_fails_changes_nothing() -> None:
    assert await rewrite(REPLY, "学到哪了", (), Pen(Scribe("您已经", fails=True), prove)) == REPLY


async def test_writing_ends_at_the_first_bad_sentence() -> None:
    scribe = Scribe("您已经学习到第99课。", *("预计还需要学习8课。",) * 50)
    assert await rewrite(REPLY, "学到哪了", (), Pen(scribe, prove)) == REPLY
    assert scribe.written < 5


async def test_personal_data_stays_in_the_house() -> None:
    scribe = Scribe()
    reply = await rewrite(MORE, "我的手机13912345678收不到", ("李雷",), Pen(scribe, prove))
    sent = scribe.given[0].question + "".join(scribe.given[0].statements)
    assert not any(secret in sent for secret in ("13912345678", "li.lei@example.com", "李雷"))
    assert reply.text == MORE.text


def test_a_placeholder_that_a_customer_writes_brings_nothing_back() -> None:
    veil = veil_over(["call 13912345678", "what is ⟦1⟧?"])
    assert "⟦1⟧" not in veil.hide("what is ⟦1⟧?")
    assert veil.show(veil.hide("call 13912345678")) == "call 13912345678"
