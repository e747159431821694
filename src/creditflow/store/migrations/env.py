"""What Alembic runs for each command; the connection comes from whoever calls it."""

from alembic import context

from creditflow.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
context.run_migrations()
