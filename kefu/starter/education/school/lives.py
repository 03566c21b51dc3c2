"""The school's learners, and how each of them studies.

People study in the evening and at weekends, each at a pace of their own: the days
between two lessons are log-normally distributed; now and then several lessons follow
at one sitting, now and then somebody stops for weeks, and some never come back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from .clock import DAY, HOUR, SHANGHAI, day_of, draw_moment, second_at, weekday, while_awake
from .courses import Course, Words

HISTORY_DAYS = 420
IDLE_DAYS = 28
"""Without a lesson for longer than this, an enrolment counts as paused."""
ENGLISH_SHARE = 0.08
HOW_MANY = (0.12, 0.55, 0.83, 0.93, 0.97, 0.99, 1.0)
"""Accumulated shares of learners who have bought 0, 1, 2 … 6 courses."""
REFUND_SHARE = 0.06
INVOICE_SHARE = 0.22


@dataclass(frozen=True, slots=True)
class World:
    """What every draw needs: chance, the present, names and other words, the refund rules, the courses."""

    rng: Random
    now: int
    people: Words
    rules: Sequence[Words]
    shelf: Sequence[Course]


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody who has registered."""

    id: str
    name: str
    phone: str
    city: str
    language: str
    registered_at: int
    account_state: str
    last_sign_in: int | None

    @property
    def email(self) -> str:
        """An address that can't exist."""
        return f"{self.id.lower()}@example.com"


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody studies: days between lessons, usual hour, and how likely weekends, bursts, breaks, dropping out."""

    gap_days: float
    hour: float
    weekend: float
    burst: float
    pause: float
    drop: float


@dataclass(frozen=True, slots=True)
class Refund:
    """Money asked back; `state` as in the table."""

    state: str
    amount_fen: int
    reason: str
    asked_at: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice asked for; `tax_number` is empty for a person."""

    title: str
    tax_number: str
    asked_at: int


@dataclass(frozen=True, slots=True)
class Study:
    """One learner in one course; `times` are when lessons 1, 2 … were completed."""

    course: Course
    paid_at: int
    amount_fen: int
    method: str
    times: tuple[int, ...]
    refund: Refund | None = None
    invoice: Invoice | None = None

    @property
    def order_state(self) -> str:
        """Of the order: paid, refunding or refunded."""
        states = {"requested": "refunding", "approved": "refunding", "paid": "refunded"}
        return states.get(self.refund.state, "paid") if self.refund else "paid"

    @property
    def is_finished(self) -> bool:
        """Whether all lessons are completed."""
        return len(self.times) == len(self.course.minutes)

    def state(self, now: int) -> str:
        """Of the enrolment: active, paused, finished or cancelled."""
        if self.order_state == "refunded":
            return "cancelled"
        if self.is_finished:
            return "finished"
        since = max((self.paid_at, *self.times[-1:], *self.course.classes[:1]))
        return "paused" if now - since > IDLE_DAYS * DAY else "active"


def draw_lives(world: World, wanted: int, samples: Sequence[Words]) -> Iterator[tuple[Learner, list[Study]]]:
    """Every learner with all that they have studied; the sample customers first."""
    by_title = {course.title.en: course for course in world.shelf}
    for number, sample in enumerate(samples, 1):
        studies = [_follow_plan(world, by_title[plan["title"]], plan) for plan in sample["orders"]]
        yield _draw_learner(world, number, studies, sample), studies
    fame = list(accumulate(1 / (rank + 6) for rank in range(len(world.shelf))))
    ranked = world.rng.sample(world.shelf, len(world.shelf))
    for number in range(len(samples) + 1, wanted + 1):
        luck = world.rng.random()
        count = next(count for count, share in enumerate(HOW_MANY) if luck <= share)
        habit = _draw_habit(world.rng)
        bought = dict.fromkeys(world.rng.choices(ranked, cum_weights=fame, k=count))
        studies = [study for course in bought if (study := _draw_study(world, course, habit))]
        learner = _draw_learner(world, number, studies, {})
        yield learner, [_draw_papers(world, learner, study) for study in studies]


