"""Django's PostgreSQL backend, but every connection is refused with a text that helps.

Being PostgreSQL in all else, it serves what needs no connection: makemigrations, checks, SQL text.
"""

from typing import Any, NoReturn

from django.db.backends.postgresql import base
from django.db.utils import OperationalError


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: Any) -> NoReturn:
        raise OperationalError(
            f"no hub is running on data directory {self.settings_dict['OPTIONS']['data_dir']}:"
            " start it with make run, or set DATABASE_URL"
        )

    def get_connection_params(self) -> dict[str, Any]:
        return {}
