"""What connects the portal to other systems."""
