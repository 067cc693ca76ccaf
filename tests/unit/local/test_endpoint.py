"""How endpoints are called from a server of this machine."""

from __future__ import annotations

import asyncio

from primehub_deploy_ext.engines.base import PredictRequest
from primehub_deploy_ext.engines.local.endpoint import EndpointCalls

REQUEST = PredictRequest(b"{}", timeout=30)


class Model:
    """Answers at once, but for what is slow: that waits for ``go_on``."""

    def __init__(self, status: bytes = b"200 OK\r\nContent-Type: application/json") -> None:
        self.status = status
        self.asked: list[bytes] = []
        self.go_on = asyncio.Event()

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readline())
        if b"/slow" in self.asked[-1]:
            await self.go_on.wait()
        writer.write(b"HTTP/1.1 " + self.status + b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\n42")
        await writer.drain()
        writer.close()


def test_nobody_is_sent_elsewhere_by_what_a_model_answers() -> None:
    model = Model(b"307 Temporary Redirect\r\nLocation: /elsewhere")

    async def call() -> int:
        calls = EndpointCalls()
        async with model as url:
            answer = await calls.send(f"{url}/predict", REQUEST, {"Authorization": "Bearer mine"})
        calls.close()
        return answer.status

    assert asyncio.run(call()) == 307
    assert model.asked == [b"POST /predict HTTP/1.1\r\n"]


def test_slow_models_keep_no_other_from_being_called() -> None:
    async def call() -> None:
        model, calls = Model(), EndpointCalls()
        async with model as url:
            slow = [asyncio.create_task(calls.send(f"{url}/slow", REQUEST, {})) for _ in range(50)]
            while len(model.asked) < len(slow):
                await asyncio.sleep(0.01)
            quick = await calls.send(f"{url}/quick", REQUEST, {})
            assert quick.body == 42
            model.go_on.set()
            assert {answer.status for answer in await asyncio.gather(*slow)} == {200}
        calls.close()

    asyncio.run(asyncio.wait_for(call(), 60))


def test_a_script_that_runs_one_loop_after_the_other_calls_in_each() -> None:
    calls = EndpointCalls()

    async def once() -> int:
        async with Model() as url:
            return (await calls.send(url, REQUEST, {})).status

    assert [asyncio.run(once()), asyncio.run(once())] == [200, 200]
    calls.close()
