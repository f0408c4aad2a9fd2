-- A registration is written three times: made, attempted, receipted. While no index of its own speaks of ``fase``, the last two
-- are written beside the first (HOT) and none of the table's indexes is touched.
drop index registrering_i_tvivl;
create index registrering_tvivl on registrering (id) where tvivl_siden is not null;
alter table registrering add constraint registrering_tvivl_har_tid check (fase <> 'i_tvivl' or tvivl_siden is not null);
-- The newest receipted one of a kind is found from the newest on: what waits of a kind is little beside what was done.
drop index registrering_god;
create index registrering_art on registrering (art, id);
