"""Awards with a citation, the wall where they stand, who applauds, the Hall of Fame, and years of service."""
