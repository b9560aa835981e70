"""Notices that a SQLite file has changed, whoever changed it, in a few microseconds."""

import sqlite3


class SqliteVersion:
    """The number of a database's state, as one connection counts it: another one after every commit of any other
    connection, of this process or another (https://www.sqlite.org/pragma.html#pragma_data_version).

    It is asked where it is needed, and not in a thread: that reads a few words of memory which all connections share.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def now(self) -> int | None:
        """None when it cannot be told now, as while the file is being recovered."""
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.OperationalError:
            return None
        return version

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