def draw_name(rng: Random, people: Words, language: str) -> str:
    """A person's name that means nobody."""
    if language == "zh":
        given = "".join(rng.sample(people["given"], rng.choice((1, 2, 2, 2))))
        return f"{rng.choice(people['surnames'])}{given}"
    first, last = ("".join(map(rng.choice, people[part])) for part in ("first", "last"))
    return f"{first} {last}"


def _draw_learner(world: World, number: int, studies: Sequence[Study], sample: Words) -> Learner:
    rng, people = world.rng, world.people
    seen: int | None
    language = sample.get("language") or ("en" if rng.random() < ENGLISH_SHARE else "zh")
    if studies:
        before = 120 + int(rng.lognormvariate(9, 2)) % (90 * DAY)
        registered = while_awake(min(study.paid_at for study in studies) - before, back=True)
        busy = max(max((study.paid_at, *study.times)) for study in studies)
        seen = min(world.now, while_awake(busy + int(rng.expovariate(1 / (2 * DAY)))))
    else:
        ago = sample.get("registered_days_ago") or 1 + int(HISTORY_DAYS * rng.random() ** 1.4)
        registered = draw_moment(rng, day_of(world.now) - ago, 20)
        later = while_awake(registered + int((world.now - registered) * rng.random() ** 2))
        seen = min(world.now, later) if rng.random() < 0.7 else None
    luck = rng.random()
    state = "locked" if luck < 0.008 else "closed" if luck < 0.03 and not studies else "active"
    prefixes = people["phone_prefixes"]
    return Learner(
        id=f"L{number:05}",
        name=sample.get("name") or draw_name(rng, people, language),
        # The multiplier is prime, so that numbers differ while they look unordered.
        phone=f"{prefixes[number % len(prefixes)]}{number * 48_271_003 % 10**8:08}",
        city=sample.get("city") or rng.choice(people[f"cities_{language}"]),
        language=language,
        registered_at=registered,
        account_state=sample.get("account_state", "active") if sample else state,
        last_sign_in=seen,
    )


def _draw_habit(rng: Random) -> Habit:
    return Habit(
        gap_days=rng.lognormvariate(0.9, 0.7),
        hour=rng.choice((20.3, 20.3, 21.2, 21.2, 12.6, 7.4)),
        weekend=rng.betavariate(2, 4),
        burst=rng.betavariate(1.5, 8),
        pause=rng.betavariate(1, 30),
        drop=rng.betavariate(1.2, 35),
    )


