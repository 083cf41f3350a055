"""Our own static files: named by their content, compressed, and leading to each other by those names.

Refuses: an import of a module that is not there; collecting the files fails then.
"""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class OwnFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """As whitenoise's, with the imports of JavaScript modules written anew; they would name files that are gone."""

    support_js_module_import_aggregation = True
