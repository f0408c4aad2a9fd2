-- Corrections of what is final: under which event's id the corrected event made what it made, and finding what waits
-- for its target.
alter table haendelse add column identitet text;
create index haendelse_erstatter on haendelse (erstatter) where erstatter is not null;
