"""Refuse generated C that does more than compute: a second defence behind ``strings``."""

import re

from ....core.lazy import lazy_pattern
from .. import RefusedError

#: Headers of the C library that emx-onnx-cgen includes.
HEADERS = "assert ctype errno float inttypes limits math stdbool stddef stdint stdio stdlib string"
#: What may follow a number sign: a directive that reads no file and says nothing to the compiler but how
#: to unroll a loop.
DIRECTIVE = lazy_pattern(
    rf"include <(?:{HEADERS.replace(' ', '|')})\.h>$|(?:define|undef|ifdef|ifndef|if|elif|else|endif)\b"
    r"|pragma clang loop unroll\(full\)$"
)
#: Assembly, directives in disguise, and other spellings of a number sign.
FORBIDDEN = lazy_pattern(
    r"\b(?:_Pragma|asm|__asm|__asm__|__has_include\w*|__has_embed|__FILE__|__BASE_FILE__|__INCLUDE_LEVEL__)\b"
    r"|__attribute__(?! *\(\(unused\)\))|\.incbin|\?\?[=/'()!<>-]|%:"
)


def check(text: str) -> None:
    """Raise `RefusedError` for C that reads a file, holds assembly or hides a directive.

    Comments are looked at as well: where one ends is known only to who reads C.
    """
    joined = re.sub(r"\\[ \t]*\r?\n", "", text)
    if found := FORBIDDEN.search(joined):
        raise RefusedError(f"the C of the graph holds {found[0]!r}")
    for found in re.finditer(r"#[ \t]*([^\r\n]*)", joined):
        if not DIRECTIVE.match(found[1].rstrip()):
            raise RefusedError("the C of the graph holds a directive that was not expected")
