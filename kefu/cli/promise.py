"""kefu promise: how often the machine may be wrong, proven."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import home, json_option
from kefu.cli.shadow import live, replay, shadow
from kefu.cli.show import as_json, chinese, console, say

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from kefu.app.config import Config
    from kefu.app.mode import Mode
    from kefu.app.outlook import Buys, Outlook
    from kefu.app.promise import Standing
    from kefu.core.ports.store import Memory
    from kefu.service.promise.certify import Aim, Dial, Kept, Outcome
    from kefu.service.promise.drift import Drift


@click.group(
    epilog="""\b
Examples:
  kefu promise shadow my-school                  draft everything, send nothing
  kefu promise replay chats.csv my-school        draft what customers asked before
  kefu promise show my-school                    what the verdicts so far would buy
  kefu promise certify my-school --alpha 0.02    put a promise into force
  kefu promise live my-school                    let it answer"""
)
def promise() -> None:
    """Promise how often the machine may be wrong, with a statistical certificate.

    It rests on verdicts: start in the shadow, and judge the drawn enquiries at
    /desk/review. How many customers are drawn say shadow_share and review_share under
    [promise] in kefu.toml.
    """


for command in (live, shadow, replay):
    promise.add_command(command)


@promise.command(epilog="\b\nExamples:\n  kefu promise show my-school\n  kefu promise show my-school --json")
@home
@json_option
def show(home: Path, as_json_: bool) -> None:
    """Show the promise in force, the watch over it, and what the verdicts so far would buy."""
    from kefu.app.outlook import as_mapping

    outlook = asyncio.run(_look(home))
    if as_json_:
        as_json(as_mapping(outlook))
        return
    _show_mode(outlook)
    if not outlook.share:
        say(
            "No customer is drawn for review, so nothing can be proven: set review_share, in the shadow shadow_share, "
            "under [promise] in kefu.toml.",
            "没有抽取客户评判，所以什么都证明不了："
            "请在 kefu.toml 的 [promise] 里设置 review_share（影子模式下是 shadow_share）。",
        )
    _show_standing(outlook.standing, shadow=outlook.shadow)
    if outlook.drift:
        _show_drift(outlook.drift)
    certificate = outlook.standing.certificate
    _show_dial(outlook.dials[certificate.kept.aim.dial if certificate else "joint"], outlook.labels)


@promise.command(
    epilog="""\b
