"""Which field names carry something about a person, so that one list decides what no log may hold.

A package names its own fields where it declares them: `personal("what_happened", "safe_contact")`.
Refuses: to un-name one; a name, once personal, stays so for the process.
"""

from __future__ import annotations

from typing import Final

# What any package may come across. Names are compared in lower case, with hyphens read as underscores.
PERSONAL_NAMES: Final[set[str]] = set(
    """
    address addresses answers authorization body canonical captured_text case_code contact cookie cookies e_mail
    email envelope filename full_name handle headers href html ip ip_address letter link links mail mailbox
    message_text og_title passcode password path phone place_url query query_string raw recipient_address referer
    referrer remote_addr safe_contact secret sender session session_key story subject text title token uri url
    urls user_agent username verbatim what_happened words
    """.split()  # noqa: SIM905 - read and kept in order more easily than a list of strings
)


def normalised(name: str) -> str:
    """Return a field name as it is compared."""
    return name.lower().replace("-", "_")


def personal(*names: str) -> None:
    """Register field names whose values never reach a log."""
    PERSONAL_NAMES.update(normalised(name) for name in names)


def is_personal(name: str) -> bool:
    """Say whether values of this name are kept out of logs."""
    return normalised(name) in PERSONAL_NAMES
