"""Vectors of texts, from any endpoint that answers `POST /embeddings` as OpenAI's does."""

from collections.abc import Sequence
from typing import Any

import httpx

from carelog.kit import jsontext
from carelog.kit.address import http_address
from carelog.kit.errors import InvalidInput
from carelog.kit.http import retry_after
from carelog.kit.tls import trusted
from carelog.storages.storage import Storage

_TEXTS_AT_ONCE = 64


class Embedder:
    """Asks for the embeddings of one model, each a vector of `dimension` numbers. Failures are those of `storage`.

    `url` is that of the API ('https://api.example.org/v1'), or of its embeddings ('.../v1/embeddings').
    Raises ValueError for a URL that is none.
    """

    def __init__(
        self, storage: Storage[Any], url: str, model: str, dimension: int, api_key: str | None, timeout_seconds: float
    ) -> None:
        self._storage = storage
        address, self._login = http_address(url)
        path = address.path.rstrip("/")
        self._url = address if path.endswith("/embeddings") else address.copy_with(path=f"{path}/embeddings")
        self._model = model
        self._dimension = dimension
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._timeout_seconds = timeout_seconds
        self._client: httpx.AsyncClient | None = None

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector for each text. Raises StorageDown, and StorageRefused when it is the texts that are refused."""
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            vectors += await self._embed(texts[start : start + _TEXTS_AT_ONCE])
        return vectors

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        body = jsontext.dump({"model": self._model, "input": list(texts)})
        try:
            response = await self._http().post(
                self._url, content=body.encode(), headers={"content-type": "application/json"}
            )
        except httpx.HTTPError as error:
            raise self._storage.down(f"cannot reach its embeddings ({type(error).__name__})") from None
        told = f"cannot have embeddings: answered {response.status_code}"
        if response.status_code in (400, 413, 422):
            raise self._storage.refused(told)
        if not response.is_success:
            raise self._storage.down(told, retry_after(response.headers.get("retry-after")))
        return self._vectors(response, len(texts))

    def _vectors(self, response: httpx.Response, wanted: int) -> list[list[float]]:
        try:
            data = jsontext.parse(response.content)["data"]
            vectors: list[list[float]] = [item["embedding"] for item in sorted(data, key=lambda item: item["index"])]
        except (InvalidInput, KeyError, TypeError):
            raise self._storage.down("cannot read its embeddings: the answer has another shape") from None
        if len(vectors) != wanted:
            raise self._storage.down(f"asked for {wanted} embeddings and got {len(vectors)}")
        other = next((len(vector) for vector in vectors if len(vector) != self._dimension), None)
        if other is not None:
            raise self._storage.down(
                f"got embeddings of {other} numbers; its option `dimension` says {self._dimension}"
            )
        return vectors

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                headers=self._headers,
                auth=self._login,
                verify=trusted(),
                timeout=self._timeout_seconds,
                follow_redirects=False,
            )
        return self._client
