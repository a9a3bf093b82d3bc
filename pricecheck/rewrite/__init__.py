"""Rewriting: edits on spans, spliced into the text; a document is never dumped."""
