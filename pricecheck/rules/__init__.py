"""The rules: every rule is a declaration and one function; `registry` is the only list."""
