"""What a fetch can end in besides a page. One class per stable code, all in the one error tree.

Refuses: to say in a sentence or a code what was found behind an address; whoever submitted a link must not be
able to learn from an error what answers inside our own network.
"""

from __future__ import annotations

from recourse.base.core.errors import FetchRefusedError, OutsideError
from recourse.base.core.marking import gettext_noop


class BadUrlError(FetchRefusedError):
    """The address cannot be read, names a user, or has no host."""

    code = "bad_url"
    sentence = gettext_noop("This does not look like a web address.")


class SchemeRefusedError(FetchRefusedError):
    """The address is not http or https, or leads from https down to http."""

    code = "scheme_refused"


class DowngradeRefusedError(FetchRefusedError):
    """A redirect leads from https down to http."""

    code = "downgrade_refused"


class PortRefusedError(FetchRefusedError):
    """The address names a port other than 80 or 443."""

    code = "port_refused"


class AddressRefusedError(FetchRefusedError):
    """The name leads, or may lead, to a machine that is not public."""

    code = "address_refused"


class TooManyRedirectsError(FetchRefusedError):
    """The site sends us on and on."""

    code = "too_many_redirects"
    sentence = gettext_noop("This address sends every visitor on and on.")


class NotResolvedError(OutsideError):
    """The name has no address now."""

    code = "not_resolved"
    sentence = gettext_noop("There is no site of this name at the moment.")


class NoSuchNameError(NotResolvedError):
    """The name system says that the name does not exist, which is more than having no answer."""

    code = "no_such_name"


class NoAnswerError(OutsideError):
    """Nobody answered, or the answer was not HTTP."""

    code = "no_answer"
    sentence = gettext_noop("The site does not answer at the moment.")


class TooSlowError(OutsideError):
    """The whole fetch took longer than its limit."""

    code = "too_slow"
    sentence = gettext_noop("The site answers too slowly at the moment.")


class TooLargeError(OutsideError):
    """The header block alone is larger than we take."""

    code = "too_large"
    sentence = gettext_noop("The site sends more than we can take.")


class BadEncodingError(OutsideError):
    """The body is packed in a way we do not unpack, or is broken."""

    code = "bad_encoding"
    sentence = gettext_noop("The site sends something we cannot read.")


class TlsFailedError(OutsideError):
    """The certificate is not the site's, or no secure connection came about."""

    code = "tls_failed"
    sentence = gettext_noop("No secure connection to this site is possible at the moment.")
