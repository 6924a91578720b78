"""The polling process, plain: aiohttp and a dictionary of ETags, with the same number of requests side by side."""

import asyncio
import sys
from time import perf_counter, process_time

import aiohttp

from bench.children import answer


class Loop:
    """One session and what its feeds said last.

    Thousands wait for places of its own: to wait for one of the connector's costs a walk over all that wait, at each
    answer.
    """

    def __init__(self, urls: list[str]) -> None:
        self._urls = urls
        self._many = len(urls) > 1000
        self._places = asyncio.Semaphore(100)
        self._by_host = {_host(url): asyncio.Semaphore(2) for url in urls}
        self._etags: dict[str, str] = {}
        self._runner = asyncio.Runner()
        self._session = self._runner.run(self._open())

    async def _open(self) -> aiohttp.ClientSession:
        limits = {"limit": 0} if self._many else {"limit": 100, "limit_per_host": 2}
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(**limits))

    async def _ask_in_turn(self, url: str) -> None:
        async with self._by_host[_host(url)], self._places:
            await self._ask(url)

    async def _ask(self, url: str) -> None:
        known = self._etags.get(url)
        async with self._session.get(url, headers={"If-None-Match": known} if known else {}) as answer:
            if answer.status != 304:
                await answer.read()
                self._etags[url] = answer.headers["ETag"]

    async def _all(self) -> None:
        ask = self._ask_in_turn if self._many else self._ask
        await asyncio.gather(*(ask(url) for url in self._urls))

    def one_round(self) -> dict[str, float]:
        """Ask every feed once."""
        started, at = process_time(), perf_counter()
        self._runner.run(self._all())
        return {"cpu": process_time() - started, "wall": perf_counter() - at}

    def close(self) -> None:
        """Hang up."""
        self._runner.run(self._session.close())
        self._runner.close()


def _host(url: str) -> str:
    return url.split("/")[2]


def main() -> None:
    """`python -m bench.polls_plain PLACE… NUMBER`: one round of requests for each question."""
    *places, number = sys.argv[1:]
    loop = Loop([f"{places[one % len(places)]}/{one}.xml" for one in range(int(number))])
    loop.one_round()
    answer({"ready": True}, loop.one_round)
    loop.close()


if __name__ == "__main__":
    main()
