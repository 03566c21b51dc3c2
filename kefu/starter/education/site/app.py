"""The sample school's own web site: it stands for yours, and shows how a site carries kefu's chat window.

Two lines matter to kefu. The page loads `/widget.js` and hands it a token, signed with
the secret that the site shares with kefu, which says who has signed in (`sign`). All
else is an ordinary site. Signing in is only for show: whoever visits may be any of the
sample customers of school/samples.toml, and nobody else.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

Row = dict[str, Any]

FOLDER = Path(__file__).resolve().parent
ZONE = ZoneInfo("Asia/Shanghai")
LANGUAGES = ("zh", "en")
PER_PAGE = 12
TOKEN_AGE = timedelta(hours=1)
COOKIE_DAYS = 30
LONGEST_FORM = 2_000
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",  # pages carry a token
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Closed(Exception):
    """The school's database can't be read."""


class Records:
    """Reads the school's database with the statements of queries/, one short connection each."""

    def __init__(self, url: str, home: Path) -> None:
        self._url = url
        self._file = home / url.removeprefix("sqlite:///")
        self._queries = {file.stem: file.read_text("utf-8") for file in (FOLDER / "queries").glob("*.sql")}

    async def find(self, query: str, **values: object) -> list[Row]:
        """The rows of a query; raises `Closed`."""
        read = self._read_sqlite if self._url.startswith("sqlite:") else self._read_postgres
        return await run_in_threadpool(read, self._queries[query], values)

    def _read_sqlite(self, sql: str, values: Mapping[str, Any]) -> list[Row]:
        import apsw

        try:
            with closing(apsw.Connection(str(self._file), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
                connection.set_busy_timeout(2_000)
                cursor = connection.execute(sql, values)
                return [dict(zip((column[0] for column in cursor.description), row, strict=True)) for row in cursor]
        except apsw.Error as error:
            raise Closed(f"{self._file}: {error}") from error

    def _read_postgres(self, sql: str, values: Mapping[str, Any]) -> list[Row]:
        import psycopg
        from psycopg.rows import dict_row

        try:
            with psycopg.connect(self._url, row_factory=dict_row, connect_timeout=5) as connection:
                connection.read_only = True
                return connection.execute(re.sub(r":(\w+)", r"%(\1)s", sql).encode(), values).fetchall()
        except psycopg.Error as error:
            raise Closed(str(error)) from error


class Texts:
    """What the pages say in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = tomllib.loads((FOLDER / f"texts.{language}.toml").read_text("utf-8"))

    def say(self, key: str, **values: object) -> str:
        """A text by its dotted key, such as `home.title`, with its names filled in."""
        found: Any = self._texts
        for part in key.split("."):
            found = found[part]
        if isinstance(found, Mapping):
            found = found["one" if values["n"] == 1 else "other"]
        return str(found).format(**values)

    def of(self, row: Row, name: str = "title") -> str:
        """The title of a course or lesson in this language."""
        return str(row[f"{name}_{self.language}"])

    def date(self, text: str) -> str:
        """The day of a time from the database, in the school's zone."""
        return self._when("date", text)

    def moment(self, text: str) -> str:
        """Day, weekday and time of a time from the database, in the school's zone."""
        return self._when("moment", text)

    def _when(self, pattern: str, text: str) -> str:
        when = datetime.fromisoformat(text).astimezone(ZONE)
        month, weekday = self._texts["months"][when.month - 1], self._texts["weekdays"][when.weekday()]
        return self.say(pattern, month=month, day=when.day, weekday=weekday, time=f"{when:%H:%M}")


def money(fen: int) -> str:
    """¥1,299, or ¥1,299.50."""
    return f"¥{fen // 100:,}" if fen % 100 == 0 else f"¥{fen / 100:,.2f}"


class Site:
    """The pages; one method each."""

    def __init__(self, settings: Mapping[str, object], clock: Callable[[], datetime]) -> None:
        home = Path(str(settings["home"]))
        self._records = Records(str(settings["school_url"]), home)
        self._secret = str(settings["site_secret"])
        self._clock = clock
        listed = tomllib.loads((home / "school" / "samples.toml").read_text("utf-8"))["learners"]
        self._samples = {sample["id"]: sample for sample in listed}
        self._texts = {language: Texts(language) for language in LANGUAGES}
        self._pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters["money"] = money

    def routes(self) -> list[Route | Mount]:
        """Addresses and the methods that answer them."""
        return [
            Route("/", self.home),
            Route("/courses/{course_id}", self.course),
            Route("/my-courses", self.mine),
            Route("/learner", self.become, methods=["POST"]),
            Route("/language", self.speak, methods=["POST"]),
            Mount("/assets", StaticFiles(directory=FOLDER / "static")),
        ]

    async def home(self, request: Request) -> Response:
        """The catalogue: `q` searches titles, `subject` narrows, `page` turns."""
        asked = request.query_params
        query, subject = asked.get("q", "").strip()[:60], asked.get("subject", "")
        subjects = await self._records.find("subjects")
        if subject not in {row["subject"] for row in subjects}:
            subject = ""
        page = int(asked["page"]) if re.fullmatch(r"[1-9]\d{0,3}", asked.get("page", "")) else 1
        courses = await self._records.find(
            "courses",
            subject=subject,
            pattern="%" + re.sub("([!%_])", r"!\1", query.lower()) + "%",
            limit=PER_PAGE,
            offset=(page - 1) * PER_PAGE,
        )
        found = courses[0]["found"] if courses else 0
        return self._page(
            request,
            "home.html",
            courses=courses,
            subjects=subjects,
            query=query,
            subject=subject,
            found=found,
            page=page,
            pages=ceil(found / PER_PAGE),
            turn=partial(_turn, request, q=query, subject=subject),
        )

    async def course(self, request: Request) -> Response:
        """One course with its lessons, how far the visitor is, and the next live classes."""
        course_id = request.path_params["course_id"]
        rows = await self._records.find("course", course_id=course_id)
        if not rows:
            raise HTTPException(404)
        return self._page(
            request,
            "course.html",
            course=rows[0],
            lessons=await self._records.find("lessons", course_id=course_id),
            classes=await self._records.find("classes", course_id=course_id, now=self._now_text()),
            own=next((row for row in await self._enrolments(request) if row["course_id"] == course_id), None),
        )

    async def mine(self, request: Request) -> Response:
        """The courses of the learner who has signed in."""
        accounts = await self._records.find("learner", learner_id=self._learner(request))
        is_locked = any(account["account_state"] == "locked" for account in accounts)
        return self._page(request, "mine.html", is_locked=is_locked, enrolments=await self._enrolments(request))

    async def become(self, request: Request) -> Response:
        """Sign in as a sample customer, or out; the site then speaks that customer's language."""
        form = await _read_form(request)
        sample = self._samples.get(form.get("learner", ""))
        answer = _back(request, form)
        self._remember(request, answer, "school_learner", sample["id"] if sample else "")
        if sample:
            self._remember(request, answer, "school_language", sample["language"])
        return answer

    async def speak(self, request: Request) -> Response:
        """Change the language."""
        form = await _read_form(request)
        answer = _back(request, form)
        if form.get("language") in LANGUAGES:
            self._remember(request, answer, "school_language", form["language"])
        return answer

    async def missing(self, request: Request, _error: Exception) -> Response:
        """404, as a page."""
        return self._page(request, "note.html", 404, about="missing")

    async def closed(self, request: Request, _error: Exception) -> Response:
        """The database can't be read: say what to do."""
        return self._page(request, "note.html", 503, about="closed")

    def sign(self, learner_id: str) -> str:
        """The token by which kefu knows who has signed in here: HS256, for one hour."""
        from joserfc import jwt
        from joserfc.jwk import OctKey

        now = self._clock()
        claims = {
            "sub": learner_id,
            "name": self._samples[learner_id]["name"],
            "aud": "kefu",
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_AGE).timestamp()),
        }
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self._secret))

    async def _enrolments(self, request: Request) -> list[Row]:
        learner_id = self._learner(request)
        return await self._records.find("enrolments", learner_id=learner_id, now=self._now_text()) if learner_id else []

    def _learner(self, request: Request) -> str:
        """The id of the sample customer that the visitor is, or nothing."""
        claimed = request.cookies.get("school_learner", "")
        return claimed if claimed in self._samples else ""

    def _language(self, request: Request) -> str:
        chosen = request.cookies.get("school_language") or request.headers.get("accept-language", "")[:2].lower()
        return chosen if chosen in LANGUAGES else LANGUAGES[0]

    def _now_text(self) -> str:
        return self._clock().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _remember(self, request: Request, answer: Response, name: str, value: str) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=COOKIE_DAYS * 86_400 if value else 0,
            path=f"{request.scope.get('root_path', '')}/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )

    def _page(self, request: Request, template: str, status: int = 200, **values: object) -> Response:
        learner_id, language = self._learner(request), self._language(request)
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        html = self._pages.get_template(template).render(
            **values,
            base=request.scope.get("root_path", ""),
            here=here,
            language=language,
            other=next(other for other in LANGUAGES if other != language),
            text=self._texts[language],
            say=self._texts[language].say,
            samples=self._samples,
            learner=self._samples.get(learner_id),
            identity=self.sign(learner_id) if learner_id else "",
        )
        return HTMLResponse(html, status, HEADERS)


async def _read_form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise HTTPException(413)
    return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _turn(request: Request, *, page: int, **asked: str) -> str:
    """The address of a page of the catalogue; what is the default is left out."""
    query = {name: value for name, value in {**asked, "page": page if page > 1 else ""}.items() if value}
    return f"{request.scope.get('root_path', '')}/" + (f"?{urlencode(query)}" if query else "")


def _back(request: Request, form: Mapping[str, str]) -> RedirectResponse:
    """Back to the page of this site that the form stood on, and nowhere else."""
    there = form.get("next", "")
    is_ours = re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", there)
    return RedirectResponse(there if is_ours else f"{request.scope.get('root_path', '')}/", 303)


def _now() -> datetime:
    return datetime.now(UTC)


def make_app(settings: Mapping[str, object], *, clock: Callable[[], datetime] = _now) -> ASGIApp:
    """The site as an ASGI application.

    `settings`: `site_secret` (shared with kefu), `school_url` (sqlite:///… or
    postgresql://…; a relative path counts from `home`), `home` (the project folder).
    """
    site = Site(settings, clock)
    return Starlette(routes=site.routes(), exception_handlers={404: site.missing, Closed: site.closed})
