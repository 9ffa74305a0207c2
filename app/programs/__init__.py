"""Programs: rules that turn facts into points, in versions, with limits that hold."""
