"""Schema versions: `upgrade` brings a database up to date, `is_current` asks whether it is.

Each file in versions/ is one step and never changes after its release.
"""

from typing import TYPE_CHECKING

from sqlalchemy.engine import Engine

if TYPE_CHECKING:
    from alembic.config import Config


def upgrade(engine: Engine) -> None:
    """Take every step that the database has not taken yet, each in one transaction."""
    if is_current(engine):
        return
    from alembic import command  # noqa: PLC0415 - only who asks about the schema loads it

    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the database has taken every step."""
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    with engine.connect() as connection:
        taken = MigrationContext.configure(connection).get_current_heads()
    return set(taken) == set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "creditflow.store:migrations")
    return config
