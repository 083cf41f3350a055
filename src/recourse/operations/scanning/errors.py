"""Why a scan does not begin."""

from __future__ import annotations

from recourse.base.core.errors import BadInputError, ConflictError, MisconfiguredError, OutsideError


class BadSourceError(BadInputError):
    """What is to be scanned cannot be listed."""

    code = "bad_source"


class OtherScanError(ConflictError):
    """The report is of a scan with another source, list or options, or no report at all."""

    code = "other_scan"
    exit_status = 65


class ScanRunsError(ConflictError):
    """Another process writes this report."""

    code = "scan_runs"
    exit_status = 75


class StoreError(OutsideError):
    """The object store does not let us list."""

    code = "store"
    exit_status = 69


class MissingExtraError(MisconfiguredError):
    """A package that this needs is not installed."""

    code = "missing_extra"
