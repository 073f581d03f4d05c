"""`python -m styrk` and the zip archive start here."""

import sys

from styrk.cli import main

sys.exit(main())
