"""Alembic's environment; `service.store.engine.migrate` gives it a connection."""

from alembic import context

from service.store.passages import passages

metadata = passages.metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
