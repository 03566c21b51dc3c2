"""Dates, as values that need no clock; `kefu.core.dates` says how they are written and turns them into days."""

from __future__ import annotations

import re
from datetime import date

from kefu.ai.text.forms import DIGIT, Meaning, either, form
from kefu.ai.text.numerals import DIGITS

DAYS = {
    "大前天": "-3d", "前天": "-2d", "前日": "-2d", "昨天": "-1d", "昨日": "-1d", "昨儿": "-1d",
    "昨晚": "-1d",
    "今天": "+0d", "今日": "+0d", "今儿": "+0d", "当天": "+0d", "今早": "+0d", "今晚": "+0d",
    "明天": "+1d", "明日": "+1d",
    "明儿": "+1d", "明早": "+1d", "明晚": "+1d", "后天": "+2d", "后日": "+2d", "大后天": "+3d",
    "前年": "-2y", "去年": "-1y",
    "今年": "+0y", "本年度": "+0y", "明年": "+1y", "后年": "+2y",
    "the day before yesterday": "-2d", "yesterday": "-1d", "last night": "-1d", "today": "+0d", "tonight": "+0d",
    "this morning": "+0d", "this afternoon": "+0d", "this evening": "+0d", "tomorrow": "+1d",
    "the day after tomorrow": "+2d",
}  # fmt: skip
HOLIDAYS = {
    "元旦": "--01-01", "情人节": "--02-14", "妇女节": "--03-08", "三八节": "--03-08", "消费者权益日": "--03-15",
    "劳动节": "--05-01", "五一": "--05-01", "青年节": "--05-04", "儿童节": "--06-01", "六一": "--06-01",
    "教师节": "--09-10", "国庆节": "--10-01", "国庆": "--10-01", "万圣节": "--10-31",
    "双十一": "--11-11", "双11": "--11-11",
    "双十二": "--12-12", "双12": "--12-12", "平安夜": "--12-24", "圣诞节": "--12-25", "圣诞": "--12-25",
    "春节": "@spring_festival", "大年初一": "@spring_festival", "除夕": "@new_years_eve", "元宵节": "@lantern",
    "元宵": "@lantern", "清明节": "@qingming", "清明": "@qingming", "端午节": "@dragon_boat", "端午": "@dragon_boat",
    "七夕": "@qixi", "中秋节": "@mid_autumn", "中秋": "@mid_autumn", "重阳节": "@double_ninth", "重阳": "@double_ninth",
    "冬至": "@winter_solstice", "复活节": "@easter", "感恩节": "@thanksgiving", "黑五": "@black_friday",
    "母亲节": "@mothers_day", "父亲节": "@fathers_day",
    "new year's day": "--01-01", "new years day": "--01-01", "valentine's day": "--02-14", "valentines day": "--02-14",
    "independence day": "--07-04", "4th of july": "--07-04", "halloween": "--10-31", "singles' day": "--11-11",
    "christmas eve": "--12-24", "christmas day": "--12-25", "christmas": "--12-25", "xmas": "--12-25",
    "boxing day": "--12-26", "new year's eve": "--12-31", "new years eve": "--12-31",
    "chinese new year": "@spring_festival", "lunar new year": "@spring_festival", "spring festival": "@spring_festival",
    "mid-autumn festival": "@mid_autumn", "dragon boat festival": "@dragon_boat", "easter": "@easter",
    "mother's day": "@mothers_day", "father's day": "@fathers_day", "labor day": "@labor_day",
    "thanksgiving": "@thanksgiving", "black friday": "@black_friday",
}  # fmt: skip
STEPS = {
    "上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "": 0, "下": 1, "下下": 2,
    "last": -1, "past": -1, "this": 0, "the": 0, "current": 0, "next": 1, "coming": 1,
}  # fmt: skip
YEARS = {"前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
WEEKDAYS = {char: at for at, char in enumerate("一二三四五六日", start=1)} | {"天": 7}
UNITS = {
    "周": "w", "星期": "w", "礼拜": "w", "月": "m", "季度": "q", "季": "q", "年": "y",
    "week": "w", "month": "m", "quarter": "q", "year": "y",
}  # fmt: skip
PARTS = {
    "底": "end",
    "末": "end",
    "尾": "end",
    "下旬": "end",
    "中": "mid",
    "中旬": "mid",
    "初": "start",
    "上旬": "start",
}


def rest_of_year(month: int, day: int | None = None) -> str | None:
    """A month or a day without its year."""
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    return f"-{month:02}" + (f"-{day:02}" if day else "")


def in_year(year: str | None, rest: str | None) -> Meaning | None:
    """Any part of a year, `-03-01`, in the year that was said: `2026`, a step such as `-1y`, or none."""
    if rest is None:
        return None
    if year and year.isdecimal() and rest.count("-") == 2:
        try:
            date.fromisoformat(year + rest)
        except ValueError:
            return None
    return "date", f"{year or '-'}{rest}"


def _year(match: re.Match[str]) -> str | None:
    if match["step"]:
        return f"{YEARS[match['step']]:+}y"
    year: str | None = match["year"]
    return f"20{year}" if year and len(year) == 2 else year


def _full(match: re.Match[str]) -> Meaning | None:
    return in_year(match[1], rest_of_year(int(match[2]), int(match[3])))


def _chinese(match: re.Match[str]) -> Meaning | None:
    meaning = in_year(_year(match), rest_of_year(int(match["month"]), int(match["day"]) if match["day"] else None))
    if meaning is None or match["part"] is None:
        return meaning
    return "date", f"{meaning[1]}:{PARTS[match['part']]}"


def _chinese_quarter(match: re.Match[str]) -> Meaning | None:
    return in_year(_year(match), f"-Q{match['quarter']}")


def _holiday(match: re.Match[str]) -> Meaning | None:
    value, year = HOLIDAYS[match["name"]], _year(match)
    return "date", (year or "") + value if value[0] == "@" else (year or "-") + value[1:]


def _weekday(match: re.Match[str]) -> Meaning:
    day, week = match[2], f"{STEPS[match[1] or '']:+}w"
    if day == "末":
        return "date", f"{week}6/{week}7"
    return "date", f"{week}{WEEKDAYS.get(day) or DIGITS.get(day) or int(day)}"


def _period(match: re.Match[str]) -> Meaning:
    return "date", f"{STEPS[match[1]]:+}{UNITS[match[2]]}"


def _ending(match: re.Match[str]) -> Meaning | None:
    """The beginning, middle or end of a month, quarter or year: 月底, 下个月初, 去年年底, 去年底."""
    step = YEARS[match["step"]] if match["step"] else STEPS[match["which"] or ""]
    return "date", f"{step:+}{UNITS[match['unit'] or '年']}:{PARTS[match['part']]}"


def _of_month(match: re.Match[str]) -> Meaning | None:
    return ("date", f"---{int(match[1]):02}") if 1 <= int(match[1]) <= 31 else None


def _month_day(match: re.Match[str]) -> Meaning | None:
    day = int(match[2])
    return ("date", f"{STEPS[match[1]]:+}m-{day:02}") if 1 <= day <= 31 else None


YEAR = "(?:(?<!\\d)(?P<year>\\d{4}|\\d{2})年|(?P<step>[前去今本明后]年)的?)?"

FORMS = (
    form("年-/.", r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:[日号]|(?!\d))", _full),
    form(DIGIT, r"(?<![\d.])(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\d.])", _full, 0.9),
    form(
        "月",
        YEAR + r"(?<![\d个])(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})(?:[日号]|(?![\d.:点]))|份)?"
        r"(?P<part>[底末初]|[上中下]旬)?(?!票)",
        _chinese,
    ),
    form("年", r"(?<!\d)((?:19|20)\d\d)年(?![级\d前后内])度?", lambda m: ("date", m[1])),
    form("季", YEAR + r"第?(?P<quarter>[1-4])季度", _chinese_quarter),
    form("月", r"(上上|上|这|本|当|下下|下)个?月的?(\d{1,2})(?:[日号]|(?!\d))", _month_day),
    form("日号", r"(?<![\d月第.-])(\d{1,2})[日号](?![楼线院店门馆厅机码桌床台])", _of_month),
    form("天日儿晚早年 yesterday night today tonight this tomorrow", either(DAYS), lambda m: ("date", DAYS[m[0]])),
    form(
        "周期拜",
        r"(?:(上上|上|这|本|下下|下)个?(?:周的?(?=周|星期|礼拜))?)?(?:周|星期|礼拜)([一二三四五六日天末]|[1-6](?!\d|[个天年月周]))",
        _weekday,
    ),
    form(
        "周期拜月季", r"(上上|上|这|本|下下|下)一?个?(周|星期|礼拜|月|季度?)(?![一二三四五六日天末初底中\d])", _period
    ),
    form(
        "底初末中尾旬",
        r"(?:(?P<step>[前去今本明后]年)的?|(?P<which>上上|上|这|本|当|下下|下)?(?:一?个)?)"
        r"(?P<unit>月|季度?|年|(?<=年))份?(?P<part>[底初末尾]|[上中下]旬)(?![中三二一高])",
        _ending,
    ),
    form(
        "节旦一1双诞庆春夕元清端七中重冬感复黑五六圣国情 new valentine valentines independence july halloween singles "
        "christmas xmas boxing chinese lunar spring mid dragon easter mother father labor thanksgiving black",
        YEAR + f"(?P<name>{either(HOLIDAYS)})(?!路|区|街|镇|店|[零〇一二三四五六七八九十])",
        _holiday,
    ),
    form(
        f"一 {DIGIT}",
        r"(?<![双\d一二三四五六七八九])(?:十一|11)(?=假期|长假|黄金周|放假|期间)",
        lambda _: ("date", "--10-01"),
    ),
    form(DIGIT, r"(?<![\d.])618(?=活动|大促|节|期间|那天|当天)", lambda _: ("date", "--06-18")),
    form(DIGIT, r"(?<![\d.])3\.?15(?=投诉|消费者|当天|那天|晚会|活动)", lambda _: ("date", "--03-15")),
)
