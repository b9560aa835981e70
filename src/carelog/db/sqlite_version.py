"""Notices that a SQLite file has changed, whoever changed it, in a few microseconds."""

import sqlite3


class SqliteVersion:
    """The version of a database file as one connection sees it: it changes with every commit of any other connection,
    of this process or another (https://www.sqlite.org/pragma.html#pragma_data_version).

    It is read without a thread: only a few words of shared memory are looked at.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def now(self) -> int | None:
        """None when it cannot be told now, such as while the file is being recovered."""
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
