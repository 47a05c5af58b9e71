"""Alembic runs this file; the connection comes from `libs/service/database.py`, which holds the lock."""

from alembic import context

from libs.service.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema="kept",
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
