"""Recourse's exchange for `threatexchange`: StopNCII's wire format, with withdrawals honoured.

The stock exchange does the talking. What is added: a name and keys of its own, so that both can be used side by side;
and a record that reads `Withdrawn` or `Deleted` takes its hash out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from threatexchange.exchanges.clients.stopncii.api import StopNCIIAPI, StopNCIICaseStatus
from threatexchange.exchanges.fetch_state import FetchDelta
from threatexchange.exchanges.impl import stop_ncii_api as stock
from threatexchange.extensions.manifest import ThreatExchangeExtensionManifest
from threatexchange.signal_type.pdq.signal import PdqSignal
from threatexchange.signal_type.signal_base import SignalType

__all__ = ["TX_MANIFEST", "RecourseCredentials", "RecourseExchange"]
GONE = frozenset({StopNCIICaseStatus.Withdrawn, StopNCIICaseStatus.Deleted})


@dataclass
class RecourseCredentials(stock.StopNCIICredentials):
    """The function key for fetching, the subscription key, and the address; all three are needed."""

    ENV_VARIABLE: ClassVar[str] = "TX_RECOURSE_KEYS"
    FILE_NAME: ClassVar[str] = "~/.tx_recourse_keys"

    def _are_valid(self) -> bool:
        return super()._are_valid() and bool(self.base_url_override)


class RecourseExchange(stock.StopNCIISignalExchangeAPI):
    """One agency's list."""

    @classmethod
    def get_name(cls) -> str:
        """Return the name by which it is configured."""
        return "recourse"

    @staticmethod
    def get_credential_cls() -> type[RecourseCredentials]:
        """Return what holds the keys."""
        return RecourseCredentials

    @classmethod
    def for_collab(cls, collab: object, credentials: RecourseCredentials | None = None) -> RecourseExchange:
        """Return the exchange with its keys."""
        held = credentials or RecourseCredentials.get(cls)
        client = StopNCIIAPI(
            held.subscription_key, held.fetch_function_key, base_url_override=held.base_url_override
        )
        return cls(collab, client)

    def fetch_iter(
        self,
        _supported_signal_types: Sequence[type[SignalType]],
        checkpoint: stock.StopNCIICheckpoint | None,
    ) -> Iterator[FetchDelta[tuple[str, str], stock.StopNCIISignalMetadata, stock.StopNCIICheckpoint]]:
        """Yield the pages; None for what is withdrawn, which takes it out."""
        start = StopNCIIAPI.DEFAULT_START_TIME if checkpoint is None else checkpoint.update_time
        for page in self.api.fetch_hashes_iter(start_timestamp=start):
            changes = {
                (PdqSignal.get_name(), record.hashValue): (
                    None if record.hashStatus in GONE else stock.StopNCIISignalMetadata(record.CSPFeedbacks)
                )
                for record in page.hashRecords
                if record.signalType.value == "ImagePDQ"
            }
            yield FetchDelta(changes, stock.StopNCIICheckpoint.from_stopncii_fetch(page))


TX_MANIFEST = ThreatExchangeExtensionManifest(apis=(RecourseExchange,))
