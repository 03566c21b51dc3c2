"""Certificates speak of the rules of decision: who changes the rules must think of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kefu.service.dialogue import decide, scene

KNOWN = (4, "a4d8e75b5a1e285c")
"""The edition of the rules, and the digest of the files that hold them."""


def test_the_edition_is_raised_with_rules_that_may_let_another_enquiry_be_answered() -> None:
    files = (Path(module.__file__).read_bytes() for module in (decide, scene))
    found = hashlib.sha256(b"".join(files)).hexdigest()[:16]
    assert (decide.EDITION, found) == KNOWN, (
        "kefu/service/dialogue/decide.py or scene.py was changed. If kefu may now act on an enquiry that it did not "
        "act on before, or otherwise, raise EDITION in decide.py, which voids certificates. Then write both into "
        f"KNOWN: ({decide.EDITION}, {found!r})."
    )
