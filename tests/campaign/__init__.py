"""The campaign: the daemon is killed over and over at the worst moments, then every network is asked what it holds."""
