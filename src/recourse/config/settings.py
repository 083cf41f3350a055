"""Django settings of a production installation. Refuses to start beside the demo's stand-in world."""

from __future__ import annotations

import os

from recourse.base.core.errors import MisconfiguredError
from recourse.config.common import *

if os.environ.get("RECOURSE_TOWN"):
    raise MisconfiguredError(
        "RECOURSE_TOWN is set: it belongs to the demo. Remove it, or run with "
        "DJANGO_SETTINGS_MODULE=recourse.config.demo"
    )
