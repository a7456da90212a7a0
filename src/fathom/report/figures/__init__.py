"""Figures as plotly objects: records in, a `plotly.graph_objects.Figure` out; one file a figure."""
