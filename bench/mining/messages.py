"""Generated messages of customers, zh and en: sixty things they come with, said in many ways, some of it with typos."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

THINGS_ZH = (
    "退款", "发票", "登录密码", "验证码", "物流", "优惠券", "会员等级", "收货地址", "换货", "课程进度", "直播回放",
    "作业批改", "证书", "考试时间", "教材", "客服电话", "积分", "账户余额", "绑定手机", "注销账号", "分期付款",
    "价格保护", "安装师傅", "保修卡", "电子合同", "学习报告", "请假", "调班", "试听课", "推荐奖励",
)  # fmt: skip
THINGS_EN = (
    "refund", "invoice", "password", "verification code", "parcel", "coupon", "membership level", "delivery address",
    "exchange", "course progress", "recording of the live class", "homework", "certificate", "exam date", "textbook",
    "phone number of support", "points", "account balance", "linked phone", "closing my account", "instalments",
    "price guarantee", "fitter", "warranty card", "contract", "learning report", "leave", "other class", "trial lesson",
    "referral bonus",
)  # fmt: skip
ASKS_ZH = (
    "{}怎么弄", "我的{}什么时候好", "想问一下{}的事", "{}一直没有消息", "为什么{}有问题", "帮我查一下{}", "{}在哪里看",
    "{}可以改吗", "请问{}要多少钱", "{}不对，怎么办", "我要{}", "上次说的{}还没处理",
)  # fmt: skip
ASKS_EN = (
    "how do I get my {}", "when will my {} be ready", "a question about the {}", "no news of my {} yet",
    "there is a problem with my {}", "please check my {}", "where can I see the {}", "can I change the {}",
    "what does the {} cost", "the {} is wrong, what now", "I want the {}", "you still have not settled the {}",
)  # fmt: skip
BEFORE = ("", "", "", "你好，", "麻烦问下，", "急！")
BEFORE_EN = ("", "", "", "hello, ", "sorry, ", "urgent: ")


def generate(count: int, seed: int = 7) -> Iterator[tuple[str, int]]:
    """So many messages with the number of what they are about; what is asked often is asked ten times as often."""
    random = Random(seed)  # noqa: S311 - repeatable, and no secret
    numbers = range(len(THINGS_ZH) + len(THINGS_EN))
    weights = [10 ** (-number % 30 / 30) for number in numbers]
    for number in random.choices(numbers, weights, k=count):
        if number < len(THINGS_ZH):
            text = random.choice(BEFORE) + random.choice(ASKS_ZH).format(THINGS_ZH[number])
        else:
            text = random.choice(BEFORE_EN) + random.choice(ASKS_EN).format(THINGS_EN[number - len(THINGS_ZH)])
        if random.random() < 0.1:
            at = random.randrange(len(text))
            text = text[:at] + text[at + 1 :]
        yield f"{text} {random.randrange(10_000)}" if random.random() < 0.2 else text, number
