"""The rules that ``rettelser`` carries out, in words."""

from __future__ import annotations

from gateway.rules.regel import Regel

REGLER = (
    Regel(
        "A5",
        "En slutning tilbagekaldes",
        "Tilbagekaldes en slutning, genåbnes forløbet, som om den ikke havde været der; V12 er ikke til "
        "hinder. Jobcentret får at vide, at overdragelsen er bortfaldet. Hvad DFDG ikke offentligt kan "
        "slette, retter a-kassen selv (pligten ret_i_dfdg).",
        kilde="Kilderne er tavse",
        kode=("afgoer",),
        valg="Om DFDG lader en markering miste sin slutdato, er ikke offentligt. Indstillingen "
        "GATEWAY_RULES__GENAABNING vælger: ret (opdater), ny (ny markering) eller stop (driften "
        "afgør).",
    ),
)
