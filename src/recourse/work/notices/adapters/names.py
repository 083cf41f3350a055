"""TXT records: from the name system, or from a table (demo and tests)."""

from __future__ import annotations

from collections.abc import Mapping

import dns.exception
import dns.rdatatype
import dns.resolver

from recourse.base.core.errors import OutsideError


class NameSystemSilentError(OutsideError):
    """The name system did not answer."""

    code = "names_silent"


class NameSystem:
    """The resolver of this machine."""

    def txt(self, name: str, *, seconds: float) -> bytes | None:
        """Return the TXT record of `name` that names its version (`v=`), else the first, else nothing.

        Raises:
            NameSystemSilentError: no answer in time, or no usable one.
        """
        try:
            answer = dns.resolver.resolve(name, dns.rdatatype.TXT, lifetime=seconds, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise NameSystemSilentError(type(error).__name__) from None
        records = [b"".join(record.strings) for record in answer]
        versioned = [record for record in records if record.startswith(b"v=")]
        return next(iter(versioned or records), None)


class NameTable:
    """A table of names, lower case without a dot at the end, and their records."""

    def __init__(self, records: Mapping[str, str]) -> None:
        self._records = dict(records)

    def txt(self, name: str, *, seconds: float) -> bytes | None:  # noqa: ARG002 - a table answers at once
        """Return the record of `name`, or nothing."""
        record = self._records.get(name.lower().rstrip("."))
        return record.encode("ascii") if record is not None else None
