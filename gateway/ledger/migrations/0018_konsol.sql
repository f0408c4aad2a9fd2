-- Who is logged in to the console or the API. noegle: SHA-256 of the token that they hold; the token itself is never kept.
create table konsol_session (
    noegle   bytea primary key,
    navn     text not null,
    roller   text[] not null,
    oprettet timestamptz not null,
    sidst    timestamptz not null,
    udloeber timestamptz not null
);
create index konsol_session_udloeber on konsol_session (udloeber);

-- One-time codes of the embedded default (SHA-256).
create table konsol_kode (
    noegle   bytea primary key,
    udloeber timestamptz not null
);
