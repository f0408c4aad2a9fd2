"""The connection pool and the migrations: plain SQL files, applied in order, each in its own transaction."""

from __future__ import annotations

from importlib.resources import files

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random

from gateway.errors import MidlertidigFejl, Opsaetningsfejl

#: Any number will do, as long as it stays: only one process migrates at a time.
_MIGRATIONSLAAS = 7_061_204_118
#: What a migration's session calls itself meanwhile.
MIGRERER = "gateway migrate"
#: How often a migration is tried that meets the locks of gateways at work.
_FORSOEG = 60


#: What the ledger raises while the database is away; everything else is a fault and is seen.
DATABASE_VAEK = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    # Disk full, out of memory, too many connections: the database's want, not a record's fault.
    asyncpg.InsufficientResourcesError,
    TimeoutError,
)

#: All that a question to the database may fail by.
DATABASE_SVIGTER = (*DATABASE_VAEK, asyncpg.PostgresError)

#: A connection of one's own or one lent by a pool.
Forbindelse = asyncpg.Connection | PoolConnectionProxy


async def _som_den_er(_forbindelse: asyncpg.Connection) -> None:
    """A connection goes back to the pool as it is: transactions end where they began, and nothing that outlasts one (a lock,
    a listener, a setting) is taken on a pool's connection. asyncpg would ask the server to make sure, every time."""


#: For conversations that ask the same again and again, by keys, a few rows of large tables at a time: their statements are
#: planned once a connection, and by indexes also where the tables are empty still. Planned for each asking they cost PostgreSQL
#: a third more (docs/performance.md).
_PLANLAGT_EN_GANG = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}


async def aabn_pulje(
    dsn: str,
    *,
    mindst: int = 2,
    hoejst: int = 10,
    tavs_hoejst: float = 10.0,
    saetning_hoejst: float = 60.0,
    ens: bool = False,
) -> asyncpg.Pool:
    """A pool on ``dsn``. Statements that hang are ended after ``saetning_hoejst`` seconds: a transaction of the ledger lasts
    milliseconds. ``ens``: it is for conversations that ask the same again and again, by keys.

    A transaction that says nothing for ``tavs_hoejst`` seconds is ended by PostgreSQL: a process that stands still in the
    middle of one would otherwise hold its lanes, and every batch that shares one with it, beyond the others' leases.

    Raises ``MidlertidigFejl`` when nothing answers there, ``Opsaetningsfejl`` when it does not let the gateway in.
    """
    indstillinger = {
        "statement_timeout": str(round(saetning_hoejst * 1000)),
        "idle_in_transaction_session_timeout": str(round(tavs_hoejst * 1000)),
        "timezone": "UTC",
        **(_PLANLAGT_EN_GANG if ens else {}),
    }
    try:
        pulje: asyncpg.Pool = await asyncpg.create_pool(
            dsn,
            min_size=mindst,
            max_size=hoejst,
            server_settings=indstillinger,
            reset=_som_den_er,
            # However long: the longest are the ones that are asked most (``samlet``).
            max_cacheable_statement_size=0,
        )
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError, ValueError) as fejl:
        raise Opsaetningsfejl(
            f"GATEWAY_DATABASE__URL: PostgreSQL does not let the gateway in ({type(fejl).__name__}); correct the address, "
            "the user or the database's name"
        ) from None
    except (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError) as fejl:
        raise MidlertidigFejl(f"PostgreSQL does not answer at GATEWAY_DATABASE__URL ({type(fejl).__name__})") from None
    return pulje


def migrationer() -> list[tuple[int, str, str]]:
    """(number, name, SQL) of every migration, in order."""
    fundne = []
    for fil in files("gateway.ledger").joinpath("migrations").iterdir():
        if fil.name.endswith(".sql"):
            fundne.append((int(fil.name.split("_", 1)[0]), fil.name, fil.read_text(encoding="utf-8")))
    return sorted(fundne)


async def migrer(forbindelse: Forbindelse) -> list[str]:
    """Applies what is missing and returns the names. Safe to run by several processes at once, and while gateways of an
    older version work: one that meets their locks gives way, and is tried again."""
    await forbindelse.execute("set statement_timeout = 0")
    try:
        # Another process may be migrating for as long as that takes.
        await forbindelse.execute("select pg_advisory_lock($1)", _MIGRATIONSLAAS)
    finally:
        await forbindelse.execute("reset statement_timeout")
    try:
        await forbindelse.execute(
            "create table if not exists migration (nr int primary key, navn text not null, "
            "koert timestamptz not null default now())"
        )
        koerte = {r["nr"] for r in await forbindelse.fetch("select nr from migration")}
        nye = []
        for nr, navn, sql in migrationer():
            if nr in koerte:
                continue
            async for forsoeg in AsyncRetrying(
                retry=retry_if_exception_type((asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)),
                wait=wait_random(0.1, 1.0),
                stop=stop_after_attempt(_FORSOEG),
                reraise=True,
            ):
                with forsoeg:
                    async with forbindelse.transaction():
                        # Nobody waits for long behind a migration that waits itself; what it does may take hours.
                        await forbindelse.execute(
                            "set local lock_timeout = '2s'; set local statement_timeout = 0;"
                            f" set local application_name = '{MIGRERER}'"
                        )
                        await forbindelse.execute(sql)
                        await forbindelse.execute("insert into migration (nr, navn) values ($1, $2)", nr, navn)
            nye.append(navn)
        return nye
    finally:
        await forbindelse.execute("select pg_advisory_unlock($1)", _MIGRATIONSLAAS)


async def kraev_migreret(forbindelse: Forbindelse) -> None:
    """Raises ``Opsaetningsfejl`` when the database lacks a migration this version needs."""
    findes = await forbindelse.fetchval("select to_regclass('migration')")
    koerte = {r["nr"] for r in await forbindelse.fetch("select nr from migration")} if findes else set()
    mangler = [navn for nr, navn, _ in migrationer() if nr not in koerte]
    if mangler:
        raise Opsaetningsfejl(f"the database lacks {', '.join(mangler)}: run `gateway migrate`")
