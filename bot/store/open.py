"""Our memory as one object, by its URL."""

from dataclasses import dataclass

from bot.ports import Clock
from bot.store.cards import Cards
from bot.store.database import Database
from bot.store.deadlines import Deadlines
from bot.store.deeds import Deeds
from bot.store.delivery_log import DeliveryLog
from bot.store.digests import Digests
from bot.store.edits import Edits
from bot.store.forecasts import Forecasts
from bot.store.happenings import Happenings
from bot.store.homes import Homes
from bot.store.ledger import Ledger
from bot.store.mutes import Mutes
from bot.store.outbox import Outbox
from bot.store.policies import Policies
from bot.store.quiets import Quiets
from bot.store.references import References
from bot.store.refusals import Refusals
from bot.store.senders import Senders
from bot.store.sharings import Sharings
from bot.store.sheets import Sheets
from bot.store.sightings import Sightings
from bot.store.triages import Triages
from bot.store.trying import TrialRuns
from bot.store.undos import Undos
from bot.store.unfurls import Unfurls
from bot.store.vigil import Vigil
from bot.store.watches import Watches
from bot.store.workflow_steps import WorkflowSteps


@dataclass(frozen=True, slots=True)
class Store:
    """All that the bot remembers, grouped by subject."""

    database: Database
    ledger: Ledger
    watches: Watches
    outbox: Outbox
    cards: Cards
    edits: Edits
    references: References
    senders: Senders
    happenings: Happenings
    mutes: Mutes
    quiets: Quiets
    digests: Digests
    deeds: Deeds
    trials: TrialRuns
    triages: Triages
    undos: Undos
    delivery_log: DeliveryLog
    deadlines: Deadlines
    vigil: Vigil
    forecasts: Forecasts
    sheets: Sheets
    refusals: Refusals
    workflow: WorkflowSteps
    homes: Homes
    sightings: Sightings
    policies: Policies
    unfurls: Unfurls
    sharings: Sharings


async def open_store(url: str, clock: Clock, lease_clock: Clock | None = None) -> Store:
    """The store at this URL; nothing is connected or migrated yet. Raises `StoreError` for a URL that cannot be used.

    `lease_clock` is for leases and quiet times; without it PostgreSQL's own clock is used, and `clock` on SQLite.
    """
    lease = lease_clock if lease_clock is not None or url.startswith("postgres") else clock
    return store_on(Database.open(url, lease), clock)


def store_on(database: Database, clock: Clock) -> Store:
    """The store on this database."""
    return Store(
        database=database,
        ledger=Ledger(database),
        watches=Watches(database),
        outbox=Outbox(database, clock),
        cards=Cards(database),
        edits=Edits(database),
        references=References(database),
        senders=Senders(database, clock),
        happenings=Happenings(database),
        mutes=Mutes(database),
        quiets=Quiets(database),
        digests=Digests(database),
        deeds=Deeds(database),
        trials=TrialRuns(database),
        triages=Triages(database),
        undos=Undos(database),
        delivery_log=DeliveryLog(database),
        deadlines=Deadlines(database),
        vigil=Vigil(database),
        forecasts=Forecasts(database),
        sheets=Sheets(database),
        refusals=Refusals(database),
        workflow=WorkflowSteps(database),
        homes=Homes(database),
        sightings=Sightings(database),
        policies=Policies(database),
        unfurls=Unfurls(database),
        sharings=Sharings(database),
    )
