"""What a person is told inside the portal: the bell."""