def _follow_plan(world: World, course: Course, plan: Words) -> Study:
    """A sample customer's study: lessons evenly spread over the planned days, or class by class."""
    today, done = day_of(world.now), plan["done"]
    bought, last = today - plan["paid_days_ago"], today - plan["last_days_ago"]
    days = (last - (last - bought) * (done - lesson) // done for lesson in range(1, done + 1))
    times = [second_at(day, world.rng.uniform(19.6, 21.5)) for day in days]
    if course.classes:
        times = [start + minutes * 60 for start, minutes in zip(course.classes[:done], course.minutes, strict=False)]
    return Study(course, second_at(bought, 12.4), course.price_fen, "wechat", tuple(times))


def _draw_study(world: World, course: Course, habit: Habit) -> Study | None:
    """How it went; None when a live course can't be bought yet."""
    rng, today = world.rng, day_of(world.now)
    day = today - int(HISTORY_DAYS * rng.random() ** 1.3)
    if course.classes:
        start = day_of(course.classes[0])
        if start - 30 > today:
            return None
        day = rng.randint(start - 30, min(today, start + 7))
    paid_at = min(draw_moment(rng, day, rng.choice((10, 12.5, 15, 20, 21))), world.now - HOUR)
    go = _attend if course.classes else _work_through
    times = tuple(go(world, course, habit, paid_at))
    amount = course.price_fen * rng.choice((100, 100, 100, 100, 90, 80)) // 100
    return Study(course, paid_at, amount, rng.choice(("wechat", "wechat", "alipay", "alipay", "card")), times)


def _work_through(world: World, course: Course, habit: Habit, paid_at: int) -> Iterator[int]:
    """When the lessons of a recorded course were completed."""
    rng, when = world.rng, paid_at
    for number, minutes in enumerate(course.minutes):
        sitting = minutes * 60 + rng.randint(120, 1_500)
        is_late = (when + SHANGHAI) % DAY > 22 * HOUR
        if number and not is_late and rng.random() < habit.burst:
            when += sitting
        else:
            gap = habit.gap_days * rng.lognormvariate(0, 0.6)
            if rng.random() < habit.pause:
                gap += rng.uniform(14, 70)
            day = day_of(when) + round(gap)
            if rng.random() < habit.weekend:
                day += max(0, rng.randint(5, 6) - weekday(day))
            chosen = draw_moment(rng, day, habit.hour)
            when = chosen if chosen > when + sitting else draw_moment(rng, day_of(when + sitting) + 1, habit.hour)
        if when >= world.now or rng.random() < habit.drop:
            return
        yield when


def _attend(world: World, course: Course, habit: Habit, paid_at: int) -> Iterator[int]:
    """When the lessons of a live course were completed: in class, or from the recording some days later."""
    rng, when = world.rng, paid_at
    for start, minutes in zip(course.classes, course.minutes, strict=True):
        done = start + minutes * 60
        if paid_at > start or rng.random() < 0.12:
            done = draw_moment(rng, day_of(max(paid_at, done)) + rng.randint(1, 4), habit.hour)
        when = max(when + minutes * 60 + 300, done)
        if when >= world.now or rng.random() < habit.drop / 2:
            return
        yield when


def _draw_papers(world: World, learner: Learner, study: Study) -> Study:
    """The same study with what came after it on paper: a refund now and then, an invoice more often."""
    rng, people = world.rng, world.people
    asked = while_awake(study.paid_at + HOUR + int(rng.expovariate(1 / (9 * DAY))))
    is_over = study.is_finished and study.times[-1] < asked
    if rng.random() < REFUND_SHARE and asked < world.now and not is_over:
        return _ask_refund(world, learner, study, asked)
    asked = while_awake(study.paid_at + 600 + int(rng.expovariate(1 / (3 * DAY))))
    if rng.random() > INVOICE_SHARE or asked >= world.now:
        return study
    if rng.random() < 0.4:
        return replace(study, invoice=Invoice(learner.name, "", asked))
    words = {"city": rng.choice(people["cities_zh"]), "given": "".join(rng.sample(people["given"], 2))}
    return replace(study, invoice=Invoice(people["company"].format(**words), f"99{rng.randrange(10**16):016}", asked))


def _ask_refund(world: World, learner: Learner, study: Study, asked: int) -> Study:
    """The refund that the rules allow; studying ends with it, unless it is refused."""
    done, lessons = tuple(when for when in study.times if when < asked), len(study.course.minutes)
    rule = next(
        rule
        for rule in world.rules
        if asked - study.paid_at <= rule["within_days"] * DAY
        and len(done) <= min(rule["lessons_at_most"], rule["share_at_most"] * lessons)
    )
    share = 1 - len(done) / lessons if rule["refund_share"] < 0 else rule["refund_share"]
    age = world.now - asked
    state = "refused" if not share else "requested" if age < 2 * DAY else "approved" if age < 6 * DAY else "paid"
    reason = world.rng.choice(world.people[f"reasons_{learner.language}"])
    refund = Refund(state, round(study.amount_fen * share), reason, asked)
    return replace(study, refund=refund, times=study.times if state == "refused" else done)
