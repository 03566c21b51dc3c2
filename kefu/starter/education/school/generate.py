"""Invents the whole school and hands it out table by table.

The same seed and the same `now` give the same school. All times count back from
`now`, so that a school generated today has classes tomorrow. First the life of every
learner is drawn, then everything is written, so that orders are numbered by time.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from random import Random
from typing import Any

from .clock import DAY, while_awake, write_day, write_time
from .courses import TEACHERS, Course, Words, draw_courses
from .lives import Invoice, Learner, Refund, Study, World, draw_lives, draw_name

Row = tuple[Any, ...]
Table = tuple[str, int, Iterable[Row]]
"""A table's name, how many rows it has at most (to show progress), and its rows."""
Life = tuple[Learner, Study]
Write = Callable[[str, list[Row]], None]
Progress = Callable[[str, int, int], None]

BATCH = 5_000
RESETS_SHARE = 0.01
"""Learners who have asked for a new password lately."""
INVOICE_DAYS = 2
"""How long it takes to issue an invoice."""


def generate(
    write: Write, *, seed: int, now: datetime, learners: int = 20_000, courses: int = 320, progress: Progress
) -> dict[str, int]:
    """Write a school through `write(table, rows)`; returns the number of rows by table.

    Tables come in an order that foreign keys allow, rows in batches of at most 5,000.
    `progress(stage, done, total)` is called along the way; the first stage is `lives`,
    then comes one for each table. What samples.toml names is always there. Raises
    `ValueError` when catalogue.toml has not words enough for so many courses.
    """
    rng, second = Random(seed), int(now.timestamp())  # noqa: S311 - repeatable, and no secret
    samples, words, people = _read("samples"), _read("catalogue"), _read("people")
    shelf = draw_courses(rng, second, courses, words, samples["courses"])
    known: list[Learner] = []
    lives: list[Life] = []
    world = World(rng, second, people, words["refund_rules"], shelf)
    for learner, studies in draw_lives(world, learners, samples["learners"]):
        known.append(learner)
        lives += ((learner, study) for study in studies)
        if len(known) % 500 == 0:
            progress("lives", len(known), learners)
    progress("lives", len(known), len(known))
    lives.sort(key=lambda life: life[1].paid_at)
    counts = {}
    for table, most, rows in (
        *_offer(rng, shelf, people, words["refund_rules"]),
        *_learners(rng, second, known),
        *_studies(rng, second, lives),
    ):
        counts[table] = _hand_out(write, table, most, rows, progress)
    return counts


def _hand_out(write: Write, table: str, most: int, rows: Iterable[Row], progress: Progress) -> int:
    done, left = 0, iter(rows)
    while batch := list(islice(left, BATCH)):
        write(table, batch)
        done += len(batch)
        progress(table, done, most)
    progress(table, done, done)
    return done


def _offer(rng: Random, shelf: Sequence[Course], people: Words, rules: Sequence[Words]) -> Iterator[Table]:
    """What the school offers, and on what terms."""
    yield "teachers", TEACHERS, ((f"T{n:03}", draw_name(rng, people, "zh")) for n in range(1, TEACHERS + 1))
    yield "courses", len(shelf), (_course_row(course) for course in shelf)
    most = sum(len(course.minutes) for course in shelf)
    yield "lessons", most, (row for course in shelf for row in _lesson_rows(course))
    yield "live_classes", most, (row for course in shelf for row in _class_rows(course))
    limits = ("within_days", "lessons_at_most", "share_at_most", "refund_share", "zh", "en")
    terms = ((number, *(rule[name] for name in limits)) for number, rule in enumerate(rules, 1))
    yield "refund_rules", len(rules), terms


def _course_row(course: Course) -> Row:
    title = course.title
    about = (course.id, title.zh, title.en, title.subject, title.level, "live" if title.is_live else "recorded")
    return (*about, len(course.minutes), course.price_fen, course.teacher)


def _lesson_rows(course: Course) -> Iterator[Row]:
    for number, ((zh, en), minutes) in enumerate(zip(course.lessons, course.minutes, strict=True), 1):
        yield course.id, number, zh, en, minutes


