"""How the tables of a house came to be, one file per version; `bring_up_to_date` runs what is missing.

A house made by a newer version is refused, never touched.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from xinglin.records.errors import InvalidInput
from xinglin.store.tables import SCHEMA


def schema_of(connection: Connection) -> str:
    """The version of a house's tables, "" when there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def bring_up_to_date(connection: Connection) -> None:
    """Run the missing migrations. Raises InvalidInput for a house of a newer version."""
    found = schema_of(connection)
    if found == SCHEMA:
        return
    if found > SCHEMA:
        raise InvalidInput(
            "XL-STORE-002", "this house was made by a newer version of Xinglin",
            why=f"its tables are of version {found}, this program knows {SCHEMA}", fix="install the newer version",
        )  # fmt: skip
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
