"""Schema versions: `upgrade` brings a database up to date, `is_current` asks whether it is.

Each file in versions/ is one step and never changes after its release.
"""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine


def upgrade(engine: Engine) -> None:
    """Take every step that the database has not taken yet, each in one transaction."""
    if is_current(engine):
        return
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the database has taken every step."""
    with engine.connect() as connection:
        taken = MigrationContext.configure(connection).get_current_heads()
    return set(taken) == set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "creditflow.store:migrations")
    return config
