-- Handovers that wait for DFDG's receipt: few, and asked for by every forecast.
create index overdragelse_afventer on overdragelse (borger_id) where registrering = 'afventer';
