"""Where activations and gradients vanish, explode, die or saturate, layer by layer, and what mends it."""
