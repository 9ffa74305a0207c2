"""Partner organisations: who sells for the vendor, who belongs to them, who looks after them."""
