"""What each picture of a data set becomes: its size, its colours."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

    from . import Bytes


@dataclass(frozen=True)
class Frame:
    """Cuts pictures to one shape, around the middle, and resizes them."""

    #: Both divisible by 4, for a convolutional decoder.
    height: int = 32
    width: int = 32
    #: Three colours, red, green and blue; otherwise grey levels.
    colours: bool = True
    #: Light and dark turned round: models and figures take dark for the ground and light for the ink.
    negative: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width."""
        return 3 if self.colours else 1, self.height, self.width

    def __call__(self, picture: "Image") -> "Bytes":
        """Return `picture` in this frame, (C, H, W); what is transparent becomes the ground."""
        import numpy
        from PIL import Image, ImageOps

        # Where a camera was held on its side, EXIF says so.
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white" if self.negative else "black")
        flat = Image.alpha_composite(paper, upright).convert("RGB" if self.colours else "L")
        fitted = ImageOps.fit(flat, (self.width, self.height), Image.Resampling.LANCZOS)
        pixels = numpy.asarray(ImageOps.invert(fitted) if self.negative else fitted)
        return pixels.reshape(self.height, self.width, -1).transpose(2, 0, 1)

    def settings(self) -> dict[str, Any]:
        """Return what decides."""
        return {"shape": list(self.shape), "negative": self.negative}
