-- A mark of the last record that was read: a topic that was deleted and made again has another one there.
alter table topic_offset add column aftryk bytea;
-- Where a partition was read on elsewhere than where it had been read to.
-- slettet: what lay between was deleted before it was read · andet_topic: another topic of that name, read from its start
create table topicbrud (
    id        bigint generated always as identity primary key,
    topic     text not null,
    partition int not null,
    fra       bigint not null,
    til       bigint not null,
    aarsag    text not null check (aarsag in ('slettet', 'andet_topic')),
    opdaget   timestamptz not null
);
