"""How English words are said: the dictionary of the acoustic model, and rules for words that it does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path

from kefu.core.errors import ModelMissing

NAMES = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "EY|B IY|S IY|D IY|IY|EH F|JH IY|EY CH|AY|JH EY|K EY|EH L|EH M|EH N|OW|P IY|K Y UW|AA R|EH S|T IY|Y UW|V IY|"
        "D AH B AH L Y UW|EH K S|W AY|Z IY".split("|"),
        strict=True,
    )
)

RULES = dict(
    pair.split("=")
    for pair in (
        "tion=SH_AH_N sion=ZH_AH_N ture=CH_ER ough=AO augh=AO eigh=EY tch=CH dge=JH igh=AY ing=IH_NG "
        "sch=SH_ ch=CH sh=SH th=TH ph=F wh=W ck=K qu=K_W ng=NG kn=N wr=R gh=G ss=S ll=L tt=T ff=F pp=P mm=M nn=N "
        "rr=R bb=B dd=D gg=G cc=K zz=Z ee=IY ea=IY oo=UW ou=AW ow=OW oa=OW oi=OY oy=OY ai=EY ay=EY ei=EY ey=IY ie=IY "
        "au=AO aw=AO ew=UW eu=UW ue=UW ui=UW ar=AA_R er=ER ir=ER ur=ER or=AO_R "
        "a=AE b=B c=K d=D e=EH f=F g=G h=HH i=IH j=JH k=K l=L m=M n=N o=AA p=P q=K r=R s=S t=T u=AH v=V w=W x=K_S "
        "y=IY z=Z"
    ).split()
)
"""Letters to phones, the longest first: a guess that a recogniser of closed phrases can live with."""

LONG = {"a": "EY", "i": "AY", "o": "OW", "u": "UW", "e": "IY"}
SILENT_E = re.compile(r"([aeiou])([bcdfgklmnprstvz])e$")
SOFT = re.compile(r"c(?=[eiy])")
MATCH = re.compile("|".join(sorted(RULES, key=len, reverse=True)))


class Dictionary:
    """Pronunciations looked up in the file itself, which is sorted and mapped: no memory, 10 µs a word.

    Source: CMUdict, as the wheel of pocketsphinx carries it: 134,860 lines.
    """

    def __init__(self, file: Path) -> None:
        if not file.is_file():
            raise ModelMissing(f"The dictionary {file} is missing; pip install 'kefu[voice]'.")
        with file.open("rb") as opened:
            self._content = mmap(opened.fileno(), 0, access=ACCESS_READ)
        self.says = lru_cache(20_000)(self._says)

    def _says(self, word: str) -> Sequence[str]:
        """The ways to say a word in lower case, phones with blanks between.

        What is not in the file is said as two words of it that it is made of (unmuted, voicemail), or by rule.
        """
        return tuple(self._found(word)) or (self._joined(word) or by_rule(word),)

    def _joined(self, word: str) -> str:
        for cut in sorted(range(2, len(word) - 2), key=lambda at: abs(2 * at - len(word)), reverse=len(word) < 9):
            parts = [next(self._found(part), "") for part in (word[:cut], word[cut:])]
            if all(parts):
                return " ".join(parts)
        return ""

    def _found(self, word: str) -> Iterator[str]:
        for number in range(1, 10):
            head = f"\n{word} " if number == 1 else f"\n{word}({number}) "
            at = self._content.find(head.encode())
            if at < 0:
                return
            at += len(head)
            yield self._content[at : self._content.find(b"\n", at)].decode().strip()


@lru_cache(4096)
def by_rule(word: str) -> str:
    """A guess at how a word is said; one without a vowel is spelled: VIP stays for the dictionary, `tv` is T V."""
    plain = re.sub(r"[^a-z]", "", word)
    if not plain:
        return "AH"
    if not re.search("[aeiouy]", plain) or len(plain) == 1:
        return " ".join(NAMES[letter] for letter in plain)
    ending = ""
    if (silent := SILENT_E.search(plain)) and len(plain) > 2:
        plain, ending = plain[: silent.start()], f"{LONG[silent[1]]} {'S' if silent[2] == 'c' else RULES[silent[2]]}"
    found = [RULES[match[0]].replace("_", " ").strip() for match in MATCH.finditer(SOFT.sub("s", plain))]
    return " ".join([*found, *([ending] if ending else [])])
