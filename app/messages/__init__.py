"""What the vendor tells its partners: announcements, who reads them, who confirms."""
