"""What a local care plan needs: people, activity, money, beds, staff and hubs, as ranges with their sources."""