Examples:
  kefu promise certify my-school
  kefu promise certify my-school --alpha 0.05 --dial selective"""
)
@home
@click.option("--alpha", default=0.02, show_default=True, help="The share that may be wrong.")
@click.option("--delta", default=0.05, show_default=True, help="How likely the certificate itself may be wrong.")
@click.option(
    "--dial",
    type=click.Choice(["joint", "selective"]),
    default="joint",
    show_default=True,
    help="joint: of all enquiries, wrong automatic answers; selective: of automatic answers, wrong ones.",
)
@click.option("--by-intent", is_flag=True, help="Promise it of each intent that is asked often enough, too.")
def certify(home: Path, *, alpha: float, delta: float, dial: Dial, by_intent: bool) -> None:
    """Choose the threshold with which the promise is kept, and put it into force."""
    from kefu.service.promise.certify import Aim, Kept

    try:
        aim = Aim(alpha, delta, dial, by_intent)
    except ValueError as error:
        raise click.BadParameter(f"{error}; 2 % is --alpha 0.02.") from error
    outcome, mode = asyncio.run(_prove(home, aim))
    if not isinstance(outcome, Kept):
        say(*refusal(outcome))
        raise click.exceptions.Exit(1)
    say("In force; a running server takes it over within a minute:", "已生效，运行中的服务一分钟内采用：")
    say(*described(outcome))
    for own in outcome.owns:
        some = f"{own.threshold:.3f}" if own.answered else "–"
        say(
            f"  {own.intent}: from {some} ({own.labels} verdicts)",
            f"  {own.intent}：从 {some} 起（{own.labels} 条评判）",
        )
    if mode == "shadow":
        say(
            "kefu is in the shadow: it drafts, people answer. To let it answer: kefu promise live",
            "现在是影子模式：kefu 起草，由同事回答。要让它自动回答：kefu promise live",
        )


@promise.command("withdraw", epilog="\b\nExamples:\n  kefu promise withdraw my-school")
@home
@click.option("--anew", is_flag=True, help="Also let no verdict until now count for the next certificate.")
def take_back(home: Path, *, anew: bool) -> None:
    """Take the promise out of force; within a minute the thresholds of kefu.toml hold again."""
    if asyncio.run(_release(home, anew=anew)):
        say("The promise is withdrawn.", "承诺已撤回。")
    else:
        say("No promise was in force.", "本来就没有生效的承诺。")


def refusal(outcome: Outcome) -> tuple[str, str]:
    """Why there is no certificate, in English and Chinese."""
    from kefu.service.promise.certify import Kept, MoreLabels

    if isinstance(outcome, Kept):
        return "", ""
    if isinstance(outcome, MoreLabels):
        en, zh = f"{outcome.missing} more verdicts needed", f"还需要 {outcome.missing} 条评判"
    else:
        bound = f"{outcome.bound:.1%}"
        en, zh = f"no threshold qualifies; best bound is {bound}", f"没有阈值守得住；最好的上界是 {bound}"
    if outcome.likely:
        en += f"; to answer half, likely {outcome.likely} in all at the present rate of errors"
        zh += f"；按目前的出错率，要自动回答一半，大约共需 {outcome.likely} 条"
    elif outcome.likely == 0:
        en += "; at the present rate of errors more verdicts will not let it answer half: mend examples and train"
        zh += "；按目前的出错率，再多评判也不能让它自动回答一半：请补充例句并重新训练"
    return en, zh


def described(kept: Kept) -> tuple[str, str]:
    """A promise in a sentence, in English and Chinese."""
    aim, bought = kept.aim, f"{kept.coverage:.0%} ({kept.low:.0%}–{kept.high:.0%})"
    of_what = ("all enquiries", "全部询问") if aim.dial == "joint" else ("automatic answers", "自动回答")
    sure = f"{1 - aim.delta:.0%}"
    en = f"at most {aim.alpha:.1%} of {of_what[0]} go wrong (confidence {sure}, {kept.labels} verdicts); "
    zh = f"{of_what[1]}中出错不超过 {aim.alpha:.1%}（置信度 {sure}，{kept.labels} 条评判）；"
    en += f"kefu acts from probability {kept.threshold:.3f} on, about {bought} of the enquiries."
    return en, f"{zh}概率达到 {kept.threshold:.3f} 时自动处理，约占询问的 {bought}。"


async def _look(home: Path) -> Outlook:
    from kefu.app.outlook import look

    config, version, opened = _open(home)
    async with opened as store:
        return await look(config, version, store)


async def _prove(home: Path, aim: Aim) -> tuple[Outcome, Mode]:
    from kefu.app.mode import read_wish
    from kefu.app.outlook import prove

    config, version, opened = _open(home)
    async with opened as store:
        return await prove(config, version, store, aim), read_wish(config).mode


async def _release(home: Path, *, anew: bool) -> bool:
    from kefu.app.outlook import release

    config, version, opened = _open(home)
    async with opened as store:
        return await release(config, version, store, anew=anew, now=datetime.now(UTC))


def _open(home: Path) -> tuple[Config, str, AbstractAsyncContextManager[Memory]]:
    """A project's configuration, the version of its reader, and its store, not yet opened."""
    from kefu.app.config import load_config
    from kefu.app.plugins import load_plugin
    from kefu.app.readers import reader_settings
    from kefu.app.training import load_model

    config = load_config(home)
    models = config.home / config.get("reader.model", str)
    reader = load_model(models, reader_settings(config))
    place = {**config.table("store"), "home": str(config.home)}
    return config, reader.version, load_plugin("stores", config.get("store.use", str))(place)


def _show_mode(outlook: Outlook) -> None:
    wish = outlook.wish
    if wish.mode == "shadow":
        say("Mode: shadow. kefu drafts, people answer.", "模式：影子。kefu 起草，由同事回答。")
    elif outlook.shadow:
        say(
            "Mode: shadow until a certificate is in force (promise.require). kefu drafts, people answer.",
            "模式：有证书生效之前为影子（promise.require）。kefu 起草，由同事回答。",
        )
    else:
        say("Mode: live. kefu answers.", "模式：上线。kefu 自动回答。")


