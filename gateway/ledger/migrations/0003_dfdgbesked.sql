-- DFDG's messages (webservicebeskeder). Stored before they are answered; worked on after, in order per citizen and
-- domain, and per entity.
-- ny: waits for its turn, or for DFDG to be read · leveret: told to those whom it concerns · ekko: caused by ourselves ·
-- sen: a newer one about the same was told · ukendt_borger, uden_modtager: nobody here is concerned ·
-- parkeret: could not be worked on, with the reason
create table dfdg_besked (
    id          bigint generated always as identity primary key,
    noegle      bytea not null unique,
    modtager    text,
    entitet_id  text,
    domaene     int,
    ekstern     uuid,
    borger_hash bytea,
    tid         timestamptz,
    raa_krypt   bytea not null,
    tilstand    text not null default 'ny'
                check (tilstand in ('ny', 'leveret', 'ekko', 'sen', 'ukendt_borger', 'uden_modtager', 'parkeret')),
    aarsag      text,
    forsoeg     int not null default 0,
    klar_fra    timestamptz not null,
    lease_til   timestamptz,
    modtaget    timestamptz not null,
    faerdig     timestamptz
) with (fillfactor = 80);
create index dfdg_besked_ny on dfdg_besked (klar_fra) where tilstand = 'ny';
create index dfdg_besked_ny_borger on dfdg_besked (borger_hash, domaene, id) where tilstand = 'ny';
create index dfdg_besked_ny_entitet on dfdg_besked (ekstern, id) where tilstand = 'ny';
create index dfdg_besked_fortalt on dfdg_besked (ekstern, tid) where tilstand = 'leveret';
-- Whether an entity is one that we registered (our own echo).
create index registrering_entitet on registrering (entitets_id) where entitets_id is not null;
