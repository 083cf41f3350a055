"""`recourse doctor`: a reason and a remedy per line; exit status 1 when something is bad."""

from __future__ import annotations

from typing import Any

from recourse.base.core import wiring
from recourse.operations import doctor
from recourse.operations.command import Command as Base
from recourse.operations.ports import Installation


class Command(Base):
    """Examines the installation."""

    help = "Say what is well and what is not, with remedies."

    def run(self, **_options: Any) -> int | None:
        """Print the findings."""
        findings = doctor.examine(wiring.resolve(Installation))
        for finding in findings:
            self.stdout.write(finding.line())
        return 0 if doctor.healthy(findings) else 1
