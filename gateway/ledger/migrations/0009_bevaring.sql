-- Retention: what is finished and old is pruned in small steps, whole citizens at a time.
-- grund_krypt: the confirmed state when the citizen's events were pruned; later corrections tell the history from there.
alter table borger_tilstand add column grund_krypt bytea;

-- Ids of pruned events, so that a repeat is still known as one: a keyed hash of source and id.
create table husket_id (
    noegle       bytea primary key,
    indhold_hash bytea not null,
    glemmes      date not null
);
create index husket_id_glemmes on husket_id (glemmes);

-- Figures of supervision (D2) that are counted from events: what was pruned of them.
create table jobordrekontakt_arkiv (
    akassekode text not null,
    maaned     date not null,
    antal      int not null,
    primary key (akassekode, maaned)
);

-- Messages are kept by their own age, for sending them again: they outlive their events.
alter table besked drop constraint besked_haendelse_ref_fkey;

create index haendelse_uden_borger on haendelse (modtaget) where borger_id is null;
