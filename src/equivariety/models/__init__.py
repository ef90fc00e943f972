"""Models in files: solutions, fitted estimators and networks, whole, in safetensors and never by pickle."""

from equivariety.models.applying import Application, application
from equivariety.models.saving import load_model, save_model

__all__ = ["Application", "application", "load_model", "save_model"]
