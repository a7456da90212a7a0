"""Set-ups that judge the checks: planted faults, faults of others, and sound ones."""
