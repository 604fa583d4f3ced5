"""The few words that citations and reference lists need, in the languages that we know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of one language."""

    heading: str = "References"
    conjunction: str = "and"
    et_al: str = "et al."
    no_date: str = "n.d."
    editor: str = "ed."
    editors: str = "eds."
    #: Before the book or the proceedings in which a work stands.
    within: str = "In"
    edition: str = "{} ed."
    back: str = "Back to citation {}"
    cite_this_post: str = "Cite this post"
    notes: str = "Notes"
    before_our_era: str = "{} BCE"
    circa: str = "ca. {}"
    copy: str = "Copy"
    copied: str = "Copied"
    download: str = "Download"
    edited_by: str = "Edited by {}"
    translated_by: str = "Translated by {}"
    #: Before the authors of the book in which a chapter stands.
    by: str = "by {}"
    volume: str = "vol. {}"
    #: A volume, and the larger work that it is part of.
    volume_of: str = "vol. {} of {}"
    volumes: str = "{} vols."
    version: str = "Version {}"
    chapter: str = "chap. {}"
    #: Before title and publisher under which a work first appeared.
    originally: str = "Originally published as {}"
    accessed: str = "Accessed {}"


ENGLISH = Terms()
#: By primary language subtag (BCP 47, section 2.2.1).
LANGUAGES = {
    "en": ENGLISH,
    "de": Terms(
        "Literatur",
        "und",
        "et al.",
        "o. J.",
        "Hrsg.",
        "Hrsg.",
        "In",
        "{} Aufl.",
        "Zurück zum Zitat {}",
        "Diesen Beitrag zitieren",
        "Anmerkungen",
        "{} v. Chr.",
        "ca. {}",
        "Kopieren",
        "Kopiert",
        "Herunterladen",
        "Hrsg. von {}",
        "Übers. von {}",
        "von {}",
        "Bd. {}",
        "Bd. {} von {}",
        "{} Bde.",
        "Version {}",
        "Kap. {}",
        "Ursprünglich erschienen als {}",
        "Zugriff am {}",
    ),
    "es": Terms(
        "Referencias",
        "y",
        "et al.",
        "s. f.",
        "ed.",
        "eds.",
        "En",
        "{} ed.",
        "Volver a la cita {}",
        "Citar esta entrada",
        "Notas",
        "{} a. C.",
        "ca. {}",
        "Copiar",
        "Copiado",
        "Descargar",
        "Editado por {}",
        "Traducido por {}",
        "de {}",
        "vol. {}",
        "vol. {} de {}",
        "{} vols.",
        "Versión {}",
        "cap. {}",
        "Publicado originalmente como {}",
        "Consultado el {}",
    ),
    "fr": Terms(
        "Références",
        "et",
        "et al.",
        "s. d.",
        "éd.",
        "éds.",
        "In",
        "{} éd.",
        "Revenir à la citation {}",
        "Citer ce billet",
        "Notes",
        "{} av. J.-C.",
        "vers {}",
        "Copier",
        "Copié",
        "Télécharger",
        "Édité par {}",
        "Traduit par {}",
        "par {}",
        "vol. {}",
        "vol. {} de {}",
        "{} vol.",
        "Version {}",
        "chap. {}",
        "Paru d’abord sous le titre {}",
        "Consulté le {}",
    ),
    "it": Terms(
        "Bibliografia",
        "e",
        "et al.",
        "s.d.",
        "a c. di",
        "a c. di",
        "In",
        "{} ed.",
        "Torna alla citazione {}",
        "Cita questo articolo",
        "Note",
        "{} a.C.",
        "ca. {}",
        "Copia",
        "Copiato",
        "Scarica",
        "A cura di {}",
        "Tradotto da {}",
        "di {}",
        "vol. {}",
        "vol. {} di {}",
        "{} voll.",
        "Versione {}",
        "cap. {}",
        "Pubblicato originariamente come {}",
        "Consultato il {}",
    ),
    "nl": Terms(
        "Literatuur",
        "en",
        "e.a.",
        "z.d.",
        "red.",
        "red.",
        "In",
        "{} dr.",
        "Terug naar citaat {}",
        "Dit bericht citeren",
        "Noten",
        "{} v.Chr.",
        "ca. {}",
        "Kopiëren",
        "Gekopieerd",
        "Downloaden",
        "Onder redactie van {}",
        "Vertaald door {}",
        "door {}",
        "dl. {}",
        "dl. {} van {}",
        "{} dln.",
        "Versie {}",
        "hfst. {}",
        "Oorspronkelijk verschenen als {}",
        "Geraadpleegd op {}",
    ),
    "pt": Terms(
        "Referências",
        "e",
        "et al.",
        "s.d.",
        "ed.",
        "eds.",
        "In",
        "{} ed.",
        "Voltar à citação {}",
        "Citar este artigo",
        "Notas",
        "{} a.C.",
        "ca. {}",
        "Copiar",
        "Copiado",
        "Descarregar",
        "Editado por {}",
        "Traduzido por {}",
        "de {}",
        "vol. {}",
        "vol. {} de {}",
        "{} vols.",
        "Versão {}",
        "cap. {}",
        "Publicado originalmente como {}",
        "Consultado em {}",
    ),
}

#: The short forms of CSL's locator types, for one and for several.
LOCATORS = {
    "act": ("act", "acts"),
    "appendix": ("app.", "apps."),
    "article-locator": ("art.", "arts."),
    "book": ("bk.", "bks."),
    "canon": ("canon", "canons"),
    "chapter": ("chap.", "chaps."),
    "column": ("col.", "cols."),
    "elocation": ("loc.", "locs."),
    "equation": ("eq.", "eqs."),
    "figure": ("fig.", "figs."),
    "folio": ("fol.", "fols."),
    "issue": ("no.", "nos."),
    "line": ("l.", "ll."),
    "note": ("n.", "nn."),
    "opus": ("op.", "opp."),
    "page": ("p.", "pp."),
    "paragraph": ("para.", "paras."),
    "part": ("pt.", "pts."),
    "rule": ("r.", "rr."),
    "scene": ("sc.", "scs."),
    "section": ("§", "§§"),
    "sub-verbo": ("s.v.", "s.vv."),
    "supplement": ("supp.", "supps."),
    "table": ("table", "tables"),
    "timestamp": ("", ""),
    "title-locator": ("tit.", "tits."),
    "verse": ("v.", "vv."),
    "volume": ("vol.", "vols."),
}


def of(language: str) -> Terms:
    """Return the terms of a BCP 47 `language` tag; those of English where we know none."""
    return LANGUAGES.get(language.replace("_", "-").split("-")[0].lower(), ENGLISH)


def list_separator(number: int, count: int, conjunction: str, always_comma: bool = False) -> str:
    """Return what stands before the element `number` (from 1) of a list of `count`."""
    if number < count - 1:
        return ", "
    return f", {conjunction} " if count > 2 or always_comma else f" {conjunction} "
