-- What a citizen's state has that the one beside it (krypt) had not, encrypted for that one alone. Null: nothing, krypt is whole.
alter table borger_tilstand
    add column bekraeftet_tillaeg bytea,
    add column forventet_tillaeg bytea,
    add column grund_tillaeg bytea;
