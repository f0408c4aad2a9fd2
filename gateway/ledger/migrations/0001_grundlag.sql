-- The ledger. Everything that was received, decided, sent and answered; one lane a citizen.
-- Payloads, states, rendered requests and messages out are encrypted by the application (bytea *_krypt);
-- plain columns hold ids, codes and times only, never a CPR number or a name.

create table borger (
    id          bigint generated always as identity primary key,
    pseudonym   text not null unique,
    cpr_krypt   bytea not null,
    oprettet    timestamptz not null default now()
);

-- Keyed hashes of CPR numbers are aliases of a citizen; a change of CPR number adds one.
create table borger_alias (
    cpr_hash    bytea primary key,
    borger_id   bigint not null references borger
);

-- The lock of a lane and its epoch: whoever holds this row writes this citizen. Narrow, so that updates stay HOT.
create table lane (
    borger_id   bigint primary key references borger,
    epoke       bigint not null default 0
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- forventet is null while nothing is on the way: then it equals bekraeftet.
create table borger_tilstand (
    borger_id        bigint primary key references borger,
    bekraeftet_krypt bytea,
    forventet_krypt  bytea,
    regelversion     int not null
) with (fillfactor = 70);

create table haendelse (
    id             bigint generated always as identity primary key,
    borger_id      bigint references borger,
    plads          bigint not null,
    kilde          text,
    haendelse_id   text,
    type           text,
    part           text not null,
    tid            timestamptz,
    subject_krypt  bytea,
    sekvens        bigint,
    erstatter      bigint references haendelse,
    indhold_hash   bytea not null,
    raa_krypt      bytea not null,
    original_krypt bytea,
    correlationid  text,
    traceparent    text,
    topic          text not null,
    partition      int not null,
    post_offset    bigint not null,
    modtaget       timestamptz not null default now(),
    -- venter: parked or not yet at the head · hoved: decided, registrations on their way · stoppet: dead letter ·
    -- endelig: final kvittering written · kasseret: kept, never in a lane, no kvittering (id_genbrugt)
    tilstand       text not null check (tilstand in ('venter', 'hoved', 'stoppet', 'endelig', 'kasseret')),
    udenfor        boolean not null default false,
    status         text,
    udgave         int not null default 0,
    flag           text[] not null default '{}',
    fejlkode       text,
    afgoerelse_krypt bytea,
    accept_spor    bytea,
    afventer_meldt text,
    endelig_tid    timestamptz
) with (fillfactor = 80);

create unique index haendelse_id_per_kilde on haendelse (kilde, haendelse_id)
    where haendelse_id is not null and kilde is not null and tilstand <> 'kasseret';
create index haendelse_aaben on haendelse (borger_id, plads, id)
    where tilstand in ('venter', 'hoved', 'stoppet') and not udenfor;
create index haendelse_undervejs on haendelse (modtaget)
    where tilstand in ('venter', 'hoved') and not udenfor;
create index haendelse_borger on haendelse (borger_id, id);

create table registrering (
    id              bigint generated always as identity primary key,
    haendelse_ref   bigint not null references haendelse,
    borger_id       bigint not null references borger,
    nr              smallint not null,
    handling        text not null,
    tjeneste        text not null,
    operation       text not null,
    klasse          text not null check (klasse in ('A', 'B', 'C', 'D')),
    akassekode      text not null,
    kanal           text not null,
    entitets_id     text,
    anmodning_krypt bytea not null,
    aendringer_krypt bytea not null,
    haardeste_dato  date,
    afgjort_for     date,
    fase            text not null check (fase in ('klar', 'undervejs', 'i_tvivl', 'registreret', 'stoppet', 'afvist', 'opgivet')),
    request_nr      int not null default 0,
    forsoeg         int not null default 0,
    ens_svar        int not null default 0,
    udsat           int not null default 0,
    skal_aflaeses   boolean not null default false,
    var_i_tvivl     boolean not null default false,
    foerste_fravaer timestamptz,
    foerst_sendt    timestamptz,
    sidst_sendt     timestamptz,
    sidste_fejl     timestamptz,
    sidste_kode     text,
    registrerings_id text,
    registreret     timestamptz,
    unique (haendelse_ref, nr)
) with (fillfactor = 60);
create index registrering_borger on registrering (borger_id);
create index registrering_i_tvivl on registrering (id) where fase = 'i_tvivl';

-- A channel is one DFDG service under one a-kasse's certificate.
create table kanal (
    kanal      text primary key,
    tjeneste   text not null,
    akassekode text not null,
    tilstand   text not null default 'aaben' check (tilstand in ('aaben', 'nede', 'adgang', 'vindue')),
    siden      timestamptz not null default now()
);
create table kanal_succes (
    kanal     text not null,
    handling  text not null,
    senest    timestamptz not null,
    primary key (kanal, handling)
) with (fillfactor = 50);

-- Heads that are ready. Inserted when a head becomes ready, deleted when it is claimed: never updated by a claim.
create table koe (
    borger_id       bigint primary key references borger,
    registrering_id bigint not null references registrering,
    kanal           text not null,
    klar_fra        timestamptz not null,
    haardeste_dato  date,
    nr              bigint generated always as identity
) with (autovacuum_vacuum_scale_factor = 0.02);
create index koe_klar on koe (kanal, klar_fra, nr);

-- What is claimed: written before a byte may leave, deleted when the answer is settled.
create table krav (
    borger_id       bigint primary key references borger,
    registrering_id bigint not null references registrering,
    epoke           bigint not null,
    ejer            text not null,
    lease_til       timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0.02);

create table overdragelse (
    overdragelse_id uuid primary key,
    borger_id       bigint not null references borger,
    haendelse_ref   bigint not null references haendelse,
    til             text not null,
    udgave          int not null,
    registrering    text not null check (registrering in ('afventer', 'registreret', 'opdateret', 'bortfaldet')),
    indhold_hash    bytea not null,
    data_krypt      bytea not null,
    bekraeftet      timestamptz
);
create index overdragelse_haendelse on overdragelse (haendelse_ref);

-- Messages out. The id is also the message's sekvens: it is drawn under the lane's lock, so it rises per citizen and topic.
create table besked (
    id            bigint generated always as identity primary key,
    besked_id     uuid not null unique,
    topic         text not null,
    noegle        text,
    borger_id     bigint references borger,
    haendelse_ref bigint references haendelse,
    type          text not null,
    krop_krypt    bytea not null,
    skabt         timestamptz not null default now()
);
create index besked_haendelse on besked (haendelse_ref, id);
create index besked_topic on besked (topic, skabt);
-- What still has to reach the broker. A row goes only after the broker's acknowledgement.
create table udbakke (
    topic text not null,
    id    bigint not null references besked,
    primary key (topic, id)
) with (autovacuum_vacuum_scale_factor = 0.02);

create table doedbrev (
    id            uuid primary key,
    haendelse_ref bigint not null references haendelse,
    udgave        int not null,
    part          text not null,
    type          text,
    kode          text not null,
    tekst         text not null,
    -- aaben: waits for somebody · genkoert, erstattet, sprunget_over, loest: ended · afvist: kept for reading only
    status        text not null check (status in ('aaben', 'genkoert', 'erstattet', 'sprunget_over', 'loest', 'afvist')),
    siden         timestamptz not null default now(),
    aendret       timestamptz not null default now()
);
create index doedbrev_aabne on doedbrev (status, siden);
create index doedbrev_haendelse on doedbrev (haendelse_ref);

create table topic_offset (
    topic     text not null,
    partition int not null,
    naeste    bigint not null,
    primary key (topic, partition)
) with (fillfactor = 50);

create table afsender_sekvens (
    afsender_hash bytea primary key,
    sekvens       bigint not null
) with (fillfactor = 80);

-- Append-only: who did what, why, and what stood before and after.
create table betjening (
    id          bigint generated always as identity primary key,
    tid         timestamptz not null default now(),
    hvem        text not null,
    handling    text not null,
    maal        text not null,
    begrundelse text not null,
    foer        jsonb,
    efter       jsonb
);

create table indstilling (
    noegle text primary key,
    vaerdi text not null
);
