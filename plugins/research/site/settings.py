"""What a blog may set of the site as a whole."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from ..core.lazy import lazy_pattern
from ..core.settings import SettingsBase
from ..core.validation import SettingsError, shown

ORCID = lazy_pattern(r"(?:https://orcid\.org/)?(?P<digits>\d{4}-\d{4}-\d{4}-\d{3}[\dX])")


@dataclass(frozen=True)
class AuthorSettings:
    """Who an author is."""

    orcid: str = ""
    affiliations: tuple[str, ...] = ()
    #: Of a page about the author.
    url: str = ""
    #: Whether it is an organization, whose name has no parts.
    organization: bool = False

    @property
    def orcid_url(self) -> str:
        """The address of the author's record at ORCID; empty where there is none."""
        found = ORCID.fullmatch(self.orcid)
        return f"https://orcid.org/{found['digits']}" if found else ""


Authors = Annotated[
    dict[str, AuthorSettings],
    Meta(
        description="a dictionary of authors, each with a dictionary of orcid, affiliations, url and "
        "organization, such as {'Ada Lovelace': {'affiliations': ['University of London']}}"
    ),
]


@dataclass(frozen=True)
class Settings(SettingsBase):
    """The keys of ``RESEARCH`` that the site owns."""

    #: Whether the head of an article says what it is cited by, for search engines and reference managers.
    head_metadata: Annotated[bool, Meta(description="True or False")] = True
    #: Whether an article ends with its own record, for readers to cite it by.
    cite_this_post: Annotated[bool, Meta(description="True or False")] = False
    #: Whether links within a page show what they lead to, when they are pointed at.
    previews: Annotated[bool, Meta(description="True or False")] = True
    #: Whether an article with a figure has an image of it and its title, for those who share it.
    social_cards: Annotated[bool, Meta(description="True or False")] = True
    #: Where the feed of all posts is published as JSON Feed as well; nowhere if empty.
    json_feed: Annotated[str, Meta(description="the address of a file, such as 'feeds/all.json'")] = ""
    #: Whether Pagefind indexes the site, for a page of the theme to search it.
    search: Annotated[bool, Meta(description="True or False")] = False
    #: Files of fonts, which are cut down to the characters of the blog and linked by all pages.
    text_faces: Annotated[
        tuple[Path, ...], Meta(description="a list of the paths of fonts, such as ['fonts/serif.woff2']")
    ] = ()
    #: Who the authors of the blog are, by their names.
    authors: Authors = field(default_factory=dict)

    def validate(self) -> None:
        """Raise `SettingsError` for an ORCID iD that is none."""
        super().validate()
        for name, author in self.authors.items():
            if author.orcid and not is_orcid(author.orcid):
                setting = f"RESEARCH['authors'][{name!r}]['orcid']"
                raise SettingsError(
                    f"{setting} is {shown(author.orcid)}: write an ORCID iD, 0000-0002-1825-0097"
                )


def is_orcid(text: str) -> bool:
    """Return whether `text` is an ORCID iD whose check digit is right (ISO 7064, MOD 11-2)."""
    found = ORCID.fullmatch(text)
    if not found:
        return False
    digits = found["digits"].replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == digits[-1]
