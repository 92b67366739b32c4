"""From a ledger to the broker: in order, confirmed, from a checkpoint.

One process per ledger is active, by a lease; a standby takes over when it ends. The relay may
publish an event twice (after a crash, or when a confirm is lost) and never skips one: the
checkpoint moves over the contiguous confirmed prefix only, and anything unclear drops the
connection and starts again from the checkpoint.

The active relay also signs the ledger's head now and then (`kernel.transparency.signing`), beside
its work: a checkpoint that cannot be signed holds up no event.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import prometheus_client
from kombu.exceptions import OperationalError
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from kernel import logs, metrics, topology
from kernel.commits import Commit, Document
from kernel.config import Settings, read
from kernel.delivery import ConfirmedPrefix, pause_after
from kernel.envelope import envelopes, to_message
from kernel.health import serve_ops
from kernel.lease import Held, Lease, LeaseLost
from kernel.ledger_reader import LedgerReader, ledger_collection
from kernel.nudges import Nudges
from kernel.publisher import ConfirmedChannel, Unconfirmed
from kernel.transparency.signing import Signing, Witness

log = logs.get(__name__)

POSITION = prometheus_client.Gauge(
    "motcua_relay_position", "Ledger position up to which everything is confirmed", ["service"]
)
HELD = prometheus_client.Gauge(
    "motcua_relay_lease_held", "1 while this process is the active relay", ["service"]
)

# What can go wrong outside this process; the relay says so in one line and goes on.
_OUTSIDE = (
    Unconfirmed,
    LeaseLost,
    PyMongoError,
    OperationalError,
    topology.TopologyConflict,
    OSError,
)


@dataclass(frozen=True)
class Pace:
    """How fast, how much and how patient a relay is; times in seconds."""

    window: int = 128  # messages in flight, at most
    batch: int = 500  # commits read at a time
    polls: tuple[float, ...] = (0.005, 0.010, 0.020, 0.040)  # pauses while nothing new comes
    nudged: float = 0.25  # the last of those pauses while it would be told of something new
    checkpoint: float = 0.25  # between two checkpoints under load
    stall: float = 10.0  # without a confirm: give up the connection
    lease: timedelta = timedelta(seconds=5)
    standby: float = 0.5  # between two tries for a lease that somebody else holds
    farewell: float = 5.0  # for the last checkpoint, when all else has ended

    def pause(self, idle: int, *, listening: bool) -> float:
        """Return how long nothing is looked for after nothing was found `idle` times before."""
        if idle < len(self.polls):
            return self.polls[idle]
        return self.nudged if listening else self.polls[-1]

    @property
    def refill(self) -> int:
        """Below so many unconfirmed, a window that was full takes more: many at each waking."""
        return max(1, self.window * 3 // 4)


def run_relay(service: str, settings: Settings) -> None:
    """Relay a service's ledger until SIGTERM or SIGINT; blocks.

    Whatever is away, broker or database, is waited for, at the start as well as later.
    """
    logs.configure(f"{service}-relay", settings.log_level)
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # the relay reports its failures itself
    relay = Relay(service, settings, sign_every=read(Signing).every)
    stop_ops = (
        serve_ops(settings.ops_port, relay.ready, settings.http_host) if settings.ops_port else None
    )
    asyncio.run(_run_until_signal(relay))
    if stop_ops is not None:
        stop_ops()


async def _run_until_signal(relay: Relay) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await relay.run(stop)


class Relay:
    """Publishes the events of one service's ledger for as long as it holds the lease.

    With `sign_every` it also signs what is new that often, and once more when it is told to stop:
    if that takes longer than a farewell may, it is left to the next relay.
    """

    def __init__(
        self,
        service: str,
        settings: Settings,
        *,
        pace: Pace | None = None,
        consumers: Sequence[topology.Consumer] = (),
        sign_every: timedelta | None = None,
    ) -> None:
        self.service = service
        self.settings = settings
        self.pace = pace or Pace()
        self.active = False
        self._standing_by = False
        self._source = topology.Source(service, settings)
        self._parts: tuple[topology.Part, ...] = (self._source, *consumers)
        self._client: MongoClient[Document] = MongoClient(
            settings.mongo_uri,
            appname=f"motcua-relay-{service}",
            serverSelectionTimeoutMS=5_000,
            socketTimeoutMS=15_000,
            connect=False,
        )
        self._reader = LedgerReader(ledger_collection(self._client, settings.namespace, service))
        self._witness = Witness(service, settings, self._client)
        self._sign_every = sign_every
        self._lease = Lease(
            self._client[settings.database(service)]["relay"],
            "relay",
            f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}",
            self.pace.lease,
        )

    def ready(self) -> dict[str, bool]:
        """Whether it does its work now, be it by standing by for another process."""
        return {"relay": self.active or self._standing_by}

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set; then confirm what is in flight and give the lease back."""
        failures = 0
        while not stop.is_set():
            prefix = ConfirmedPrefix(0)
            try:
                held = await asyncio.to_thread(self._lease.acquire)
                self._standing_by = held is None
                if held is None:
                    failures = 0
                    await _pause(stop, self.pace.standby)
                    continue
                prefix = ConfirmedPrefix(held.position)
                await self._relay(held, prefix, stop)
            except Exception as error:  # noqa: BLE001 - reported below and tried again
                self._standing_by = False
                failures = 1 if prefix.confirmed_any else failures + 1
                pause = pause_after(failures, random.random())  # noqa: S311 - jitter, no secret
                self._report(error, pause)
                await _pause(stop, pause)
        await asyncio.to_thread(self._client.close)

    async def _relay(self, held: Held, prefix: ConfirmedPrefix, stop: asyncio.Event) -> None:
        """Publish from the checkpoint until stopped; raise as soon as anything is unclear."""
        await asyncio.to_thread(topology.declare, self.settings, *self._parts)
        channel = await ConfirmedChannel.open(self.settings.amqp_uri, prefix)
        nudges = Nudges(self.settings, self.service)
        channel.open_another(nudges.listen)
        publishing = asyncio.create_task(self._publish(channel, nudges, held.position, stop))
        keeping = asyncio.create_task(self._keep(held, channel))
        signing = asyncio.create_task(self._sign(stop))
        self._become(active=True)
        log.info("relay.active", source=self.service, position=held.position, token=held.token)
        try:
            work: set[asyncio.Future[None]] = {channel.broken, keeping, publishing}
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for finished in done:
                finished.result()
        except BaseException as error:
            signing.cancel()
            if isinstance(error, Unconfirmed):
                # or a broker that breaks off early each time would get the same events for ever
                await asyncio.to_thread(self._lease.keep, held, prefix.position)
            raise
        finally:
            self._become(active=False)
            publishing.cancel()
            keeping.cancel()
            await asyncio.gather(publishing, keeping, return_exceptions=True)
            await channel.close()
        await asyncio.to_thread(self._lease.release, held, prefix.position)
        log.info("relay.released", source=self.service, position=prefix.position)
        await self._take_leave(signing)

    async def _publish(
        self, channel: ConfirmedChannel, nudges: Nudges, after: int, stop: asyncio.Event
    ) -> None:
        """Publish everything behind a position, wait for more, and return when stopped."""
        idle = 0
        ahead: asyncio.Task[list[Commit]] | None = None
        try:
            while not stop.is_set():
                # Asked in place: a hop to a thread would cost as much again as the question, and
                # without an answer there is nothing else to do.
                nudges.forget()
                commits = self._read(after) if ahead is None else await ahead
                ahead = None
                if not commits:
                    await nudges.wait(self.pace.pause(idle, listening=nudges.listening), stop)
                    idle += 1
                    continue
                idle = 0
                after = commits[-1].position
                if len(commits) == self.pace.batch:
                    # the next ones come in while these go out
                    ahead = asyncio.create_task(asyncio.to_thread(self._read, after))
                await self._send(channel, commits)
        finally:
            if ahead is not None:
                ahead.cancel()
        await channel.until_outstanding(1)

    def _read(self, after: int) -> list[Commit]:
        return self._reader.read(after, self.pace.batch)

    async def _send(self, channel: ConfirmedChannel, commits: Sequence[Commit]) -> None:
        """Publish the events of commits, never more in flight than the window."""
        for commit in commits:
            for envelope in envelopes(self.service, commit):
                if channel.prefix.outstanding >= self.pace.window:
                    await channel.until_outstanding(self.pace.refill)
                completes = commit.position if envelope.version == commit.last else None
                message = to_message(envelope)
                channel.publish(self._source.events, envelope.type, message, completes)
                metrics.EVENTS.labels(self.service, envelope.type, "published").inc()

    async def _keep(self, held: Held, channel: ConfirmedChannel) -> None:
        """Hold on to the lease, move the checkpoint, and notice when no confirm comes."""
        position = POSITION.labels(self.service)
        kept = held.position
        while True:
            if await channel.confirmed_beyond(kept, within=self.pace.lease.total_seconds() / 3):
                await asyncio.sleep(self.pace.checkpoint)
            channel.require_progress(self.pace.stall)
            kept = channel.prefix.position
            await asyncio.to_thread(self._lease.keep, held, kept)
            position.set(kept)

    async def _sign(self, stop: asyncio.Event) -> None:
        """Sign what is new, again and again, and once more at the end."""
        if self._sign_every is None:
            return
        while not stop.is_set():
            await _beside(self._witness.sign)
            await _pause(stop, self._sign_every.total_seconds())
        await _beside(self._witness.sign)

    async def _take_leave(self, signing: asyncio.Task[None]) -> None:
        """Wait for the last checkpoint, within bounds; raise what went wrong with it."""
        done, _ = await asyncio.wait({signing}, timeout=self.pace.farewell)
        if done:
            return signing.result()
        signing.cancel()
        log.warning("checkpoint.left", source=self.service, waited=self.pace.farewell)
        return None

    def _become(self, *, active: bool) -> None:
        self.active = active
        HELD.labels(self.service).set(int(active))

    def _report(self, error: Exception, pause: float) -> None:
        if isinstance(error, _OUTSIDE):
            reason = str(error).partition("\n")[0] or type(error).__name__
            log.warning(
                "relay.interrupted", source=self.service, reason=reason, retry_in=round(pause, 1)
            )
        else:
            log.exception("relay.failed", source=self.service, retry_in=round(pause, 1))


async def _beside(work: Callable[[], None]) -> None:
    """Let a thread work that nobody has to wait for, the end of the process included.

    `work` raises nothing. An insert that is under way then happens or not, as in a crash.
    """
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def run() -> None:
        work()
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="beside", daemon=True).start()
    await done.wait()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
