"""What syndicator costs, measured on loopback: each figure beside the same work done plainly, in the same run."""
