"""Questions about one article: what would be posted, and why it was or was not."""

from typing import Annotated

import typer

from syndicator.cli.options import AccountNames, of

Address = Annotated[str, typer.Argument(metavar="URL", help="The article's address.")]


def preview(ctx: typer.Context, url: Address, account: AccountNames = None) -> None:
    """Show what would be posted of an article.

    Where, when, in which words. Sends nothing, queues nothing.
    """
    from syndicator.cli.previewing import preview_article

    preview_article(of(ctx), url, account or [])


def why(ctx: typer.Context, url: Address) -> None:
    """Tell what became of an article, and why.

    How it was found, where it was routed and by which rule, and the state of its posts.
    """
    from syndicator.cli.explaining import explain_article

    explain_article(of(ctx), url)
