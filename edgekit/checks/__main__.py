"""``python -m edgekit.checks NOTEBOOK``: see `edgekit.checks.notebooks`."""

import sys

from edgekit.checks.notebooks import main

sys.exit(main())
