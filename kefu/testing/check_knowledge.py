"""Conformance of a Knowledge: what any of them must keep, ours and an outsider's alike.

@pytest.mark.parametrize("check", KNOWLEDGE_CHECKS, ids=lambda check: check.__name__)
def test_knowledge(check):
check(lambda: open_knowledge({}))

Each check opens an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

from kefu.core.articles import Article, Audience, Passage
from kefu.core.nouns import Language
from kefu.core.ports.knowledge import Hit, Knowledge, Query

Open = Callable[[], Knowledge]

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 1, tzinfo=UTC)
HOSTILE = (
    "",
    " ",
    "\x00",
    "\ud800",
    "a:b^* AND (",
    '"unbalanced',
    "NOT NOT NOT",
    "body:* OR [a TO z]",
    "title:退款^1e9",
    '+-&&||!(){}[]^"~*?:\\/',
    "'; DROP TABLE articles; --",
    "<script>alert(1)</script>",
    "👨‍👩‍👧‍👦",
    "🙂" * 500,
    "好" * 3_000,
    "a " * 5_000,
    "x" * 100_000,
    "的 的 的",
    "？？？",
)


def row(
    name: str,
    question: str,
    answer: str,
    *,
    language: Language = "en",
    audience: Audience = "public",
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Article:
    """An article that is one question with its answer."""
    return Article(
        id=name, title="", language=language, source=f"folder:{name}.md", markdown=answer,
        passages=(Passage(0, answer, question=question),), digest=f"{question}{answer}", updated_at=AT,
        audience=audience, valid_from=valid_from, valid_until=valid_until,
    )  # fmt: skip


BASICS = (
    row("refund", "How do I get a refund?", "Write to us within 14 days. The money is back in a week."),
    row("invoice", "Where is my invoice?", "Every invoice is in your account under Orders."),
    row("退款", "怎么退款？", "十四天内联系客服，七天内到账。", language="zh"),
    row("发票", "发票在哪里下载？", "登录后在“我的订单”里下载发票。", language="zh"),
)


def _ask(
    knowledge: Knowledge, text: str, language: Language = "en", *, audience: Audience = "public", on: date = DAY,
    limit: int = 5, context: tuple[str, ...] = (),
) -> Sequence[Hit]:  # fmt: skip
    return knowledge.search(Query(text, language, audience, on, context, limit))


def _ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.article.id for hit in hits]


def check_finds_what_answers(open_knowledge: Open) -> None:
    """The right passage comes first, whole, with numbers that order and probabilities in [0, 1]."""
    knowledge = open_knowledge()
    knowledge.put(BASICS)
    for text, language, right in (
        ("i want a refund", "en", "refund"),
        ("download my invoice", "en", "invoice"),
        ("我要退款", "zh", "退款"),
        ("發票在哪裡下載", "zh", "发票"),
    ):
        hits = _ask(knowledge, text, language)  # type: ignore[arg-type]
        assert _ids(hits)[0] == right, text
        assert hits[0].article == next(one for one in BASICS if one.id == right)
        assert hits[0].passage in hits[0].article.passages
        assert [hit.rank for hit in hits] == sorted((hit.rank for hit in hits), reverse=True)
        assert all(0 <= hit.probability <= 1 for hit in hits)


def check_is_surer_of_what_answers(open_knowledge: Open) -> None:
    """A question that something answers has a likelier best hit than one that nothing does."""
    knowledge = open_knowledge()
    knowledge.put(BASICS)
    known = _ask(knowledge, "how do i get a refund")[0].probability
    for foreign in ("what is the capital of france", "my dog likes the rain"):
        assert max((hit.probability for hit in _ask(knowledge, foreign)), default=0.0) < known


def check_filters_by_audience_before_it_ranks(open_knowledge: Open) -> None:
    """A thousand passages for the team match better; a stranger still gets the public one, and nothing else."""
    knowledge = open_knowledge()
    secret = [
        row(f"s{n:04}", "What is the refund limit?", f"The refund limit is {n}.", audience="staff") for n in range(1000)
    ]
    member = row("member", "What is the refund limit for members?", "Members get 60 days.", audience="signed_in")
    knowledge.put([*secret, member, row("public", "Refunds", "Ask us about a refund and its limit.")])
    text = "what is the refund limit"
    assert _ids(_ask(knowledge, text)) == ["public"]
    assert set(_ids(_ask(knowledge, text, audience="signed_in"))) == {"public", "member"}
    assert set(_ids(_ask(knowledge, text, audience="staff"))) & {one.id for one in secret}


def check_keeps_to_the_days(open_knowledge: Open) -> None:
    """Both ends of the days count; what is over or not yet begun crowds nothing out."""
    knowledge = open_knowledge()
    one_day = timedelta(days=1)
    over = [row(f"o{n}", "What is the fee?", f"The fee is {n}.", valid_until=DAY - one_day) for n in range(200)]
    soon = [row(f"n{n}", "What is the fee?", f"The fee is {n}.", valid_from=DAY + one_day) for n in range(200)]
    now = row("now", "Fees", "There is a fee of 5.", valid_from=DAY, valid_until=DAY)
    knowledge.put([*over, *soon, now])
    assert _ids(_ask(knowledge, "what is the fee")) == ["now"]
    assert "now" not in _ids(_ask(knowledge, "what is the fee", on=DAY - one_day, limit=500))
    assert "now" not in _ids(_ask(knowledge, "what is the fee", on=DAY + one_day, limit=500))


def check_keeps_languages_apart(open_knowledge: Open) -> None:
    """Who asks in one language gets that language alone, whatever words are in the text."""
    knowledge = open_knowledge()
    knowledge.put([*BASICS, row("app", "怎么用 refund 功能？", "在 refund 页面提交。", language="zh")])
    assert set(_ids(_ask(knowledge, "refund 退款", "zh"))) <= {"退款", "发票", "app"}
    assert set(_ids(_ask(knowledge, "refund 退款", "en"))) <= {"refund", "invoice"}


def check_replaces_and_drops(open_knowledge: Open) -> None:
    """An id has one article; a dropped one is gone, an unknown one is no error, the last of a put holds."""
    knowledge = open_knowledge()
    knowledge.put(BASICS)
    knowledge.put(
        [
            row("refund", "How do I get a parcel?", "It comes by post."),
            row("a", "Old", "Old"),
            row("a", "A kite?", "No."),
        ]
    )
    assert _ids(_ask(knowledge, "get a parcel"))[0] == "refund"
    assert all("14 days" not in hit.passage.text for hit in _ask(knowledge, "refund money within 14 days"))
    assert _ask(knowledge, "kite")[0].passage.text == "No."
    knowledge.drop(["refund", "never there"])
    assert "refund" not in _ids(_ask(knowledge, "get a parcel"))
    knowledge.put([])
    knowledge.drop([])
    assert _ids(_ask(knowledge, "download my invoice"))[0] == "invoice"


def check_is_quiet_when_empty(open_knowledge: Open) -> None:
    """Nothing is found in nothing, also after everything went, and for an article without passages."""
    knowledge = open_knowledge()
    assert not _ask(knowledge, "refund")
    knowledge.put(BASICS)
    knowledge.drop([one.id for one in BASICS])
    assert not _ask(knowledge, "refund")
    knowledge.put([Article("bare", "Refund", "en", "page:", "", (), "", AT)])
    assert not _ask(knowledge, "refund")


def check_stands_any_text(open_knowledge: Open) -> None:
    """No text is an order to the index, and none breaks it."""
    knowledge = open_knowledge()
    knowledge.put([*BASICS, row("odd", "a:b^* AND (", "\x00 x \\")])
    for text in HOSTILE:
        for language in ("zh", "en"):
            assert len(_ask(knowledge, text, language, context=(text,))) <= 5
    assert _ids(_ask(knowledge, "i want a refund"))[0] == "refund"


def check_goes_on_from_the_conversation(open_knowledge: Open) -> None:
    """A question that says nothing of its own means what was asked before."""
    knowledge = open_knowledge()
    knowledge.put(BASICS)
    assert _ids(_ask(knowledge, "how do i do that?", context=("can i get a refund", "and my invoice")))[0] == "invoice"
    assert _ids(_ask(knowledge, "那怎么弄呢？", "zh", context=("我想退款",)))[0] == "退款"


def check_serves_many_threads(open_knowledge: Open) -> None:
    """Searches while others put, drop and search find whole articles, and the same in the end."""
    knowledge = open_knowledge()
    knowledge.put(BASICS)

    def search(_: int) -> None:
        hits = _ask(knowledge, "i want a refund")
        assert _ids(hits)[0] == "refund"
        assert all(hit.passage in hit.article.passages for hit in hits)

    def write(number: int) -> None:
        knowledge.put([row(f"w{number % 3}", f"Where is thing {number}?", "There.")])
        knowledge.drop([f"w{(number + 1) % 3}"])

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(write if number % 10 == 0 else search, number) for number in range(200)]
        for job in jobs:
            job.result()
    search(0)


def check_finds_the_same_again(open_knowledge: Open) -> None:
    """The same articles, put in another order, are found in the same order under one version."""
    one, other = open_knowledge(), open_knowledge()
    alike = [row(f"p{n}", "Opening hours?", "We open at nine.") for n in range(20)]
    one.put([*BASICS, *alike])
    other.put([*reversed(alike), *reversed(BASICS)])
    assert one.version == other.version
    for text in ("opening hours", "refund invoice", "when do you open"):
        assert [(h.article.id, h.rank, h.probability) for h in _ask(one, text, limit=30)] == [
            (h.article.id, h.rank, h.probability) for h in _ask(other, text, limit=30)
        ]


KNOWLEDGE_CHECKS: tuple[Callable[[Open], None], ...] = (
    check_finds_what_answers,
    check_is_surer_of_what_answers,
    check_filters_by_audience_before_it_ranks,
    check_keeps_to_the_days,
    check_keeps_languages_apart,
    check_replaces_and_drops,
    check_is_quiet_when_empty,
    check_stands_any_text,
    check_goes_on_from_the_conversation,
    check_serves_many_threads,
    check_finds_the_same_again,
)
