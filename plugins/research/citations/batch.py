"""All posts of a site: the one place that holds the library and the styles while they are cited."""

from collections.abc import Sequence
from itertools import groupby

from ..documents import Document
from ..faults import Fault
from ..settings import Settings
from .author_date import AuthorDate
from .library import Library
from .resolve import places, resolve, unknown_keys


def cite(documents: Sequence[Document], settings: Settings) -> tuple[list[Document], list[Fault]]:
    """Set the citations in `documents` and add a reference list to each that is not a summary.

    Documents of one source that follow on each other are one post. The library is read when the
    first citation is met.
    """
    published: list[Document] = []
    faults: list[Fault] = []
    library: Library | None = None
    styles: dict[str, AuthorDate] = {}
    for _, group in groupby(documents, key=lambda document: document.source):
        post = [places(document) for document in group]
        if not any(found for _, found in post):
            published += (document for document, _ in post)
            continue
        if library is None:
            library = Library(settings.references)
        language = post[0][0].language
        if language not in styles:
            styles[language] = AuthorDate(language)
        published += resolve(post, library, styles[language])
        if library:  # where there is no library at all, that is the fault, and not each key
            faults += (fault for document, found in post for fault in unknown_keys(document, found, library))
    return published, faults + (library.faults if library is not None else [])
