"""The mixer as `parlor serve mixer` starts it, less what is measured apart:

    python -m tests.bench.mixer OWN_MIXES      # settings in the environment, as always

So many get a mix of their own, and AAC is made as MP3 is, while somebody wants it.
"""

import os
import sys

from parlor.serving import run_alone
from services.media import on_air
from services.media.mixing import selection

if __name__ == "__main__":
    selection.OWN_MIXES = int(sys.argv[1])
    on_air.ALWAYS = ()
    run_alone("mixer", os.environ)
