-- What operators are told of: since when a registration is in doubt, when a handover was made and answered, when a topic
-- last gave an event, and the trace that an event's work goes on in.
alter table registrering add column tvivl_siden timestamptz;
update registrering set tvivl_siden = coalesce(sidst_sendt, foerst_sendt, now()) where fase = 'i_tvivl';

-- overdragelse.bekraeftet: when the jobcenter answered (confirmed or refused).
alter table overdragelse add column skabt timestamptz not null default now();
update overdragelse o set skabt = h.modtaget from haendelse h where h.id = o.haendelse_ref;
create index overdragelse_ubesvaret on overdragelse (til, skabt)
    where bekraeftet is null and registrering <> 'bortfaldet';

alter table topic_offset add column modtaget timestamptz;
create index dfdg_besked_parkeret on dfdg_besked (modtaget) where tilstand = 'parkeret';

-- The span under which the event was accepted, as a traceparent; null where nothing is traced.
alter table haendelse add column spor text;
