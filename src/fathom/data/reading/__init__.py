"""How text becomes typed columns: numbers, dates, yes and no, words; and which kind a column and a target are."""
