"""Error analysis: tags and their ceilings, slices, likely label errors."""
