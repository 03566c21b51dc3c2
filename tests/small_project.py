"""The smallest project that can be trained: two skills that only say something."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = {
    "hours": ("几点开门", "你们几点上班", "营业时间是什么时候", "周末开门吗", "晚上几点关门", "现在还营业吗"),
    "thanks": ("谢谢", "多谢你了", "非常感谢", "谢谢你的帮助", "太感谢了", "感谢"),
}


def write_project(home: Path) -> Path:
    """Make it; the folder of its skills."""
    home.mkdir(exist_ok=True)
    (home / "kefu.toml").write_text("# the smallest one\n", "utf-8")
    for name, texts in EXAMPLES.items():
        folder = home / "skills" / name
        folder.mkdir(parents=True)
        (folder / "skill.toml").write_text(
            f'name = "{name}"\nowner = "tests"\nlanguages = ["zh"]\ntitle = {{ zh = "{name}" }}\n'
            f'intents = ["{name}"]\nrisk = "none"\nsteps = ["say @intent"]\n'
        )
        (folder / "replies.zh.toml").write_text(f'[say]\n{name} = "好的。"\n', "utf-8")
        (folder / "examples.zh.txt").write_text("\n".join([f"[{name}]", *texts, ""]), "utf-8")
        (folder / "dialogues.md").write_text("", "utf-8")
    return home / "skills"
