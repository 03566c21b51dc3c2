"""What the school's refund rules say, for anybody."""

from __future__ import annotations

from kefu.core import Call, Say


async def rules(call: Call) -> Say:
    """All rules, one a line."""
    rows = await call.find("rules")
    texts = (str(row[f"text_{call.language}"]) for row in rows)
    return Say("rules", {"rules": "\n".join(f"{place}. {text}" for place, text in enumerate(texts, 1))})
