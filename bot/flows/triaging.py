"""Take care of failures: mark them handled, give them to somebody, or hear no more of a kind."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.domain.failure import FailureKind
from bot.domain.people_answer import KindMutedAnswer, Triaged, TriagedAnswer
from bot.errors import BadCommandError, SlackError
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.flows.shared import Sharing
from bot.ports import Clock, People
from bot.store import Store
from bot.store.triages import Which

log = structlog.get_logger(__name__)
_MOST_NAMED = 5
_DM = "D"
_LONGEST_NAMED = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """Failures that somebody means: a reference, and a kind by its key or by words of its name (None: every kind).

    `seen` is how many failures of the kind the person saw; None when that is not known.
    """

    reference: str
    kind: str | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Triaging:
    """What people do about failures; `on_change` is called when cards or messages are due.

    Everybody may take care of them, as that is work; what a place is told of them only its managers change.
    """

    store: Store
    clock: Clock
    identity: Identity
    account_id: str
    gate: Gate
    on_change: Callable[[], None]
    sharing: Sharing
    people: People

    async def handled(self, place: str, choice: Choice, person: str) -> TriagedAnswer:
        """The failures so far need nothing more; raises `BadCommandError` where there are none."""
        which, chosen = await self._chosen(place, choice, still_open=True)
        seen = {chosen[0].key: choice.seen} if choice.seen is not None and len(chosen) == 1 else None
        after = await self.store.triages.handle(which, person=person, now=self.clock.now(), seen=seen)
        return self._told(which, Triaged.HANDLED, after)

    async def open_again(self, place: str, choice: Choice, person: str) -> TriagedAnswer:
        """The failures are not handled after all."""
        which, _ = await self._chosen(place, choice)
        after = await self.store.triages.open_again(which, person=person, now=self.clock.now())
        return self._told(which, Triaged.OPENED_AGAIN, after)

    async def assign(self, place: str, choice: Choice, to: str | None, person: str) -> TriagedAnswer:
        """Somebody looks at the failures; None for nobody any more. Not who is of another organisation."""
        which, _ = await self._chosen(place, choice, still_open=to is not None)
        is_other = to not in (None, person)
        if to is not None and is_other:
            await self._refuse_stranger(to, person)
        ask = is_other and not place.startswith(_DM)  # which nobody else reads
        after, asked = await self.store.triages.assign(which, to, person=person, now=self.clock.now(), ask=ask)
        return self._told(which, Triaged.ASSIGNED, after, unasked=is_other and not asked)

    async def _refuse_stranger(self, to: str, person: str) -> None:
        """Who is of another organisation than who asks them would be turned away; unless Slack does not tell."""
        try:
            theirs, ours = await asyncio.gather(self.people.organisation(to), self.people.organisation(person))
        except SlackError as error:
            log.info("it is not known whether somebody is of another organisation", why=error.why)
            return
        if theirs and ours and theirs != ours:
            raise BadCommandError(
                "That person is of another organisation, whose people I tell only counts. Name somebody of your own"
                " workspace. Nothing was changed."
            )

    def _told(
        self, which: Which, did: Triaged, after: tuple[FailureKind, ...], *, unasked: bool = False
    ) -> TriagedAnswer:
        self.on_change()
        return TriagedAnswer(did, which.reference_id, after, unasked)

    async def mute_kind(self, place: str, choice: Choice, person: str, *, muted: bool) -> KindMutedAnswer:
        """Hear no more of a kind in this place, or hear of it again."""
        await self.gate.allow_change(place, person)
        which, chosen = await self._chosen(place, choice)
        watch = await self.store.triages.mute(which, muted=muted, person=person, now=self.clock.now())
        if watch is None:
            raise BadCommandError("There is nothing to mute: this place does not watch it. Nothing was changed.")
        self.on_change()
        return KindMutedAnswer(which.reference_id, chosen[0], watch.reference_id, muted)

    async def _chosen(
        self, place: str, choice: Choice, *, still_open: bool = False
    ) -> tuple[Which, Sequence[FailureKind]]:
        """The kinds that are meant; without a name all, or those that are `still_open` if there are any.

        They are named in every answer, so not where only counts are shown.
        """
        await self.sharing.refuse(place)
        reference_id = await self._reference(choice.reference)
        await self.gate.allow(place, reference_id)
        kinds = await self.store.triages.kinds(self.account_id, reference_id)
        if not kinds:
            raise BadCommandError(
                f"I know of no failures of `{_shown(reference_id)}`. Nothing was changed; `failures` reads it again and"
                " shows what failed."
            )
        if choice.kind is None:
            chosen = [kind for kind in kinds if kind.open or not still_open] or list(kinds)
        else:
            chosen = [_named(kinds, choice.kind)]
        keys = tuple(kind.key for kind in chosen)
        return Which(self.identity.workspace_id, self.account_id, place, reference_id, keys), chosen

    async def _reference(self, reference: str) -> str:
        """A request's UUID stands for its reference."""
        known = await self.store.ledger.request(self.account_id, reference.lower())
        return known.reference_id if known and known.reference_id else reference


def _named(kinds: Sequence[FailureKind], name: str) -> FailureKind:
    """The kind with this key, this name, or alone with these words in its name."""
    wanted = " ".join(name.split()).casefold()
    exact = [kind for kind in kinds if wanted in (kind.key, kind.name.casefold())]
    found = exact or [kind for kind in kinds if wanted in kind.name.casefold()]
    if len(found) == 1:
        return found[0]
    named = ", ".join(f"`{_shown(kind.name)}`" for kind in (found or kinds)[:_MOST_NAMED])
    several, none = "Several kinds of failure", "No kind of failure"
    what = f"{several} are called like that" if found else f"{none} is called like that; those that there are"
    raise BadCommandError(f"{what}: {named}. Type words that only one of them has. Nothing was changed.")


def _shown(name: str) -> str:
    cut = name if len(name) <= _LONGEST_NAMED else f"{name[:_LONGEST_NAMED]}…"
    return cut.replace("`", "'")
