"""Other libraries, as finders of the same kinds; each is measured where it is installed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from gold import NOW, Marked


@dataclass(frozen=True)
class Finder:
    """What finds entities, of which kinds and in which languages. `datetime` is a day with its hour."""

    find: Callable[[str], list[Marked]]
    kinds: tuple[str, ...]
    languages: tuple[str, ...]


def dateparser() -> Finder | None:
    """dateparser.search: dates in English texts; it gives the moment alone, so a hit is a day and an hour in one."""
    try:
        from dateparser.search import search_dates
    except ImportError:
        return None
    settings = {"RELATIVE_BASE": NOW.replace(tzinfo=None)}

    def find(text: str) -> list[Marked]:
        found, at = [], 0
        for written, moment in search_dates(text, languages=["en"], settings=settings) or ():
            start = text.find(written, at)
            at = start + len(written)
            day, hour = f"{moment:%Y-%m-%d}", f"{moment:%H:%M}"
            whole = frozenset((f"{day}/{day}", f"{hour}/{hour}"))
            is_day = (moment.hour, moment.minute) in ((0, 0), (NOW.hour, NOW.minute))
            found.append(Marked("date" if is_day else "datetime", start, at, whole))
        return found

    return Finder(find, ("date", "time"), ("en",))


def phone_numbers() -> Finder | None:
    """phonenumbers: the matcher of Google's library, for the country whose language the text is in."""
    try:
        import phonenumbers as library
    except ImportError:
        return None

    def find(text: str) -> list[Marked]:
        country = "US" if text.isascii() else "CN"
        found = []
        for match in library.PhoneNumberMatcher(text, country):
            number = match.number
            national = library.national_significant_number(number)
            zero = "0" if number.country_code == 86 and not national.startswith(("1", "4", "8")) else ""
            values = (f"{zero}{national}", f"+{number.country_code}{national}", f"{number.country_code}{national}")
            found.append(Marked("phone", match.start, match.end, frozenset(values)))
        return found

    return Finder(find, ("phone",), ("en", "zh"))


def recognizers() -> Finder | None:
    """recognizers-text: Microsoft's recognisers, last released in 2019."""
    warnings.filterwarnings("ignore", category=SyntaxWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    try:
        from recognizers_date_time import recognize_datetime
        from recognizers_number import recognize_percentage
        from recognizers_number_with_unit import recognize_currency
        from recognizers_sequence import recognize_email, recognize_phone_number, recognize_url
        from recognizers_text import Culture
    except ImportError:
        return None

    def found(kind: str, one: Any, values: Iterable[str]) -> Marked:  # noqa: ANN401 - of an untyped library
        return Marked(kind, one.start, one.end + 1, frozenset(values))

    def find(text: str) -> list[Marked]:
        culture = Culture.English if text.isascii() else Culture.Chinese
        out = []
        for one in _safe(lambda: recognize_datetime(text, culture, reference=NOW.replace(tzinfo=None))):
            kind, values = _moment(one)
            out.append(found(kind, one, values))
        for one in _safe(lambda: recognize_currency(text, culture)):
            if one.resolution and one.resolution.get("value"):
                amount = str(round(float(one.resolution["value"]) * 100))
                code = one.resolution.get("isoCurrency") or CURRENCIES.get(one.resolution["unit"], "")
                out.append(found("money", one, (f"{amount} {code}".strip(),)))
        for one in _safe(lambda: recognize_percentage(text, culture)):
            value = float(one.resolution["value"].rstrip("%"))
            out.append(found("percent", one, (f"{value:g}",)))
        for kind, recognise in (("phone", recognize_phone_number), ("email", recognize_email), ("url", recognize_url)):
            for one in _safe(partial(recognise, text, culture)):
                plain = "".join(char for char in one.text if char.isdigit() or char == "+")
                out.append(
                    found(kind, one, (plain, plain.removeprefix("+86")) if kind == "phone" else (one.text.lower(),))
                )
        return out

    return Finder(find, ("date", "time", "duration", "money", "percent", "phone", "email", "url"), ("en", "zh"))


CURRENCIES = {
    "Dollar": "USD", "United States dollar": "USD", "Euro": "EUR", "Pound": "GBP", "British pound": "GBP",
    "Chinese yuan": "CNY", "Cent": "USD", "Hong Kong dollar": "HKD", "Japanese yen": "JPY",
}  # fmt: skip


def _moment(one: Any) -> tuple[str, list[str]]:  # noqa: ANN401 - of an untyped library
    name = one.type_name.partition(".")[2]
    values: list[str] = []
    for value in (one.resolution or {}).get("values", ()):
        single, begin, end = value.get("value", ""), value.get("start", ""), value.get("end", "")
        if name == "duration":
            values.append(str(single).partition(".")[0])
        elif name == "daterange" and begin and end:
            values += (f"{begin}/{end}", f"{begin}/{_day_before(end)}")
        elif name in ("time", "datetime", "date"):
            day, _, hour = single.partition(" ") if name != "time" else ("", "", single)
            values += [f"{day}/{day}", f"{hour[:5]}/{hour[:5]}"]
        elif name == "timerange":
            values.append(f"{begin[:5]}/{end[:5]}")
        elif name == "datetimerange" and begin and end:
            values += (f"{begin[:10]}/{end[:10]}", f"{begin[11:16]}/{end[11:16]}")
    kinds = {"daterange": "date", "timerange": "time", "datetimerange": "datetime", "set": "other"}
    return kinds.get(name, name), values


def _day_before(day: str) -> str:
    """Ranges of this library end with the first day that is not in them."""
    from datetime import date, timedelta

    return str(date.fromisoformat(day) - timedelta(days=1)) if day > "0001-01-01" else day


def _safe(recognise: Callable[[], list[Any]]) -> list[Any]:
    """What is found, or nothing where the library fails on a text, as it does on some."""
    try:
        return recognise()
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return []


LIBRARIES: dict[str, Callable[[], Finder | None]] = {
    "dateparser": dateparser,
    "phonenumbers": phone_numbers,
    "recognizers-text": recognizers,
}
