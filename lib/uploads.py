"""Files that people send: what is accepted, under which name it is kept, and how it is given back."""

import codecs
import logging
import os
import re
import tempfile
import threading
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import puremagic
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from lib.outages import StorageError
from lib.pictures import png_without_metadata, webp_without_metadata
from lib.widgets import Files

logger = logging.getLogger(__name__)

IMAGES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
DOCUMENTS = {
    "pdf": "application/pdf",
    "zip": "application/zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "mp4": "video/mp4",
}
TEXTS = {
    "txt": "text/plain; charset=utf-8",
    "log": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "eml": "message/rfc822",
}
CONTENT_TYPES = IMAGES | DOCUMENTS | TEXTS
"""Accepted extensions and the type each is served as. Nothing that a browser would run is among them."""

MAGIC_ALIASES = {"jpg": {"jpg", "jpeg", "jfif"}, "jpeg": {"jpg", "jpeg", "jfif"}}
MAX_PIXELS = 50_000_000
"""Of a photograph, which is decoded here: about 150 MB of memory."""
NAME_LIMIT, EXTENSION_LIMIT = 150, 20
_NOT_KEPT = re.compile(r'[<>:"/\\|?*]')
"""What some system does not allow in a name."""
THUMBNAIL = (384, 288)
"""Width and height within which a picture is shown in a conversation, in pixels."""
ABOUT_FILES = "uploads"
"""The code of an error that is found after the form was checked, and belongs beside its field for files."""
WITHOUT_METADATA = {"png": png_without_metadata, "webp": webp_without_metadata}


def extension_of(name: str) -> str:
    return Path(name).suffix.lower().lstrip(".")


def validate_upload(upload: UploadedFile[bytes]) -> None:
    """Refuse a file that is too large, of a kind we do not take, or not what its name says."""
    name = clean_name(upload.name or "")
    extension = extension_of(name)
    if extension not in CONTENT_TYPES:
        raise ValidationError(
            _("%(name)s cannot be sent. You can send pictures, PDFs, text files, and office documents.")
            % {"name": name}
        )
    if not upload.size:
        raise ValidationError(_("%(name)s is empty.") % {"name": name})
    if upload.size > settings.UPLOAD_MAX_BYTES:
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        raise ValidationError(
            _("%(name)s is too large. The maximum file size is %(limit)s.") % {"name": name, "limit": limit}
        )
    upload.seek(0)
    head = upload.read(8192)
    upload.seek(0)
    if not _looks_like(extension, head):
        raise ValidationError(
            _("%(name)s is not a valid .%(extension)s file.") % {"name": name, "extension": extension}
        )
    if extension in ("jpg", "jpeg") and _pixels(upload) > MAX_PIXELS:
        raise ValidationError(
            _("%(name)s has too many pixels. Please send a smaller version.") % {"name": name}
        )


def _pixels(upload: UploadedFile[bytes]) -> int:
    """As the head of a photograph says, without decoding it; 0 when it says nothing."""
    try:
        with Image.open(upload, formats=["JPEG"]) as photograph:
            return photograph.width * photograph.height
    except Image.DecompressionBombError:
        return MAX_PIXELS + 1
    except (UnidentifiedImageError, OSError, ValueError):
        return 0
    finally:
        upload.seek(0)


def _looks_like(extension: str, head: bytes) -> bool:
    found = _kinds_of(head)
    if extension in TEXTS:
        is_text = b"\x00" not in head or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return is_text and not found & (IMAGES | DOCUMENTS).keys()
    return bool(found & MAGIC_ALIASES.get(extension, {extension}))


def _kinds_of(head: bytes) -> set[str]:
    try:
        return {match.extension.lstrip(".") for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()


def extension_by_content(content: bytes) -> str:
    """With its dot, of a file whose name tells nothing; empty where the content tells nothing either."""
    found = _kinds_of(content[:8192]) & (IMAGES | DOCUMENTS).keys()
    kind = "zip" if "zip" in found else min(found, default="")
    return f".{kind}" if kind else ""


def clean_name(name: str) -> str:
    """The file's own name without folders, control characters and direction marks, shortened, extension kept.

    What some system does not allow goes too; what is nothing without it is called "file".
    """
    visible = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())
    path = Path("_" + " ".join(_NOT_KEPT.sub("", visible).split()).rstrip(". "))
    stem, suffix = path.stem[1:].strip(". ") or "file", path.suffix[:EXTENSION_LIMIT]
    return stem[: NAME_LIMIT - len(suffix)] + suffix


_decoding = threading.Lock()
"""One photograph at a time: each takes some hundred megabytes while it is decoded."""


