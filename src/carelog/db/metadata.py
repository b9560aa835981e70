"""The two schemas: health data, and sign-in data, which lives in a database of its own."""

from sqlalchemy import MetaData

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

health_metadata = MetaData(naming_convention=_NAMES)
auth_metadata = MetaData(naming_convention=_NAMES)
