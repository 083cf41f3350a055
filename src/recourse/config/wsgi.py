"""What a web server loads. The process ends with the one that started it.

Without the request to the kernel below, killing the main process would leave its workers answering on the
port. The starter sets `RECOURSE_PARENT` to its own process id before it starts us, so that a starter that
died before the request was made is noticed too. Linux only; elsewhere the request is left out.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when the process `parent` dies; end now if it is dead already."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died between our start and the request; nobody will signal us
        sys.exit(0)


end_with_parent(int(os.environ.get("RECOURSE_PARENT") or os.getppid()))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recourse.config.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402 - after the request to the kernel

application = get_wsgi_application()
