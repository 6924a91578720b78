"""Places and time-outs in an event loop."""

import asyncio

import pytest

from syndicator.turns import GRAIN, Deadlines, Places


def test_no_more_than_there_are_places() -> None:
    """Who finds none waits, and they go in the order of asking."""

    async def several() -> tuple[int, list[int]]:
        places, inside, most, order = Places(2), 0, 0, list[int]()

        async def one(number: int) -> None:
            nonlocal inside, most
            await places.take()
            order.append(number)
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1
            places.leave()

        await asyncio.gather(*(one(number) for number in range(7)))
        assert places.take_now()
        assert places.take_now()
        assert not places.take_now()
        return most, order

    assert asyncio.run(several()) == (2, list(range(7)))


@pytest.mark.parametrize("handed", [False, True], ids=["still waiting", "just handed over"])
def test_a_place_is_not_lost_with_who_gave_up(handed: bool) -> None:
    """Who is cancelled while waiting, or in the moment of being served, leaves the place to others."""

    async def given_up() -> bool:
        places = Places(1)
        await places.take()
        waiting = asyncio.create_task(places.take())
        await asyncio.sleep(0)
        if handed:
            places.leave()
            waiting.cancel()
        else:
            waiting.cancel()
            places.leave()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return places.take_now()

    assert asyncio.run(given_up())


def test_what_takes_too_long_is_ended() -> None:
    """It is cancelled, its end is waited for, and the next exchange has its own time."""

    async def slow() -> list[str]:
        deadlines, said = Deadlines(), list[str]()

        async def hang() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                said.append("ended")

        begun = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError):
            await deadlines.within(0.01, hang())
        assert asyncio.get_running_loop().time() - begun < 0.01 + 20 * GRAIN
        said.append(await deadlines.within(5, asyncio.sleep(0, "quick")))
        return said

    assert asyncio.run(slow()) == ["ended", "quick"]


def test_who_is_cancelled_by_others_is_told_so() -> None:
    """A cancelled task is no time-out, and errors pass as they are."""

    async def cancelled() -> None:
        deadlines = Deadlines()
        task = asyncio.create_task(deadlines.within(5, asyncio.Event().wait()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        async def broken() -> None:
            raise ValueError("as it is")

        with pytest.raises(ValueError, match="as it is"):
            await deadlines.within(5, broken())

    asyncio.run(cancelled())
