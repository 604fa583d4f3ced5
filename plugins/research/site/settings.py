"""What a blog may set of the site as a whole."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from ..core.settings import SettingsBase


@dataclass(frozen=True)
class Settings(SettingsBase):
    """The keys of ``RESEARCH`` that the site owns."""

    #: Whether an article ends with its own record, for readers to cite it by.
    cite_this_post: Annotated[bool, Meta(description="True or False")] = False
