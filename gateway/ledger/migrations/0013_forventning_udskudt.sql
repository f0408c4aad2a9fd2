-- The expected state of a long lane is folded anew apart from what made it wrong: true until that has been done.
alter table borger_tilstand add column genopbyg boolean not null default false;
create index borger_tilstand_genopbyg on borger_tilstand (borger_id) where genopbyg;
