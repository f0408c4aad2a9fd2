-- Flow: what may be sent now. The breaker of a channel stands in the ledger, so that all replicas share it and a restart
-- changes nothing. tilstand: aaben (closed breaker) · nede, adgang (open) · genaabner (in steps).
alter table kanal drop constraint kanal_tilstand_check;
alter table kanal
    add constraint kanal_tilstand_check check (tilstand in ('aaben', 'nede', 'adgang', 'genaabner')),
    add column udgave int not null default 0,
    add column trin smallint not null default 0,
    add column tilbage int not null default 0,
    add column ude int not null default 0,
    add column kvitteret int not null default 0,
    add column trin_fra timestamptz,
    add column proever int not null default 0,
    add column naeste_proeve timestamptz,
    add column aarsag text;

-- Token buckets of services that may be called so often a second.
create table spand (
    tjeneste text primary key,
    indhold  double precision not null,
    tid      timestamptz not null
) with (fillfactor = 50);

-- Planned windows: nothing is sent to these services (none named: all) from fra until til, or until it is ended before.
create table vindue (
    id          bigint generated always as identity primary key,
    tjenester   text[] not null default '{}',
    fra         timestamptz not null,
    til         timestamptz not null check (til > fra),
    tekst       text not null,
    sluttet     timestamptz,
    meldt       text not null default '',
    hvem        text not null,
    begrundelse text not null,
    oprettet    timestamptz not null default now()
);
create index vindue_aabne on vindue (fra) where meldt <> 'slut';

-- The kind of a registration: its operation and what DFDG's code lists tell apart in it.
alter table registrering add column art text not null default '';
alter table koe add column art text not null default '';

-- Refusals of one kind: which citizens met them (the oldest leaves for each success of the kind).
create table afvisning (
    tjeneste   text not null,
    akassekode text not null,
    art        text not null,
    kode       text not null,
    borgere    bigint[] not null,
    senest     timestamptz not null,
    primary key (tjeneste, akassekode, art, kode)
) with (fillfactor = 60);

-- Kinds that are held back because they were refused again and again; akassekode null: for every a-kasse.
create table spaerring (
    id          bigint generated always as identity primary key,
    tjeneste    text not null,
    akassekode  text,
    art         text not null,
    kode        text not null,
    afviste     int not null,
    siden       timestamptz not null,
    ophaevet    timestamptz,
    hvem        text,
    begrundelse text
);
create unique index spaerring_gaeldende on spaerring (tjeneste, art, coalesce(akassekode, '')) where ophaevet is null;

-- A publisher's events that are held back: of one source, of one type or all, told (time) between fra and til.
create table karantaene (
    id          bigint generated always as identity primary key,
    kilde       text not null,
    type        text,
    fra         timestamptz not null,
    til         timestamptz,
    hvem        text not null,
    begrundelse text not null,
    oprettet    timestamptz not null default now(),
    ophaevet    timestamptz,
    udfald      text check (udfald in ('frigivet', 'sprunget_over')),
    ophaevet_af text,
    ophaevet_begrundelse text
);
create index haendelse_kilde_aaben on haendelse (kilde, type)
    where tilstand in ('venter', 'hoved', 'stoppet') and not udenfor;

-- Hardest date first, also in a long queue.
drop index koe_klar;
create index koe_haardest on koe (kanal, haardeste_dato, klar_fra, nr);
