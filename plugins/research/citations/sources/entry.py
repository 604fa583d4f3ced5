"""An entry of a bibliography that can be cited, and the form of its key."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: The type of an entry that is there to be inherited from.
XDATA = "xdata"


@dataclass(frozen=True, eq=False)
class Entry:
    """An entry that can be cited; the same entry is the same object throughout a build."""

    key: str
    #: Its data, as an item of CSL-JSON whose texts are HTML (see `items`).
    item: Mapping[str, Any]


def normal(key: str) -> str:
    """Return `key` in the form in which keys are compared, whichever way its accents are written."""
    return unicodedata.normalize("NFC", key)