def without_metadata(upload: UploadedFile[bytes]) -> "File[bytes]":
    """The upload as it is kept: pictures lose their metadata (place, camera, owner), photographs are turned
    upright first."""
    extension = extension_of(clean_name(upload.name or ""))
    if extension not in ("jpg", "jpeg", *WITHOUT_METADATA):
        return upload
    try:
        if without := WITHOUT_METADATA.get(extension):
            return ContentFile(without(upload.read()), name=upload.name)
        with _decoding, Image.open(upload, formats=["JPEG"]) as photograph:
            return ContentFile(_rewritten(photograph), name=upload.name)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        words = _("%(name)s is damaged and cannot be opened.") % {"name": upload.name}
        raise ValidationError(words, ABOUT_FILES) from error


def _rewritten(photograph: Image.Image) -> bytes:
    ImageOps.exif_transpose(photograph, in_place=True)
    upright = photograph if photograph.mode in ("RGB", "L") else photograph.convert("RGB")
    kept = BytesIO()
    upright.info = {}
    upright.save(kept, "JPEG", quality=88, exif=b"")
    return kept.getvalue()


def opaque_path(instance: Any, name: str) -> str:
    """Where a file is kept: a random name in one of 256 folders; nothing of the customer's name."""
    key = uuid.uuid4().hex
    return f"{key[:2]}/{key}.{extension_of(name)}"


SEALED = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def is_picture(name: str) -> bool:
    return extension_of(name) in IMAGES


def opened_or_404(file: FieldFile) -> "File[bytes]":
    """For giving it out. That a stored file is gone is for the log; who asks for it finds nothing."""
    try:
        return file.open("rb")
    except FileNotFoundError as error:
        logger.exception("A stored file is gone: %s", file.name)
        raise Http404 from error


def file_response(file: FieldFile, name: str) -> FileResponse:
    """A stored file. Images open in the browser, everything else is saved; no content can act as the
    portal."""
    extension = extension_of(name)
    response = FileResponse(
        opened_or_404(file),
        as_attachment=extension not in IMAGES,
        filename=name,
        content_type=CONTENT_TYPES.get(extension, "application/octet-stream"),
    )
    for header, value in SEALED.items():
        response[header] = value
    return response


def thumbnail_response(file: FieldFile, name: str) -> HttpResponse | FileResponse:
    """A small copy of a picture, as it is shown in a conversation; the picture itself where none can be
    made."""
    try:
        with (
            _decoding,
            file.open("rb") as content,
            Image.open(content, formats=["JPEG", "PNG", "GIF", "WEBP"]) as picture,
        ):
            small = _small(picture)
    except StorageError:
        raise
    except (OSError, ValueError, Image.DecompressionBombError):
        return file_response(file, name)
    return HttpResponse(small, content_type="image/webp", headers=SEALED)


def _small(picture: Image.Image) -> bytes:
    if picture.width * picture.height > MAX_PIXELS:
        raise ValueError("Too large to be decoded here.")
    picture.draft("RGB", THUMBNAIL)
    kept = BytesIO()
    small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    small.thumbnail(THUMBNAIL)
    small.save(kept, "WEBP", quality=80)
    return kept.getvalue()


class PrivateFileStorage(FileSystemStorage):
    """Files outside every web root. A file appears under its name only when all of it is on the disk."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700, **options})

    def _save(self, name: str, content: "File[Any]") -> str:
        target = Path(self.path(name))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=".unfinished-")
        try:
            with os.fdopen(handle, "wb") as kept:
                for chunk in content.chunks():
                    kept.write(chunk)
                kept.flush()
                os.fsync(kept.fileno())
            Path(unfinished).rename(target)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        return name

    def url(self, name: str | None) -> str:
        raise NotImplementedError(
            "Private files have no address of their own; a view serves them after the record gate."
        )


class UploadsField(forms.FileField):
    """Several files of accepted kinds; cleans to a list of uploads. Every file that is refused is named."""

    widget = Files

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"required": False, "allow_empty_file": True, **options}
        )  # validate_upload names what is empty
        self.widget.attrs["accept"] = ",".join(f".{extension}" for extension in CONTENT_TYPES)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        uploads = [super(UploadsField, self).clean(one, initial) for one in data or []]
        if len(uploads) > settings.UPLOAD_MAX_FILES:
            raise ValidationError(
                _("You can send at most %(limit)d files at once.") % {"limit": settings.UPLOAD_MAX_FILES}
            )
        errors = [message for upload in uploads for message in _errors_of(upload)]
        if errors:
            raise ValidationError(errors)
        return uploads


def _errors_of(upload: UploadedFile[bytes]) -> list[str]:
    try:
        validate_upload(upload)
    except ValidationError as error:
        return error.messages
    return []
