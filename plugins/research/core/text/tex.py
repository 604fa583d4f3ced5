r"""What reads as TeX: the rule that decides where a delimiter alone does not.

Prices, shell variables, paths and regular expressions have the same signs as formulas. So text reads as TeX
if it has a command that TeX knows, a command with an argument in braces, an index or a power behind a single
letter, or if it is nothing but single letters, numbers and the signs of arithmetic. Words side by side,
without a command, are prose.
"""

import re

from ..lazy import lazy_pattern

#: Commands that no path and no regular expression has, as far as one can tell.
COMMANDS = (
    "alpha beta gamma delta epsilon varepsilon zeta theta vartheta iota kappa lambda sigma varsigma "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Sigma Upsilon Phi Psi Omega pi Pi xi Xi "
    "mu nu rho tau eta sum prod int iint oint lim inf sup max min log ln exp sin cos tan det dim ker "
    "arg argmax argmin frac dfrac tfrac sqrt binom mathbb mathbf mathcal mathrm mathit mathsf mathfrak "
    "mathscr boldsymbol bm operatorname text textbf textit emph hat bar tilde vec dot ddot overline "
    "underline widehat widetilde partial nabla infty cdot cdots ldots dots times div pm mp leq geq neq "
    "approx equiv sim simeq propto subset subseteq supset cup cap emptyset forall exists neg land lor "
    "wedge vee oplus otimes circ bullet rightarrow leftarrow Rightarrow Leftarrow leftrightarrow "
    "Leftrightarrow mapsto longrightarrow implies iff left right big Big bigg Bigg langle rangle lVert "
    "rVert lfloor rfloor lceil rceil quad qquad mid parallel prime top perp ell hbar Re Im aleph star "
    "ast dagger label tag le ge ne in notin to gets mathop ce setminus Pr deg gcd"
).split()
#: Those that are short enough to be folders count only between delimiters.
SHORT_COMMANDS = frozenset("le ge ne in notin to gets mathop ce setminus Pr deg gcd".split())
LONG_COMMANDS = [name for name in COMMANDS if name not in SHORT_COMMANDS]
SYMBOL = lazy_pattern(
    rf"(?<![\w:.\\/%>)}}])\\(?:{'|'.join(sorted(LONG_COMMANDS, key=len, reverse=True))})(?![a-zA-Z\\/:]|\.\w)"
)
#: The same between delimiters.
DELIMITED_SYMBOL = lazy_pattern(
    rf"(?<![:.\\/%])\\(?:{'|'.join(sorted(COMMANDS, key=len, reverse=True))})(?![a-zA-Z\\/:])"
)
#: The numbers in braces of a regular expression are no argument; \x05 ends a paragraph (`core.prose`).
WITH_ARGUMENT = lazy_pattern(
    r"(?<![\w\\/])\\(?!(?:eq|c|C|auto|name|v)?ref\*?\{|[a-zA-Z]*[cC]ite)[a-zA-Z]{3,}\*?\{(?![\d,]*\})[^{}\x05]*[{}]"
)
# All pieces are atomic: what is no formula is refused at once.
NUMBER = r"\d++(?:[.,]\d++)*+"
SCRIPTS = r"(?:['!]|\\%|[_^](?:\w|\\[a-zA-Z]++|\{[^{}]*+\}))*+"
#: What stands between the parentheses behind a function.
ARGUMENTS = r"\([a-zA-Z0-9, +|;:/*'_^{}=\\-]++\)"
#: A letter; something in parentheses; a tuple, an interval or a set; a norm.
FACTOR = (
    rf"(?>(?:[a-zA-Z]|{ARGUMENTS}|[\[(][a-zA-Z0-9_^+-]++(?:, ?[a-zA-Z0-9_^+-]++)++[\])]"
    rf"|\\\{{[^{{}}\\]*+\\\}}|\\\|[^|\\]*+\\\|){SCRIPTS}(?:{ARGUMENTS})?)"
)
ATOM = rf"(?>{NUMBER}(?:[a-zA-Z]{SCRIPTS}|{SCRIPTS})|{FACTOR})"
#: A product: up to three letters side by side, or single ones with spaces between them.
PRODUCT = rf"(?>(?:{NUMBER})?{FACTOR}(?:(?:{FACTOR}){{1,2}}+|(?: {FACTOR}){{1,3}}+)?|{NUMBER}{SCRIPTS})"
OPERATOR = r"\s*+(?::=|[-+*/=<>,|]|\\(?:[a-zA-Z]++|[,;!:% ]))\s*+-?"
#: Letters, numbers and signs between them, and no words: ``x``, ``f(x) = a + 1``.
ARITHMETIC = lazy_pattern(rf"\s*+[-+]?{ATOM}(?:{OPERATOR}{ATOM})*+\s*")
#: The same of products, which words and names could be as well where there is no sign of a formula.
PRODUCTS = lazy_pattern(rf"\s*+[-+]?{PRODUCT}(?:{OPERATOR}{PRODUCT})*+\s*")
SIGN_OF_FORMULA = lazy_pattern(r"[_^=+<>\\]|\bd[a-z]/d[a-z]\b")
#: Of what has no letter: a sign between two numbers, or a list in brackets.
COMPUTED = lazy_pattern(r"\d\s*(?:[+*=<>^/]|\\)|\A[\[(]")
#: An index or a power, and words that no formula has.
SCRIPTED = lazy_pattern(r"(?<![\w$])(?:[a-zA-Z)\]}][_^]|\d+\^)(?:[a-zA-Z0-9*](?![a-zA-Z_])|\{)")
WORDS = lazy_pattern(r"(?<![\\a-zA-Z{])[a-z]{2,} +[a-z]{2,}")
#: No command, and no argument of one.
BARE_WORD = lazy_pattern(r"(?<![\\a-zA-Z{])[a-zA-Z]{2,}(?![a-zA-Z}])")
LATEX_OPENING = r"\("
LETTER = lazy_pattern("[a-zA-Z]")
#: What prose does not have.
SIGN = lazy_pattern(r"[\\_^=+<>{}|\[\]@]")
WORD = lazy_pattern(r"[^\W\d_]{2,}")
#: A sentence that ends and one that begins; what stands between two amounts: “2.00 or 3”, “, or 30”.
SENTENCES = lazy_pattern(r"[^\W\d_]{2}[.!?] +[A-Z][a-z]")
AMOUNTS = lazy_pattern(r"(?:\d[\d.,]*|[,;]) +(?!mod\b|div\b)[a-z]{2,}\b.*\d\Z")


