"""Names of languages in .bib files → tags of BCP 47, as in CSL."""

from ....core.lazy import lazy_pattern

#: The names that babel and BibLaTeX give to languages (BibLaTeX manual, table 2).
TAGS = {
    name: tag
    for tag, names in {
        "ar": "arabic",
        "bg-BG": "bulgarian",
        "ca-AD": "catalan",
        "cs-CZ": "czech",
        "da-DK": "danish",
        "de-AT": "austrian naustrian",
        "de-CH": "swissgerman nswissgerman",
        "de-DE": "german ngerman",
        "el-GR": "greek",
        "en-AU": "australian",
        "en-CA": "canadian",
        "en-GB": "british ukenglish",
        "en-NZ": "newzealand",
        "en-US": "american english usenglish",
        "es-ES": "spanish",
        "et-EE": "estonian",
        "eu": "basque",
        "fi-FI": "finnish",
        "fr-CA": "canadien",
        "fr-FR": "acadian francais french",
        "gl-ES": "galician",
        "he-IL": "hebrew",
        "hr-HR": "croatian",
        "hu-HU": "hungarian magyar",
        "is-IS": "icelandic",
        "it-IT": "italian",
        "ja-JP": "japanese",
        "ko-KR": "korean",
        "la": "latin",
        "lt-LT": "lithuanian",
        "lv-LV": "latvian",
        "nb-NO": "norsk norwegian",
        "nl-NL": "dutch",
        "nn-NO": "nynorsk",
        "pl-PL": "polish",
        "pt-BR": "brazil brazilian",
        "pt-PT": "portuges portuguese",
        "ro-RO": "romanian",
        "ru-RU": "russian",
        "sk-SK": "slovak",
        "sl-SI": "slovene slovenian",
        "sr-Cyrl-RS": "serbianc",
        "sr-Latn-RS": "serbian",
        "sv-SE": "swedish",
        "tr-TR": "turkish",
        "uk-UA": "ukrainian",
        "vi-VN": "vietnamese",
        "zh-CN": "chinese",
    }.items()
    for name in names.split()
}
TAG = lazy_pattern(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*")


def tag_of(name: str) -> str:
    """Return the tag of the language `name`, which may be a tag itself; nothing where it is not known."""
    if (tag := TAGS.get(name.strip().lower())) is not None:
        return tag
    return name.strip().replace("_", "-") if TAG.fullmatch(name.strip()) else ""


def is_english(tag: str) -> bool:
    """Return whether `tag` is English, the default of an entry without a language."""
    return tag.lower().startswith("en") or not tag
