"""The storages of the conserver, and what they are here."""

from collections.abc import Mapping
from typing import Any, Final

from carelog.conserver.rules import Option, Rule, dropped, kept, secrets

WEBHOOK_SECRET: Final = "CARELOG_WEBHOOK_SECRET"  # noqa: S105  the name of a variable
"""The environment variable that holds the key which the webhooks of a conserver's configuration are signed with: the
conserver signs nothing, and so its configuration names none."""

_HTTP_PORT = 19530


def _organise(by_date: Any) -> str:
    return "date" if by_date else "flat"


def _with_colon(prefix: Any) -> str:
    """The conserver writes it before a colon."""
    return f"{prefix}:"


def _s3(options: dict[str, Any]) -> dict[str, Any]:
    bucket = options.pop("bucket", None)
    if not isinstance(bucket, str) or not bucket:
        raise ValueError("aws_bucket is needed")
    return {"url": f"s3://{bucket}", **options}


def _elasticsearch(options: dict[str, Any]) -> dict[str, Any]:
    hosts = options.pop("hosts", None)
    if hosts and "url" not in options:
        if not isinstance(hosts, list) or len(hosts) != 1:
            raise ValueError("hosts: one address is needed, be it that of a balancer")
        options["url"] = hosts[0]
    if options.pop("cloud_id", None):
        raise ValueError("cloud_id: give the deployment's address as url instead")
    prefix = options.pop("index_prefix", None) or ""
    options["index"] = f"{prefix}{options.get('index', '')}"
    return options


def _milvus(options: dict[str, Any]) -> dict[str, Any]:
    host, port = options.pop("host", "localhost"), options.pop("port", _HTTP_PORT)
    return {"uri": f"http://{host}:{port}", "embedding_url": "https://api.openai.com/v1", **options}


def _webhook(options: dict[str, Any]) -> dict[str, Any]:
    urls = options.pop("urls", None)
    if not isinstance(urls, list) or len(urls) != 1:
        raise ValueError("webhook-urls: one address is needed; give each of several a storage of its own")
    if options.pop("headers", None):
        raise ValueError("headers are not sent: a webhook here proves itself by its signature")
    return {"url": urls[0], "secret_env": WEBHOOK_SECRET, **options}


STORAGES: Final[Mapping[str, Rule]] = {
    "storage.file": Rule(
        "files",
        {
            "path": Option("path"),
            "organize_by_date": Option("organise", _organise),
            "compression": Option("gzip", bool),
            # Files are their owner's alone here, and are as large as what was accepted.
            **dropped("max_file_size", "file_permissions", "dir_permissions"),
        },
        defaults={"path": "/data/vcons"},
    ),
    "storage.postgres": Rule(
        "postgres",
        {
            **kept("host", "port", "user", "database"),
            **secrets(password="password"),  # noqa: S106  an option's name
            "table_name": Option("table"),
            **dropped("name"),
        },
        defaults={"host": "localhost", "user": "postgres", "database": "vcon_db"},
    ),
    "storage.s3": Rule(
        "s3",
        {
            "aws_bucket": Option("bucket"),
            "aws_region": Option("region"),
            "endpoint_url": Option("endpoint"),
            "s3_path": Option("prefix"),
            **secrets(aws_access_key_id="access_key_id", aws_secret_access_key="secret_access_key"),  # noqa: S106
        },
        finish=_s3,
    ),
    "storage.redis_storage": Rule(
        "redis",
        {
            "redis_url": Option("url"),
            "prefix": Option("prefix", _with_colon),
            "expires": Option("expire_seconds"),
        },
        defaults={"redis_url": "redis://localhost:6379", "prefix": "vcon_storage", "expires": 7 * 24 * 3600},
    ),
    "storage.elasticsearch": Rule(
        "elasticsearch",
        {
            **kept("url", "index", "username", "index_prefix", "hosts", "cloud_id"),
            **secrets(password="password", api_key="api_key"),  # noqa: S106
            "ca_certs": Option("ca_file"),
            **dropped("name"),
        },
        defaults={"index": "vcon_index"},
        finish=_elasticsearch,
    ),
    "storage.milvus": Rule(
        "milvus",
        {
            **kept("host", "port", "embedding_model"),
            "collection_name": Option("collection"),
            "embedding_dim": Option("dimension"),
            **secrets(api_key="api_key"),
            # The collection and its index are made as they are needed, and a newer revision takes an older one's place.
            **dropped("organization", "create_collection_if_missing", "skip_if_exists", "index_type", "metric_type"),
            **dropped("nlist", "m", "ef_construction", "pq_m", "pq_nbits"),
        },
        defaults={"embedding_model": "text-embedding-3-small", "embedding_dim": 1536},
        finish=_milvus,
    ),
    "storage.webhook": Rule(
        "webhook",
        {"webhook-urls": Option("urls"), "headers": Option("headers", secret=True)},
        finish=_webhook,
    ),
}
"""By the conserver's module. What it has besides (mongo, sftp, dataverse, spaceandtime, ...) has no counterpart."""
