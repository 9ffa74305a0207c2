"""Pages that gather from all areas: the team and its company, the menu, and the vendor's partners and products."""