def _class_rows(course: Course) -> Iterator[Row]:
    room = f"{'ABCDEF'[int(course.id[1:]) % 6]}{course.id[1:]}"
    for number, (start, minutes) in enumerate(zip(course.classes, course.minutes, strict=False), 1):
        yield course.id, number, write_time(start), minutes, room


def _learners(rng: Random, now: int, known: Sequence[Learner]) -> Iterator[Table]:
    """Who has registered."""
    yield "learners", len(known), (_learner_row(learner) for learner in known)
    yield "password_resets", len(known), _reset_rows(rng, now, known)


def _reset_rows(rng: Random, now: int, known: Sequence[Learner]) -> Iterator[Row]:
    lately = [learner for learner in known if rng.random() < RESETS_SHARE]
    for number, learner in enumerate(lately, 1):
        when = max(learner.registered_at, while_awake(now - int(30 * DAY * rng.random()), back=True))
        yield f"P{write_day(when)}{number:04}", learner.id, write_time(when)


def _learner_row(learner: Learner) -> Row:
    about = (learner.id, learner.name, learner.phone, learner.email, learner.city)
    seen = None if learner.last_sign_in is None else write_time(learner.last_sign_in)
    return (*about, learner.language, write_time(learner.registered_at), learner.account_state, seen)


def _studies(rng: Random, now: int, lives: Sequence[Life]) -> Iterator[Table]:
    """What was bought, learned, given back and invoiced; `lives` in the order of payment."""
    orders = list(zip(_order_numbers(study for _, study in lives), lives, strict=True))
    yield "orders", len(orders), (_order_row(number, *life) for number, life in orders)
    rows = enumerate(orders, 1)
    yield "enrolments", len(orders), (_enrolment_row(row, number, *life, now) for row, (number, life) in rows)
    lessons = (row for at, (_, study) in enumerate(lives, 1) for row in _progress_rows(rng, at, study))
    yield "progress", sum(len(study.times) for _, study in lives), lessons
    yield "refunds", len(orders), (_refund_row(number, study.refund) for number, (_, study) in orders if study.refund)
    yield (
        "invoices",
        len(orders),
        (_invoice_row(number, who, study.invoice, now) for number, (who, study) in orders if study.invoice),
    )


def _order_numbers(studies: Iterable[Study]) -> Iterator[str]:
    """E, the day of payment, a number that starts anew every day."""
    for day, paid in groupby(write_day(study.paid_at) for study in studies):
        yield from (f"E{day}{number:04}" for number, _ in enumerate(paid, 1))


def _order_row(number: str, learner: Learner, study: Study) -> Row:
    paid = (study.amount_fen, study.method, write_time(study.paid_at))
    return (number, learner.id, study.course.id, *paid, study.order_state)


def _enrolment_row(row: int, number: str, learner: Learner, study: Study, now: int) -> Row:
    finished = write_time(study.times[-1]) if study.is_finished else None
    who = (row, learner.id, study.course.id, number, write_time(study.paid_at + 2))
    return (*who, study.state(now), len(study.times), finished)


def _refund_row(number: str, refund: Refund) -> Row:
    return (f"R{number[1:]}", number, refund.amount_fen, refund.reason, write_time(refund.asked_at), refund.state)


def _invoice_row(number: str, learner: Learner, invoice: Invoice, now: int) -> Row:
    state = "issued" if now - invoice.asked_at > INVOICE_DAYS * DAY else "requested"
    buyer = (invoice.title, invoice.tax_number, learner.email)
    return (f"F{number[1:]}", number, *buyer, write_time(invoice.asked_at), state)


def _progress_rows(rng: Random, enrolment: int, study: Study) -> Iterator[Row]:
    """One row a completed lesson; nobody spends more time on one than has passed since the one before."""
    before = study.paid_at
    for lesson, (completed, minutes) in enumerate(zip(study.times, study.course.minutes, strict=False), 1):
        spent = min(int(minutes * rng.lognormvariate(0.05, 0.2)), (completed - before) // 60)
        yield enrolment, lesson, write_time(completed), max(1, spent)
        before = completed


def _read(name: str) -> Words:
    """What one of the TOML files beside this one says."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))
