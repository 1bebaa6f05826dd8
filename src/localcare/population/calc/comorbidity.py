"""Comorbidity from hospital diagnoses: Charlson with Quan's codes, the SHMI variant; each definition has its source."""

from collections.abc import Mapping

import ibis
from ibis import ir

from localcare.population.definitions.scoring import Diagnoses


def code_masks(code: ir.Table, wanted: Mapping[str, Diagnoses]) -> ir.Table:
    """The groups of each ICD-10 code of an edition's dictionary, as bits (`Diagnoses.flag`), one column a code file.

    In: table `code`; the definitions by score. Out: code and one int64 column for each distinct `codes` of them; only
    codes of a group. A code belongs to a group whose prefix it begins with.
    """
    files = {method.codes: _by_prefix(method) for method in wanted.values()}
    held = code.filter(code.system == "icd10").select("code", "value").to_pandas()
    rows = [
        (number, *(_mask(value.upper(), prefixes) for prefixes in files.values()))
        for number, value in zip(held["code"].tolist(), held["value"].tolist(), strict=True)
    ]
    schema = {"code": "int32", **dict.fromkeys(files, "int64")}
    return ibis.memtable([row for row in rows if any(row[1:])], schema=schema)


def _by_prefix(method: Diagnoses) -> dict[str, int]:
    masks: dict[str, int] = {}
    for group, codes in method.groups.items():
        flag = method.flag(group)
        for prefix in codes:
            masks[prefix] = masks.get(prefix, 0) | flag
    return masks


def _mask(value: str, prefixes: Mapping[str, int]) -> int:
    mask = 0
    for length in range(1, len(value) + 1):
        mask |= prefixes.get(value[:length], 0)
    return mask


def points(mask: ir.IntegerValue, method: Diagnoses) -> ir.FloatingValue:
    """The weights of the groups of a mask, without those beside the severer that supersedes them."""
    total = ibis.literal(0.0)
    for group, weight in method.weights.items():
        severer = method.superseded_by.get(group)
        counts = (mask & method.flag(group)) != 0
        if severer:
            counts = counts & ((mask & method.flag(severer)) == 0)
        if weight:
            total = total + ibis.cases((counts, weight), else_=0.0)
    return total