def _show_standing(found: Standing, *, shadow: bool) -> None:
    if found.certificate is None:
        if shadow:
            say("No promise is in force.", "没有生效的承诺。")
        else:
            say(
                "No promise is in force; the thresholds of kefu.toml hold.", "没有生效的承诺，按 kefu.toml 的阈值工作。"
            )
        return
    made = f"{found.certificate.made:%Y-%m-%d}"
    en, zh = described(found.certificate.kept)
    say(f"Promised on {made}: {en}", f"{made} 承诺：{zh}")
    if found.void:
        was_broken = found.watched is not None and found.watched.state == "broken"
        remains = REMAINS["shadow" if shadow else "broken" if was_broken else "live"]
        say(
            f"Void: {VOID[found.void][0]}. {remains[0]} Judge anew, then certify again.",
            f"已失效：{VOID[found.void][1]}。{remains[1]}请重新评判后再证明。",
        )
    elif found.watched:
        (en, zh), floor = STATES[found.watched.state], f"{found.watched.floor:.3f}"
        wrong, seen = found.watched.wrong, found.watched.seen
        say(
            f"Watch: {en.format(floor=floor)} ({wrong} wrong of {seen} since).",
            f"监测：{zh.format(floor=floor)}（此后 {seen} 条中错 {wrong} 条）。",
        )


STATES = {
    "holds": ("it holds", "成立"),
    "at_risk": ("at risk: look at the latest verdicts", "有风险：请看最近的评判"),
    "lowered": (
        "lowered: kefu answers from {floor} on only; new verdicts and a new certificate restore it",
        "已收紧：kefu 只从 {floor} 起自动回答；新的评判和新的证书可以恢复",
    ),
    "broken": (
        "broken: nothing is answered automatically; new verdicts and a new certificate restore it",
        "已打破：不再自动回答；新的评判和新的证书可以恢复",
    ),
}
REMAINS = {
    "shadow": ("People answer.", "由同事回答。"),
    "broken": (
        "It was broken before, so nothing is answered automatically.",
        "失效之前已被打破，所以什么都不自动回答。",
    ),
    "live": ("kefu answers only what both it and kefu.toml allow.", "只有它和 kefu.toml 都允许的才自动回答。"),
}
"""What is still answered under a void certificate."""
VOID = {
    "reader": ("the reader was trained anew", "模型重新训练过"),
    "skills": ("the skills were changed", "技能改动过"),
    "knowledge": ("the knowledge was changed", "知识改动过"),
    "settings": ("settings that change what is answered were changed", "影响回答的设置改动过"),
    "rules": ("kefu was updated and decides by other rules", "kefu 更新后按别的规则决定"),
}


def _show_drift(drift: Drift) -> None:
    """What is asked now against then, in words; it withdraws nothing."""
    figures = f"{drift.unknown[0]:.0%} → {drift.unknown[1]:.0%}", f"{drift.sure[0]:.2f} → {drift.sure[1]:.2f}"
    en = "customers ask otherwise than they did" if drift.is_other else "no difference found"
    zh = "客户问的与当时不同" if drift.is_other else "没有发现差别"
    sizes, tests = (
        f"{drift.before} → {drift.since}",
        tuple(f"= {p:.3f}" if p >= 0.001 else "< 0.001" for p in (drift.intents_p, drift.sure_p)),
    )
    say(
        f"Drift: {en} ({sizes} enquiries; unknown {figures[0]}, mean probability {figures[1]}; "
        f"chi-square p {tests[0]}, Kolmogorov-Smirnov p {tests[1]}).",
        f"输入变化：{zh}（询问 {sizes} 条；未知 {figures[0]}，平均概率 {figures[1]}；"
        f"卡方检验 p {tests[0]}，Kolmogorov-Smirnov 检验 p {tests[1]}）。",
    )
    if drift.is_other:
        named = ", ".join(f"{one.intent} {one.before:.0%} → {one.since:.0%}" for one in drift.moved)
        say(
            f"Changed most: {named}. This withdraws nothing; the watch does.",
            f"变化最大：{named}。这不会撤回承诺，监测才会。",
        )


def _show_dial(buys: Buys, labels: int) -> None:
    from rich.table import Table

    from kefu.service.promise.certify import Kept

    heads = ("最多出错", "阈值", "自动回答") if chinese() else ("at most wrong", "threshold", "answered")
    table = Table(*heads, box=None)
    for alpha, one in buys:
        if isinstance(one, Kept):
            table.add_row(f"{alpha:.1%}", f"{one.threshold:.3f}", f"{one.coverage:.0%} ({one.low:.0%}–{one.high:.0%})")
        else:
            table.add_row(f"{alpha:.1%}", "–", refusal(one)[chinese()])
    say(f"What {labels} verdicts would buy:", f"现有 {labels} 条评判能换来：")
    console.print(table)
