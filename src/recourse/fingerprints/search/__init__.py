"""Exact search among 256-bit hashes: every stored hash within a Hamming distance of at most 31, and no other."""

from recourse.fingerprints.search.arguments import from_hex
from recourse.fingerprints.search.hits import Hits
from recourse.fingerprints.search.index import Index
from recourse.fingerprints.search.live import LiveIndex

__all__ = ["Hits", "Index", "LiveIndex", "from_hex"]
