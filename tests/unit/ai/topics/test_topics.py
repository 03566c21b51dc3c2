"""Topics of texts: found, told apart, named, and the same in every process."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest

from kefu.ai.topics.model import TopicModel, is_drawn
from kefu.ai.topics.names import name_topics, phrases
from kefu.ai.topics.space import Space, Sparse, terms_of

THINGS = {
    "refund": ("退款什么时候到账", "我要退款", "退款申请提交了多久到账", "退款还没到账"),
    "invoice": ("发票怎么开", "我要开发票", "发票抬头写错了怎么改", "电子发票发到哪里"),
    "login": ("登录不上去", "登录提示密码错误", "手机登录不了", "登录收不到验证码"),
    "parcel": ("where is my parcel", "my parcel has not arrived", "the parcel is late", "track my parcel please"),
    "coupon": ("my coupon does not work", "how do I use a coupon", "the coupon code was refused", "coupon expired"),
}
FILLERS = ("请问", "你好，", "", "麻烦看下", "那个")


def corpus(seed: int = 3, size: int = 300) -> tuple[list[str], list[str]]:
    chance = Random(seed)
    kinds = [chance.choice([*THINGS]) for _ in range(size)]
    texts = [chance.choice(THINGS[kind]) for kind in kinds]
    return [text if text.isascii() else chance.choice(FILLERS) + text for text in texts], kinds


def test_topics_are_found_without_being_told_how_many() -> None:
    texts, kinds = corpus()
    model = TopicModel.find([terms_of(text) for text in texts])
    placed = model.place([terms_of(text) for text in texts])
    assert 5 <= len(model.centres) <= 20
    pairs = Counter(zip(placed.topics.tolist(), kinds, strict=True))
    of_one_kind = sum(max(pairs[topic, kind] for kind in THINGS) for topic in {topic for topic, _ in pairs})
    assert of_one_kind >= 0.95 * len(texts)
    assert (placed.topics >= 0).mean() > 0.95
    foreign = model.place([terms_of("今天北京的天气怎么样"), terms_of("12345"), terms_of("")])
    assert list(foreign.topics) == [-1, -1, -1]


def test_an_intent_holds_two_languages_together() -> None:
    chance = Random(1)
    pairs = [("退款什么时候到账", "when will I get my refund"), ("怎么开发票", "send me an invoice please")]
    texts = [(chance.choice(pair), intent) for _ in range(80) for pair, intent in zip(pairs, ("r", "i"), strict=True)]
    terms = [terms_of(text, ((intent, 1.0),)) for text, intent in texts]
    model = TopicModel.find(terms, count=2)
    topics = model.place(terms).topics
    assert len({(intent, int(topic)) for (_, intent), topic in zip(texts, topics, strict=True)}) == 2


def test_the_same_texts_give_the_same_topics_and_survive_packing() -> None:
    terms = [terms_of(text) for text in corpus()[0]]
    one, other = TopicModel.find(terms), TopicModel.find(terms)
    assert np.array_equal(one.centres, other.centres)
    packed = TopicModel.unpack(one.pack())
    assert np.array_equal(packed.place(terms).topics, one.place(terms).topics)
    assert np.allclose(packed.place(terms).closeness, one.place(terms).closeness, atol=5e-3)


def test_an_encoder_stands_beside_the_words() -> None:
    texts, kinds = corpus(size=120)
    names = [*THINGS]
    meaning = np.zeros((len(texts), 8), np.float32)
    meaning[np.arange(len(texts)), [names.index(kind) for kind in kinds]] = 1
    model = TopicModel.find([terms_of(text) for text in texts], meaning, count=5)
    assert model.extra == 8
    topics = model.place([terms_of(text) for text in texts], meaning).topics
    assert len({(kind, int(topic)) for kind, topic in zip(kinds, topics, strict=True)}) == 5
    alone = model.place([terms_of(texts[0])], least=0.0).topics
    assert alone[0] == topics[0]


def test_nothing_to_find_is_no_error() -> None:
    for texts in ([], [""], ["…", "123"]):
        model = TopicModel.find([terms_of(text) for text in texts])
        assert not len(model.centres)
        assert list(model.place([terms_of("退款")]).topics) == [-1]
        assert not len(TopicModel.unpack(model.pack()).centres)


def test_names_are_what_tells_a_topic_from_the_others() -> None:
    groups = [[text for text in some for _ in range(3)] for some in THINGS.values()]
    names = name_topics(groups)
    assert [any(word in phrase for phrase in found) for word, found in zip(
        ("退款", "发票", "登录", "parcel", "coupon"), names, strict=True)] == [True] * 5  # fmt: skip
    assert name_topics([["退款"], []]) == [(), ()]
    assert "password reset" in set(phrases("password reset please"))


def test_a_space_is_that_of_numpys_own_decomposition() -> None:
    terms = [terms_of(text) for text in corpus(size=90)[0]]
    space = Space.fit(terms, dimensions=5)
    sparse = space.weigh(terms)
    dense = np.zeros((len(terms), len(space.terms)), np.float32)
    for row in range(len(terms)):
        where = slice(sparse.starts[row], sparse.starts[row + 1])
        dense[row, sparse.columns[where]] = sparse.values[where]
    assert np.allclose(np.linalg.norm(dense, axis=1), 1, atol=1e-5)
    own = np.linalg.svd(dense, full_matrices=False)[2][:5].T
    assert np.allclose(np.abs(np.sum(own * space.axes, axis=0)), 1, atol=1e-2)
    random = np.random.default_rng(0).standard_normal((len(space.terms), 3)).astype(np.float32)
    assert np.allclose(sparse.times(random), dense @ random, atol=1e-4)
    back = np.random.default_rng(1).standard_normal((len(terms), 3)).astype(np.float32)
    assert np.allclose(sparse.turned().times(back), dense.T @ back, atol=1e-4)


def test_an_empty_row_multiplies_to_nothing() -> None:
    sparse = Sparse(np.array([0, 0, 1, 1]), np.array([1], np.int32), np.array([2.0], np.float32), 2)
    assert sparse.times(np.array([[1.0], [3.0]], np.float32)).tolist() == [[0.0], [6.0], [0.0]]


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_sample_is_drawn_by_the_key_alone(share: float) -> None:
    drawn = [is_drawn(f"{number}", share) for number in range(4000)]
    assert drawn == [is_drawn(f"{number}", share) for number in range(4000)]
    assert abs(sum(drawn) / 4000 - share) < 0.03
