"""What a blog may set of its notes."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from ..core.settings import SettingsBase


@dataclass(frozen=True)
class Settings(SettingsBase):
    """The keys of ``RESEARCH`` that notes own."""

    #: Whether footnotes stand in the margin; the front matter of a post may say ``Notes: margin`` or ``end``.
    margin_notes: Annotated[bool, Meta(description="True or False")] = False
