"""Effective price tables: what each selector of each route is charged after the whole resolution chain."""
