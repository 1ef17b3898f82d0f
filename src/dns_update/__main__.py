"""`python -m dns_update` is the command `dns-update`."""

import sys

from dns_update.cli.main import main

sys.exit(main())
