"""The school's courses: titles from the words of catalogue.toml, lessons, prices, class hours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any

from .clock import day_of, second_at, weekday

Words = Mapping[str, Any]
"""What a TOML file holds."""

LIVE_SHARE = 0.3
TEACHERS = 60


@dataclass(frozen=True, slots=True)
class Title:
    """What a course is called and what it is about."""

    zh: str
    en: str
    subject: str
    level: int
    is_live: bool


@dataclass(frozen=True, slots=True)
class Course:
    """A course; `minutes` holds the length of each lesson, `classes` when each lesson of a live course starts."""

    id: str
    title: Title
    price_fen: int
    teacher: str
    lessons: tuple[tuple[str, str], ...]
    minutes: tuple[int, ...]
    classes: tuple[int, ...]


def draw_courses(rng: Random, now: int, wanted: int, words: Words, plans: Sequence[Words]) -> list[Course]:
    """So many courses with titles of their own; those of `plans` come first, as planned.

    Raises `ValueError` when the words do not make so many titles.
    """
    titles = {title.en: title for title in _titles(words)}
    planned = [(titles[plan["title"]], plan) for plan in plans]
    free = [title for title in titles.values() if title not in {title for title, _ in planned}]
    more = max(0, wanted - len(planned))
    live, recorded = [title for title in free if title.is_live], [title for title in free if not title.is_live]
    of_live = round(more * LIVE_SHARE)
    if of_live > len(live) or more - of_live > len(recorded):
        raise ValueError(f"catalogue.toml has no words for {wanted} courses; ask for fewer, or add topics.")
    drawn = [*rng.sample(recorded, more - of_live), *rng.sample(live, of_live)]
    rng.shuffle(drawn)
    every = [*planned, *((title, {}) for title in drawn)]
    return [_draw_course(rng, now, f"C{n:03}", title, words, plan) for n, (title, plan) in enumerate(every, 1)]


def _titles(words: Words) -> Iterator[Title]:
    """Every title that the words make: topic and level, recorded and live."""
    live_zh, live_en = words["live"]
    for subject, own in words["subjects"].items():
        for topic_zh, topic_en in own["topics"]:
            for level, (zh, en) in enumerate(words["levels"], 1):
                title = Title(zh.format(topic=topic_zh), en.format(topic=topic_en), subject, level, is_live=False)
                yield title
                yield Title(
                    live_zh.format(title=title.zh), live_en.format(title=title.en), subject, level, is_live=True
                )


def _draw_course(  # noqa: PLR0917
    rng: Random, now: int, course_id: str, title: Title, words: Words, plan: Words
) -> Course:
    sizes = (8, 10, 12, 16, 20) if title.is_live else (8, 10, 12, 15, 18, 20, 24, 30, 36, 48)
    count = plan.get("lessons") or rng.choice(sizes)
    usual = rng.choice((60, 60, 90)) if title.is_live else rng.randint(18, 40)
    yuan = count * (rng.uniform(90, 150) if title.is_live else rng.uniform(30, 70))
    return Course(
        id=course_id,
        title=title,
        price_fen=plan.get("price_fen") or max(199, round(yuan / 100) * 100 - 1) * 100,
        teacher=f"T{rng.randint(1, TEACHERS):03}",
        lessons=tuple(_lesson_titles(rng, count, words, words["subjects"][title.subject]["themes"])),
        minutes=tuple(usual if title.is_live else usual + rng.randint(-8, 12) for _ in range(count)),
        classes=tuple(_draw_classes(rng, now, count, plan.get("next_lesson"))) if title.is_live else (),
    )


def _lesson_titles(rng: Random, count: int, words: Words, themes: Sequence[list[str]]) -> Iterator[tuple[str, str]]:
    """One title a lesson: a tour, some of the subject's themes in their order, a review."""
    inner = count - 2
    each = max(2, -(-inner // len(themes)))
    ways = sorted(rng.sample(range(len(words["lessons"])), each))
    chosen = sorted(rng.sample(range(len(themes)), -(-inner // each)))
    yield tuple(words["first_lesson"])
    for number in range(inner):
        (theme_zh, theme_en), (zh, en) = themes[chosen[number // each]], words["lessons"][ways[number % each]]
        yield zh.format(theme=theme_zh), en.format(theme=theme_en)
    yield tuple(words["last_lesson"])


def _draw_classes(rng: Random, now: int, lessons: int, next_lesson: int | None) -> Iterator[int]:
    """When the lessons of a live course start: the same hours every week; `next_lesson` is tomorrow at 19:30."""
    if next_lesson:
        start = day_of(now) + 1 - 7 * (next_lesson - 1)
        slots = {weekday(start): 19.5}
    else:
        start = day_of(now) + rng.randint(-150, 21)
        hours = (19.0, 19.5, 20.0), (10.0, 14.0, 15.5, 19.5)
        slots = {day: rng.choice(hours[day >= 5]) for day in rng.sample(range(7), rng.choice((1, 2, 2)))}
    days = (day for day in range(start, start + 7 * lessons + 7) if weekday(day) in slots)
    return (second_at(day, slots[weekday(day)]) for day in islice(days, lessons))
