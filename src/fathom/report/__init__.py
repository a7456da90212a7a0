"""Records in; text, figures and pages out."""
