-- A citizen known under two numbers is joined when nothing of the second one's is on the way any more.
create table sammenlaegning (
    borger_id     bigint primary key references borger,
    fra_borger_id bigint not null references borger,
    haendelse_ref bigint not null references haendelse,
    siden         timestamptz not null default now()
);

-- Regimes closed by an operator (R7): append-only.
create table regimelukning (
    id          bigint generated always as identity primary key,
    regime      text not null,
    dato        date not null,
    akassekode  text,
    aarsagskode text not null,
    tid         timestamptz not null default now(),
    hvem        text not null,
    begrundelse text not null
);

-- The pulse (gateway.puls.v1) asks for the oldest open event of a partition.
create index haendelse_aaben_paa_topic on haendelse (topic, partition, post_offset)
    where tilstand in ('venter', 'hoved', 'stoppet');

-- A new number is the citizen's from the acceptance of the event that tells of it, so that what follows under it waits
-- behind that event: reserveret_af is the event until it is decided, foer_borger_id whom the number named before.
alter table borger_alias add column reserveret_af bigint, add column foer_borger_id bigint references borger;

-- Lanes that got events back from another citizen's, because a change of number came to nothing.
create table udskilt (
    borger_id bigint primary key references borger
);
