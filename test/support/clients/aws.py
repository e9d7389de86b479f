"""The AWS CLI, with a clock that can be shifted."""
import sys

import shift_clock  # noqa: F401

from awscli.clidriver import main  # noqa: E402

sys.exit(main())
