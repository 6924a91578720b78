"""syndicator carries a newsroom's articles to its social accounts."""

__version__ = "0.1.0"
