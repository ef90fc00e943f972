"""Models in files: solutions, fitted estimators and networks, whole, in safetensors and never by pickle."""

from equivariety.models.saving import load_model, save_model

__all__ = ["load_model", "save_model"]
