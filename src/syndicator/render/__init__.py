"""Article + Account + Features → Post: the newsroom's templates, and the longest version that fits.

`docs/templates.md` lists every name and filter a template may use. `fit` leaves marks in what a template prints; once
the whole text is there, the marks shrink until it measures within the account's limit. Nothing else is ever cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from jinja2 import Template

from syndicator.errors import RenderError
from syndicator.models import Account, Article, Card, Features, Media, Photo, Post
from syndicator.render.engine import BOUND, Environment, expand, find, lint
from syndicator.render.filters import Printed, Run
from syndicator.render.names import AccountNames, Names, NewsroomNames, article_names, photo_names
from syndicator.render.samples import SAMPLES
from syndicator.share import share
from syndicator.text import cut_to, measure, normalise, oneline, shrink

_UTM = frozenset({"source", "medium", "campaign", "term", "content", "id"})
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~"
_NONE: Mapping[str, str] = MappingProxyType({})


class Renderer:
    """Renders posts from the templates in `templates`, then the package's own.

    `utm` is added to every link; a name like "source" stands for utm_source, a value may hold {account} and {platform}.
    Days and moments reach the templates in `zone`, language is BCP 47. May be shared by threads.
    """

    def __init__(
        self, templates: Sequence[Path], *, newsroom: str, language: str, zone: ZoneInfo, utm: Mapping[str, str]
    ) -> None:
        self._environment = Environment([*templates, share("templates")])
        self._newsroom = NewsroomNames(newsroom, language)
        self._zone = zone
        self._utm = utm

    def render(
        self,
        article: Article,
        account: Account,
        features: Features,
        *,
        photo: Photo | None = None,
        media: tuple[Media, ...] = (),
        thumb: Media | None = None,
        occasion: str = "publication",
        correction: str = "",
        keep: Mapping[str, str] = _NONE,
    ) -> Post:
        """The post this account makes of the article, in the longest version that fits.

        `photo` is the one this post will carry, `media` its fitted bytes' description, `thumb` the picture of a card
        where the link travels in one of ours. `keep` holds what a person has set: text and the fields of OVERRIDES.
        Raises RenderError when the template is wrong, prints nothing, or its shortest version does not fit.
        """
        link = self.link(article, account)
        carried = () if link and account.lead == "card" else media
        card = bool(link) and not carried and features.links != "text"
        names = self._names(article, account, photo if carried else None, link=link, card=card)
        template = self._template(account)
        run = Run(account.language or article.language or self._newsroom.language, BOUND)
        names = replace(names, occasion=occasion, correction=normalise(correction))
        printed, values = expand(template, names, run)
        fields = {name: normalise(value) for name, value in values.items()} | dict(keep)
        warning = oneline(fields.get("warning", "")) if features.warnings else ""
        text = _text(printed, keep, features, warning, template=template)
        if not (text or carried or card):
            raise RenderError(f"{template.filename}:1: the template prints nothing")
        media = _described(carried, photo, fields.get("alt"), features.alt_limit)
        built = _card(names, fields, thumb if features.links == "card" else None) if card else None
        link = link if card or link in text else ""
        return Post(text, link, media, built, run.language, warning, article.sensitive)

    def link(self, article: Article, account: Account) -> str:
        """The article's address with the newsroom's and the account's UTM, "" without one.

        Query and fragment of the article stay as they are, and a parameter it already has is not added again. Raises
        RenderError for an address that is none.
        """
        url = article.url if article.url == oneline(article.url) else quote(article.url.strip(), safe=_URL_SAFE)
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise RenderError(f"the article's address {url!r} cannot be read: {error}") from error
        present = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        wanted = {
            f"utm_{name}" if name in _UTM else name: value for name, value in {**self._utm, **account.utm}.items()
        }
        added = {
            name: value.replace("{account}", account.name).replace("{platform}", account.platform)
            for name, value in wanted.items()
            if value and name not in present
        }
        if not url or not added:
            return url
        query = "&".join(filter(None, (parts.query, urlencode(added, quote_via=quote))))
        return urlunsplit(parts._replace(query=query))

    def check(self, account: Account, features: Features) -> None:
        """Renders sample articles, with and without a photo. Raises RenderError when one of them cannot be posted."""
        lint(self._environment, self._template(account))
        for sample in SAMPLES:
            for media in dict.fromkeys((sample.media, ())):
                try:
                    self.render(
                        sample.article,
                        account,
                        features,
                        photo=sample.article.photos[0] if media else None,
                        media=media,
                        occasion=sample.occasion,
                        correction=sample.correction,
                    )
                except RenderError as error:
                    raise RenderError(f"{error} (tried with: {sample.name})") from error

    def _template(self, account: Account) -> Template:
        own = (account.template, f"posts/{account.template}") if account.template else ()
        return find(self._environment, own or (f"posts/{account.platform}.j2", "posts/default.j2"))

    def _names(self, article: Article, account: Account, photo: Photo | None, *, link: str, card: bool) -> Names:
        return Names(
            article=article_names(article, self._newsroom.language, self._zone),
            photo=photo_names(photo) if photo else None,
            link=link,
            card=card,
            account=AccountNames(account.name),
            newsroom=self._newsroom,
        )


def _text(printed: Printed, keep: Mapping[str, str], features: Features, warning: str, *, template: Template) -> str:
    """The person's text as it stands, or the longest version of the template's. Raises RenderError when too long."""

    def text(marked: Sequence[str]) -> str:
        return keep["text"] if "text" in keep else normalise(printed.with_marks(marked))

    marked = shrink(printed.marks, lambda marked: measure(text(marked), features, warning).fits)
    if marked is not None:
        return text(marked)
    count = measure(text([mark.at(mark.least) for mark in printed.marks]), features, warning)
    size = f"{count.length} of {count.limit}" + (f", {count.bytes} of {count.byte_limit} bytes" if count.bytes else "")
    raise RenderError(f"{template.filename}:1: the shortest version is too long for {features.label}: {size}")


def _described(media: tuple[Media, ...], photo: Photo | None, alt: str | None, limit: int) -> tuple[Media, ...]:
    """The media with their descriptions within the platform's limit; `alt` overrides the first one's."""
    alts = [item.alt for item in media]
    if alts:
        alts[0] = alt if alt is not None else alts[0] or (photo.alt if photo else "")
    alts = [cut_to(normalise(words), limit) if limit else normalise(words) for words in alts]
    return tuple(replace(item, alt=words) for item, words in zip(media, alts, strict=True))


def _card(names: Names, fields: Mapping[str, str], thumb: Media | None) -> Card:
    title = oneline(fields.get("card_title", names.article.title))
    return Card(names.link, title, oneline(fields.get("card_text", names.article.summary)), thumb)
