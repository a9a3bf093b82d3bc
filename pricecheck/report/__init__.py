"""Output formats, one module each; `formats` is the only list."""
