"""The outbox played against a small model: what may be claimed, what each write does, and that nothing is lost."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from sqlalchemy import Connection, select

from bot.domain.delivery import Delivery, State
from bot.domain.watch import Watch
from bot.store import Store, open_store
from bot.store.schema import announcements, metadata
from tests.fakes import FakeClock
from tests.store.rig import QUIET, TEAM, lease, news, posted, wish

PLACES, REFERENCES = ("C1", "C2"), ("batch-1", "batch-2")
RETRY = timedelta(minutes=5)
WAITING = (State.PENDING, State.PARKED)
BLOCKING = (State.PENDING, State.SENDING, State.PARKED)
UNKNOWN = (State.SENDING, State.IN_DOUBT)
UNSENT = (*BLOCKING, State.IN_DOUBT)
Key = tuple[str, str, str, str, int]

places = st.sampled_from(PLACES)
references = st.sampled_from(REFERENCES)
names = st.sampled_from("abcdef")
seconds = st.sampled_from((1, 30, 100, 400))


@dataclass(frozen=True)
class Expected:
    """An announcement as it must be; `waits_until` and `attempted_at` are monotonic seconds."""

    number: int
    place: str
    reference: str
    watch_id: str | None
    state: State = State.PENDING
    version: int = 1
    waits_until: float = 0
    attempted_at: float = 0

    def moved(self, state: State, **changed: Any) -> "Expected":  # noqa: ANN401 - as in `replace`
        return replace(self, state=state, version=self.version + 1, **changed)


def key_of(delivery: Delivery) -> Key:
    key = delivery.announcement.key
    return key.place, key.kind, key.subject, key.level, key.generation


class OutboxMachine(RuleBasedStateMachine):
    """Whoever has the lease may claim, also twice at once; `hands` are what somebody holds, or held before."""

    hands = Bundle("hands")

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.runner = asyncio.Runner()
        self.clock = FakeClock()
        self.store = self.opened()
        self.rows: dict[Key, Expected] = {}
        self.watches: dict[tuple[str, str], Watch] = {}
        self.troubles: dict[str, int] = dict.fromkeys(PLACES, 0)
        self.troubled: set[str] = set()
        self.claimed: set[tuple[str, int]] = set()

    def opened(self) -> Store:
        return self.runner.run(open_store(self.url, self.clock, lease_clock=self.clock))

    @initialize()
    def empty(self) -> None:
        def work(connection: Connection) -> None:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())

        self.runner.run(self.store.database.write(work))

    # --- what comes in ---

    @rule(place=places, reference=references, name=names)
    def queue(self, place: str, reference: str, name: str) -> None:
        watch = self.watches.get((place, reference))
        made = news(name, place=place, reference=reference, watch=watch)
        new = self.runner.run(self.store.outbox.queue([made]))
        key = (place, "clips", reference, name, 0)
        assert new == (key not in self.rows)
        if not new and self.rows[key].state in WAITING:  # it has newer facts now
            self.rows[key] = self.rows[key].moved(self.rows[key].state)
        self.add(key, place, reference, watch.id if watch else None)

    @rule(place=places, reference=references)
    def watch(self, place: str, reference: str) -> None:
        now = self.clock.now()
        made, is_new = self.runner.run(self.store.watches.start(wish(reference, place=place), now=now, api_now=now))
        assert is_new == ((place, reference) not in self.watches)
        if is_new:
            self.watches[place, reference] = made
            self.add((place, "card", reference, made.id, 1), place, reference, made.id)

    @rule(place=places, reference=references)
    def unwatch(self, place: str, reference: str) -> None:
        ended = self.runner.run(self.store.watches.stop(TEAM, place, reference, now=self.clock.now()))
        watch = self.watches.pop((place, reference), None)
        assert (ended is None) == (watch is None)
        if watch is not None:
            self.move_all(lambda row: row.watch_id == watch.id and row.state in WAITING, State.DROPPED)

    def add(self, key: Key, place: str, reference: str, watch_id: str | None) -> None:
        if key not in self.rows:
            self.rows[key] = Expected(len(self.rows), place, reference, watch_id)

    # --- claiming ---

    @rule(target=hands)
    def claim(self) -> Any:  # noqa: ANN401 - what Hypothesis gives for a bundle
        return multiple(*self.taken(self.runner.run(self.claims())))

    @rule(target=hands)
    def both_claim_at_once(self) -> Any:  # noqa: ANN401 - what Hypothesis gives for a bundle
        async def both() -> list[tuple[Delivery, ...]]:
            return list(await asyncio.gather(self.claims(), self.claims()))

        first, second = self.runner.run(both())
        return multiple(*self.taken((*first, *second)))

    async def claims(self) -> tuple[Delivery, ...]:
        return await self.store.outbox.claim(await lease(self.store), now=self.clock.now(), busy=frozenset())

    def taken(self, deliveries: tuple[Delivery, ...]) -> tuple[Delivery, ...]:
        """Check and note what was claimed; nothing that surely could be claimed may be left when it was nothing."""
        assert len({delivery.id for delivery in deliveries}) == len(deliveries)
        if not deliveries:
            assert not [row for row in self.rows.values() if self.is_surely_ready(row)]
        for delivery in sorted(deliveries, key=lambda each: self.rows[key_of(each)].number):
            row = self.rows[key_of(delivery)]
            assert row.state in WAITING
            assert not self.is_blocked(row)
            assert row.waits_until <= self.clock.monotonic() or self.was_set_back
            assert (delivery.id, delivery.version) not in self.claimed
            self.claimed.add((delivery.id, delivery.version))
            self.rows[key_of(delivery)] = row.moved(State.SENDING, attempted_at=self.clock.monotonic(), waits_until=0)
        return deliveries

    was_set_back = False

    def is_blocked(self, row: Expected) -> bool:
        return any(
            (other.place, other.reference) == (row.place, row.reference)
            and other.number < row.number
            and other.state in BLOCKING
            for other in self.rows.values()
        )

    def is_surely_ready(self, row: Expected) -> bool:
        is_free = row.place not in self.troubled and row.waits_until <= self.clock.monotonic()
        return row.state is State.PENDING and is_free and not self.was_set_back and not self.is_blocked(row)

    # --- what becomes of it ---

    @rule(hand=hands)
    def sent(self, hand: Delivery) -> None:
        done = self.runner.run(self.store.outbox.sent(hand, posted(), now=self.clock.now()))
        if self.was_mine(hand, done, (State.SENDING,)):
            self.arrive(hand)

    @rule(hand=hands, pause=seconds)
    def again(self, hand: Delivery, pause: int) -> None:
        not_before = self.clock.now() + timedelta(seconds=pause)
        done = self.runner.run(self.store.outbox.again(hand, not_before=not_before, why="ratelimited"))
        if self.was_mine(hand, done, (State.SENDING,)):
            self.wait_again(hand, self.clock.monotonic() + pause)

    @rule(hand=hands)
    def doubt(self, hand: Delivery) -> None:
        done = self.runner.run(self.store.outbox.doubt(hand))
        if self.was_mine(hand, done, (State.SENDING,)):
            self.move(hand, State.IN_DOUBT, waits_until=0)

    @rule(hand=hands)
    def drop(self, hand: Delivery) -> None:
        done = self.runner.run(self.store.outbox.drop(hand, "invalid_blocks"))
        if self.was_mine(hand, done, (State.SENDING,)):
            self.move(hand, State.DROPPED)

    @rule(hand=hands)
    def park(self, hand: Delivery) -> None:
        done = self.runner.run(self.store.outbox.park(hand, "not_in_channel", now=self.clock.now(), retry_after=RETRY))
        if not self.was_mine(hand, done, (State.SENDING,)):
            return
        place = hand.announcement.key.place
        self.move(hand, State.DROPPED if self.is_unwatched(hand) else State.PARKED)
        self.move_all(lambda row: row.place == place and row.state is State.PENDING, State.PARKED)
        if place in self.troubles and place not in self.troubled:
            self.troubles[place] += 1
            if any(where == place for where, _ in self.watches):
                self.add(("U1", "access", place, "not_in_channel", self.troubles[place]), "U1", "", None)
        self.troubled.add(place)

    @rule(target=hands)
    def look_for_doubts(self) -> Any:  # noqa: ANN401 - what Hypothesis gives for a bundle
        found = self.runner.run(self.store.outbox.doubtful(TEAM, quiet=QUIET))
        for delivery in found:
            row = self.rows[key_of(delivery)]
            assert row.state in UNKNOWN
            assert self.clock.monotonic() - row.attempted_at >= QUIET.total_seconds()
        return multiple(*found)

    @rule(hand=hands, was_posted=st.booleans(), repeat=st.booleans())
    def settle(self, hand: Delivery, was_posted: bool, repeat: bool) -> None:
        where = posted() if was_posted else None
        done = self.runner.run(self.store.outbox.settle_doubt(hand, where, now=self.clock.now(), repeat=repeat))
        if not self.was_mine(hand, done, UNKNOWN):
            return
        if was_posted:
            self.arrive(hand)
        else:
            self.wait_again(hand, 0)

    @rule(hand=hands, pause=seconds)
    def look_later(self, hand: Delivery, pause: int) -> None:
        not_before = self.clock.now() + timedelta(seconds=pause)
        done = self.runner.run(self.store.outbox.doubt_later(hand, not_before=not_before, why="ratelimited"))
        if self.was_mine(hand, done, UNKNOWN):
            self.move(hand, State.IN_DOUBT)

    def was_mine(self, hand: Delivery, done: bool, states: tuple[State, ...]) -> bool:
        """Whether the write had to be done, which it must have been exactly then."""
        row = self.rows[key_of(hand)]
        assert done == (row.version == hand.version and row.state in states)
        return done

    def is_unwatched(self, hand: Delivery) -> bool:
        watch_id = self.rows[key_of(hand)].watch_id
        return watch_id is not None and watch_id not in {watch.id for watch in self.watches.values()}

    def arrive(self, hand: Delivery) -> None:
        self.move(hand, State.SENT)
        place = hand.announcement.key.place
        if place in self.troubled:
            self.troubled.discard(place)
            self.move_all(lambda row: row.place == place and row.state is State.PARKED, State.PENDING)

    def wait_again(self, hand: Delivery, until: float) -> None:
        self.move(hand, State.DROPPED if self.is_unwatched(hand) else State.PENDING, waits_until=until)

    def move(self, hand: Delivery, state: State, **changed: float) -> None:
        self.rows[key_of(hand)] = self.rows[key_of(hand)].moved(state, **changed)

    def move_all(self, which: Any, state: State) -> None:  # noqa: ANN401 - a condition on a row
        self.rows |= {key: row.moved(state) for key, row in self.rows.items() if which(row)}

    # --- time and lives ---

    @rule(passed=seconds)
    def pass_time(self, passed: int) -> None:
        self.clock.pass_time(passed)

    @rule(back=st.sampled_from((30, 3_600)))
    def set_the_clock_back(self, back: int) -> None:
        self.clock.step(-back)
        self.was_set_back = True

    @rule()
    def restart(self) -> None:
        self.runner.run(self.store.database.close())
        self.store = self.opened()

    @rule(hand=consumes(hands))
    def forget(self, hand: Delivery) -> None:
        """Whoever held it is dead."""

    # --- what must always be so ---

    def there(self) -> dict[Key, tuple[State, int]]:
        table = announcements.c
        columns = (table.place, table.kind, table.subject, table.level, table.generation, table.state, table.version)
        query = select(*columns)
        rows = self.runner.run(self.store.database.read(lambda connection: connection.execute(query).all()))
        found = {tuple(row[:5]): (State(row[5]), row[6]) for row in rows}
        assert len(found) == len(rows), "one key has two rows"
        return found

    @invariant()
    def everything_is_as_expected(self) -> None:
        assert self.there() == {key: (row.state, row.version) for key, row in self.rows.items()}

    def teardown(self) -> None:
        """In the end everything that nobody dropped is sent."""
        for _ in range(40):
            if not any(row.state in UNSENT for row in self.rows.values()):
                break
            self.clock.pass_time(400)
            for hand in self.look_at_doubts():
                self.settle_as_lost(hand)
            for hand in self.taken(self.runner.run(self.claims())):
                self.runner.run(self.store.outbox.sent(hand, posted(), now=self.clock.now()))
                self.arrive(hand)
        else:
            raise AssertionError("something is never sent")
        self.everything_is_as_expected()
        self.runner.run(self.store.database.close())
        self.runner.close()

    def look_at_doubts(self) -> tuple[Delivery, ...]:
        return self.runner.run(self.store.outbox.doubtful(TEAM, quiet=QUIET))

    def settle_as_lost(self, hand: Delivery) -> None:
        self.runner.run(self.store.outbox.settle_doubt(hand, None, now=self.clock.now()))
        self.wait_again(hand, 0)
