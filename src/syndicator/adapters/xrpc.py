"""An account's repository on its own server, spoken to by atproto's client over the shared wire.

The library's own way is httpx, whose time-outs are per read; here its requests keep the adapters' one deadline.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import requests

from syndicator.models import Media

# An access token is refreshed a quarter of an hour before it ends, so that one looked at within ten minutes is good for
# five more: no request to refresh it comes between `go` and the publishing one.
FRESH = 600.0


class Repository:
    """Records and blobs of one account. `did` and `handle` are the server's once somebody has logged in.

    Every method raises HTTPError for a refusal and what the session raises for a lost answer. `clock` gives seconds.
    """

    def __init__(
        self, server: str, handle: str, password: str, session: requests.Session, clock: Callable[[], float]
    ) -> None:
        import atproto_client  # noqa: F401 - half a second; a missing library is noticed when the account is built

        self.did = ""
        self.handle = handle
        self._server, self._password, self._session, self._clock = server, password, session, clock
        self._client: Any = None
        self._seen = 0.0

    def ready(self) -> None:
        """See that there is a session which lives for five minutes at least.

        Logs in only where there is none: servers allow 30 log-ins in five minutes.
        """
        if self._client is not None and self._clock() - self._seen >= FRESH:
            try:
                self.session()
            except requests.HTTPError as error:
                if error.response.status_code not in (400, 401):
                    raise
                self._client = None
        if self._client is None:
            self._client = self._login()

    def forget(self) -> None:
        """Log in anew at the next use."""
        self._client = None

    def session(self) -> Any:
        """What the server says of the account: did, handle, active, status. Refreshes the token where it is time."""
        found = self._client.com.atproto.server.get_session()
        self._seen = self._clock()
        return found

    def upload(self, photo: Media) -> Any:
        """A reference to the photo's bytes, for a record. What nothing refers to is thrown away by the server."""
        headers = {"Content-Type": photo.mime}
        answer = self._client.invoke_procedure("com.atproto.repo.uploadBlob", data=photo.data, headers=headers)
        return answer.content["blob"]

    def get(self, collection: str, key: str) -> Any:
        """The record and its uri."""
        from atproto_client.models.dot_dict import DotDict

        where = DotDict({"repo": self.did, "collection": collection, "rkey": key})
        return self._client.invoke_query("com.atproto.repo.getRecord", params=where).content

    def records(self, collection: str) -> Iterator[Any]:
        """Every record with its uri, the latest key first, page by page. ValueError for a page that says nothing."""
        from atproto_client.models.dot_dict import DotDict

        asked: dict[str, Any] = {"repo": self.did, "collection": collection, "limit": 100}
        while True:
            page = self._client.invoke_query("com.atproto.repo.listRecords", params=DotDict(asked)).content
            following = page.get("cursor")
            if not isinstance(page["records"], list) or (following and following == asked.get("cursor")):
                raise ValueError("the server gave no readable page of records")
            yield from page["records"]
            if not following:
                return
            asked["cursor"] = following

    def create(self, collection: str, key: str, record: Mapping[str, Any]) -> Any:
        """Write a record where none is. The same bytes again change nothing; others are refused as InvalidSwap."""
        # The typed call drops a null swapRecord, and would overwrite what is there.
        return self._write("putRecord", collection, key, {"record": record, "swapRecord": None})

    def delete(self, collection: str, key: str) -> None:
        """Remove a record; one that is not there is no error."""
        self._write("deleteRecord", collection, key, {})

    def _write(self, method: str, collection: str, key: str, more: dict[str, Any]) -> Any:
        body = {"repo": self.did, "collection": collection, "rkey": key} | more
        answer = self._client.invoke_procedure(
            f"com.atproto.repo.{method}",
            content=json.dumps(body, ensure_ascii=False),
            headers={"Content-Type": "application/json"},
            ignore_session_check=True,  # `ready` saw to it
        ).content
        if answer and not isinstance(answer, dict):
            raise ValueError("the server's answer is no JSON object")
        return answer

    def _login(self) -> Any:
        from atproto_client import Client

        client = Client(base_url=self._server, request=_over(self._session))
        client.on_session_change(self._remember)
        client.login(self.handle, self._password, fetch_bsky_profile=False)
        self._seen = self._clock()
        return client

    def _remember(self, _: Any, session: Any) -> None:
        self.did, self.handle = session.did, session.handle


def _over(session: requests.Session) -> Any:
    from atproto_client.request import RequestBase, Response

    request: Any = RequestBase()

    def send(method: str, url: str, *, content: str | None = None, data: bytes | None = None, **options: Any) -> Any:
        body = data if content is None else content.encode()
        headers = request.get_headers(options.get("headers"))
        answer = session.request(method, url, params=options.get("params"), data=body, headers=headers)
        if not 200 <= answer.status_code < 300:
            raise requests.HTTPError(f"the server answered {answer.status_code}", response=answer)
        told = {name.lower(): value for name, value in answer.headers.items()}
        is_json = "application/json" in told.get("content-type", "")
        return Response(True, answer.status_code, answer.json() if is_json else answer.content, told)

    request.get, request.post = partial(send, "GET"), partial(send, "POST")
    return request
