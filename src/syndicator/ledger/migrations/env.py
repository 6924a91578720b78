"""Alembic's way in: runs the migrations on the connection it is given, in that connection's transaction."""

from alembic import context

from syndicator.ledger.columns import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
