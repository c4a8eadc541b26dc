"""``python -m lossviz``: the command line."""

import sys

from lossviz.cli.main import main

sys.exit(main())
