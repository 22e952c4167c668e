"""Files in an S3 bucket. One that does not answer is an outage, told within seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from lib.outages import Rest, StorageError

ATTEMPTS = 2
RETRIES = {"mode": "standard", "total_max_attempts": ATTEMPTS}
PATIENCE = Config(connect_timeout=2, read_timeout=4, retries=RETRIES)
"""Seconds, for each attempt; what hangs is told within fifteen."""
IN_MEMORY = 2 * 1024 * 1024
"""Bytes of a file on its way to somebody; a larger one goes through the folder for temporary files."""
IN_ONE_PIECE = 64 * 1024 * 1024
"""Bytes, more than any file has: what breaks off while it is sent in parts leaves parts behind, which
cost."""
BUCKET = Rest("The bucket for files")


class BucketStorage(S3Storage):  # type: ignore[misc]
    """A private bucket. Whatever goes wrong there is StorageError, but for a file that is not there.

    While it does not answer, nobody waits for it: a page with ten pictures would otherwise hold ten threads.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._connections = SimpleNamespace()  # one for all threads: a client is safe to share

    def get_default_settings(self) -> dict[str, Any]:
        attempts, whole = {"num_download_attempts": ATTEMPTS}, {"multipart_threshold": IN_ONE_PIECE}
        return {
            **super().get_default_settings(),
            "client_config": PATIENCE,
            "default_acl": "private",
            "max_memory_size": IN_MEMORY,
            "transfer_config": TransferConfig(**attempts, **whole, use_threads=False),
        }

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        """Fetched whole at once, before the answer's head is sent."""
        with asked():
            return super()._open(name, mode).open()  # type: ignore[no-any-return]

    def _save(self, name: str, content: "File[Any]") -> str:
        with asked():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with asked():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with asked():
            return bool(super().exists(name))


@contextmanager
def asked() -> Iterator[None]:
    """Around each question to the bucket."""
    if BUCKET.is_on():
        raise StorageError(f"{BUCKET.service} did not answer a moment ago.")
    try:
        yield
    except ClientError as error:  # it answers, and refuses
        raise StorageError(f"{BUCKET.service}: {error}") from error
    except (BotoCoreError, Boto3Error) as error:
        BUCKET.begin(error)
        raise StorageError(f"{BUCKET.service}: {error}") from error
    BUCKET.end()
