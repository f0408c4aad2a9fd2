-- DFDG's code lists, read once a day. kodeliste: when each list is due, and the lease of whoever reads it now (epoke is
-- raised by every claim, so that one who lost the lease stores nothing); laest is the last reading that gave rows.
create table kodeliste (
    liste     text primary key,
    naeste    timestamptz not null,
    epoke     int not null default 0,
    lease_til timestamptz,
    forsoeg   int not null default 0,
    fejl      text,
    laest     timestamptz
);

-- The rows of the last reading. A code may stand there with several periods.
create table kodeliste_raekke (
    liste text not null references kodeliste,
    kode  text not null,
    tekst text not null,
    fra   date,
    til   date,
    kilde text not null,
    laest timestamptz not null,
    unique nulls not distinct (liste, kode, fra, til)
);

-- What a reading changed: append-only. foer and efter hold the code's rows as [{tekst, fra, til}]; null: it was not there.
-- A list's first reading changes nothing.
create table kodeaendring (
    id      bigint generated always as identity primary key,
    liste   text not null,
    kode    text not null,
    foer    jsonb,
    efter   jsonb,
    set_tid timestamptz not null,
    check (foer is not null or efter is not null)
);
create index kodeaendring_tid on kodeaendring (set_tid);
