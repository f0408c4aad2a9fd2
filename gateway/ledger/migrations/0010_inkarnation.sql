-- Incarnations of the ledger: it begins anew when the database was restored to an earlier time or failed over. Until the
-- newest one is ready nothing is sent.
-- aarsag: foerste · database (another cluster or time line) · kafka (Kafka has read, or been told, more than the ledger
-- knows of) · operatoer
create table inkarnation (
    nr          bigint generated always as identity primary key,
    system      text,
    tidslinje   text,
    begyndt     timestamptz not null,
    klar        timestamptz,
    aarsag      text not null check (aarsag in ('foerste', 'database', 'kafka', 'operatoer')),
    hvem        text,
    begrundelse text
);
-- Where the topic ended when the incarnation began: what lies before it may have been worked on already.
alter table topic_offset add column gentag_til bigint not null default 0;
-- The event may have been worked on before, up to this time: its registrations are read back before they are sent.
alter table haendelse add column gentaget timestamptz;
