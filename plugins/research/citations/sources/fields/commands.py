"""The commands of LaTeX in bibliographies: those of pylatexenc, BibLaTeX, csquotes and ADS."""

from functools import lru_cache
from typing import Any

from pylatexenc.latex2text import get_default_latex_context_db as texts_of_pylatexenc
from pylatexenc.latexwalker import get_default_latex_context_db as macros_of_pylatexenc
from pylatexenc.macrospec import std_macro

#: Commands that change the font of what follows, or of their argument.
TAGS = {
    **dict.fromkeys("emph em textit it itshape textsl sl slshape mkbibemph mkbibitalic".split(), "i"),
    **dict.fromkeys("textbf bf bfseries mkbibbold".split(), "b"),
    **dict.fromkeys("textsc sc scshape mkbibacro".split(), "smallcaps"),
    **dict.fromkeys("textsuperscript mkbibsuperscript".split(), "sup"),
    **dict.fromkeys("textsubscript mkbibsubscript".split(), "sub"),
}
#: Commands that apply to the rest of their group.
DECLARATIONS = frozenset("em it itshape sl slshape bf bfseries sc scshape".split())
#: Commands that put their argument in quotation marks, which alternate when nested.
QUOTES = frozenset("enquote mkbibquote textquote textelp".split())
#: Accents, which pylatexenc combines with their argument.
ACCENTS = frozenset(("'", "`", '"', "^", "~", "=", ".", *"uvHckrdb"))
#: Commands whose argument stays, with what surrounds it.
AROUND = {
    **dict.fromkeys(
        "mbox hbox text textnormal textrm textsf texttt textup textmd textlf rm sf tt path nolinkurl "
        "url href t natexlab bibstring autocap foreignlanguage lowercase protect MakeTextLowercase "
        "textcolor uppercase MakeUppercase MakeTextUppercase bibinfo bibfield ifthenelse nocase "
        "mkbibnamefamily mkbibnamegiven mkbibnameprefix underline uline textlatin textgreek "
        "textcyrillic ensuretext".split(),
        "{}",
    ),
    "mkbibparens": "({})",
    "mkbibbrackets": "[{}]",
    "textparens": "({})",
}
#: Commands of which the first argument is printed.
FIRST = frozenset(("texorpdfstring",))
#: Commands that print nothing; where they have arguments, these print nothing either.
DROPPED = frozenset(
    "/ - ! @ | nobreak protect relax noindent xspace allowbreak leavevmode null normalfont "
    "rmfamily sffamily ttfamily upshape mdseries tiny scriptsize footnotesize small normalsize "
    "large Large LARGE huge Huge displaystyle textstyle boldmath unboldmath noopsort noop "
    "NoopSort SortNoop sortnoop noopSort singleletter label hspace vspace phantom color "
    "selectlanguage newblock printead thanks footnote footnotemark bibnamedash penalty hskip kern "
    "raggedright unskip ignorespaces linebreak pagebreak nolinebreak isdot midsentence".split()
)
#: Commands that stand for text.
TEXTS = {
    **{"LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "TeX": "TeX", "BibTeX": "BibTeX", "XeTeX": "XeTeX"},
    **{"LuaTeX": "LuaTeX", "pdfTeX": "pdfTeX", "AmS": "AMS", "MF": "METAFONT"},
    **dict.fromkeys((",", "thinspace", "addthinspace"), "\u202f"),
    **dict.fromkeys(
        (" ", ";", ":", ">", "\n", "\t", "space", "addspace", "enspace", "quad", "qquad", "\\"), " "
    ),
    **dict.fromkeys(("nobreakspace", "addnbspace", "adddotspace", "addabbrvspace"), "\u00a0"),
    **dict.fromkeys(("newline", "par", "linebreak"), " "),
    **{"hyphen": "-", "bibrangedash": "–", "textendash": "–", "textemdash": "—", "slash": "/"},
    **{
        "adddot": ".",
        "addcolon": ":",
        "addcomma": ",",
        "addsemicolon": ";",
        "addslash": "/",
        "addperiod": ".",
    },
    **{
        "dots": "…",
        "ldots": "…",
        "textellipsis": "…",
        "cdots": "⋯",
        "dotsc": "…",
        "dotso": "…",
        "dotsb": "⋯",
    },
    **{"textasciicircum": "^", "textasciitilde": "~", "textbackslash": "\\", "textbar": "|", "textless": "<"},
    **{"textgreater": ">", "textbraceleft": "{", "textbraceright": "}", "textunderscore": "_"},
    **{"textquotedblleft": "“", "textquotedblright": "”", "textquoteleft": "‘", "textquoteright": "’"},
    **{"textquotedbl": '"', "textquotesingle": "'", "quotedblbase": "„", "quotesinglbase": "‚"},
    **{"lq": "‘", "rq": "’", "glqq": "„", "grqq": "“", "glq": "‚", "grq": "‘", "flqq": "«", "frqq": "»"},
    **{"flq": "‹", "frq": "›", "og": "«\u00a0", "fg": "\u00a0»", "guillemotleft": "«", "guillemotright": "»"},
    **{"guillemetleft": "«", "guillemetright": "»", "guilsinglleft": "‹", "guilsinglright": "›"},
    **{"textcopyright": "©", "copyright": "©", "textregistered": "®", "texttrademark": "™", "pounds": "£"},
    **{"textsterling": "£", "texteuro": "€", "euro": "€", "EUR": "€", "textdegree": "°", "degree": "°"},
    **{"textmu": "µ", "micro": "µ", "textpm": "±", "texttimes": "×", "textdiv": "÷", "textonehalf": "½"},
    **{"textonequarter": "¼", "textthreequarters": "¾", "textordfeminine": "ª", "textordmasculine": "º"},
    **{"textnumero": "№", "textperiodcentered": "·", "textbullet": "•", "textdagger": "†", "dag": "†"},
    **{"textdaggerdbl": "‡", "ddag": "‡", "textsection": "§", "textparagraph": "¶", "textexclamdown": "¡"},
    **{"textquestiondown": "¿", "textvisiblespace": "␣", "textasteriskcentered": "∗", "ohm": "Ω"},
    **{"i": "ı", "j": "ȷ", "DH": "Ð", "dh": "ð", "DJ": "Đ", "dj": "đ", "TH": "Þ", "th": "þ", "NG": "Ŋ"},
    **{"ng": "ŋ", "IJ": "Ĳ", "ij": "ĳ", "SS": "ẞ", "textcommabelow": "", "cprime": "ʹ", "cdprime": "ʺ"},
    **{char: char for char in "%&$#_{}"},
}
#: The macros of AASTeX, which the NASA Astrophysics Data System exports in the field “journal”.
JOURNALS = {
    **{"aj": "AJ", "actaa": "Acta Astron.", "araa": "ARA&A", "areps": "AREPS", "apj": "ApJ", "apjl": "ApJL"},
    **{"apjlett": "ApJL", "apjs": "ApJS", "apjsupp": "ApJS", "ao": "Appl. Opt.", "applopt": "Appl. Opt."},
    **{"apss": "Ap&SS", "aap": "A&A", "aapr": "A&A Rev.", "aaps": "A&AS", "azh": "AZh", "baas": "BAAS"},
    **{"bac": "Bull. astr. Inst. Czechosl.", "caa": "Chinese Astron. Astrophys."},
    **{"cjaa": "Chinese J. Astron. Astrophys.", "icarus": "Icarus", "jcap": "J. Cosmology Astropart. Phys."},
    **{"jrasc": "JRASC", "memras": "MmRAS", "mnras": "MNRAS", "na": "New A", "nar": "New A Rev."},
    **{"pra": "Phys. Rev. A", "prb": "Phys. Rev. B", "prc": "Phys. Rev. C", "prd": "Phys. Rev. D"},
    **{"pre": "Phys. Rev. E", "prl": "Phys. Rev. Lett.", "pasa": "PASA", "pasp": "PASP", "pasj": "PASJ"},
    **{"rmxaa": "Rev. Mexicana Astron. Astrofis.", "qjras": "QJRAS", "skytel": "S&T", "psj": "PSJ"},
    **{"solphys": "Sol. Phys.", "sovast": "Soviet Ast.", "ssr": "Space Sci. Rev.", "zap": "ZAp"},
    **{"nat": "Nature", "iaucirc": "IAU Circ.", "aplett": "Astrophys. Lett.", "maps": "M&PS"},
    **{"apspr": "Astrophys. Space Phys. Res.", "bain": "Bull. Astron. Inst. Netherlands"},
    **{"fcp": "Fund. Cosmic Phys.", "gca": "Geochim. Cosmochim. Acta", "grl": "Geophys. Res. Lett."},
    **{"jcp": "J. Chem. Phys.", "jgr": "J. Geophys. Res.", "jqsrt": "J. Quant. Spectr. Rad. Transf."},
    **{"memsai": "Mem. Soc. Astron. Italiana", "nphysa": "Nucl. Phys. A", "physrep": "Phys. Rep."},
    **{"physscr": "Phys. Scr.", "planss": "Planet. Space Sci.", "procspie": "Proc. SPIE"},
    **{
        "aas": "AAS Meeting Abstracts",
        "dps": "AAS/DPS Meeting Abstracts",
        "memsait": "Mem. Soc. Astron. Italiana",
    },
    **{"rvmp": "Rev. Mod. Phys.", "ppsc": "Proc. Phys. Soc.", "lrr": "Living Rev. Relativ."},
}
TEXTS |= JOURNALS
SPECIALS = {"~": "\u00a0", "``": "“", "''": "”", "--": "–", "---": "—", "&": "&amp;", "!`": "¡", "?`": "¿"}

#: Commands with more than one argument, or none at all; the others of ours have one.
ARGUMENTS = {
    **dict.fromkeys("foreignlanguage textcolor bibinfo bibfield href texorpdfstring".split(), "{{"),
    **dict.fromkeys("textquote enquote mkbibquote".split(), "*{"),
    **dict.fromkeys("hspace vspace".split(), "*{"),
    "ifthenelse": "{{{",
}
WITHOUT_ARGUMENTS = frozenset(
    "protect rm sf tt bibnamedash nobreak relax noindent xspace allowbreak leavevmode null "
    "normalfont rmfamily sffamily ttfamily upshape mdseries tiny scriptsize footnotesize small "
    "normalsize large Large LARGE huge Huge displaystyle textstyle boldmath unboldmath newblock "
    "footnotemark penalty hskip kern raggedright unskip ignorespaces linebreak pagebreak "
    "nolinebreak isdot midsentence / - ! @ |".split()
)


def _context() -> Any:
    """Return the arguments of all commands, for the parser."""
    context = macros_of_pylatexenc()
    ours = (
        *(name for name in TAGS if name not in DECLARATIONS),
        *QUOTES,
        *AROUND,
        *FIRST,
        *DROPPED,
        *ACCENTS,
    )
    macros = [std_macro(name, ARGUMENTS.get(name, "" if name in WITHOUT_ARGUMENTS else "{")) for name in ours]
    macros += [std_macro(name, "") for name in (*TEXTS, *DECLARATIONS)]
    context.add_context_category("bibliographies", macros=macros, prepend=True)
    return context


CONTEXT = _context()
TEXT = texts_of_pylatexenc()


@lru_cache(maxsize=1024)
def symbol(name: str) -> str | None:
    """Return the characters that the command `name` without arguments stands for; None if it is unknown."""
    if name in TEXTS:
        return TEXTS[name]
    spec = TEXT.get_macro_spec(name)
    text = spec.simplify_repl if spec else None
    return text if isinstance(text, str) and text and "%" not in text and "<" not in text else None
