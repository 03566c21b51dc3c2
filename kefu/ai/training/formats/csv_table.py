"""CSV: a sentence a row, with columns text, label and perhaps language."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from kefu.ai.training.corpus import Corpus, Loaded, Loss, Sentence, Written
from kefu.ai.training.formats.document import Document, separator_of
from kefu.ai.training.formats.language import language_of, language_of_code
from kefu.core.errors import BadInput

NAME = "csv"
COLUMNS = {
    "text": ("text", "utterance", "sentence", "query", "example"),
    "label": ("label", "intent", "category"),
    "language": ("language", "lang", "locale"),
}


def claims(document: Document) -> bool:
    """Whether this is a table of sentences."""
    return document.kind == "table"


def read(documents: Sequence[Document]) -> Loaded:
    """Read the rows; raises `BadInput` when a column is missing."""
    sentences: list[Sentence] = []
    losses: list[Loss] = []
    for document in documents:
        text = str(document.data)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text.lstrip().partition("\n")[0]))
        head = [cell.strip().lower() for cell in next(reader)]
        at = {name: next((head.index(one) for one in known if one in head), -1) for name, known in COLUMNS.items()}
        if at["text"] < 0 or at["label"] < 0:
            raise BadInput(f"{document.place(1)}: needs a column text and a column label; it has {', '.join(head)}.")
        left = [name for number, name in enumerate(head) if number not in at.values()]
        losses += [Loss(document.place(1), f"column {name}", "kefu has nothing like it") for name in left]
        line = reader.line_num + 1
        try:
            for row in reader:
                place, line = document.place(line), reader.line_num + 1
                if len(row) == len(head):
                    code = language_of_code(row[at["language"]]) if at["language"] >= 0 else ""
                    language = code or language_of(document.path)
                    sentences.append(Sentence(row[at["text"]], row[at["label"]], language, (), place))
                elif row:
                    losses.append(Loss(place, ",".join(row), f"has {len(row)} cells, not {len(head)}"))
        except csv.Error as error:
            raise BadInput(f"{document.place(line)}: not valid CSV: {error}.") from error
    return Loaded(Corpus(tuple(sentences)), tuple(losses))


def write(corpus: Corpus) -> Written:
    """One `examples.csv` for all languages; entities and names have no place in it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(("text", "label", "language"))
    for sentence in corpus.sentences:
        writer.writerow((sentence.text, sentence.intent, sentence.language))
    losses = [Loss(one.place, one.text, "its entities have no place in CSV") for one in corpus.sentences if one.marks]
    losses += [Loss("", name.value, "names have no place in CSV") for name in corpus.names]
    losses += [Loss("", one.expression, "regular expressions have no place in CSV") for one in corpus.patterns]
    return Written({"examples.csv": out.getvalue()}, tuple(losses))
