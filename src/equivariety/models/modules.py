"""PyTorch modules of this library, taken apart for files: what they are made from, and their state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from equivariety import nn as networks
from equivariety.errors import InputError
from equivariety.models.values import Kind, State
from equivariety.nn.network import BlockNetwork
from equivariety.varieties.maps import EquivariantMaps

Module = TypeVar("Module", bound=nn.Module)

# Floating types that NumPy lacks are stored as integers of their size.
_BITS = {torch.bfloat16: torch.int16}


def kind_of(value: Any) -> Kind | None:
    """How a module is stored: one of this library, or a chain of them and of activations."""
    return kind_named(type(value).__name__) if isinstance(value, nn.Module) else None


def kind_named(name: str) -> Kind | None:
    """The kind of that name."""
    cls = getattr(networks, name, None) if name in networks.__all__ else _plain_module(name)
    if not isinstance(cls, type) or not issubclass(cls, nn.Module):
        return None
    if issubclass(cls, BlockNetwork):
        return Kind(name, _network_state, lambda state: _network(cls, state))
    if issubclass(cls, networks.LinearConvNet):
        return Kind(name, _convolution_state, _convolution)
    if issubclass(cls, networks.OnImages):
        return Kind(name, _images_state, _images)
    if issubclass(cls, nn.Sequential):
        return Kind(name, _chain_state, lambda state: _chain(cls, state))
    return Kind(name, _plain_state, lambda state: _plain(cls, state)) if _plain_module(name) is cls else None


def inputs_of(module: nn.Module) -> int | None:
    """How many columns go into a module; None if it takes any number of them, or does not say."""
    if isinstance(module, BlockNetwork):
        return module.maps.domain.degree
    if isinstance(module, nn.Linear):
        return module.in_features
    layers = list(module) if isinstance(module, nn.Sequential) else []
    return next((found for found in map(inputs_of, layers) if found is not None), None)


def function_of(module: nn.Module, encode: bool) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """The function of rows that a module computes, in its precision, without gradients, as after training.

    Raises
    ------
    InputError
        If features are asked for and it has none.
    """
    if encode and not (isinstance(module, BlockNetwork) and len(module.factors) > 1):
        raise InputError(f"a {type(module).__name__} has no features: only networks with a hidden space have")
    module.eval()
    like = next(module.parameters(), torch.zeros(0))
    one_channel = isinstance(module, networks.LinearConvNet)

    def applied(X: NDArray[Any]) -> NDArray[Any]:
        values = torch.tensor(X, dtype=like.dtype, device=like.device)
        with torch.no_grad():
            if encode:
                found = module.encode(values)  # type: ignore[operator]  # it is a BlockNetwork
            else:
                found = module(values[:, None])[:, 0] if one_channel else module(values)
        return np.asarray((found.float() if found.dtype in _BITS else found).cpu().numpy())

    return applied


def _plain_module(name: str) -> type[nn.Module] | None:
    """Chains, dense layers and activations of PyTorch: modules that a few constants determine, beside their state."""
    if name in ("Sequential", "Linear", "Identity", "Flatten", "Dropout") or name in nn.modules.activation.__all__:
        found: type[nn.Module] = getattr(nn, name)
        return found
    return None


def _network_state(network: BlockNetwork) -> State:
    hidden = [list(widths) for widths in network.layout.hidden]
    return {"maps": network.maps, "hidden": hidden, "bias": network.bias is not None, **_common(network)}


def _network(cls: type[BlockNetwork], state: State) -> BlockNetwork:
    if not isinstance(state["maps"], EquivariantMaps):
        raise InputError("maps must be equivariant maps")
    network = cls.__new__(cls)
    BlockNetwork.__init__(network, state["maps"], state["hidden"], state["bias"])
    return _loaded(network, state)


def _convolution_state(network: networks.LinearConvNet) -> State:
    architecture = network.architecture
    sizes = {"filter_sizes": tuple(architecture.filter_sizes), "strides": tuple(architecture.strides)}
    return {**sizes, **_common(network)}


def _convolution(state: State) -> networks.LinearConvNet:
    return _loaded(networks.LinearConvNet(state["filter_sizes"], state["strides"]), state)


def _chain_state(chain: nn.Sequential) -> State:
    return {"layers": list(chain), "training": chain.training}


def _chain(cls: type[nn.Sequential], state: State) -> nn.Sequential:
    chain = cls.__new__(cls)
    nn.Sequential.__init__(chain, *state["layers"])
    chain.training = bool(state["training"])
    return chain


def _images_state(module: networks.OnImages) -> State:
    return {"layer": module.layer, "in_shape": module.in_shape, "out_shape": module.out_shape,
            "training": module.training}  # fmt: skip


def _images(state: State) -> networks.OnImages:
    module = networks.OnImages(state["layer"], state["in_shape"], state["out_shape"])
    module.training = bool(state["training"])
    return module


def _plain_state(module: nn.Module) -> State:
    constants = {name: getattr(module, name) for name in getattr(type(module), "__constants__", ())}
    if isinstance(module, nn.Linear):
        constants["bias"] = module.bias is not None
    return {"constants": constants, **_common(module)}


def _plain(cls: type[nn.Module], state: State) -> nn.Module:
    return _loaded(cls(**state["constants"]), state)


def _common(module: nn.Module) -> State:
    """Parameters and buffers, their types, and the mode."""
    tensors = module.state_dict()
    return {
        "tensors": {name: _to_array(tensor) for name, tensor in tensors.items()},
        "types": {name: str(tensor.dtype).removeprefix("torch.") for name, tensor in tensors.items()},
        "training": module.training,
    }


def _loaded(module: Module, state: State) -> Module:
    tensors = {name: _to_tensor(array, state["types"][name]) for name, array in state["tensors"].items()}
    floating = next((tensor.dtype for tensor in tensors.values() if tensor.is_floating_point()), None)
    if floating is not None:
        module.to(floating)
    module.load_state_dict(tensors)
    return module.train(bool(state["training"]))


def _to_array(tensor: torch.Tensor) -> NDArray[Any]:
    tensor = tensor.detach().cpu().contiguous()
    return np.asarray((tensor.view(_BITS[tensor.dtype]) if tensor.dtype in _BITS else tensor).numpy())


def _to_tensor(array: NDArray[Any], name: str) -> torch.Tensor:
    dtype = getattr(torch, name, None)
    if not isinstance(dtype, torch.dtype):
        raise InputError(f"{name!r} is no type of tensors")
    tensor = torch.tensor(array)
    if dtype in _BITS:
        return tensor.view(dtype)
    if tensor.dtype != dtype:
        raise InputError(f"a tensor of type {dtype} is stored as {tensor.dtype}")
    return tensor
