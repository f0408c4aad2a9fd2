-- Additions are nothing without what they were added to.
alter table borger_tilstand
    add constraint borger_tilstand_tillaeg check (
        (bekraeftet_tillaeg is null or bekraeftet_krypt is not null)
        and (forventet_tillaeg is null or forventet_krypt is not null)
        and (grund_tillaeg is null or grund_krypt is not null)
    );
