"""A language model with random weights behind the server of the transformers library, as a process of its own.

    python tests/serving/model_server.py FOLDER PORT

The model (one layer, bytes for tokens, 0.6 MB) is made in FOLDER; what is asked is written to FOLDER/asked.jsonl, one
body a line, before the library sees it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
import uvicorn
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
from transformers.cli.serve import Serve

END = "<|end|>"
CHAT = "{% for one in messages %}{{ one['role'] }}: {{ one['content'] }}\n{% endfor %}assistant: "
LONGEST = 8192
ASKED = "asked.jsonl"


def make(folder: Path) -> None:
    """Make the model; the same weights every time."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {name: at for at, name in enumerate([*alphabet, END])}
    bytes_ = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    bytes_.pre_tokenizer, bytes_.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytes_, eos_token=END, pad_token=END)
    tokenizer.chat_template = CHAT
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    sizes = {"n_positions": LONGEST, "n_embd": 32, "n_layer": 1, "n_head": 2}
    ends = {"bos_token_id": len(alphabet), "eos_token_id": len(alphabet)}
    GPT2LMHeadModel(GPT2Config(vocab_size=len(vocabulary), **sizes, **ends)).save_pretrained(folder)


class Written:
    """Writes down every body that is posted, then lets the server have it (ASGI)."""

    def __init__(self, app: Any, file: Path) -> None:
        self._app, self._file = app, file

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""

        async def reading() -> Any:
            nonlocal body
            message = await receive()
            body += message.get("body", b"")
            if message["type"] == "http.request" and not message.get("more_body") and body:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(json.loads(body), ensure_ascii=False) + "\n")
                body = b""
            return message

        await self._app(scope, reading if scope["type"] == "http" else receive, send)


def main(folder: Path, port: int) -> None:
    """Serve until killed."""
    torch.set_num_threads(1)
    make(folder)

    class Config(uvicorn.Config):  # the one place at which the library's app can be wrapped
        def __init__(self, app: Any, **settings: Any) -> None:
            super().__init__(Written(app, folder / ASKED), **{**settings, "log_level": "critical"})

    uvicorn.Config = Config  # type: ignore[misc]
    Serve(force_model=str(folder), device="cpu", host="127.0.0.1", port=port)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
