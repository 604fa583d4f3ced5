"""Makes images of one shape: depth, orientation, transparency, crop, size, color and polarity."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ModelError
from .specs import FolderData, ModuleData

if TYPE_CHECKING:
    from PIL.Image import Image

    from .source import Bytes

#: Modes of Pillow whose values are no bytes, and the largest value that a file of that mode can have.
DEEP = {"I;16": 65535, "I;16B": 65535, "I;16L": 65535, "I;16N": 65535, "I": None, "F": None}
#: Largest values of cameras and scanners that store 10, 12 or 14 bits as 16.
SHALLOW = (1023, 4095, 16383)


@dataclass(frozen=True)
class Frame:
    """Crops images to the center, resizes them, and converts them to bytes."""

    height: int
    width: int
    color: bool
    #: Whether light and dark are exchanged.
    inverted: bool
    #: The values of black and of white in images whose values are no bytes.
    value_range: tuple[float, float] | None = None

    @classmethod
    def of(cls, spec: FolderData | ModuleData) -> "Frame":
        """Return the frame that the table of a data set describes."""
        return cls(*spec.size, spec.color, spec.polarity == "dark-ink", spec.value_range)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        return 3 if self.color else 1, self.height, self.width

    def __call__(self, image: "Image") -> "Bytes":
        """Return `image` in this frame, (C, H, W).

        Raises `ModelError` if its values are no bytes and their range is not known.
        """
        import numpy
        from PIL import Image, ImageOps

        # Cameras that were turned say so in EXIF.
        upright = ImageOps.exif_transpose(self.as_bytes(image)).convert("RGBA")
        background = Image.new("RGBA", upright.size, "white" if self.inverted else "black")
        flat = Image.alpha_composite(background, upright).convert("RGB" if self.color else "L")
        fitted = ImageOps.fit(flat, (self.width, self.height), Image.Resampling.LANCZOS)
        pixels = numpy.asarray(ImageOps.invert(fitted) if self.inverted else fitted)
        return pixels.reshape(self.height, self.width, -1).transpose(2, 0, 1)

    def as_bytes(self, image: "Image") -> "Image":
        """Return `image` with values from 0 to 255."""
        import numpy
        from PIL import Image

        if image.mode not in DEEP:
            return image
        pixels = numpy.asarray(image).astype(numpy.float64)
        most = DEEP[image.mode] or 65535
        default = (0.0, 1.0) if image.mode == "F" else (0.0, float(most))
        if image.mode != "F" and self.value_range is None and pixels.max() <= max(SHALLOW):
            raise ModelError(
                f"has more than 8 bits per value, and its largest value is {pixels.max():g}; write "
                f"value_range = [0, {next(each for each in SHALLOW if pixels.max() <= each)}], or whatever "
                "its values of black and of white are"
            )
        return Image.fromarray(scaled(pixels, self.value_range or default))


def scaled(values: Any, limits: tuple[float, float]) -> "Bytes":
    """Return numbers that lie within `limits` as bytes; raise `ModelError` if some do not."""
    import numpy

    low, high = limits
    least, most = float(numpy.min(values)), float(numpy.max(values))
    if not (numpy.isfinite([least, most]).all() and min(low, high) <= least <= most <= max(low, high)):
        raise ModelError(
            f"has values from {least:g} to {most:g}, where {low:g} is black and {high:g} is white; write "
            "value_range = [black, white] with values that include them, or undo a normalization"
        )
    return ((numpy.asarray(values, numpy.float64) - low) / (high - low) * 255).round().astype(numpy.uint8)
