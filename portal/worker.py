"""The background worker: does jobs until it is told to stop, whatever happens to the database meanwhile."""

import asyncio
import logging
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, LiteralString

from asgiref.sync import sync_to_async
from django.db import Error, connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException

from lib.jobs import take_up_stalled

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 10
"""Seconds between two attempts to reach the database."""

PATIENCE_WITH_DATABASE = 5
"""Seconds until a connection that does not come counts as an outage."""

SPARE_THREADS = 2


class _Connector(PsycopgConnector):
    """Says when a query is lost. procrastinate leaves it at a line in the log when it cannot note how a job
    ended, and that job would stay in the hands of a living worker for ever."""

    def __init__(self) -> None:
        super().__init__(kwargs=connector_params(), timeout=PATIENCE_WITH_DATABASE)
        self.lost = asyncio.Event()

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        try:
            await super().execute_query_async(query, **arguments)
        except ConnectorException:
            self.lost.set()
            raise


class Worker:
    """``slots`` says how many jobs of each queue are done at the same time. A queue's slots are its own."""

    def __init__(self, slots: Mapping[str, int]) -> None:
        self.slots = slots
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Returns after SIGTERM or SIGINT, when the jobs in hand are done. Raises what is neither a signal
        nor an outage."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(sum(self.slots.values()) + SPARE_THREADS))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        while await self._database_answers():
            try:
                await self._do_jobs()
            except (ConnectorException, Error) as error:
                logger.warning("The worker lost the database: %s", error)
            await self._pause(1)

    async def _database_answers(self) -> bool:
        """Wait for the database with growing pauses; False when it is time to stop."""
        pause = 1
        while not self.stopping.is_set():
            try:
                await sync_to_async(_connect)()
            except Error as error:
                logger.warning("The worker waits for the database: %s", str(error).strip())
                await self._pause(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return True
        return False

    async def _do_jobs(self) -> None:
        """Until it is time to stop, a query is lost, or the slots of one queue end, which they do without the
        database. Jobs that the slots leave behind have no worker then, and are taken up the next time."""
        connector = _Connector()
        with app.replace_connector(connector):
            async with app.open_async():
                await take_up_stalled(app.job_manager)
                slots = [
                    asyncio.create_task(self._serve(queue, count)) for queue, count in self.slots.items()
                ]
                reasons = [asyncio.create_task(event.wait()) for event in (self.stopping, connector.lost)]
                await asyncio.wait([*slots, *reasons], return_when=asyncio.FIRST_COMPLETED)
                for task in (*slots, *reasons):
                    task.cancel()
                results = await asyncio.gather(*slots, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _serve(self, queue: str, count: int) -> None:
        await app.run_worker_async(
            queues=[queue], name=queue, concurrency=count, install_signal_handlers=False
        )

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)


def _connect() -> None:
    """Start the embedded server, where that is the database, and see whether it answers."""
    connection.ensure_connection()
    connection.close()
