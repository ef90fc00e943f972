"""Actions, maps and what is found among them, taken apart for files and put together again.

Encoder and decoder are coordinates in the isotypic basis. In another basis the same numbers are another map, so maps
are stored with a fingerprint of their actions and of the convention for bases, and with the coordinates of a generic
vector; both are computed anew when they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from math import isfinite
from typing import Any

from equivariety.array_types import FloatArray
from equivariety.errors import InputError
from equivariety.isotypic.fingerprints import basis_probe, is_same_probe
from equivariety.models import actions
from equivariety.models.values import Kind, State, require_array
from equivariety.moments import Moments
from equivariety.varieties.component import Component
from equivariety.varieties.invariant_maps import InvariantMaps
from equivariety.varieties.maps import EquivariantMaps
from equivariety.varieties.solution import FactoredMap, NearestPoint, Solution, factors, rank_groups


def record(cls: type) -> Kind:
    """A frozen dataclass, field by field."""
    names = [field.name for field in fields(cls) if field.init]
    return Kind(cls.__name__, lambda value: {name: getattr(value, name) for name in names}, lambda state: cls(**state))


def _maps_state(maps: EquivariantMaps) -> State:
    return {
        "invariant": isinstance(maps, InvariantMaps),
        "domain": maps.domain,
        "codomain": maps.codomain,
        "fingerprint": maps.fingerprint,
        "probe": basis_probe(maps.domain_basis, maps.codomain_basis),
    }


def _maps(state: State) -> EquivariantMaps:
    domain, codomain = state["domain"], state["codomain"]
    maps = InvariantMaps(domain, codomain.degree) if state["invariant"] else EquivariantMaps(domain, codomain)
    if state["fingerprint"] != maps.fingerprint:
        raise InputError("it has a fingerprint that does not fit its action, or the convention for bases changed since "
                         "it was written: fit the model again with this version")  # fmt: skip
    probe = require_array(state["probe"], "probe", "f8")
    if not is_same_probe(probe, basis_probe(maps.domain_basis, maps.codomain_basis)):
        raise InputError("it was written in another basis of the same action: its coefficients would mean another map; "
                         "fit the model again with this version")  # fmt: skip
    return maps


def _component_state(component: Component) -> State:
    return {"maps": component.maps, "ranks": component.ranks}


def _component(state: State) -> Component:
    if not isinstance(state["maps"], EquivariantMaps):
        raise InputError("maps must be equivariant maps")
    return Component(state["maps"], tuple(state["ranks"]))


def _factored(cls: type[FactoredMap]) -> Kind:
    """A map as encoder and decoder, with whatever else the class says of it."""
    more = [field.name for field in fields(cls) if field.name not in ("component", "encoder", "decoder")]

    def state(solution: FactoredMap) -> State:
        blocks = {"encoder": solution.encoder.blocks, "decoder": solution.decoder.blocks}
        for name in ("encoder", "decoder"):
            for block in blocks[name]:
                require_array(block, name, "f8")
        return {"component": solution.component, **blocks, **{name: getattr(solution, name) for name in more}}

    def restore(state: State) -> FactoredMap:
        for name, value in state.items():
            if isinstance(value, float) and not isfinite(value):
                raise InputError(f"{name} must be finite, not {value}")
        component = state["component"]
        encoder, decoder = factors(component.maps, *_stored_blocks(component, state["encoder"], state["decoder"]))
        return cls(component=component, encoder=encoder, decoder=decoder, **{name: state[name] for name in more})

    return Kind(cls.__name__, state, restore)


def _stored_blocks(
    component: Component, encoders: Sequence[FloatArray], decoders: Sequence[FloatArray]
) -> tuple[Any, list[FloatArray], list[FloatArray]]:
    maps, groups = component.maps, rank_groups(component.maps, component.ranks)
    if not len(groups) == len(encoders) == len(decoders):
        raise InputError(f"encoder and decoder must have {len(groups)} blocks, not {len(encoders)} and {len(decoders)}")
    found: tuple[list[FloatArray], list[FloatArray]] = ([], [])
    for number, (group, encoder, decoder) in enumerate(zip(groups, encoders, decoders, strict=True)):
        size, beta = group.members.size, maps.bundles[group.bundle].field.beta
        cols, rows = (basis.multiplicities[group.bundle] for basis in (maps.domain_basis, maps.codomain_basis))
        found[0].append(require_array(encoder, f"encoder.{number}", "f8", (size, group.rank, cols, beta)))
        found[1].append(require_array(decoder, f"decoder.{number}", "f8", (size, rows, group.rank, beta)))
    return groups, *found


KINDS: dict[type, Kind] = {
    **actions.KINDS,
    EquivariantMaps: Kind("EquivariantMaps", _maps_state, _maps),
    InvariantMaps: Kind("InvariantMaps", _maps_state, _maps),
    Component: Kind("Component", _component_state, _component),
    Moments: record(Moments),
    FactoredMap: _factored(FactoredMap),
    Solution: _factored(Solution),
    NearestPoint: _factored(NearestPoint),
}
