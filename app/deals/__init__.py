"""Deal registrations: a partner claims an opportunity, the vendor protects it, the win is an activity."""
