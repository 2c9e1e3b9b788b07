"""The picture of a coach: read with limits, turned upright, cut square, and encoded anew, so that nothing of the file that was
sent is ever served: no metadata, no script, no second format in its tail.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST = 5 * 2**20  # bytes
MOST_PIXELS = 24_000_000
SIDE = 256  # pixels of what is kept
SMALLEST = 32
FORMATS = ("JPEG", "PNG", "WEBP")
CONTENT_TYPE = "image/webp"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
    "Content-Disposition": 'inline; filename="coach.webp"',
}

UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    ValueError,
    SyntaxError,
)


class PictureRefused(ValueError):
    """Says to the trainer why the picture cannot be taken."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    digest: str


def picture(content: bytes) -> Picture:
    """Raises PictureRefused."""
    if len(content) > LARGEST:
        raise PictureRefused(_("The picture may have %(mb)d MB.") % {"mb": LARGEST // 2**20})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            made = _encoded(content)
    except PictureRefused:
        raise
    except UNREADABLE:
        raise PictureRefused(_("This is not a picture that can be read. JPEG, PNG and WebP can.")) from None
    return Picture(made, hashlib.sha256(made).hexdigest())


def _encoded(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as found:
        if found.width * found.height > MOST_PIXELS:
            raise PictureRefused(_("The picture has too many pixels."))
        if min(found.size) < SMALLEST:
            raise PictureRefused(_("The picture is too small."))
        found.draft("RGB", (2 * SIDE, 2 * SIDE))
        upright = ImageOps.exif_transpose(found).convert("RGBA")
    paper = Image.new("RGBA", upright.size, "white")
    square = ImageOps.fit(Image.alpha_composite(paper, upright).convert("RGB"), (SIDE, SIDE))
    into = io.BytesIO()
    square.save(into, "WEBP", quality=84, method=4)
    return into.getvalue()
