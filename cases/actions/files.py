from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cases.models import Attachment, CaseMessage
from portal.lib.uploads import clean_name, without_metadata


def attach(message: CaseMessage, uploads: Sequence[UploadedFile[bytes]]) -> None:
    """Keep the files. When one cannot be kept (the disk is full, a photograph is damaged), none is and nothing stays."""
    kept: list[Attachment] = []
    try:
        for upload in uploads:
            content = without_metadata(upload)
            attachment = Attachment(message=message, name=clean_name(upload.name or ""), size=content.size)
            attachment.file.save(attachment.name, content, save=False)
            kept.append(attachment)
            attachment.save()
    except Exception as error:
        for attachment in kept:
            attachment.file.delete(save=False)
        if isinstance(error, OSError):
            raise ValidationError(_("The files could not be saved. Please try again later.")) from error
        raise
