"""Logos: an uploaded file becomes images that are safe to publish, kept in the tenant's own folder."""

import struct
import zlib
from io import BytesIO
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps

from .domain import LOGO_MAX_BYTES, LOGO_MAX_PIXELS
from .errors import LogoNotAnImage, LogoTooLarge, LogoTooManyPixels

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MARK_SIDE, LOGO_SIDE, MAIL_SIDE = 128, 512, 256
CONTENT_TYPES: Final = {"mark.webp": "image/webp", "logo.webp": "image/webp", "logo.png": "image/png"}
# What Pillow's decoders raise on files that are damaged or made to hurt.
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def read_logo(upload: UploadedFile) -> Image.Image:
    """Decode an uploaded logo, whatever its name and declared type say.

    The size in pixels is read from the header before any pixel is decoded. Only the first frame of an animation counts.
    Raises LogoTooLarge, LogoTooManyPixels, LogoNotAnImage.
    """
    if (upload.size or 0) > LOGO_MAX_BYTES:
        raise LogoTooLarge(megabytes=LOGO_MAX_BYTES // 1024**2)
    try:
        upload.seek(0)
        with Image.open(upload, formats=FORMATS) as image:
            if max(image.size) > LOGO_MAX_PIXELS:
                raise LogoTooManyPixels(pixels=LOGO_MAX_PIXELS)
            image.load()
            upright = ImageOps.exif_transpose(image)
            return upright.convert("RGBA")
    except BOMBS as error:
        raise LogoTooManyPixels(pixels=LOGO_MAX_PIXELS) from error
    except UNREADABLE as error:
        raise LogoNotAnImage from error


def store_logo(image: Image.Image, *, key: str) -> None:
    """Write the three sizes. They are encoded anew from pixels, so no metadata or trailing data survives."""
    fitted = _shrink(image, LOGO_SIDE)
    small = _shrink(image, MARK_SIDE)
    mark = Image.new("RGBA", (MARK_SIDE, MARK_SIDE), (0, 0, 0, 0))
    mark.paste(small, ((MARK_SIDE - small.width) // 2, (MARK_SIDE - small.height) // 2))
    _save(mark, key=key, name="mark.webp", kind="WEBP")
    _save(fitted, key=key, name="logo.webp", kind="WEBP")
    _save(_shrink(image, MAIL_SIDE), key=key, name="logo.png", kind="PNG")


def delete_logo(*, key: str) -> None:
    """Remove the images of a key; those that are gone already do no harm."""
    for name in CONTENT_TYPES:
        default_storage.delete(_path(key, name))


def open_logo(*, key: str, name: str) -> bytes | None:
    """Return the content of one stored image, or None."""
    try:
        with default_storage.open(_path(key, name)) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None


def _path(key: str, name: str) -> str:
    return f"branding/{key}/{name}"


def _shrink(image: Image.Image, side: int) -> Image.Image:
    copy = image.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def _save(image: Image.Image, *, key: str, name: str, kind: str) -> None:
    # A new image without `info`: EXIF, color profiles and text chunks stay behind.
    clean = Image.new("RGBA", image.size)
    clean.paste(image)
    buffer = BytesIO()
    clean.save(buffer, kind, **({"quality": 88, "method": 4} if kind == "WEBP" else {"optimize": True}))
    default_storage.save(_path(key, name), ContentFile(buffer.getvalue()))
