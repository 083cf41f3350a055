"""Object stores that speak S3, through `recourse[s3]`.

Where the store is and who we are come from where every program of its kind looks: `AWS_ENDPOINT_URL_S3`,
`AWS_ACCESS_KEY_ID`, `~/.aws`, the machine's role.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Iterator
from importlib import import_module
from typing import IO, Any, Final

from recourse.operations.scanning.errors import BadSourceError, MissingExtraError, StoreError

SCHEME: Final = "s3://"


class Store:
    """A connection, shared by threads.

    Raises:
        MissingExtraError: `recourse[s3]` is not installed.
    """

    def __init__(self) -> None:
        try:
            self._client, self._failures = _connected()
        except ImportError as error:
            raise MissingExtraError("What reads s3:// is not installed: install recourse[s3].") from error

    def names(self, address: str) -> Iterator[str]:
        """List the objects below `s3://bucket/prefix`, a thousand a request.

        Raises:
            BadSourceError: the address names no bucket.
            StoreError: the store refuses.
        """
        bucket, prefix = _parts(address)
        if not bucket:
            raise BadSourceError("Name a bucket: s3://bucket or s3://bucket/beginning")
        try:
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for one in page.get("Contents", ()):
                    if not one["Key"].endswith("/"):  # a folder, as some programs make them
                        yield f"{SCHEME}{bucket}/{one['Key']}"
        except self._failures as error:
            raise StoreError(f"The store does not list {bucket}: {_reason(error)}") from error

    def fetch(self, name: str) -> IO[bytes]:
        """Bring an object into a nameless file, to be closed by the caller.

        Raises:
            StoreError: it cannot be had.
            OSError: there is no room for it.
        """
        bucket, key = _parts(name)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        try:
            with self._client.get_object(Bucket=bucket, Key=key)["Body"] as body:
                shutil.copyfileobj(body, file)
        except self._failures as error:
            file.close()
            raise StoreError(_reason(error)) from error
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file


@functools.cache
def _connected() -> tuple[Any, tuple[type[Exception], ...]]:
    config = import_module("botocore.config").Config(retries={"mode": "standard", "total_max_attempts": 5})
    failures = import_module("botocore.exceptions")
    client = import_module("boto3").client("s3", config=config)
    return client, (failures.ClientError, failures.BotoCoreError)


def _parts(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix(SCHEME).partition("/")
    return bucket, key


def _reason(error: Exception) -> str:
    """Return what the store calls its refusal; never its text, which may quote a key."""
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code") or type(error).__name__)
