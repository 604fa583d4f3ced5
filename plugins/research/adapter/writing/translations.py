"""The words of a theme in the language of each page: gettext, where a theme brings ``translations/``.

Templates mark them by ``_("…")`` and ``{% trans %}``, as themes for i18n_subsites do. A page speaks the
language of its article, any other page that of the site.
"""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

EXTENSION = "jinja2.ext.InternationalizationExtension"
DOMAIN, FOLDER = "messages", "translations"


def install(generator: Any) -> None:
    """Let the templates of `generator` mark and find their words, unless i18n_subsites has seen to that."""
    if EXTENSION in generator.env.extensions and "I18N_SUBSITES" in generator.settings:
        return
    generator.env.add_extension(EXTENSION)
    folder = Path(generator.theme) / FOLDER
    find = _finder(folder)

    @pass_context
    def one(context: Context, text: str, /, **variables: Any) -> str:
        found = find(_language(context)).gettext(text)
        return found % variables if variables else found

    @pass_context
    def several(context: Context, singular: str, plural: str, num: int, /, **variables: Any) -> str:
        found = find(_language(context)).ngettext(singular, plural, num)
        return found % {"num": num, **variables}

    # As `install_gettext_callables` does for the new style, in one call where that takes three.
    generator.env.globals.update(_=one, gettext=one, ngettext=several)


def _finder(folder: Path) -> Callable[[str], gettext.NullTranslations]:
    @cache
    def find(language: str) -> gettext.NullTranslations:
        tag = language.replace("-", "_")
        return gettext.translation(DOMAIN, folder, [tag, tag.partition("_")[0]], fallback=True)

    return find


def _language(context: Context) -> str:
    content = context.get("article") or context.get("page")
    return str(getattr(content, "lang", None) or context.get("DEFAULT_LANG") or "en")
