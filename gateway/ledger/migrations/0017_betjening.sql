-- What operators do: kept for good, by whom and by which way. Rows are never changed or removed: the database refuses it.
alter table betjening
    -- cli · api · konsol
    add column via text not null default 'cli',
    -- Whose citizens or events it was about; null: the whole installation's.
    add column akassekode text,
    -- What was changed in an event, before and after (encrypted: an event's content is personal data).
    add column indhold_krypt bytea;
create index betjening_maal on betjening (maal);

create function betjening_staar_fast() returns trigger language plpgsql as $$
begin
    raise exception 'betjening is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger betjening_aendres_ikke before update or delete on betjening
    for each row execute function betjening_staar_fast();
create trigger betjening_toemmes_ikke before truncate on betjening
    for each statement execute function betjening_staar_fast();

-- Sending that an operator has paused: of an a-kasse, of a DFDG service, or of one citizen's lane. What is in the air is
-- finished; nothing more is claimed until it is lifted.
create table pause (
    id          bigint generated always as identity primary key,
    art         text not null check (art in ('akasse', 'tjeneste', 'borger')),
    vaerdi      text not null,
    borger_id   bigint references borger,
    siden       timestamptz not null,
    hvem        text not null,
    begrundelse text not null,
    ophaevet    timestamptz,
    check ((art = 'borger') = (borger_id is not null))
);
create unique index pause_gaeldende on pause (art, vaerdi) where ophaevet is null;
create index pause_borger on pause (borger_id) where ophaevet is null and borger_id is not null;

-- Acts on many dead letters, done one after another at a limited rate by whichever process serves operators.
create table masseopgave (
    id          bigint generated always as identity primary key,
    handling    text not null check (handling in ('retry', 'skip')),
    ider        uuid[] not null,
    naeste      int not null default 0,
    udfoerte    int not null default 0,
    afviste     jsonb not null default '[]',
    hvem        text not null,
    via         text not null,
    roller      text[] not null,
    begrundelse text not null,
    oprettet    timestamptz not null default now(),
    lease_til   timestamptz not null default '-infinity',
    stoppet     timestamptz,
    afsluttet   timestamptz
);
create index masseopgave_aabne on masseopgave (id) where afsluttet is null;

-- DFDG's newest answer to a registration (encrypted, compressed), and when it came.
alter table registrering
    add column besvaret timestamptz,
    add column http_status smallint,
    add column svar_krypt bytea,
    -- x-requestId without its number: what DFDG's support asks by.
    add column request_uuid uuid;
create index registrering_request on registrering (request_uuid) where request_uuid is not null;
-- The newest good one of a kind, beside one that failed.
create index registrering_god on registrering (art, id) where fase = 'registreret';
create index registrering_besvaret on registrering using brin (besvaret) with (pages_per_range = 16, autosummarize = on);

-- The talk that an event is about, as its publisher names it.
alter table haendelse add column samtale_id uuid;
create index haendelse_samtale on haendelse (samtale_id) where samtale_id is not null;
create index haendelse_modtaget on haendelse using brin (modtaget) with (pages_per_range = 16, autosummarize = on);

create index overdragelse_borger on overdragelse (borger_id);

-- What this installation ran with, whenever it began with something else than before (no secret stands here).
create table installation (
    id            bigint generated always as identity primary key,
    tid           timestamptz not null default now(),
    version       text not null,
    indstillinger jsonb not null
);

-- The figures of supervision (D2) as last worked out: all states have to be read for them.
create table tilsynstal (
    periode  text primary key check (periode in ('maaned', 'halvaar')),
    idag     date not null,
    beregnet timestamptz not null,
    raekker  jsonb not null
);
