"""Work over any number of texts: on all cores of this machine, or on a cluster that is there already.

    engine = engine_of(config)
    with open_journal(folder, columns, about) as journal:
        engine.run(parts, work, journal, progress)

`work` is a plain function of a part's task that can be pickled; it returns columns. A run that was broken off goes on
where it was; a worker that dies loses nothing but its time.
"""

from kefu.app.batch.engine import Engine, engine_of, in_thread
from kefu.app.batch.journal import MemoryJournal, ParquetJournal, open_journal
from kefu.core.ports.batch import FEWEST_TEXTS, Columns, Journal, Part

__all__ = [
    "FEWEST_TEXTS", "Columns", "Engine", "Journal", "MemoryJournal", "ParquetJournal", "Part", "engine_of",
    "in_thread", "open_journal",
]  # fmt: skip
