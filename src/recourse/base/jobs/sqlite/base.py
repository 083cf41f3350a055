"""Django's SQLite engine with the write gate and settings that keep what was committed.

Name it as `ENGINE: "recourse.base.jobs.sqlite"`. WAL, `synchronous=FULL` (a commit survives a power cut),
`secure_delete` (a destroyed key is overwritten, not just unlinked), BEGIN IMMEDIATE, 30 s of patience.

Every `atomic()` is a writer here: no `atomic` around reads, no writes outside `atomic`.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base

from recourse.base.jobs.sqlite.gate import SUFFIX, Gate

_DEFAULTS = {
    "timeout": 30,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL",
}
_ALWAYS = "PRAGMA secure_delete=ON"


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that holds the gate from BEGIN to COMMIT or ROLLBACK; savepoints do not touch it."""

    _gate: Gate | None = None
    init_commands: list[str]

    def get_connection_params(self) -> dict[str, Any]:
        """Return Django's parameters with our defaults under the OPTIONS of the settings."""
        self.settings_dict["OPTIONS"] = _DEFAULTS | self.settings_dict["OPTIONS"]
        parameters: dict[str, Any] = super().get_connection_params()
        # Not left to the settings: what erases must not depend on who wrote the installation's options.
        self.init_commands = [*self.init_commands, _ALWAYS]
        return parameters

    def _start_transaction_under_autocommit(self) -> None:
        if self.is_in_memory_db():
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
            return
        path = f"{self.settings_dict['NAME']}{SUFFIX}"
        if self._gate is None or self._gate.path != path:
            self._gate = Gate(path)
        self._gate.take()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._gate.give()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        # Not in a `finally`: a failed commit is followed by a rollback, which gives the gate back.
        if self._gate is not None:
            self._gate.give()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            if self._gate is not None:
                self._gate.give()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._gate is not None:
                self._gate.close()
                self._gate = None
