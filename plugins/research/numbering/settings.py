"""What a blog may set of its numbers and references."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from ..core.settings import SettingsBase
from ..core.validation import SettingsError, shown


@dataclass(frozen=True)
class KindSettings:
    """How one kind is counted and called; what is left empty is as the language of the post has it."""

    name: str = ""
    plural: str = ""
    #: The first number.
    start: int = 1
    #: Of the number itself, such as ``S%s``; of captions, such as ``Figure %s:``; of references, ``Fig. %s``.
    number: str = "%s"
    caption: str = ""
    reference: str = ""


Kinds = Annotated[
    dict[str, str | KindSettings],
    Meta(
        description="a dictionary of prefixes of ids, each with the name of its kind or a dictionary of "
        "name, plural, start, number, caption and reference, such as {'vid': 'Video'}"
    ),
]


@dataclass(frozen=True)
class Settings(SettingsBase):
    """The keys of ``RESEARCH`` that numbering owns."""

    #: Kinds of the blog's own, and what it changes of ours.
    kinds: Kinds = field(default_factory=dict)
    #: Whether headings are numbered; the front matter of a post may say ``Numbering: sections`` or ``none``.
    number_sections: Annotated[bool, Meta(description="True or False")] = False
    #: What theorems share their counter with.
    number_theorems: Annotated[
        Literal["together", "kind", "section"],
        Meta(description="'together', 'kind' or 'section'"),
    ] = "together"

    def validate(self) -> None:
        """Raise `SettingsError` for a pattern without its number."""
        super().validate()
        for prefix, kind in self.kinds.items():
            for name in ("number", "caption", "reference"):
                check_pattern(f"RESEARCH['kinds'][{prefix!r}][{name!r}]", kind, name)

    def of_kind(self, prefix: str) -> KindSettings:
        """Return what the blog says of the kind that has the `prefix`."""
        given = self.kinds.get(prefix, "")
        return KindSettings(name=given) if isinstance(given, str) else given


def check_pattern(setting: str, kind: str | KindSettings, name: str) -> None:
    """Raise `SettingsError` where the pattern `name` of a `kind` has no place for a number."""
    pattern = "" if isinstance(kind, str) else getattr(kind, name)
    if pattern and pattern.count("%s") != 1:
        raise SettingsError(f"{setting} is {shown(pattern)}: write %s once, where the number goes")
