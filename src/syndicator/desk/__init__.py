"""The editors' desk: web pages and an API over the ledger, served by the daemon or alone. It always wants a log-in.

`server.Server` is the way in. Nothing is imported here, so that the command line can use a part without the web.
"""
