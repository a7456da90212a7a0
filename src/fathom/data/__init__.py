"""From files to splits to prepared arrays."""
