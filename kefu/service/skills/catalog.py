"""The catalogue: all skills of an installation, found by intent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kefu.core.errors import BadSkill
from kefu.core.nouns import Language
from kefu.core.skill import Skill

Texts = Mapping[Language, Mapping[str, Mapping[str, tuple[str, ...]]]]
"""Language, section, name to the variants of a sentence."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Skills by name and by intent, with the sentences of the house itself.

    `identity_skill` asks customers who they are; it is empty when none does. `foreign`
    sentences are those that no skill serves, `tone` are sentences after their heading
    (`negative urgent`).
    """

    skills: Mapping[str, Skill]
    by_intent: Mapping[str, str]
    house: Texts
    identity_skill: str = ""
    foreign: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    tone: Mapping[Language, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        skills: Sequence[Skill],
        house: Texts,
        identity_skill: str = "",
        foreign: Mapping[Language, tuple[str, ...]] | None = None,
        tone: Mapping[Language, tuple[tuple[str, str], ...]] | None = None,
    ) -> Catalog:
        """Put skills together; raises `BadSkill` when two claim one intent."""
        by_intent: dict[str, str] = {}
        for skill in skills:
            for intent in skill.intents:
                if intent in by_intent:
                    raise BadSkill(
                        f"{skill.name}/skill.toml: intent {intent!r} belongs to {by_intent[intent]} already."
                    )
                by_intent[intent] = skill.name
        names = {skill.name: skill for skill in skills}
        if identity_skill and identity_skill not in names:
            raise BadSkill(f"[identity] skill names {identity_skill!r}, but there is no such skill folder.")
        return cls(names, by_intent, house, identity_skill, foreign or {}, tone or {})

    def title_of(self, name: str, language: Language) -> str:
        """What an intent, or a skill, is called; an intent among several of a skill stands behind its title."""
        skill = self.serving(name) or self.skills.get(name)
        if skill is None:
            return name
        title = skill.title.get(language) or skill.name
        return title if len(skill.intents) == 1 or name == skill.name else f"{title} · {name}"

    def serving(self, intent: str) -> Skill | None:
        """The skill that serves an intent."""
        name = self.by_intent.get(intent)
        return self.skills[name] if name else None
