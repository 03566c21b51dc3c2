"""Runs migrations on the connection that `kefu.adapters.sql.migrate` hands over."""

from __future__ import annotations

from alembic import context

from kefu.adapters.sql.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
