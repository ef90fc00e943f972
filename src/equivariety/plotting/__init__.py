"""Pictures; each module imports matplotlib when it draws."""
