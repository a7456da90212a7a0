"""The gradient check: does the gradient that a net trains with belong to its J, and where not, which tensor is wrong and how."""
