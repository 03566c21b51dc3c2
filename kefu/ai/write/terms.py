"""The words that the proof of a text knows: negations, hedges, absolutes, courtesies, numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kefu.ai.text.words import HAN, Word

PROPER_TAGS = frozenset("nr nrt nrfg ns nt nz".split())
"""Jieba's tags of people, places, organisations and other proper names."""

FUNCTION_TAGS = frozenset(
    "r p c u uj ul ud ug uv uz y m mq q f x e o d DT PRP PRP$ IN TO CC MD WRB WP RB VBZ VBP UH . SYM CD".split()
)

NEGATIONS = re.compile(
    r"不(?!同|少|仅|止|过|管|但|断|论|如|客气|好意思)|没(?!问题|关系)|未(?!来)|无(?!论|忧)|别(?!的|人)|非(?!常)|勿|禁止|拒绝"
    r"|\b(?:not|no|never|none|cannot|without|neither|nor|nobody|nothing)\b|n't\b|\b(?:unable|impossible|refus\w+|declin\w+)\b"
)

Groups = Mapping[str, re.Pattern[str]]


def _groups(**patterns: str) -> Groups:
    return {name: re.compile(pattern) for name, pattern in patterns.items()}


HEDGES = _groups(
    about=r"预计|大约|大概|左右|约(?=\d)|将近|估计|\b(?:about|around|approximately|roughly|expected|estimated|estimate)\b",
    at_most=r"最多|不超过|至多|以内|之内|\b(?:at most|up to|no more than|maximum|within)\b",
    at_least=r"最少|至少|不少于|以上|起(?=$|[,，。])|\b(?:at least|no less than|minimum|or more)\b",
    maybe=r"可能|也许|或许|一般|通常|\b(?:may|might|maybe|perhaps|usually|normally|generally|typically|likely)\b",
    if_=r"如果|若|的话|除非|前提|需(?:先|满足)|\b(?:if|unless|provided|only when|as long as|subject to)\b",
    from_=r"自|从|起(?=\d)|\bfrom\b|\bsince\b",
)
"""Words that take something back; a sentence that loses one promises more."""

ABSOLUTE = _groups(
    all=r"全部|所有|一律|任何|每(?![天周月年日次])|\b(?:all|every|any|entire|everything|everyone)\b",
    always=r"总是|永远|始终|一直|随时|\b(?:always|forever|anytime|any time)\b",
    only=r"只(?!要)|仅|唯一|\b(?:only|just|solely)\b",
    must=r"必须|一定|务必|\b(?:must|have to|required|certainly|definitely|surely)\b",
    promise=r"保证|承诺|确保|绝对|肯定|百分之百|100%|\b(?:guarantee\w*|promise\w*|assure\w*|ensure\w*|absolutely)\b",
    free=r"免费|不收费|赠送|\b(?:free|no charge|at no cost|complimentary)\b",
    at_once=r"立即|马上|立刻|即时|\b(?:immediately|at once|instantly|right away|right now)\b",
    full=r"全额|全款|\b(?:full refund|in full|fully)\b",
)
"""Words that claim much; a sentence may use one only where the statement does."""


NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split(),
        start=2,
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90", "hundred": "100"}


def found_groups(groups: Groups, normal: str) -> frozenset[str]:
    """The names of the groups of which a normalised text has a word."""
    return frozenset(name for name, pattern in groups.items() if pattern.search(normal))


LIGHT = frozenset("是 有 在 会 能 可以 要 可 该 就 将 be been being get got have has had do does did".split())
"""Verbs that say little by themselves."""

ENDING = re.compile(r"(?<=[a-z]{3})(?:ings?|ed|es|s|ly|d)$")


def stem(word: str) -> str:
    """An English word without its ending, so that `downloaded` is `download`; others as they are."""
    return ENDING.sub("", word) if word.isascii() else word


COURTESY = frozenset(
    map(
        stem,
        (
            "您好 你好 请问 谢谢 感谢 抱歉 对不起 不好意思 麻烦 祝 愉快 顺利 欢迎 咨询 联系 帮 帮您 帮助 帮到 "
            "希望 还有 其他 其它 问题 疑问 随时 告诉 说 知道 了解 回答 为您 学习愉快 客服 好的 当然 这 那 "
            "hello hi hey dear thank thanks sorry please welcome glad happy hope help helps helped let know feel "
            "question questions anything else ask contact reach further assist assistance wish day nice great "
            "sure course understand here"
        ).split(),
    )
)
"""Words of sentences that only are polite, as `stem` leaves them."""


def is_content(word: Word) -> bool:
    """Whether a word says something by itself; a single Chinese character only as a noun or verb."""
    if word.tag in FUNCTION_TAGS or word.text in LIGHT or not word.text[0].isalnum():
        return False
    return len(word.text) > 1 or not HAN.match(word.text) or word.tag[0] in "nv"
