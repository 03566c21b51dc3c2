"""The weekly digest in words: the same blocks become a PDF, a text and the HTML of an e-mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from markupsafe import escape

from kefu.adapters.files.printed import Block, print_pdf
from kefu.adapters.mail import Letter
from kefu.app.insight import Insight
from kefu.core.nouns import Language
from kefu.core.ports.desk import Scope
from kefu.core.ports.insight import Topic
from kefu.service.insight.digest import Digest, digest, week_of
from kefu.service.insight.report import Period
from kefu.service.insight.topics import before
from kefu.web.insight import alarm_name
from kefu.web.reports import share
from kefu.web.words import words_in

EVERYBODY = Scope()
INK, QUIET = "#17211d", "#55635c"


async def week(insight: Insight, today: date, scope: Scope = EVERYBODY) -> tuple[Digest, list[Topic]]:
    """The digest of the last whole week before a day, over what may be seen, and the topics that it speaks of."""
    of = week_of(today)
    heard = await insight.heard(of, scope)
    judged = await insight.judged(Period(before(of).since, of.until), scope)
    return digest(heard.figures, heard.ground, heard.alarms, judged.scores), list(heard.topics)


def blocks_of(found: Digest, topics: Sequence[Topic], language: Language, name: str) -> Iterator[Block]:
    """The digest, block by block."""
    say = words_in(language).say

    def word(key: str, **values: object) -> str:
        return say("insight", key, **values)

    yield "title", [word("digest_title", company=name)]
    yield "quiet", [f"{found.week.since} – {found.week.until}"]
    yield from _summary(found, language)
    if found.alarms:
        yield "heading", [word("alarms")]
        for one in found.alarms:
            called = alarm_name(one, topics, language) or word("gone" if one.topic else "everything")
            values = {"observed": one.observed, "expected": f"{one.expected:.1f}", "day": one.day}
            yield "text", [word("alarm", topic=called, **values)]
    yield "heading", [word("top")]
    if not found.top:
        yield "text", [word("no_messages_hint")]
    else:
        yield "row", ["", say("reports", "started"), word("growth"), say("reports", "contained")]
    for figures in found.top:
        growth = "" if figures.growth.ratio is None else f"×{figures.growth.ratio:.1f}"
        visits = say("reports", "visits", count=f"{figures.visits:,}")
        yield "row", [figures.topic.called(language, 2), visits, growth, share(figures.contained.share)]
    for key, some in (("risen", [one.topic for one in found.risen]), ("new_topics", found.new)):
        if some:
            yield "heading", [word(key)]
            yield from (("text", [topic.called(language, 3)]) for topic in some)
    for key, quotes in (("complaint", found.complaints), ("suggestion", found.suggestions)):
        if quotes:
            yield "heading", [word(key)]
            yield from (("quote", [f"“{one.text}”"]) for one in quotes)
    if found.failures:
        yield "heading", [word("failures")]
        yield from (("row", [say("insight_trouble", trouble), f"{count:,}"]) for trouble, count in found.failures)
    if found.automate:
        yield "heading", [word("automate")]
        yield from (("row", [one.topic.called(language), share(one.simple.share)]) for one in found.automate)


def _summary(found: Digest, language: Language) -> Iterator[Block]:
    """This week beside the one before."""
    say = words_in(language).say
    now, before = found.visits
    yield "row", [say("reports", "started"), f"{now:,}", f"({before:,})"]
    yield (
        "row",
        [say("reports", "contained"), *(_framed(share(one.share), at) for at, one in enumerate(found.contained))],
    )
    points = ("–" if one is None else str(one) for one in found.quality)
    yield "row", [say("insight", "quality"), *(_framed(one, at) for at, one in enumerate(points))]


def _framed(text: str, at: int) -> str:
    return f"({text})" if at else text


def letter_of(found: Digest, topics: Sequence[Topic], language: Language, name: str, font: str) -> Letter:
    """The digest as an e-mail, with the PDF."""
    blocks = list(blocks_of(found, topics, language, name))
    subject = f"{blocks[0][1][0]} {found.week.since} – {found.week.until}"
    file = f"digest-{found.week.until}.pdf"
    return Letter(subject, as_text(blocks), as_html(blocks, language), {file: print_pdf(blocks, font)})


def as_text(blocks: Sequence[Block]) -> str:
    """For readers without HTML."""
    lines = []
    for kind, texts in blocks:
        lines += [""] if kind == "heading" else []
        lines.append("  ".join(text for text in texts if text) if kind == "row" else texts[0])
        lines += ["-" * 24] if kind in ("title", "heading") else []
    return "\n".join(lines) + "\n"


def as_html(blocks: Sequence[Block], language: Language) -> str:
    """As mail programs show it: styles in place, no picture, nothing from elsewhere."""
    styles = {
        "title": f"margin:0;font-size:22px;color:{INK}",
        "heading": f"margin:24px 0 6px;font-size:16px;color:{INK}",
        "text": "margin:4px 0",
        "quiet": f"margin:0 0 12px;color:{QUIET}",
        "quote": "margin:6px 0 6px 12px",
    }
    body = ""
    for kind, texts in blocks:
        if kind == "row":
            label, *values = map(escape, texts)
            cells = "".join(f'<td style="padding:3px 0 3px 14px;text-align:right">{value}</td>' for value in values)
            row = f'<tr><td style="padding:3px 0;width:100%">{label}</td>{cells}</tr>'
            body += f'<table style="width:100%;border-bottom:1px solid #dde3de">{row}</table>'
        else:
            tag = {"title": "h1", "heading": "h2"}.get(kind, "p")
            body += f'<{tag} style="{styles[kind]}">{escape(texts[0])}</{tag}>'
    font = "font:15px/1.6 system-ui,sans-serif"
    code = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html><html lang="{code}"><body style="{font};color:{INK};max-width:640px;margin:auto">'
        f"{body}</body></html>"
    )
