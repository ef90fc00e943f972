"""The explorer: an action, its blocks, components and networks in the browser (extra ``explore``).

``notebook.py`` is the marimo application, which only wires what the other files compute; those need no marimo.
"""

# marimo puts this folder on the path of Python, so no file in it may be called like a module of others.
