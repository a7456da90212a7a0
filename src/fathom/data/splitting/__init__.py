"""How a role is given to every row: sizes, ranks, strata, copies, groups, times, earlier splits."""
