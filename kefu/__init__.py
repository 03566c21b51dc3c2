"""kefu (客服): customer service that answers from a company's own records."""

import os

__version__ = "0.1.0"

# The matrices of a message are small: threads of the arithmetic library cost it several
# times what they gain. They are counted once, before numpy is first imported.
for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

# Names are matched by every reading that a character has; the dictionary of phrases, which
# picks one, would take 45 MB.
for _part in ("PHRASES", "DICT_COPY"):
    os.environ.setdefault(f"PYPINYIN_NO_{_part}", "true")
