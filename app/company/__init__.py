"""Pages that gather from all areas: team, menu, and the vendor's partners and products."""
