-- Of which record the mark is. An older version beside this one (rolling upgrade) moves ``naeste`` on and leaves the mark: a
-- mark of any other record than the last one read says nothing.
alter table topic_offset add column aftryk_plads bigint;
