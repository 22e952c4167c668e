import logging
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from lib.uploads import ABOUT_FILES, clean_name, without_metadata
from records.models import Attachment

logger = logging.getLogger(__name__)


def attach(message: Any, uploads: Sequence[UploadedFile[bytes]]) -> None:
    """Keep the files of a message, or of what is to be one. When one cannot be kept (disk full, bucket away,
    photograph damaged), none is."""
    kept: list[Attachment] = []
    try:
        for upload in uploads:
            content = without_metadata(upload)
            attachment = message.attachment_model()(
                message=message, name=clean_name(content.name or ""), size=content.size
            )
            attachment.file.save(attachment.name, content, save=False)
            kept.append(attachment)
            attachment.save()
    except Exception as error:
        _take_back(kept)
        if isinstance(error, OSError):
            logger.exception("Files of a message could not be saved")
            words = _("The files could not be saved. Please try again later.")
            raise ValidationError(words, ABOUT_FILES) from error
        raise


def _take_back(kept: Sequence[Attachment]) -> None:
    """What a bucket that has gone away meanwhile keeps is named in the log, for somebody to remove."""
    for attachment in kept:
        name = attachment.file.name
        try:
            attachment.file.delete(save=False)
        except OSError:
            logger.exception("A file without a row stays behind: %s", name)
