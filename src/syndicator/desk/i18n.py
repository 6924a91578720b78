"""The desk's language. English unless a catalogue lies at desk/locale/LANGUAGE/LC_MESSAGES/desk.mo.

One newsroom reads one language, so it is chosen once, before the first page is served.
"""

import gettext
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "desk"

_chosen: list[gettext.NullTranslations] = [gettext.NullTranslations()]


def speak(language: str, folder: Path = LOCALE) -> gettext.NullTranslations:
    """Choose the language of every page from now on ("de", "pt-BR"); English where it has no catalogue.

    Returns its words.
    """
    names = [language.replace("-", "_"), language.partition("-")[0]] if language else []
    _chosen[0] = gettext.translation(DOMAIN, folder, names, fallback=True)
    return _chosen[0]


def install(env: Environment, language: str, folder: Path = LOCALE) -> None:
    """Choose the language, for the code and for the templates of an environment that has Jinja's i18n extension."""
    # In the old manner a word with a per cent sign is a word; the method is the extension's, added at run time.
    cast("Any", env).install_gettext_translations(speak(language, folder), newstyle=False)


def spoken() -> str:
    """The language of the pages, for their `lang`: "en" where the chosen one has no catalogue."""
    told = _chosen[0].info().get("language", "")
    return told.replace("_", "-") or "en"


def _(words: str) -> str:
    """The words in the chosen language."""
    return _chosen[0].gettext(words) if words else ""


def several(one: str, many: str, number: int) -> str:
    """The words that go with a number, the number put in for {n}."""
    return _chosen[0].ngettext(one, many, number).format(n=number)


def N_(words: str) -> str:  # noqa: N802 - the name the tools that collect words look for
    """Words to be translated later, where a table holds them."""
    return words
