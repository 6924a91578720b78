"""The templates' world: autoescape on, everything named that is used, words through gettext."""

from datetime import datetime
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from syndicator.desk import i18n, times
from syndicator.room import Room
from syndicator.share import share


def environment(room: Room) -> Environment:
    """Jinja2 for pages. The newsroom may lay its own `desk/…` templates before ours."""
    env = Environment(
        loader=FileSystemLoader([room.config.templates, share("templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_translations(i18n.speak(room.config.newsroom.language))  # type: ignore[attr-defined]
    zone = room.zone

    def when(moment: Any, now: datetime) -> str:
        """A moment or a day in words, by the newsroom's clock."""
        return times.published(moment, now, zone)

    env.filters["when"] = when
    env.filters["iso"] = times.iso
    return env
