-- A repeat that was refused while the first attempt is in doubt: reading back decides whether the refusal stands.
alter table registrering add column afvist_i_tvivl boolean not null default false;
