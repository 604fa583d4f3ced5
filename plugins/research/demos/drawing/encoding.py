"""From the images of a sheet to one file for the web."""

import io

import numpy as np
from PIL import Image

from .inference import Bytes
from .panels import Sheet

#: Greys are rounded to multiples of this, so that no pixel is off by more than 1 of 255: the file is
#: smaller by a quarter, and nobody sees it.
STEP = 3


def compose(sheet: Sheet) -> Bytes:
    """Return `sheet` as one image: (height, width) grey, or (height, width, channels) RGB or RGBA.

    The file has the pixels of the model. The style sheet inverts them where the page is light and the images
    are white on black.
    """
    rows, columns, channels, height, width = sheet.images.shape
    strips = sheet.images.transpose(0, 3, 1, 4, 2).reshape(rows, height, columns * width, channels)
    gap = np.zeros((sheet.gap, columns * width, channels), np.uint8)
    parts: list[Bytes] = []
    for row, strip in enumerate(strips):
        if row and sheet.group and row % sheet.group == 0:
            parts.append(gap)
        parts.append(strip)
    whole = np.concatenate(parts)
    return whole[:, :, 0] if channels == 1 else whole


def encode(image: Bytes) -> tuple[bytes, str]:
    """Return `image` as PNG or WebP, both lossless, whichever is smaller, and the suffix of its name."""
    stepped = Image.fromarray(np.rint(image / STEP).astype(np.uint8) * STEP)
    png, webp = io.BytesIO(), io.BytesIO()
    stepped.save(png, "PNG", optimize=True)
    # With the colors of transparent pixels, which the page has too.
    stepped.save(webp, "WEBP", lossless=True, quality=100, method=6, exact=True)
    return min((png.getvalue(), "png"), (webp.getvalue(), "webp"), key=lambda file: len(file[0]))
