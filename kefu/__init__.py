"""kefu (客服): customer service that answers from a company's own records."""

import os

__version__ = "0.1.0"

# The matrices of a message are small: threads of the arithmetic library cost it several
# times what they gain. They are counted once, before numpy is first imported.
for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
