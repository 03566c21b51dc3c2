"""Reply templates: formats, sentences, facts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.service.skills.template import Formatter, fields, sentences

ZH, EN = (Formatter(language, ZoneInfo("Asia/Shanghai")) for language in ("zh", "en"))


@pytest.mark.parametrize(
    ("template", "facts", "zh", "en"),
    [
        ("{d:date}", {"d": date(2026, 3, 1)}, "2026年3月1日", "1 Mar 2026"),
        ("{d:datetime}", {"d": "2026-03-01T16:30:00Z"}, "2026年3月2日 00:30", "2 Mar 2026, 00:30"),
        ("{d:time}", {"d": datetime(2026, 3, 1, 1, 5, tzinfo=UTC)}, "09:05", "09:05"),
        ("{a:money}", {"a": 129900}, "¥1,299", "¥1,299"),
        ("{a:money}", {"a": 1250}, "¥12.50", "¥12.50"),
        ("{s:percent}", {"s": 0.7}, "70%", "70%"),
        ("{n:# lesson|# lessons}", {"n": 1}, "1 lesson", "1 lesson"),
        ("{n:# lesson|# lessons}", {"n": 8}, "8 lessons", "8 lessons"),
    ],
)
def test_facts_are_written_as_people_write_them(template: str, facts: dict[str, object], zh: str, en: str) -> None:
    assert ZH.vformat(template, (), facts) == zh
    assert EN.vformat(template, (), facts) == en


def test_sentences_end_where_people_end_them() -> None:
    assert sentences("您好，第{n}课。还剩{m}课！\n1. 英语") == ("您好，第{n}课。", "还剩{m}课！\n", "1. 英语")
    assert sentences("Done. It costs {a:money}. See e.g. here") == (
        "Done. ",
        "It costs {a:money}. ",
        "See e.g. ",
        "here",
    )


@given(st.text(alphabet="课。！？.!? \nab{}", max_size=60))
def test_sentences_give_the_text_back(text: str) -> None:
    assert "".join(sentences(text)) == text


def test_fields_are_the_named_facts() -> None:
    assert fields("{a} and {b:money} and {{c}}") == {"a", "b"}