def reads_as_tex(text: str, symbol: re.Pattern[str] = DELIMITED_SYMBOL) -> bool:
    """Return whether `text`, which stood between delimiters, reads as a formula; `symbol` finds commands."""
    if symbol.search(text) or WITH_ARGUMENT.search(text):
        return True
    if WORDS.search(text):
        return False
    if SCRIPTED.search(text):
        return True
    return bool(LETTER.search(text) or COMPUTED.search(text)) and is_arithmetic(text)


def has_prose(text: str) -> bool:
    """Return whether `text` has words beside its TeX, as text between two prices may have."""
    return len(BARE_WORD.findall(text)) > 1 or LATEX_OPENING in text


def has_words(text: str) -> bool:
    """Return whether `text` has words side by side and no sign of TeX, as in “true positive rate”."""
    return SIGN.search(text) is None and WORDS.search(text) is not None


def is_between_amounts(text: str) -> bool:
    """Return whether `text`, which stood between single dollars, is what stands between prices or variables.

    It has words side by side or amounts around a word, and no sign of TeX; or a sentence ends there.
    """
    if "\\" in text:
        return False
    if SENTENCES.search(text):
        return True
    return has_words(text) or (SIGN.search(text) is None and AMOUNTS.match(text) is not None)


def is_arithmetic(text: str) -> bool:
    """Return whether `text` is nothing but letters, numbers and signs: ``2``, ``n - 1``, ``y = Ax``."""
    if ARITHMETIC.fullmatch(text):
        return True
    return SIGN_OF_FORMULA.search(text) is not None and PRODUCTS.fullmatch(text) is not None


def reads_as_prose(text: str) -> bool:
    """Return whether `text`, which stood between ``$$``, is what stands between two prices: “$$ or $$”."""
    if SIGN.search(text):
        return False
    is_apart = text[:1] in " \t" and text[-1:].isspace()
    return bool(WORDS.search(text)) or not re.search(r"\w", text) or (is_apart and bool(WORD.search(text)))
