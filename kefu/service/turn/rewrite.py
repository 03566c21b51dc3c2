"""Part of stage 复 compose: let a writer say it in other words, and send that only when it says the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from kefu.core.errors import WriterFailed
from kefu.core.nouns import Evidence, Outbound, Statement
from kefu.core.ports.writer import Assignment, Fault, Writer
from kefu.service.privacy.veil import Veil, veil_over

log = structlog.get_logger()

SENTENCE_END = re.compile(r"(?<=[。！？!?\n])|(?<=[.]\s)")


class Proof(Protocol):
    """Whether a text says no more and no less than some statements: a plain function, under 2 ms a sentence."""

    def __call__(self, written: str, assignment: Assignment, *, whole: bool = True) -> Sequence[Fault]:
        """All faults, empty for none; with `whole` also of what is missing or has another form."""


@dataclass(frozen=True, slots=True)
class Pen:
    """A writer together with the proof of what it writes: never one without the other."""

    writer: Writer
    proof: Proof


async def rewrite(reply: Outbound, question: str, names: Sequence[str], pen: Pen) -> Outbound:
    """The reply in the writer's words, or as it was when those say anything else or come too late.

    `names` are what, beside what the guard finds, must not leave the house. Each sentence is proven
    as soon as it is written, so that a bad one ends the writing.
    """
    texts = tuple(statement.text for statement in reply.statements)
    veil = veil_over((question, *texts), names)
    hidden = Assignment(veil.hide(question), tuple(map(veil.hide, texts)), reply.language)
    shown = Assignment(question, texts, reply.language)
    try:
        written = await _written(hidden, shown, veil, pen)
    except WriterFailed as error:
        log.warning("writer failed", code=error.code, reason=error.message)
        return reply
    faults = pen.proof(written, shown)
    if faults:
        log.info("writing refused", fault=faults[0].kind, detail=faults[0].detail)
        return reply
    evidence = tuple(dict.fromkeys(one for statement in reply.statements for one in statement.evidence))
    evidence = (*evidence, Evidence(f"writer:{pen.writer.version}"))
    sentences = [sentence for sentence in SENTENCE_END.split(written.strip()) if sentence]
    return replace(reply, statements=tuple(Statement(sentence, evidence) for sentence in sentences))


async def _written(hidden: Assignment, shown: Assignment, veil: Veil, pen: Pen) -> str:
    """All that the writer wrote, as far as its finished sentences hold; personal data is back in its place."""
    written, proven = "", 0
    async for piece in pen.writer.write(hidden):
        written += piece
        *finished, rest = SENTENCE_END.split(written[proven:])
        for sentence in finished:
            if pen.proof(veil.show(sentence), shown, whole=False):
                return veil.show(written)
        proven = len(written) - len(rest)
    return veil.show(written)
