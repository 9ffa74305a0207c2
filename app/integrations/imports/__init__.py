"""Files of other systems: partners, products and sale lines, safe to repeat and to resume."""
