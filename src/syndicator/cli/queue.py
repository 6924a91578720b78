"""syndicator queue …: what waits, and what a person decides about it. Nothing is published here: the daemon does."""

from typing import Annotated

import typer

from syndicator.cli.options import AccountNames, Format, Listing, Number, Numbers, Reason, Seen, of

app = typer.Typer(no_args_is_help=True, help="What waits, and what you decide about it.")

When = Annotated[str, typer.Argument(help='"2026-11-24 08:30", "08:30" or "+2h", by the newsroom\'s clock.')]


@app.command("list")
def list_(ctx: typer.Context, form: Format = Listing.TABLE) -> None:
    """List what waits, next to leave first."""
    from syndicator.cli.waiting import list_waiting

    list_waiting(of(ctx), form)


@app.command()
def show(ctx: typer.Context, number: Number, form: Format = Listing.TABLE) -> None:
    """Tell a post's whole story."""
    from syndicator.cli.post import show_post

    show_post(of(ctx), number, form)


@app.command()
def add(
    ctx: typer.Context,
    url: Annotated[str | None, typer.Argument(help="The article's address.", show_default=False)] = None,
    text: Annotated[str, typer.Option("--text", help="A post of your own words instead.", show_default=False)] = "",
    link: Annotated[str, typer.Option("--link", help="The link of such a post.", show_default=False)] = "",
    account: AccountNames = None,
    at: Annotated[
        str, typer.Option("--at", metavar="WHEN", help='Not before: "08:30", "+2h", …', show_default=False)
    ] = "",
    again: Annotated[
        str, typer.Option("--again", metavar="REASON", help="Post a known article once more.", show_default=False)
    ] = "",
) -> None:
    """Queue an article, or words of your own.

    On all accounts or those named. An article that is known shows its posts; only accounts without one get one,
    unless --again says why.
    """
    from syndicator.cli.adding import Wish, add_article, add_words

    wish = Wish(tuple(account or ()), at, again)
    if bool(url) == bool(text):
        raise typer.BadParameter("give either the address of an article or --text")
    if text:
        add_words(of(ctx), text, link, wish)
    elif link:
        raise typer.BadParameter("--link belongs to --text")
    else:
        add_article(of(ctx), url or "", wish)


@app.command()
def approve(ctx: typer.Context, numbers: Numbers, version: Seen = None) -> None:
    """Let held posts go: HELD to QUEUED."""
    from syndicator import editorial
    from syndicator.cli.verbs import each, one_for_version

    one_for_version(numbers, version)
    each(of(ctx), numbers, lambda room, number, by: editorial.approve(room, number, by, version=version))


@app.command()
def hold(ctx: typer.Context, numbers: Numbers, reason: Reason = "") -> None:
    """Keep queued posts back until somebody approves them."""
    from syndicator import editorial
    from syndicator.cli.verbs import each

    each(of(ctx), numbers, lambda room, number, by: editorial.hold(room, number, by, reason))


@app.command()
def edit(
    ctx: typer.Context,
    number: Number,
    text: Annotated[str | None, typer.Option("--text", help="The new text.", show_default=False)] = None,
    alt: Annotated[str | None, typer.Option("--alt", help="What the photo shows.", show_default=False)] = None,
    warning: Annotated[
        str | None, typer.Option("--warning", help='The content warning; "" for none.', show_default=False)
    ] = None,
    version: Seen = None,
) -> None:
    """Change a waiting post's words.

    Without any of the fields the text opens in $VISUAL or $EDITOR.
    """
    from syndicator.cli.verbs import edit_post

    edit_post(of(ctx), number, {"text": text, "alt": alt, "warning": warning}, version)


@app.command()
def move(ctx: typer.Context, number: Number, when: When) -> None:
    """Give a waiting post another time."""
    from syndicator.cli.verbs import move_post

    move_post(of(ctx), number, when)


@app.command()
def suppress(ctx: typer.Context, numbers: Numbers, reason: Reason = "") -> None:
    """Say no to posts.

    One that may be out already is withheld if it still can be, else taken down.
    """
    from syndicator import editorial
    from syndicator.cli.verbs import each

    why = reason or "suppressed by a person"
    each(of(ctx), numbers, lambda room, number, by: editorial.suppress(room, number, by, why))


@app.command()
def release(ctx: typer.Context, numbers: Numbers) -> None:
    """Queue suppressed, failed or expired posts after all."""
    from syndicator import editorial
    from syndicator.cli.verbs import each

    each(of(ctx), numbers, editorial.release)


@app.command()
def send(ctx: typer.Context, numbers: Numbers, version: Seen = None) -> None:
    """Send now, approving it.

    Skips hold, quiet hours and spacing; never stop, pause or a platform's limits.
    """
    from syndicator import editorial
    from syndicator.cli.verbs import each, one_for_version

    one_for_version(numbers, version)
    each(of(ctx), numbers, lambda room, number, by: editorial.send(room, number, by, version=version))


@app.command()
def retry(ctx: typer.Context, numbers: Numbers) -> None:
    """Try failed posts again."""
    from syndicator import editorial
    from syndicator.cli.verbs import each

    each(of(ctx), numbers, editorial.retry)


@app.command()
def retract(ctx: typer.Context, numbers: Numbers, reason: Reason = "") -> None:
    """Take public posts down."""
    from syndicator import editorial
    from syndicator.cli.verbs import each

    why = reason or "retracted by a person"
    each(of(ctx), numbers, lambda room, number, by: editorial.retract(room, number, by, why))


@app.command()
def split(
    ctx: typer.Context,
    article: Annotated[int, typer.Argument(metavar="ARTICLE", min=1, help="The younger one, as `why` names it.")],
) -> None:
    """Say that two articles are two stories, not one."""
    from syndicator.cli.verbs import part

    part(of(ctx), article)


@app.command()
def settle(
    ctx: typer.Context,
    number: Number,
    at: Annotated[str, typer.Option("--at", metavar="PERMALINK", help="It is public, there.", show_default=False)] = "",
    absent: Annotated[bool, typer.Option("--absent", help="It is not there: send it again.")] = False,
    leave: Annotated[bool, typer.Option("--leave", help="Nobody needs to know: look no more.")] = False,
) -> None:
    """Say what became of a post nobody can find."""
    from syndicator import editorial
    from syndicator.cli.verbs import decide

    if [bool(at), absent, leave].count(True) != 1:
        raise typer.BadParameter("say exactly one of --at PERMALINK, --absent, --leave")
    if at:
        decide(of(ctx), lambda room, by: editorial.settle_at(room, number, by, at))
    else:
        act = editorial.settle_absent if absent else editorial.leave
        decide(of(ctx), lambda room, by: act(room, number, by))
