"""The network as a model of intents and of spans: served by onnxruntime, no PyTorch in reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kefu.ai.text.certainty import judge
from kefu.ai.text.deep.serving import Network
from kefu.ai.text.deep.vocabulary import Vocabulary
from kefu.ai.text.folder import Parts, pack_array, pack_json, unpack_array, unpack_json
from kefu.ai.text.found import Found
from kefu.ai.text.phrase import Phrase
from kefu.ai.text.sound import Sounds
from kefu.ai.text.spans import Taught, Trust, judged
from kefu.ai.text.words import Word
from kefu.core.errors import BadConfig
from kefu.core.nouns import IntentScore
from kefu.core.ports.reader import Progress

GRAPH, SETTINGS, CENTRES = "joint.onnx", "joint.json", "centres.npy"


@dataclass(slots=True)
class Joint:
    """What the models of intents and of spans share: one network, trained once for both."""

    seed: int = 0
    texts: Sequence[Taught] = ()
    network: Network | None = None
    certainty: np.ndarray = field(default_factory=lambda: np.zeros(6))
    trust: Trust = field(default_factory=lambda: Trust(np.zeros(2)))


class DeepSpans:
    """The network's spans. They are learned together with the intents, which are fitted after them."""

    def __init__(self, joint: Joint) -> None:
        self._joint = joint

    def fit(self, texts: Sequence[Taught], progress: Progress) -> None:  # noqa: ARG002 - the socket's signature
        """Keep the texts for the training of the intents."""
        self._joint.texts = texts

    def find(self, text: str, words: Sequence[Word]) -> list[Found]:
        """The spans that are likely right."""
        network = self._joint.network
        return judged(network.find(text, words), self._joint.trust) if network else []

    def pack(self) -> Parts:
        """No files: the intents pack the network."""
        return {}

    def unpack(self, parts: Parts) -> None:
        """Nothing to read: the intents unpack the network."""


class DeepIntents:
    """The network's intents, with learned certainty."""

    def __init__(self, joint: Joint) -> None:
        self._joint = joint

    def fit(
        self, phrases: Sequence[Phrase], intents: Sequence[str], foreign: Sequence[Phrase], progress: Progress
    ) -> None:
        """Train the network; about 60 s of CPU for 10,000 texts of 77 intents. Raises `BadConfig` without PyTorch."""
        try:
            from kefu.ai.text.deep.training import learn
        except ImportError as error:
            raise BadConfig(
                f"Training deep.v1 needs a package that is not installed ({error}): pip install 'kefu[deep]'. "
                "Serving a trained model needs kefu[encoder] alone."
            ) from error
        joint = self._joint
        words, strange = [phrase.words for phrase in phrases], [phrase.words for phrase in foreign]
        joint.network, joint.certainty, joint.trust = learn(
            words, intents, strange, joint.texts, seed=joint.seed, progress=progress
        )
        joint.texts = ()

    def score(self, phrase: Phrase) -> tuple[IntentScore, ...]:
        """The likeliest intents with calibrated probabilities."""
        network = self._joint.network
        if network is None:
            return ()
        found = judge(*network.score(phrase.words), self._joint.certainty)
        return tuple(IntentScore(network.intents[at], round(probability, 4)) for at, probability in found)

    def pack(self) -> Parts:
        """The network as files."""
        joint, network = self._joint, self._joint.network
        if network is None:
            return {}
        settings = {
            "intents": network.intents,
            "kinds": network.kinds,
            "names": network.vocabulary.names,
            "certainty": joint.certainty.tolist(),
            "trust": joint.trust.curve.tolist(),
        }
        return {GRAPH: network.graph, SETTINGS: pack_json(settings), CENTRES: pack_array(network.centres)}

    def unpack(self, parts: Parts) -> None:
        """Become the network in these files."""
        told, joint = unpack_json(parts[SETTINGS]), self._joint
        vocabulary = Vocabulary(told["names"], Sounds.unpack(parts))
        centres = unpack_array(parts[CENTRES])
        joint.network = Network(parts[GRAPH], vocabulary, told["intents"], told["kinds"], centres)
        joint.certainty, joint.trust = np.array(told["certainty"]), Trust(np.array(told["trust"]))
