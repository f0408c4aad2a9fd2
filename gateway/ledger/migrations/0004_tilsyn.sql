-- Deadlines (D1). tilsyn_koe: lanes whose state changed since their deadlines were worked out; appended by every writer
-- of a state, emptied by one worker. frist: when each warning of a citizen is due; one that is told stays for good, so
-- that a cause is told once.
create table tilsyn_koe (
    id        bigint generated always as identity primary key,
    borger_id bigint not null references borger
) with (autovacuum_vacuum_scale_factor = 0.02);
insert into tilsyn_koe (borger_id) select borger_id from borger_tilstand;

create table frist (
    borger_id bigint not null references borger,
    noegle    text not null,
    dato      date not null,
    varsles   date not null,
    varslet   timestamptz,
    primary key (borger_id, noegle)
) with (fillfactor = 80);
create index frist_forfalder on frist (varsles, borger_id) where varslet is null;

-- The newest time of an accepted event in the partition: "today" of the events' clock.
alter table topic_offset add column seneste_tid timestamptz;
