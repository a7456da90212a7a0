"""Remedies, tried in order and kept where dev says better: the recipe of the course, carried out."""
