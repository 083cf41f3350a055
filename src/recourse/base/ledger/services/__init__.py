"""The verbs of the ledger.

    record -> (queue) -> sequence -> (tree) -> publish -> (folder)      erase_disclosures      export

`record` and `erase_disclosures` belong in the caller's transaction. `publish`, `export` and `adopt` (for the day
after a restore) read or write files and must not be called in one.
"""

from recourse.base.ledger.selectors import proof_for
from recourse.base.ledger.services.adopting import adopt
from recourse.base.ledger.services.publishing import export, issue_checkpoint, publish
from recourse.base.ledger.services.recording import erase_disclosures, record
from recourse.base.ledger.services.sequencing import gather, sequence
from recourse.base.ledger.verification import Verification, verify_folder

__all__ = [
    "Verification",
    "adopt",
    "erase_disclosures",
    "export",
    "gather",
    "issue_checkpoint",
    "proof_for",
    "publish",
    "record",
    "sequence",
    "verify_folder",
]
